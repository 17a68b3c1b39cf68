"""
How long a node is waited for: from what it sent, and when, to whom to ask whether it is still at
work, and whom to give up. Every time is in seconds of one clock.

A node that is slow is not silent, and a node that is silent is not dead. So a node is waited for as
long as anything comes from it: a return of any job counts. One that sends nothing is given up
after a while, which grows with what is known of the machines: the time that the slowest of the
others needed for the same question, and the time that its own last looks took. As long as nobody at
all has answered, the likeliest cause is a slow master or network, and all are waited for as in a
run that changes something.
"""

#: How long a node that sends nothing is waited for, at the least: for somebody who looks on.
LOOK = 15
#: The same for a run that changes something, and as long as nobody has answered.
WORK = 120
#: The same for a job that keeps a node busy, and the longest that such a wait grows to by itself.
LONGEST = 360
#: So many times as long as others, or its own last looks, may a node take before it is given up.
_FACTOR = 3
#: A node that answers so many questions with "not at work on that", and has not returned, never
#: will. Once is not enough: its job may just begin, or its return be on its way.
_IDLE = 2
#: So many last looks tell how long one takes.
_KEPT = 5


class WaitPolicy:
    """
    Decide how long the nodes that were asked one question are waited for.

    minions
        The ids of those who are asked.
    least
        Seconds that a node which sends nothing is waited for at the least: :data:`LOOK`,
        :data:`WORK`, :data:`LONGEST`.
    limit
        Seconds after which a node is given up even if it still is at work.
    usual
        ``{minion id: seconds}`` that its last looks took, where that is known.
    bound
        Seconds after which everybody is given up, whatever they send; None for no such bound.
    """

    def __init__(self, minions, least, limit, usual=None, bound=None):
        self._least, self._limit, self._bound = least, limit, bound
        self._usual = dict(usual or {})
        self._waiting = dict.fromkeys(minions, 0.0)  # when each was asked
        # When something last came, when it was last asked whether it is at work, how often it said
        # no, and how long ago it was asked what it still owes.
        self._seen, self._probed, self._idle, self._earlier = {}, {}, {}, {}
        self._slowest = None
        #: ``{minion id: seconds}`` from the question to the answer.
        self.took = {}

    def note_earlier_question(self, minion, seconds):
        """Note that a node was asked so long ago what it has to end before it is asked this."""
        self._earlier[minion] = seconds

    def note_asked(self, minion, now):
        """Note that a node is asked only now; until then it was busy with an earlier question."""
        self._waiting[minion] = now
        self._earlier.pop(minion, None)
        self._idle.pop(minion, None)
        self._seen[minion] = now

    def note_answer(self, minion, now):
        """Note that a node has returned what it was asked."""
        asked = self._waiting.pop(minion, None)
        if asked is not None:
            self.took[minion] = now - asked
            self._slowest = max(self._slowest or 0, now - asked)

    def note_sign_of_life(self, minion, now):
        """Note that anything else came from a node."""
        if minion in self._waiting:
            self._seen[minion] = now

    def note_at_work(self, minion, at_work, now):
        """Note that a node has said whether it is at work on the question."""
        self.note_sign_of_life(minion, now)
        self._probed.pop(minion, None)
        self._idle[minion] = 0 if at_work else self._idle.get(minion, 0) + 1

    def forget(self, minion):
        """Do not wait for a node."""
        self._waiting.pop(minion, None)

    def is_slow(self, minion):
        """Tell whether something came from a node since it was asked, so that it is not silent."""
        return minion in self._seen

    def is_at_work(self, minion):
        """Tell whether a node has said that it is at work on what it is waited for."""
        return self._idle.get(minion) == 0

    def is_lost(self, minion):
        """Tell whether a node has said that it is not at work on what it never returned."""
        return self._idle.get(minion, 0) >= _IDLE

    def lost(self):
        """Return the nodes of which that is known."""
        return [minion for minion in self._waiting if self.is_lost(minion)]

    def to_probe(self, now):
        """Return the nodes to ask now whether they are at work: a third of their time is over."""
        found = []
        for minion in self._waiting:
            longest = self._longest(minion)
            quiet = now - self._last(minion)
            # An earlier such question may be lost; until then a slow node is not asked again.
            since = now - self._probed.get(minion, -longest)
            if quiet > longest / _FACTOR and since > longest / 2:
                found.append(minion)
                self._probed[minion] = now
        return found

    def given_up(self, now):
        """Return the nodes that are not waited for any longer."""
        return [minion for minion in self._waiting if self._is_over(minion, now)]

    def _is_over(self, minion, now):
        if self._bound is not None:
            return now >= self._bound
        if self.is_lost(minion) or now >= self._limit:
            return True
        # What hangs there is not waited for anew by each question.
        if self.is_at_work(minion) and now + self._earlier.get(minion, 0) >= self._limit:
            return True
        return now - self._last(minion) >= self._longest(minion)

    def _last(self, minion):
        return max(self._waiting[minion], self._seen.get(minion, 0))

    def _longest(self, minion):
        """Return the seconds for which nothing may come from a node."""
        if self._bound is not None:
            return self._bound
        known = max(self._slowest or 0, self._usual.get(minion, 0))
        least = self._least
        if self._slowest is None or minion in self._seen:
            least = max(least, WORK)
        return max(least, min(_FACTOR * known, LONGEST))


class PastDurations:
    """
    Know how long the last looks at each node took.

    record
        What :meth:`with_more` returned for the looks before, or whatever else a cache had.
    """

    def __init__(self, record):
        kept = record.items() if isinstance(record, dict) else ()
        self._last = {
            minion: [each for each in times if isinstance(each, int | float)]
            for minion, times in kept
            if isinstance(times, list)
        }

    def usual(self):
        """Return ``{minion id: seconds}``, the longest of them."""
        return {minion: max(times) for minion, times in self._last.items() if times}

    def with_more(self, took):
        """Return the record with one more look, in which each node took so many seconds."""
        more = {minion: [*self._last.get(minion, ()), round(t, 1)] for minion, t in took.items()}
        return {minion: times[-_KEPT:] for minion, times in {**self._last, **more}.items()}
