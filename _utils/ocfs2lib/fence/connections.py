"""
The connections of a node that restarted or was evicted, and how they ended.
"""

from ocfs2lib.fence import log

SAME = 3  # seconds between what happens at once
_UNSAVED = 45  # seconds that a journal may lack at its end when a node restarts at once
_TROUBLE = (log.IDLE, log.BROKEN, log.LOST, log.UNREACHABLE)


def first_trouble(events, until, idle):
    """
    Return the event that began the end of a connection; None if it was up.

    events
        The events about it, oldest first.
    until
        Until when they count.
    idle
        The idle time-out in seconds. A connection that was idle and recovers does so without a
        message; one that does not is idle once more after as long.
    """
    first = last = None
    for each in events:
        if each.time >= until:
            break
        if each.kind == log.LINKED:
            first = last = None
        elif each.kind in _TROUBLE:
            first = each if first is None or _recovered(last, each.time, idle) else first
            last = each
    return None if _recovered(last, until, idle) else first


def _recovered(last, until, idle):
    return last is not None and last.kind == log.IDLE and until - last.time > 1.5 * idle


def dead(incident, settings):
    """
    Return ``{number: first event}`` of the connections that were dead when a node's log ends.

    incident, settings
        As for :func:`cause.find`; so for all functions below.
    """
    end = incident.ended or incident.when
    own = [each for each in incident.own if each.kind in (*_TROUBLE, log.LINKED)]
    numbers = sorted({each.node for each in own})
    began = {
        number: first_trouble([each for each in own if each.node == number], end + 1, settings.idle)
        for number in numbers
    }
    return {number: first for number, first in began.items() if first}


def survived(incident, settings):
    """
    Return by how many seconds a node's heartbeat outlived its connections.

    That is ``{name: seconds}`` for each node that evicted it, by what that node saw; None where the
    connection was up to the end.
    """
    found = {}
    for name, observation in incident.evicted().items():
        events = observation.of(*_TROUBLE, log.LINKED, node=incident.number)
        first = first_trouble(events, observation.left.time - SAME, settings.idle)
        found[name] = observation.left.time - first.time if first else None
    return found


def quorum_lost(incident, settings):
    """Return whether the connections that were dead when a node's log ends cost it the quorum."""
    lost = dead(incident, settings)
    if not lost or incident.began is None:
        return False
    since = incident.ended - max(each.time for each in lost.values())
    total, connected = len(settings.numbers), len(settings.numbers) - len(lost)
    half = connected * 2 == total and min(settings.numbers.values()) in lost
    return (half or connected * 2 < total) and since >= settings.decision_delay - _UNSAVED


def others_lost(incident, settings):
    """Return the names of nodes that lost connections among themselves at the time."""
    window = settings.idle + settings.decision_delay + settings.dead_after
    return [
        name
        for name, observation in incident.seen.items()
        if any(
            each.node != incident.number and abs(each.time - observation.left.time) <= window
            for each in observation.of(*_TROUBLE)
        )
    ]
