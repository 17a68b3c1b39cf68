"""
What to do about a node that restarted or was evicted: where to look, what to type, and which key
of pillar to set to which value.
"""

import math
from dataclasses import dataclass

from ocfs2lib import commands
from ocfs2lib import heartbeat
from ocfs2lib.fence import cause
from ocfs2lib.fence import connections
from ocfs2lib.fence import log
from ocfs2lib.heartbeat import BEAT
from ocfs2lib.parsers import multipathd
from ocfs2lib.san import multipath_conf
from ocfs2lib.san import timeout_budget

_USUAL_THRESHOLD = 61  # the threshold that vendors advise with multipath
_USUAL_IDLE_SECONDS = 60  # seconds, the idle time-out that they advise with bonded links


@dataclass(frozen=True)
class Advice:
    """What to do, and what to type for it, if anything."""

    text: str
    command: str = ""


#: If nothing is found at all.
NOTHING = (Advice("Ask again with an earlier time, and while every node answers."),)


def advice(found, incident, settings, persistent=True):
    """
    Return what to do, as a tuple of :class:`Advice`, the first thing first.

    found
        The :class:`cause.Cause`.
    incident
        The :class:`incident.Incident` that it is the cause of.
    settings
        The :class:`settings.Settings` of the cluster.
    persistent
        Whether the node's journal outlives a restart.
    """
    pieces = list(_BY_VERDICT[found.verdict](incident, settings))
    if found.verdict in (cause.DISK, cause.NETWORK, cause.CUT) and not found.sure:
        pieces.append(_last_words(settings))
    if not persistent:
        pieces.append(
            Advice(
                f"The journal of {incident.node} does not outlive a restart. There:",
                "mkdir -p /var/log/journal && journalctl --flush",
            )
        )
    return tuple(pieces)


def _last_words(settings):
    if settings.fence_method == "panic":
        return Advice(
            "A panic leaves its last words only where the firmware keeps them or kdump is set up."
            " On the node, what there is:",
            "ls -lR /sys/fs/pstore /var/lib/systemd/pstore /var/crash",
        )
    return Advice(
        "With fence_method reset, the last words of a node never reach its disk. Write"
        " fence_method: panic under ocfs2:cluster to have them kept in pstore or by kdump. A"
        " cluster at work takes it:",
        commands.ORCHESTRATE,
    )


def _disk(incident, settings):
    if _all_lost_lun(incident):
        yield _ARRAY
        return
    hung = [name for name, each in incident.seen.items() if each.of(log.HUNG, log.WRITE_ERROR)]
    if hung:
        where = f"{_joined(hung)} hung as well: look at the array and the fabric. On each node:"
    elif incident.seen:
        where = (
            f"The others went on writing: look at what {incident.node} has of its own, adapter,"
            " cable, switch port, zoning. There:"
        )
    else:
        where = f"Look at the paths to the LUN. On {incident.node}:"
    yield Advice(where, "multipath -ll")
    yield from _limit(settings)


#: No limit of a node helps against that.
_ARRAY = Advice(
    "All nodes lost the LUN at the same time: look at the array and the fabric. On each node:",
    "multipath -ll",
)


def _all_lost_lun(incident):
    """Return whether reads or writes failed on every node, and all of them ended."""
    return incident.all_ended and all(map(cause.failed_io, incident.together.values()))


def _filesystem(incident, settings):
    if not cause.failed_io((*incident.own, *incident.kept)):
        yield Advice(
            "Check the volume before it does more harm, with the key of its LUN:",
            commands.orchestrate("fsck", lun="KEY", outage="KEY"),
        )
        return
    if _all_lost_lun(incident):
        yield _ARRAY
    else:
        yield Advice(f"Look at the paths to the LUN. On {incident.node}:", "multipath -ll")
    waits = _longest_wait(settings.multipath)
    if waits and waits[1] == 0:
        yield _queueing(waits[0], settings.threshold)


def _limit(settings):
    waits = _longest_wait(settings.multipath)
    if waits and waits[1] not in (0, math.inf):
        yield _limit_above(*waits, settings)
        return
    if waits and waits[1] == math.inf:
        yield Advice(
            f"multipath keeps I/O of {waits[0]} waiting for ever (no_path_retry queue), so the"
            " limit alone decides how long the LUN may be away."
        )
    if waits and waits[1] == 0:
        yield _queueing(waits[0], max(settings.threshold, _USUAL_THRESHOLD))
    if settings.threshold < _USUAL_THRESHOLD:
        usual = f"{heartbeat.write_limit_sum(_USUAL_THRESHOLD)} are usual with multipath"
        yield _larger_threshold(_USUAL_THRESHOLD, usual, settings)
    else:
        yield Advice(
            f"The limit is {settings.write_limit} s. A LUN that is away for so long is not to be"
            " waited for."
        )


def _limit_above(name, seconds, settings):
    wanted = timeout_budget.needed_threshold(seconds, timeout_budget.MULTIPATH)
    if wanted is None or settings.threshold >= wanted:
        return Advice(
            f"multipath keeps I/O of {name} waiting for {seconds:g} s without a path, and the limit"
            f" is {settings.write_limit} s. A larger one is no cure."
        )
    why = (
        f"multipath keeps I/O of {name} waiting for {seconds:g} s without a path; "
        + timeout_budget.sum_text(f"{seconds:g} s", timeout_budget.MULTIPATH, wanted)
    )
    return _larger_threshold(wanted, why, settings)


def _queueing(name, threshold):
    interval = multipath_conf.USUAL_INTERVAL
    retries = multipath_conf.retries(interval, threshold)
    return Advice(
        f"multipath fails I/O of {name} at once when no path is left, so a short gap is an"
        " error to the filesystem. Write multipath: true under ocfs2:san, or no_path_retry"
        f" {retries} for its WWID in /etc/multipath.conf of every node: with polling_interval"
        f" {interval} and heartbeat_threshold {threshold}, "
        f"{multipath_conf.sum_text(interval, threshold)}. Then:",
        "multipathd reconfigure",
    )


def _longest_wait(answer):
    """Return ``(name, seconds)`` of the map that keeps I/O waiting longest, None if not known."""
    maps, interval = answer.get("maps"), answer.get("polling_interval")
    interval = interval if isinstance(interval, int) else None
    waits = {}
    for each in maps.values() if isinstance(maps, dict) else ():
        if isinstance(each, dict) and isinstance(each.get("queueing"), str):
            waits[str(each.get("name"))] = multipathd.seconds_without_path(
                each["queueing"], interval
            )
    known = [(name, seconds) for name, seconds in waits.items() if seconds is not None]
    return max(known, key=lambda item: item[1], default=None)


def _larger_threshold(wanted, why, settings):
    """Return the advice to set a larger threshold, with what it gives and what it costs."""
    limit, dead = heartbeat.write_limit(wanted), heartbeat.dead_after(wanted)
    return Advice(
        f"Write heartbeat_threshold: {wanted} under ocfs2:cluster, in place of"
        f" {settings.threshold}: {why}. A node then has {limit} s instead of"
        f" {settings.write_limit} s, and a dead one keeps the others waiting for {dead} s"
        f" instead of {settings.dead_after} s. {_OUTAGE}",
        commands.orchestrate("retune", outage=settings.cluster),
    )


_OUTAGE = "All nodes have to agree, so the whole cluster goes down for it:"


def _network(incident, settings):
    others = connections.others_lost(incident, settings)
    if others:
        where = f"{_joined(others)} lost other nodes too: look at the switches. On each node:"
    elif incident.seen:
        where = (
            f"The others kept their connections: look at what {incident.node} has of its own,"
            " adapter, cable, switch port. There:"
        )
    else:
        where = f"Look at the interconnect. On {incident.node}:"
    yield Advice(where, "ip -s -s link")
    broken = [each for each in incident.own if each.kind == log.BROKEN]
    if broken:
        yield Advice(
            "A connection broke at once instead of falling silent: see whether a firewall was"
            " loaded anew, or another host has the address. What the formula expects:",
            "salt-run ocfs2.status",
        )
    if len(settings.numbers) == 2:
        yield Advice(
            "Of two nodes without a connection, the one with the lower number goes on,"
            f" {settings.name(min(settings.numbers.values()))}, whichever is at fault. A third"
            " node makes a majority of the two that are well."
        )
    yield from _idle_timeout(settings)


def _idle_timeout(settings):
    idle, delay = settings.idle, settings.decision_delay
    gap = f"{idle:g} s + ({settings.threshold} + 2) x {BEAT} s = {idle + delay:g} s"
    if idle >= _USUAL_IDLE_SECONDS:
        yield Advice(f"The network may be away for {gap}. More is no cure.")
        return
    yield Advice(
        f"The network may be away for {gap}. Only if yours takes longer to change over: write"
        f" idle_timeout_ms: {_USUAL_IDLE_SECONDS * 1000} under ocfs2:cluster, in place of"
        f" {idle * 1000:.0f}, for {_USUAL_IDLE_SECONDS + delay} s. {_OUTAGE}",
        commands.orchestrate("retune", outage=settings.cluster),
    )


def _panic(incident, _settings):
    yield Advice(
        f"Look for a dump of the crash. On {incident.node}:",
        "ls -lR /var/lib/systemd/pstore /var/crash",
    )
    if any(each.is_hung_task for each in incident.of(log.PANIC)):
        yield Advice(
            "This panic is one that somebody asked for, and a LUN that is away for two minutes is"
            " enough for it. To leave that to the heartbeat:",
            "sysctl -w kernel.hung_task_panic=0",
        )
    if any("ocfs2" in each.text for each in incident.of(log.CRASHED)):
        yield Advice(
            "The line is one of the filesystem's own code: look for it in the bug tracker of your"
            " distribution, and for a newer kernel. Check the volume, with the key of its LUN:",
            commands.orchestrate("fsck", lun="KEY", outage="KEY"),
        )
    if any(each.kind in (log.PATH, log.BLOCKED) for each in incident.own):
        yield Advice("I/O was in trouble before. The paths to the LUN:", "multipath -ll")


def _cut(incident, _settings):
    if incident.all_ended:
        yield Advice(
            "Find out what failed for all nodes at once: the power of the rack, the hypervisor, the"
            " array. Whether the LUN is there again, on each node:",
            "multipath -ll",
        )
    yield Advice(
        "Find out who or what switched it off: the event log of its management controller, of the"
        " power supply, or of the hypervisor, at the time above. On a server with IPMI:",
        "ipmitool sel elist",
    )
    if any(each.kind == log.STALLED for each in incident.own):
        yield Advice("Processors stood still before: see whether the host is overloaded or broken.")


def _shutdown(incident, _settings):
    if incident.evicted():
        yield Advice(
            "See what kept the volumes from being unmounted in time:",
            "journalctl -b -1 -u o2cb.service -u remote-fs.target",
        )
    else:
        yield Advice("Nothing has to be put right. Who was logged in, and when:", "last -x -n 20")


def _frozen(incident, settings):
    if incident.began is None:
        yield Advice(
            f"Reset {incident.node} at once, without letting it write anything more. There:",
            "echo b > /proc/sysrq-trigger",
        )
    yield Advice(
        "While it believed itself a member it may have written where the others did. Check each"
        " volume, with the key of its LUN:",
        commands.orchestrate("fsck", lun="KEY", outage="KEY"),
    )
    yield Advice(
        "Find out what stopped it: a guest that was paused, saved or moved, a snapshot with"
        f" memory, an overloaded host. It may stand still for {settings.threshold} x {BEAT} s ="
        f" {settings.dead_after} s at most. Drain a node before it is stopped for longer."
    )


def _unknown(incident, _settings):
    yield from NOTHING
    yield Advice(f"What systemd knows, on {incident.node}:", "last -x -n 20")


def _joined(names):
    return ", ".join(names)


_BY_VERDICT = {
    cause.DISK: _disk,
    cause.NETWORK: _network,
    cause.FILESYSTEM: _filesystem,
    cause.PANIC: _panic,
    cause.CUT: _cut,
    cause.SHUTDOWN: _shutdown,
    cause.FROZEN: _frozen,
    cause.UNKNOWN: _unknown,
}
