"""
What made a node restart, or the others evict it: a chain of rules, the surest first.

A node that fences itself by ``reset`` says why, but its last seconds hardly ever reach the disk. So
the later rules use what came before, and how long the others took. The others know a node by its
connection and by its heartbeat. Which of the two ended first, and how long before the other, tells
why the node ended.
"""

from dataclasses import dataclass
from itertools import takewhile

from ocfs2lib import heartbeat
from ocfs2lib.fence import connections
from ocfs2lib.fence import log
from ocfs2lib.heartbeat import BEAT

#: Verdicts.
DISK, NETWORK, PANIC, CUT = "disk", "network", "panic", "cut"
FILESYSTEM = "filesystem"
SHUTDOWN, FROZEN, UNKNOWN = "shutdown", "frozen", "unknown"

_LATE = 5  # seconds by which a timer of a node at work is late at most
_LAST_WORDS = 60  # seconds before the end within which a crash may be the end


@dataclass(frozen=True)
class Cause:
    """A verdict, whether it is proved, what happened in a sentence or two, and the arithmetic."""

    verdict: str
    sure: bool
    summary: str
    margins: tuple = ()


def find(incident, settings):
    """
    Return the :class:`Cause` of one incident; it is UNKNOWN if no other rule applies.

    incident
        An :class:`incident.Incident`.
    settings
        The :class:`settings.Settings` of the cluster.
    """
    causes = (rule(incident, settings) for rule in _RULES)
    return next(each for each in causes if each)


def _logged_disk(incident, settings):
    logged = incident.of(log.WRITE_TIMEOUT)
    if not logged:
        return None
    device, seconds = logged[-1].values["device"], logged[-1].values["ms"] / 1000
    limit = settings.write_limit
    margins = [f"No heartbeat written for {seconds:.1f} s; the limit is {_write_limit(settings)}."]
    if seconds > limit + _LATE and incident.of(log.APPROVED):
        margins.append("Every node hung for a while, so the limit was counted anew.")
    elif seconds > limit + _LATE:
        margins.append(
            f"The limit was noticed {seconds - limit:.1f} s late: the whole node stood still, as a"
            " paused guest or an overloaded host does."
        )
    summary = f"It could not write its heartbeat to {device} and fenced itself."
    return Cause(DISK, True, summary, tuple(margins))


def _write_limit(settings):
    return heartbeat.write_limit_sum(settings.threshold)


def _logged_quorum(incident, settings):
    logged = incident.of(log.TOO_FEW, log.HALF)
    if not logged:
        return None
    values = logged[-1].values
    margins = [
        f"Connected to {values['connected']} of {values['beating']} nodes with a heartbeat, itself"
        f" included; {_needed(logged[-1], settings)}.",
        *_silent_peers(incident, settings),
    ]
    summary = "It lost its connections to the other nodes, and with them the quorum."
    return Cause(NETWORK, True, summary, tuple(margins))


def _needed(event, settings):
    if event.kind == log.TOO_FEW:
        return f"{event.values['needed']} are needed"
    lowest = event.values["lowest"]
    return f"of two halves the one with the lowest number goes on, {settings.name(lowest)}"


def _silent_peers(incident, settings):
    """Yield a sentence for each way in which connections died, by the node's own log."""
    deaths = {}
    for number, first in connections.dead(incident, settings).items():
        deaths.setdefault(_death(first, settings), []).append(settings.name(number))
    delay = f"({settings.threshold} + 2) x {BEAT} s = {settings.decision_delay} s later"
    for death, peers in deaths.items():
        yield f"The connection to {', '.join(peers)} {death}; the quorum is counted {delay}."


def _death(first, settings):
    if first.kind != log.IDLE:
        return "broke"
    seconds = first.values["s"] + first.values["ms"] / 1000
    return f"was silent for {seconds:.1f} s, the idle time-out is {settings.idle:g} s"


def _frozen(incident, settings):
    observations = incident.evicted().values()
    signs = [each for one in observations for each in _after_eviction(one, incident.number)]
    locks = any(kind == log.LOCK_LOST for kind, _ in signs)
    goes_on = incident.boot and incident.began is None
    joined = any(each.joined for each in observations)
    if not (locks or (observations and goes_on and not joined)):
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
    return Cause(FROZEN, locks, summary, tuple(margins))


def _after_eviction(observation, number):
    """Return ``(kind, seconds after its eviction)`` of what a node did before it joined again."""
    kinds = (log.LINKED, log.LOCK_LOST, log.JOINED)
    later = [
        each for each in observation.of(*kinds, node=number) if each.time > observation.left.time
    ]
    before = takewhile(lambda each: each.kind != log.JOINED, later)
    return [(each.kind, each.time - observation.left.time) for each in before]


def _filesystem(incident, _settings):
    """fs/ocfs2 stops a node by a panic rather than let it go on with a volume it cannot trust."""
    panics = [each for each in incident.of(log.PANIC) if each.is_of_filesystem]
    aborted = _last_words(incident, log.ABORTED)
    if incident.began is None or not (panics or aborted):
        return None
    said = [*incident.of(log.ABORTED, log.DAMAGED), *panics][0]
    device = said.values.get("device")
    summary = f"The filesystem{f' on {device}' if device else ''} stopped it: "
    summary += f"{said.values['reason']}."
    if failed_io(incident.of(*_FAILED_IO)):
        summary += " Before that, reads or writes of the LUN had failed."
    elif incident.of(log.DAMAGED):
        summary += " What it had read is damaged."
    return Cause(FILESYSTEM, bool(panics), summary)


_FAILED_IO = (log.PATH, log.WRITE_ERROR, log.JOURNAL_ABORTED)


def failed_io(events):
    """Return whether some events say that reads or writes of a LUN failed."""
    return any(each.kind in _FAILED_IO for each in events)


def _last_words(incident, *kinds):
    """Return the events of some kinds that pstore kept, or that stand close to the end."""
    return [
        each
        for each in incident.of(*kinds)
        if each.time is None or (incident.ended or incident.when) - each.time <= _LAST_WORDS
    ]


def _panicked(incident, _settings):
    panics = [each for each in incident.of(log.PANIC) if not each.is_fencing]
    crashes = _last_words(incident, log.CRASHED)
    if panics and crashes:
        return Cause(PANIC, True, f"Its kernel crashed: {crashes[0].text}")
    if panics:
        reason = panics[-1].values["reason"]
        return Cause(PANIC, True, f"Its kernel panicked, not because of the cluster: {reason}")
    if not crashes or incident.began is None:
        return None
    summary = f"Its kernel crashed, and its log ends there: {crashes[0].text}"
    return Cause(PANIC, False, summary)


def _ordered(incident, _settings):
    end = incident.ended
    if end and any(end - each.time <= connections.SAME for each in incident.of(log.STOPPED)):
        summary = "It was shut down in order."
        if incident.evicted():
            summary += (
                " But it had not left the cluster: the others had to recover it, as a volume was"
                " still mounted."
            )
        return Cause(SHUTDOWN, True, summary)
    if incident.began is not None and incident.seen and not incident.evicted():
        summary = "It had left the cluster in order before it restarted; nothing fenced it."
        return Cause(SHUTDOWN, False, summary)
    return None


def _disk(incident, settings):
    half, dead = settings.write_limit / 2, settings.dead_after
    for observation in incident.evicted().values():
        asked = observation.of(log.ASKED, node=incident.number)
        waited = [
            observation.left.time - each.time for each in asked if each.time < observation.left.time
        ]
        if waited and waited[-1] <= dead - half + _LATE:
            return _could_not_write(
                f"No heartbeat written for {half:g} s when it asked the others whether they hang"
                f" too, and evicted {waited[-1]:.1f} s later: {half + waited[-1]:.1f} s; its limit"
                f" is {_write_limit(settings)}."
            )
    logged = incident.of(log.HUNG, log.APPROVED, log.WRITE_ERROR)
    if not logged or logged[-1].kind == log.APPROVED or incident.began is None:
        return None
    within = _LATE + (half if logged[-1].kind == log.HUNG else 0)
    if logged[-1].time is not None and incident.ended - logged[-1].time > within:
        return None
    if logged[-1].kind == log.HUNG:
        why = f"hung for {half:g} s"
    else:
        why = f"failed for {_failing(incident, settings):.1f} s"
    return _could_not_write(
        f"Its heartbeat {why}, and its log ends within the limit of {_write_limit(settings)}."
    )


def _failing(incident, settings):
    """Return for how many seconds before the end of the log the heartbeat had failed."""
    times = [each.time for each in incident.of(log.WRITE_ERROR) if each.time is not None]
    within = settings.write_limit + _LATE
    return max((waited for each in times if (waited := incident.ended - each) <= within), default=0)


def _could_not_write(margin):
    return Cause(DISK, False, "It could not write its heartbeat and fenced itself.", (margin,))


def _network(incident, settings):
    dead, delay = settings.dead_after, settings.decision_delay
    waits = {name: each or 0 for name, each in connections.survived(incident, settings).items()}
    late = {name: each for name, each in waits.items() if each >= delay}
    if not late and (waits or not connections.quorum_lost(incident, settings)):
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
    return Cause(NETWORK, False, summary, tuple(margins))


def _dead_at_once(incident, settings):
    if not incident.evicted():
        return None
    idle, dead, delay = settings.idle, settings.dead_after, settings.decision_delay
    waits = [each for each in connections.survived(incident, settings).values() if each is not None]
    if not waits and dead > idle + 2 * connections.SAME:
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
            " cannot be told which of them was first: a LUN that hung is possible too."
        )
    return Cause(CUT, False, summary, (margin,))


def _all_at_once(incident, _settings):
    if not incident.all_ended:
        return None
    names = ", ".join(incident.together)
    return Cause(
        CUT,
        False,
        f"Its log just ends, and so do those of all others ({names}), at the same time: something"
        " that all of them need has failed, their power or their array.",
    )


def _unknown(incident, _settings):
    where = "Its log just ends" if incident.boot else "Its log of the time before is lost"
    return Cause(
        UNKNOWN,
        False,
        f"It restarted. {where}, and no other node noticed: it was in no cluster then, or their"
        " logs do not reach back so far.",
    )


_RULES = (
    *(_logged_disk, _logged_quorum, _frozen, _filesystem, _panicked, _ordered),
    *(_disk, _network, _dead_at_once, _all_at_once, _unknown),
)
