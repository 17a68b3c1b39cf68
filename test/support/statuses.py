"""Statuses of clusters, as ocfs2lib.status.data makes them of what nodes answer."""

import copy

from ocfs2lib.findings import find
from ocfs2lib.status import last_seen
from ocfs2lib.status.data import status_data
from support import answers

TIME = "2026-01-31T23:59:59Z"


def status(pillar, nodes=None, **snapshot):
    """Return the status of a cluster whose nodes answered so."""
    seen = answers.snapshot(pillar, nodes, **snapshot)
    return status_data(seen, find.all_findings(seen), TIME)


def healthy(nodes=3):
    """Return a cluster with nothing to find."""
    return status(answers.desired(nodes, slots=min(nodes + 3, 255)))


def troubled(nodes=3):
    """Return a cluster with a late heartbeat, a lost connection, other values, a silent node.

    Of two nodes, none is silent.
    """
    pillar = answers.desired(nodes, slots=nodes + 3)
    seen = answers.examinations(pillar)
    minions = list(seen)
    first, second, last = minions[0], minions[1], minions[-1]
    silent = {last: "did not answer ocfs2_node.examine"} if nodes > 2 else {}
    for minion in silent:
        del seen[minion]
    volume = seen[second]["health"]["volumes"][answers.UUID]
    volume["late_ms"] = 20_000
    wwid = pillar.luns[0].wwid
    seen[second]["multipath"]["paths"][wwid]["sdb"] = "failed faulty"
    seen[second]["o2cb"]["clusters"]["ocfs2"]["reconnect_delay_ms"] = 2500
    seen[first]["health"]["peers"][pillar.node(second).name].update(handshake=False, quiet_ms=None)
    seen[second]["health"]["peers"][pillar.node(first).name].update(quiet_ms=21_000)
    return status(pillar, seen, silent=silent)


def without_network(nodes):
    """Return a cluster in which nobody is connected to anybody."""
    pillar = answers.desired(nodes, slots=nodes)
    seen = answers.examinations(pillar)
    for examined in seen.values():
        for peer in examined["health"]["peers"].values():
            peer.update(handshake=False, quiet_ms=None)
    return status(pillar, seen)


def empty():
    """Return a cluster as :func:`healthy`, whose pillar has no LUN."""
    found = healthy()
    found["luns"] = {}
    for row in found["nodes"].values():
        row["luns"] = {}
    return found


def unanswered(nodes=3):
    """Return a cluster whose nodes said nothing this time, the last of them though it is there."""
    pillar = answers.desired(nodes, slots=nodes + 3)
    silent = {each.minion: "did not answer ocfs2_node.examine" for each in pillar.nodes}
    memory = last_seen.kept(None, status(pillar), 1000)
    now = status(pillar, {}, silent=silent, slow=tuple(silent)[-1:])
    return last_seen.shown(memory, now, 1250)


def wide(found, luns):
    """Return a status with copies of its one LUN under other names, ``luns`` in all."""
    found = copy.deepcopy(found)
    (key,) = found["luns"]
    names = [key, *(f"{key}{number}" for number in range(2, luns + 1))]
    for about in (found, *(row for row in found["nodes"].values() if row["luns"])):
        about["luns"] = {name: copy.deepcopy(about["luns"][key]) for name in names}
    return found


def spoken(found, speech):
    """Return a status in which every text says ``speech`` as well, but what has a meaning."""
    return {**_spoken(found, speech), "cluster": f"{found['cluster']}{speech}"}


def _spoken(value, speech):
    if isinstance(value, dict):
        return {
            key: inner if key in _MEANT else _spoken(inner, speech)
            for key, inner in _named(value, speech)
        }
    if isinstance(value, list):
        return [_spoken(inner, speech) for inner in value]
    return f"{value}{speech}" if isinstance(value, str) else value


#: Fields whose words are the formula's own.
_MEANT = ("state", "severity", "cluster")
#: Keys that are fields; all others are names.
_FIELDS = frozenset(
    (
        *("cluster", "state", "time", "seconds", "nodes", "luns", "findings", "failures"),
        *("differences", "name", "number", "address", "answers", "connections", "formula"),
        *("kernel", "platform", "boot", "settings", "device", "size", "slot", "late_ms"),
        *("limit_ms", "paths", "quiet_ms", "wwid", "path", "uuid", "label", "slots", "mounted"),
        *("space", "bytes", "free_bytes", "inodes", "free_inodes", "kind", "severity", "lun"),
        *("what", "why", "fix", "heartbeat_mode", "heartbeat_threshold", "idle_timeout_ms"),
        *("keepalive_delay_ms", "reconnect_delay_ms", "fence_method", "slow", "unknown"),
        *("last_seen", "seconds_ago", "up", "of"),
    )
)


def _named(value, speech):
    return [(key if key in _FIELDS else f"{key}{speech}", inner) for key, inner in value.items()]
