"""
What is wrong with the heartbeat: what keeps it from being written in time, and what came of it.
"""

import math

from ocfs2lib import heartbeat
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import whole_wwid
from ocfs2lib.parsers.multipathd import seconds_without_path

#: A path that works is checked ever less often, down to one check in so many intervals.
_SLOWEST = 4
#: The part of its limit after which a heartbeat counts as late.
LATE = 0.25


def multipath(snapshot):
    """Find a multipath that waits longer for a path than a node may be without a heartbeat."""
    threshold = snapshot.desired.cluster.heartbeat_threshold
    for node, facts in snapshot.nodes():
        known = facts["multipath"]
        for lun in snapshot.desired.luns:
            found = known and _map_of(known["maps"], whole_wwid(lun.wwid))
            if not found:
                continue
            interval = known["polling_interval"]
            waits = seconds_without_path(found["queueing"], interval)
            if not waits:
                continue
            # Without the interval, what is left of the waiting is all that is known.
            margin = _SLOWEST * (interval or 0)
            if waits == math.inf:
                yield _endless(node, lun, threshold, interval)
            elif waits + margin >= heartbeat.write_limit(threshold):
                text = _waiting_text(found["queueing"], interval, waits)
                yield _too_short(snapshot, node, lun, text, waits, margin)


def _map_of(maps, wwid):
    return next((each for name, each in maps.items() if same_wwid(name, wwid)), None)


def _endless(node, lun, threshold, interval):
    checks = (heartbeat.write_limit(threshold) - 1) // (interval or 5) - _SLOWEST
    return Finding(
        "threshold-low",
        f"multipath keeps I/O waiting for ever when {lun.device} has no path; after "
        f"{heartbeat.write_limit_sum(threshold)} the node fences itself all the same",
        f"no_path_retry {checks if checks > 0 else 'fail'} in multipath.conf: an error in time "
        "lets the volume say so",
        (node.minion,),
        lun.key,
    )


def _waiting_text(queueing, interval, waits):
    """Return how long I/O waits, with the arithmetic."""
    count, _, unit = queueing.partition(" ")
    return f"{count} checks x {interval} s = {waits} s" if unit == "chk" else f"{waits} s more"


def _too_short(snapshot, node, lun, waiting, waits, margin):
    threshold = snapshot.desired.cluster.heartbeat_threshold
    needed = math.floor((waits + margin) / heartbeat.BEAT) + 2
    return Finding(
        "threshold-low",
        f"multipath waits {waiting} for a path of {lun.device}, and sees up to {_SLOWEST} "
        f"intervals = {margin} s late that one is back; the node fences itself after "
        f"{heartbeat.write_limit_sum(threshold)}",
        f"write heartbeat_threshold: {needed} under cluster, which is "
        f"{heartbeat.write_limit_sum(needed)}, then "
        + snapshot.command("retune", outage=snapshot.cluster),
        (node.minion,),
        lun.key,
    )


def late(snapshot):
    """Find nodes that have not written their heartbeat for a while."""
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["health"]["volumes"].items():
            since, limit = volume["late_ms"], volume["limit_ms"]
            if since and limit and since > LATE * limit:
                yield Finding(
                    "heartbeat-late",
                    f"no heartbeat was written to {_place(volume, uuid)} for more than "
                    f"a quarter of the {limit / 1000:g} s after which the node fences itself",
                    "look at its paths: multipath -ll, dmesg; if all nodes are late, at the array",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def evicted(snapshot):
    """Find nodes with a volume mounted that the others share no locks with any more."""
    uuids = [uuid for _, facts in snapshot.nodes() for uuid in facts["health"]["volumes"]]
    for uuid in dict.fromkeys(uuids):
        mounting = snapshot.nodes_mounting(uuid)
        for node, volume in mounting:
            number = _number(snapshot, node)
            witnesses = [
                peer.name
                for peer, seen in mounting
                if peer is not node and seen["members"] and number not in seen["members"]
            ]
            if witnesses:
                yield Finding(
                    "evicted",
                    f"it has {_place(volume, uuid)} mounted, but {', '.join(witnesses)} have "
                    "declared it dead and taken over what it had locked",
                    "reset it at once, without a shutdown (echo b > /proc/sysrq-trigger): what it "
                    "still writes does harm",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def _number(snapshot, node):
    """Return the number by which the others know a node, which pillar may have changed since."""
    cluster = snapshot.live_cluster(snapshot.examinations[node.minion])
    known = cluster["nodes"].values() if cluster else ()
    return next((each["number"] for each in known if each["local"]), node.number)


def recovering(snapshot):
    """Find volumes on which the journal of a dead node is replayed."""
    names = {node.number: node.name for node in snapshot.desired.nodes}
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["health"]["volumes"].items():
            for number in volume["recovering"]:
                yield Finding(
                    "recovering",
                    f"{_place(volume, uuid)} recovers from {names.get(number, f'node {number}')}",
                    "wait, some seconds as a rule; salt-run ocfs2.watch shows when it is over",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def _place(volume, uuid):
    return ", ".join(volume["paths"]) or f"volume {uuid}"


def _key(snapshot, volume):
    """Return the LUN that pillar has for a mounted volume, or ``""``."""
    keys = [lun.key for lun in snapshot.desired.luns if lun.mount.path in volume["paths"]]
    return keys[0] if keys else ""
