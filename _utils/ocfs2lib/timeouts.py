"""
How long a node is waited for: from what came of it, and when, to whom to ask whether it is still
at work, and whom to give up. Pure; every time is in seconds of one clock.

A node that is slow is not silent, and a node that is silent is not dead. So a node is waited for as
long as anything comes from it: a return of any job counts. One from which nothing comes is given up
after its share of patience, which grows with what is known of the machines: the time that the
slowest of the others needed for the same question, and the time that its own last looks took. As
long as nobody at all has answered, the likeliest cause is a slow master or network, and all get
the patience of a run that changes something.
"""

#: Patience with a node of which nothing is heard, at the least: for somebody who looks on.
LOOK = 15
#: The same for a run that changes something, and as long as nobody has answered.
WORK = 120
#: The same for a job that keeps a node busy, and the most that patience grows to by itself.
LOST = 360
#: So many times as long as others, or its own last looks, may a node take before it is given up.
_TIMES = 3
#: A node that answers so many questions with "not at work on that", and has not returned, never
#: will. Once is not enough: its job may just begin, or its return be on its way.
_IDLE = 2
#: So many last looks tell how long one takes.
_KEPT = 5


class Patience:
    """
    minions
        The ids of those who are asked.
    least
        Patience with a node of which nothing is heard: :data:`LOOK`, :data:`WORK`, :data:`LOST`.
    limit
        Seconds after which a node is given up even if it still is at work.
    usual
        ``{minion id: seconds}`` that its last looks took, where that is known.
    bound
        Seconds after which everybody is given up whatever is heard; None for no such bound.
    """

    def __init__(self, minions, least, limit, usual=None, bound=None):
        self._least, self._limit, self._bound = least, limit, bound
        self._usual = dict(usual or {})
        self._waiting = dict.fromkeys(minions, 0.0)  # when each was asked
        self._heard, self._asked, self._idle, self._busy_for = {}, {}, {}, {}
        self._slowest = None
        #: ``{minion id: seconds}`` from the question to the answer.
        self.took = {}

    def busy_for(self, minion, seconds):
        """The node was asked something so long ago that has to end before it is asked this."""
        self._busy_for[minion] = seconds

    def put(self, minion, now):
        """The question has been put to the node now; until then it was busy with an earlier one."""
        self._waiting[minion] = now
        self._busy_for.pop(minion, None)
        self._idle.pop(minion, None)
        self._heard[minion] = now

    def forget(self, minion):
        """The node is not waited for."""
        self._waiting.pop(minion, None)

    def answered(self, minion, now):
        """The node has returned what it was asked."""
        begun = self._waiting.pop(minion, None)
        if begun is not None:
            self.took[minion] = now - begun
            self._slowest = max(self._slowest or 0, now - begun)

    def heard(self, minion, now):
        """Something else came from the node."""
        if minion in self._waiting:
            self._heard[minion] = now

    def found(self, minion, at_work, now):
        """The node has said whether it is at work on the question."""
        self.heard(minion, now)
        self._asked.pop(minion, None)
        self._idle[minion] = 0 if at_work else self._idle.get(minion, 0) + 1

    def is_slow(self, minion):
        """Whether the node was heard since it was asked, so that it is not silent."""
        return minion in self._heard

    def is_at_work(self, minion):
        """Whether the node has said that it is at work on what it is waited for."""
        return self._idle.get(minion) == 0

    def is_lost(self, minion):
        """Whether the node has said that it is not at work on what it never returned."""
        return self._idle.get(minion, 0) >= _IDLE

    def lost(self):
        """Those of whom that is known."""
        return [minion for minion in self._waiting if self.is_lost(minion)]

    def to_ask(self, now):
        """Those to ask now whether they are at work: nothing came for a third of the patience."""
        found = []
        for minion in self._waiting:
            patience = self._patience(minion)
            quiet = now - self._last(minion)
            # An earlier such question may be lost; until then a slow node is not asked again.
            since = now - self._asked.get(minion, -patience)
            if quiet > patience / _TIMES and since > patience / 2:
                found.append(minion)
                self._asked[minion] = now
        return found

    def given_up(self, now):
        """Those whose time, or with whom the patience, is over."""
        return [minion for minion in self._waiting if self._is_over(minion, now)]

    def _is_over(self, minion, now):
        if self._bound is not None:
            return now >= self._bound
        if self.is_lost(minion) or now >= self._limit:
            return True
        # What hangs there is not waited for anew by each question.
        if self.is_at_work(minion) and now + self._busy_for.get(minion, 0) >= self._limit:
            return True
        return now - self._last(minion) >= self._patience(minion)

    def _last(self, minion):
        return max(self._waiting[minion], self._heard.get(minion, 0))

    def _patience(self, minion):
        """Seconds for which nothing may come from a node."""
        if self._bound is not None:
            return self._bound
        known = max(self._slowest or 0, self._usual.get(minion, 0))
        least = self._least
        if self._slowest is None or minion in self._heard:
            least = max(least, WORK)
        return max(least, min(_TIMES * known, LOST))


class Times:
    """
    How long the last looks at each node took.

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
        """``{minion id: seconds}``, the longest of them."""
        return {minion: max(times) for minion, times in self._last.items() if times}

    def with_more(self, took):
        """The record with one more look, in which each node took so many seconds."""
        more = {minion: [*self._last.get(minion, ()), round(t, 1)] for minion, t in took.items()}
        return {minion: times[-_KEPT:] for minion, times in {**self._last, **more}.items()}
