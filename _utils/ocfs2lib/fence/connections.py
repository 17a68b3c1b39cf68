"""
The connections of a node that restarted or was evicted, and how they died.
"""

from ocfs2lib.fence import log as words

SAME = 3  # seconds between what happens at once
_UNSAVED = 45  # seconds that a journal may lack at its end when a node restarts at once
_TROUBLE = (words.IDLE, words.BROKEN, words.LOST, words.UNREACHABLE)


def trouble(events, until, idle):
    """
    What began the death of a connection; None if it was alive.

    events
        The events about it, oldest first.
    until
        Until when they count.
    idle
        The idle time-out in seconds. A connection that was idle and comes to life again does so
        without a word; one that does not is idle once more after as long.
    """
    first = last = None
    for each in events:
        if each.time >= until:
            break
        if each.kind == words.LINKED:
            first = last = None
        elif each.kind in _TROUBLE:
            first = each if first is None or _revived(last, each.time, idle) else first
            last = each
    return None if _revived(last, until, idle) else first


def _revived(last, until, idle):
    return last is not None and last.kind == words.IDLE and until - last.time > 1.5 * idle


def dead(incident, settings):
    """``{number: what began it}`` of a node's connections that were dead when its log ends."""
    end = incident.ended or incident.when
    ours = [each for each in incident.own if each.kind in (*_TROUBLE, words.LINKED)]
    numbers = sorted({each.node for each in ours})
    began = {
        number: trouble([each for each in ours if each.node == number], end + 1, settings.idle)
        for number in numbers
    }
    return {number: first for number, first in began.items() if first}


def survived(incident, settings):
    """
    By how many seconds a node's heartbeat survived its connection, as each saw it who evicted it.

    Returns ``{name: seconds}``; None where the connection lived to the end.
    """
    found = {}
    for name, sight in incident.evicted().items():
        events = sight.of(*_TROUBLE, words.LINKED, node=incident.number)
        first = trouble(events, sight.left.time - SAME, settings.idle)
        found[name] = sight.left.time - first.time if first else None
    return found


def quorum_lost(incident, settings):
    """Whether the connections that were dead when a node's log ends cost it the quorum."""
    lost = dead(incident, settings)
    if not lost or incident.began is None:
        return False
    since = incident.ended - max(each.time for each in lost.values())
    total, connected = len(settings.numbers), len(settings.numbers) - len(lost)
    half = connected * 2 == total and min(settings.numbers.values()) in lost
    return (half or connected * 2 < total) and since >= settings.decision_delay - _UNSAVED


def others_lost(incident, settings):
    """The names of nodes that lost connections among themselves at the time."""
    window = settings.idle + settings.decision_delay + settings.dead_after
    return [
        name
        for name, sight in incident.seen.items()
        if any(
            each.node != incident.number and abs(each.time - sight.left.time) <= window
            for each in sight.of(*_TROUBLE)
        )
    ]
