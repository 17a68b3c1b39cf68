"""
What made a node restart, or the others evict it: a chain of judges, the surest first.

A node that fences itself by ``reset`` says why, but its last seconds hardly ever reach the disk. So
the later judges go by what came before, and by how long the others took: they know a node by its
connection and by its heartbeat, and which of the two died first, and how long before the other,
tells what it died of.
"""

from dataclasses import dataclass
from itertools import takewhile

from ocfs2lib import heartbeat
from ocfs2lib.fence import connections as links
from ocfs2lib.fence import log as words
from ocfs2lib.heartbeat import BEAT

#: Verdicts.
DISK, NETWORK, PANIC, CUT = "disk", "network", "panic", "cut"
SHUTDOWN, FROZEN, UNKNOWN = "shutdown", "frozen", "unknown"

_LATE = 5  # seconds by which a timer of a node at work is late at most
_LAST_WORDS = 60  # seconds before the end within which a crash may be the end


@dataclass(frozen=True)
class Finding:
    """A verdict, whether it is proved, what happened in a sentence or two, and the arithmetic."""

    verdict: str
    sure: bool
    summary: str
    margins: tuple = ()


def find(incident, settings):
    """The :class:`Finding` about one incident."""
    found = (judge(incident, settings) for judge in _JUDGES)
    return next(each for each in found if each)


def _said_disk(incident, settings):
    said = incident.of(words.WRITE_TIMEOUT)
    if not said:
        return None
    device, seconds = said[-1].values["device"], said[-1].values["ms"] / 1000
    limit = settings.write_limit
    margins = [f"No heartbeat written for {seconds:.1f} s; the limit is {_write_limit(settings)}."]
    if seconds > limit + _LATE and incident.of(words.APPROVED):
        margins.append("Every node hung for a while, so the limit was counted anew.")
    elif seconds > limit + _LATE:
        margins.append(
            f"The limit was noticed {seconds - limit:.1f} s late: the whole node stood still, as a"
            " paused guest or an overloaded host does."
        )
    summary = f"It could not write its heartbeat to {device} and fenced itself."
    return Finding(DISK, True, summary, tuple(margins))


def _write_limit(settings):
    return heartbeat.write_limit_sum(settings.threshold)


def _said_quorum(incident, settings):
    said = incident.of(words.TOO_FEW, words.HALF)
    if not said:
        return None
    values = said[-1].values
    margins = [
        f"Connected to {values['connected']} of {values['beating']} nodes with a heartbeat, itself"
        f" included; {_wanted(said[-1], settings)}.",
        *_silent_peers(incident, settings),
    ]
    summary = "It lost its connections to the other nodes, and with them the quorum."
    return Finding(NETWORK, True, summary, tuple(margins))


def _wanted(said, settings):
    if said.kind == words.TOO_FEW:
        return f"{said.values['needed']} are needed"
    lowest = said.values["lowest"]
    return f"of two halves the one with the lowest number goes on, {settings.name(lowest)}"


def _silent_peers(incident, settings):
    """A sentence for the connections that died alike, by the node's own words."""
    deaths = {}
    for number, first in links.dead(incident, settings).items():
        deaths.setdefault(_death(first, settings), []).append(settings.name(number))
    delay = f"({settings.threshold} + 2) x {BEAT} s = {settings.decision_delay} s later"
    for death, peers in deaths.items():
        yield f"The connection to {', '.join(peers)} {death}; the quorum is counted {delay}."


def _death(first, settings):
    if first.kind != words.IDLE:
        return "broke"
    seconds = first.values["s"] + first.values["ms"] / 1000
    return f"was silent for {seconds:.1f} s, the idle time-out is {settings.idle:g} s"


def _frozen(incident, settings):
    lives = [_afterlife(sight, incident.number) for sight in incident.evicted().values()]
    signs = [each for life in lives for each in life]
    locks = any(kind == words.LOCK_LOST for kind, _ in signs)
    goes_on = incident.boot and incident.began is None
    joined = any(sight.joined for sight in incident.evicted().values())
    if not (locks or (lives and goes_on and not joined)):
        return None
    dead = settings.dead_after
    margins = [f"The others saw no heartbeat of it for {settings.threshold} x {BEAT} s = {dead} s."]
    if signs:
        back = min(seconds for _, seconds in signs)
        margins.append(f"It was back {back:.1f} s later: it stood still for {dead + back:.0f} s.")
    summary = (
        "It stood still, so the others declared it dead and recovered its locks and its journal."
        " Then it went on, with locks that were no longer its own."
    )
    if not goes_on:
        summary += " It has restarted since."
    return Finding(FROZEN, locks, summary, tuple(margins))


def _afterlife(sight, number):
    """``(kind, seconds after its eviction)`` of what a node did before it joined again."""
    kinds = (words.LINKED, words.LOCK_LOST, words.JOINED)
    later = [each for each in sight.of(*kinds, node=number) if each.time > sight.left.time]
    ghost = takewhile(lambda each: each.kind != words.JOINED, later)
    return [(each.kind, each.time - sight.left.time) for each in ghost]


def _panicked(incident, _settings):
    panics = [each for each in incident.of(words.PANIC) if "very sorry" not in each.text]
    if panics:
        reason = panics[-1].values["reason"]
        return Finding(PANIC, True, f"Its kernel panicked, not because of the cluster: {reason}")
    crashes = [
        each
        for each in incident.of(words.CRASHED)
        if each.time is None or (incident.ended or incident.when) - each.time <= _LAST_WORDS
    ]
    if not crashes or incident.began is None:
        return None
    summary = f"Its kernel crashed, and its log ends there: {crashes[0].values['reason']}"
    return Finding(PANIC, False, summary)


def _ordered(incident, _settings):
    end = incident.ended
    if end and any(end - each.time <= links.SAME for each in incident.of(words.STOPPED)):
        summary = "It was shut down in order."
        if incident.evicted():
            summary += (
                " But it had not left the cluster: the others had to recover it, as a volume was"
                " still mounted."
            )
        return Finding(SHUTDOWN, True, summary)
    if incident.began is not None and incident.seen and not incident.evicted():
        summary = "It had left the cluster in order before it restarted; nothing fenced it."
        return Finding(SHUTDOWN, False, summary)
    return None


def _disk(incident, settings):
    half, dead = settings.write_limit / 2, settings.dead_after
    for sight in incident.evicted().values():
        asked = sight.of(words.ASKED, node=incident.number)
        waited = [sight.left.time - each.time for each in asked if each.time < sight.left.time]
        if waited and waited[-1] <= dead - half + _LATE:
            return _could_not_write(
                f"No heartbeat written for {half:g} s when it asked the others whether they hang"
                f" too, and evicted {waited[-1]:.1f} s later: {half + waited[-1]:.1f} s; its limit"
                f" is {_write_limit(settings)}."
            )
    said = incident.of(words.HUNG, words.APPROVED, words.WRITE_ERROR)
    if not said or said[-1].kind == words.APPROVED or incident.began is None:
        return None
    within = _LATE + (half if said[-1].kind == words.HUNG else 0)
    if said[-1].time is not None and incident.ended - said[-1].time > within:
        return None
    if said[-1].kind == words.HUNG:
        why = f"hung for {half:g} s"
    else:
        why = f"failed for {_failing(incident, settings):.1f} s"
    return _could_not_write(
        f"Its heartbeat {why}, and its log ends within the limit of {_write_limit(settings)}."
    )


def _failing(incident, settings):
    """For how many seconds before the end of the log the heartbeat had failed, as far as told."""
    times = [each.time for each in incident.of(words.WRITE_ERROR) if each.time is not None]
    within = settings.write_limit + _LATE
    return max((waited for each in times if (waited := incident.ended - each) <= within), default=0)


def _could_not_write(margin):
    return Finding(DISK, False, "It could not write its heartbeat and fenced itself.", (margin,))


def _network(incident, settings):
    dead, delay = settings.dead_after, settings.decision_delay
    waits = {name: each or 0 for name, each in links.survived(incident, settings).items()}
    late = {name: each for name, each in waits.items() if each >= delay}
    if not late and (waits or not links.quorum_lost(incident, settings)):
        return None
    margins = list(_silent_peers(incident, settings))
    if late:
        margins.append(
            f"Evicted by {', '.join(late)} {max(late.values()):.1f} s after their connection had"
            f" died. With the quorum counted first that takes"
            f" ({settings.threshold} + 2) x {BEAT} s + {settings.threshold} x {BEAT} s ="
            f" {delay + dead} s; of a node that is dead at once, up to {dead} s."
        )
    summary = "It lost its connections to the other nodes, and with them the quorum."
    return Finding(NETWORK, False, summary, tuple(margins))


def _gone(incident, settings):
    if not incident.evicted():
        return None
    idle, dead, delay = settings.idle, settings.dead_after, settings.decision_delay
    waits = [each for each in links.survived(incident, settings).values() if each is not None]
    if not waits and dead > idle + 2 * links.SAME:
        return _could_not_write(
            f"Its connections lived until it was evicted. Those of a node that is gone count as"
            f" dead after {idle:g} s, {dead - idle:g} s before its heartbeat does, after {dead} s."
        )
    summary = (
        "Heartbeat and connections died at the same moment, without a word: its power was cut, or"
        " it was reset, restarted by force, hung or panicked without a trace."
    )
    if waits:
        margin = (
            f"Evicted {max(waits):.1f} s after its connection had died. Of a node that is dead at"
            f" once, that takes up to {dead} s; with the quorum counted first, {delay + dead} s."
        )
    else:
        margin = (
            f"A dead heartbeat shows after {dead} s and a dead connection after {idle:g} s, so it"
            " can not be told which of them was first: a LUN that hung is possible too."
        )
    return Finding(CUT, False, summary, (margin,))


def _unknown(incident, _settings):
    where = "Its log just ends" if incident.boot else "Its log of the time before is lost"
    return Finding(
        UNKNOWN,
        False,
        f"It restarted. {where}, and no other node noticed: it was in no cluster then, or their"
        " logs do not reach back so far.",
    )


_JUDGES = (
    *(_said_disk, _said_quorum, _frozen, _panicked, _ordered),
    *(_disk, _network, _gone, _unknown),
)
