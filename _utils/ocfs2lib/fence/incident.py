"""
The restarts and evictions of a node that the logs tell of, and the lines that belong to each.

Clocks differ. So times of two nodes are compared in this file alone, generously, and only to find
out what belongs together; there, each node's lines keep the order and the times of its own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from ocfs2lib.fence import log

_AROUND = 900  # seconds before and after that may have something to do with it
_BURST = 30  # seconds within which a node leaves the domains of all its volumes
#: Seconds by which two clocks may differ: if their offset is known, and if not.
_KNOWN, _UNKNOWN = 60, 300
#: Seconds after which a booting node has moved what pstore kept.
_MOVED = 1800
#: So many incidents of one node are told at the most, the newest; each looks at all logs.
_MOST = 64


@dataclass(frozen=True)
class Observation:
    """
    What another node saw, by its own clock: how the node left it, the events around that, and
    whether it joined again at any time later, which takes a restart or a new mount.
    """

    left: log.Event
    events: tuple
    joined: bool

    def of(self, *kinds, node=None):
        """Return the events of some kinds, about one node unless that is None."""
        return [each for each in self.events if each.kind in kinds and node in (None, each.node)]


@dataclass(frozen=True)
class Incident:
    """
    One restart of a node, or one eviction without a restart.

    ``boot`` is the boot that ended, or went on; None if its log is lost. ``began`` is when the next
    one did, None if there was none. ``own`` are the events of its last minutes, ``kept`` those that
    pstore kept, ``seen`` is ``{name: Observation}`` of the others. ``when`` is by the node's clock.
    ``together`` is ``{name: own events of its last minutes}`` of the nodes that ended at the same
    time, ``answered`` how many other logs there are.
    """

    node: str
    number: int | None
    when: float
    boot: log.Boot | None = None
    began: float | None = None
    own: tuple = ()
    kept: tuple = ()
    seen: dict = field(default_factory=dict)
    together: dict = field(default_factory=dict)
    answered: int = 0

    @property
    def all_ended(self):
        """Return whether every node whose log is known ended at that time."""
        return bool(self.together) and len(self.together) == self.answered

    @property
    def ended(self):
        """Return when the log of the boot ends, None if it goes on or is lost."""
        return self.boot.last if self.boot and self.began is not None else None

    def of(self, *kinds):
        """Return the node's own events of some kinds, in its journal and then in pstore."""
        return [each for each in (*self.own, *self.kept) if each.kind in kinds]

    def evicted(self):
        """Return ``{name: Observation}`` of the nodes that had to recover it."""
        return {
            name: observation
            for name, observation in self.seen.items()
            if observation.left.kind == log.EVICTED
        }


def incidents(node, logs, settings):
    """
    Return every incident of a node since the time that is asked for, newest first.

    node
        Its name.
    logs
        ``{name: Log}`` of all nodes that have answered.
    settings
        The cluster's, see ``fence.settings``.
    """
    number, node_log = settings.numbers.get(node), logs.get(node, log.Log())
    departures = _Departures(node, number, logs, settings)
    found = []
    for before, after in reversed(list(_pairs((None, *node_log.boots)))):
        seen = departures.take(before.last if before else None, after.first)
        # Before the first boot that a journal tells of there need not have been another.
        if before or seen:
            found.append(_restart(departures, node_log, (before, after), seen))
    for _ in range(_MOST):
        when = departures.last_eviction()
        if when is None:
            break
        found.append(_eviction(departures, node_log, when))
    found = [each for each in found if each.when >= settings.since]
    return sorted(found, key=lambda each: each.when, reverse=True)


def _restart(departures, node_log, boots, seen):
    before, after = boots
    own = [each for each in node_log.events if before and each.boot == before.id]
    first, last = before.last if before else 0, min(after.first + _MOVED, after.last)
    kept = [crash for crash in node_log.crashes if first - 1 <= crash.time <= last]
    return Incident(
        departures.node,
        departures.number,
        before.last if before else after.first,
        before,
        after.first,
        tuple(each for each in own if each.time >= before.last - _AROUND),
        tuple(each for crash in kept for each in crash.events),
        seen,
        departures.ended_with(boots) if before else {},
        departures.others,
    )


def _eviction(departures, node_log, when):
    seen = departures.take(when, when)
    boots = [each for each in node_log.boots if each.first <= when <= each.last + _UNKNOWN]
    own = [each for each in node_log.events if boots and each.boot == boots[-1].id]
    return Incident(
        departures.node,
        departures.number,
        when,
        boots[-1] if boots else None,
        None,
        tuple(each for each in own if abs(each.time - when) <= _AROUND),
        (),
        seen,
    )


class _Departures:
    """Each time that the others saw a node leave; each belongs to one incident only."""

    def __init__(self, node, number, logs, settings):
        self.node, self.number = node, number
        self._logs = {name: each for name, each in logs.items() if name != node}
        self._ahead = settings.ahead
        self._left = {name: list(_find(each, number)) for name, each in self._logs.items()}

    @property
    def others(self):
        """Return how many logs of other nodes there are."""
        return len(self._logs)

    def ended_with(self, boots):
        """
        Return ``{name: events of its last minutes}`` of the other nodes that ended too.

        boots
            The node's own: the one that ended, and the next.
        """
        ended, began = boots[0].last, boots[1].first
        found = {}
        for name, each in self._logs.items():
            for before, after in _pairs(each.boots):
                its_end, its_begin = self._own(name, before.last), self._own(name, after.first)
                near = abs(its_end - ended) <= self._slack(name)
                if near and its_end <= began and ended <= its_begin:
                    found[name] = tuple(
                        event
                        for event in each.events
                        if event.boot == before.id and event.time >= before.last - _AROUND
                    )
        return found

    def take(self, ended, began):
        """
        Return ``{name: Observation}`` of the others for what happened between two times.

        ended, began
            By the node's clock; the first may be None, if it is not known.
        """
        seen = {}
        for name, departures in self._left.items():
            slack = self._slack(name)
            near = [
                each
                for each in departures
                if (ended is None or self._time(name, each) >= ended - slack)
                and self._time(name, each) <= began + slack
            ]
            if near:
                seen[name] = self._observation(name, self._best(name, near, ended or began))
        return seen

    def last_eviction(self):
        """Return when the others last evicted it, of what is not taken yet, by the node's clock."""
        times = [
            self._time(name, each)
            for name, departures in self._left.items()
            for each in departures
            if each.kind == log.EVICTED
        ]
        return max(times, default=None)

    def _best(self, name, near, when):
        return min(
            near,
            key=lambda each: (each.kind != log.EVICTED, abs(self._time(name, each) - when)),
        )

    def _observation(self, name, left):
        self._left[name].remove(left)
        events = self._logs[name].events
        return Observation(
            left,
            tuple(each for each in events if abs(each.time - left.time) <= _AROUND),
            any(
                (each.kind, each.node) == (log.JOINED, self.number) and each.time > left.time
                for each in events
            ),
        )

    def _slack(self, name):
        return _KNOWN if {name, self.node} <= self._ahead.keys() else _UNKNOWN

    def _time(self, name, event):
        return self._own(name, event.time)

    def _own(self, name, time):
        """Return a time of another node's clock by the node's own."""
        return time - self._ahead.get(name, 0) + self._ahead.get(self.node, 0)


def _find(node_log, number):
    """Yield, of each time that a node left, the first eviction, or else its last message."""
    burst = []
    for each in node_log.events:
        if each.kind in (log.EVICTED, log.LEFT) and each.node == number is not None:
            if burst and each.time - burst[-1].time > _BURST:
                yield _departure(burst)
                burst = []
            burst.append(each)
    if burst:
        yield _departure(burst)


def _departure(burst):
    return next((each for each in burst if each.kind == log.EVICTED), burst[-1])


def _pairs(boots):
    """Each boot with the next one."""
    return zip(boots, boots[1:])
