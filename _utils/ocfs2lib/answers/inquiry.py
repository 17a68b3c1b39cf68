"""
One question to some nodes, until each has answered or is given up.

It reaches the nodes through the client that it is given, so that the same code that asks real
minions is run against simulated ones.

A node that still owes the answer to an earlier look is not given another on top: a look that was
given up goes on there, and each one more would make the node slower. It is asked whether it is
still at work on the earlier one; as soon as it is not, the new question is put to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.answers import received

#: Seconds between two reads of the job cache: a tenth of the time that has gone by, but at most.
_PAUSE = 0.5


@dataclass(frozen=True)
class Question:
    """
    What nodes are asked to run as one job.

    ``fun`` is a function, or a list of functions with a list of arguments for each in ``arg``;
    ``called`` is its name in messages, if that is another.
    """

    fun: object
    arg: tuple = ()
    kwarg: dict | None = None
    called: str = ""

    @property
    def name(self):
        """What is run, for a message."""
        return self.called or (self.fun if isinstance(self.fun, str) else ", ".join(self.fun))


class Inquiry:
    """
    Put one question to some nodes, and wait for their answers.

    client
        Has ``now()``, seconds; ``send(minions, question)``, which sends a job and returns
        ``(job id, minion ids whose key is accepted)``; ``probe(minions, job id)``, which asks
        whether they are at work on a job and returns the same (an empty answer means no);
        ``returns(job id)``, ``{minion id: what it returned}`` so far; and
        ``signs_of_life(seconds)``, the ids of the minions from which anything has come, after so
        many seconds at most.
    question
        The :class:`Question`.
    policy
        The :class:`timeouts.WaitPolicy` for the minions that are asked.
    owed
        ``{minion id: {"jid", "fun", "time"}}`` of the looks that were given up earlier: when each
        was put, in the seconds of ``client.now()``.
    repeats
        Whether the question may be put a second time to a node that has lost it: it only looks, or
        does no harm twice.
    meanwhile
        Called again and again with the seconds that have gone by and the ids of those that are
        waited for.

    After :meth:`run`, ``returns`` has what each minion returned (:func:`answers.received.cleaned`),
    ``silent`` for each of the others the reason, ``slow`` the ids of those of them from which
    something came all the same, and ``owed`` the looks that are owed by now.
    """

    def __init__(self, client, question, policy, owed=None, repeats=False, meanwhile=None):
        self._client, self._question, self._policy = client, question, policy
        self._meanwhile, self._repeats, self._repeated = meanwhile, repeats, set()
        self._jobs = {}  # {job id: those who have yet to return it}
        # {job id: (the job that is asked about, those who have yet to say whether they are at it)}
        self._probes = {}
        self.owed = dict(owed or {})
        self.returns, self.silent, self.slow = {}, {}, set()

    def run(self, minions):
        """Put the question to the minions, and wait."""
        self._begin = self._client.now()
        self._put([minion for minion in minions if not self._owes(minion)])
        for minion, earlier in self.owed.items():
            self._policy.note_earlier_question(minion, self._begin - earlier["time"])
        while True:
            self._collect()
            self._repeat()
            waiting = self._waiting()
            if waiting <= set(self._policy.given_up(self._seconds())):
                break
            self._ask_whether_at_work()
            if self._meanwhile:
                self._meanwhile(self._seconds(), sorted(waiting))
            pause = min(_PAUSE, 0.05 + self._seconds() / 10)
            for minion in self._client.signs_of_life(pause):
                self._policy.note_sign_of_life(minion, self._seconds())
        for minion in waiting:
            self._give_up(minion)
        return self

    def _seconds(self):
        return self._client.now() - self._begin

    def _waiting(self):
        return {*self.owed, *(each for minions in self._jobs.values() for each in minions)}

    def _owes(self, minion):
        """Tell whether a node still owes an earlier answer; one that has come since is settled."""
        earlier = self.owed.get(minion)
        if earlier and minion in self._client.returns(earlier["jid"]):
            del self.owed[minion]
        return minion in self.owed

    def _put(self, minions):
        if not minions:
            return
        jid, accepted = self._client.send(minions, self._question)
        for minion in minions:
            if minion not in accepted:
                self._policy.forget(minion)
                self.silent[minion] = "has no accepted key on this master"
        self._jobs[jid] = {minion for minion in minions if minion in accepted}

    def _put_to_freed(self, minions):
        """Put the question to nodes that are done with an earlier look."""
        for minion in minions:
            self._policy.note_asked(minion, self._seconds())
        self._put(minions)

    def _collect(self):
        for jid, minions in self._jobs.items():
            returned = self._client.returns(jid) if minions else {}
            for minion in minions & returned.keys():
                self.returns[minion] = received.cleaned(returned[minion])
                self._policy.note_answer(minion, self._seconds())
            minions.difference_update(returned)
        self._put_to_freed([minion for minion in list(self.owed) if not self._owes(minion)])
        for jid, (job, minions) in self._probes.items():
            found = self._client.returns(jid) if minions else {}
            for minion in minions & found.keys() & self._waiting():
                # Late words about an earlier job say nothing of the one that is waited for.
                if self._job(minion) == job:
                    self._note_at_work(minion, bool(found[minion]))
            minions.difference_update(found)

    def _note_at_work(self, minion, at_work):
        self._policy.note_at_work(minion, at_work, self._seconds())
        # Where it is not at work on what it owes, that answer was lost: there is none to wait for.
        if not at_work and self.owed.pop(minion, None):
            self._put_to_freed([minion])

    def _repeat(self):
        """Put the question again to those who have lost it, once."""
        lost = set(self._policy.lost()) - self._repeated if self._repeats else set()
        for minions in self._jobs.values():
            minions.difference_update(lost)
        self._repeated |= lost
        self._put_to_freed(sorted(lost))

    def _ask_whether_at_work(self):
        asked = {}
        for minion in self._policy.to_probe(self._seconds()):
            asked.setdefault(self._job(minion), []).append(minion)
        for job, minions in asked.items():
            jid, accepted = self._client.probe(minions, job)
            self._probes[jid] = (job, set(accepted))

    def _job(self, minion):
        """Return the id of the job that a node is waited for."""
        if minion in self.owed:
            return self.owed[minion]["jid"]
        return next(jid for jid, minions in self._jobs.items() if minion in minions)

    def _give_up(self, minion):
        earlier, name = self.owed.get(minion), self._question.name
        if self._policy.is_lost(minion):
            self.silent[minion] = f"answers, but its return of {name} was lost"
            return
        if self._policy.is_slow(minion):
            self.slow.add(minion)
            at_work = self._policy.is_at_work(minion)
            how = "is still at work on" if at_work else "is there, but has not answered"
            self.silent[minion] = f"{how} {'an earlier ' + earlier['fun'] if earlier else name}"
        else:
            self.silent[minion] = f"did not answer {name}"
        if not earlier:
            self.owed[minion] = {"jid": self._job(minion), "fun": name, "time": self._begin}
