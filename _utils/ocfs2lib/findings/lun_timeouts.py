"""
What keeps I/O to a LUN waiting longer than a node may be without a heartbeat, whatever the way.
"""

import math

from ocfs2lib import heartbeat
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import whole_wwid
from ocfs2lib.parsers.multipathd import seconds_without_path
from ocfs2lib.san import multipath_conf
from ocfs2lib.san import timeout_budget
from ocfs2lib.san.timeout_budget import MULTIPATH

#: What a transport is told by its own tools, in the words of those: way -> how.
_BY_HAND = {
    timeout_budget.ISCSI: "node.session.timeo.replacement_timeout = {seconds} in the records of"
    " the target (iscsiadm -m node -o update), and log in anew; or describe the target under"
    " san:iscsi",
    timeout_budget.NVME: "{seconds} into fast_io_fail_tmo of its controllers below /sys/class/nvme,"
    " and --fast_io_fail_tmo={seconds} where they are connected; or describe the subsystem under"
    " san:nvme",
    timeout_budget.FIBRE_CHANNEL: "{seconds} into fast_io_fail_tmo of its ports below"
    " /sys/class/fc_remote_ports; or have multipath take the LUN, which does that by itself",
}


def without_path(snapshot):
    """Find maps, sessions, ports and controllers that keep I/O waiting for too long."""
    for node, facts in snapshot.nodes():
        for lun in snapshot.desired.luns_of(node.minion):
            found = facts["multipath"] and _map_of(facts["multipath"]["maps"], whole_wwid(lun.wwid))
            if found:
                yield from _of_map(snapshot, node, lun, found, facts["multipath"])
            else:
                yield from _of_disk(snapshot, node, lun, facts)


def _map_of(maps, wwid):
    return next((each for name, each in maps.items() if same_wwid(name, wwid)), None)


def _of_map(snapshot, node, lun, found, known):
    threshold = snapshot.desired.cluster.heartbeat_threshold
    interval = known["polling_interval"]
    waits = seconds_without_path(found["queueing"], interval)
    if not waits or timeout_budget.fits(waits, MULTIPATH, threshold):
        return
    array = found["array"].replace(",", " ").strip()
    by = f" (array {array})" if array else ""
    if waits == math.inf:
        yield Finding(
            "threshold-low",
            f"multipath keeps I/O waiting for ever when {lun.device}{by} has no path; after "
            f"{heartbeat.write_limit_sum(threshold)} the node fences itself all the same",
            _map_fix(lun, interval, threshold),
            (node.minion,),
            lun.key,
        )
        return
    sum_ = timeout_budget.sum_text(
        _waiting(found["queueing"], interval, waits), MULTIPATH, threshold
    )
    yield Finding(
        "threshold-low",
        f"multipath waits too long for a path of {lun.device}{by}: {sum_}",
        f"{_map_fix(lun, interval, threshold)}; or {_larger(snapshot, waits, MULTIPATH)}",
        (node.minion,),
        lun.key,
    )


def _waiting(queueing, interval, waits):
    """Return how long I/O waits, with the arithmetic."""
    count, _, unit = queueing.partition(" ")
    return f"{count} checks x {interval} s = {waits} s" if unit == "chk" else f"{waits} s more"


def _map_fix(lun, interval, threshold):
    interval = interval or multipath_conf.USUAL_INTERVAL
    return (
        f"no_path_retry {multipath_conf.retries(interval, threshold)} in multipath.conf, in a "
        f"section multipath for the WWID {lun.wwid} "
        f"({multipath_conf.sum_text(interval, threshold)}), or multipath: true under san, which "
        "has the formula write it"
    )


def _larger(snapshot, waits, way):
    needed = timeout_budget.needed_threshold(waits, way)
    if needed is None:
        return "have it wait less: no heartbeat_threshold is that large"
    return (
        f"write heartbeat_threshold: {needed} under cluster, which is "
        f"{heartbeat.write_limit_sum(needed)}, then "
        + snapshot.command("retune", outage=snapshot.cluster)
    )


def _of_disk(snapshot, node, lun, facts):
    """What a LUN without a map waits for: the slowest of the ways to it."""
    threshold = snapshot.desired.cluster.heartbeat_threshold
    seen = facts["luns"][lun.key]
    if not same_wwid(seen["wwid"] or "", lun.wwid):
        return
    for way, setting, seconds in facts["lun_timeouts"].get(lun.key, ()):
        waits = math.inf if seconds is None else seconds
        if way not in _BY_HAND or timeout_budget.fits(waits, way, threshold):
            continue
        told = "for ever" if seconds is None else f"{seconds} s"
        right = timeout_budget.waiting(way, threshold)
        fix = f"write {_BY_HAND[way].format(seconds=right)}"
        if seconds is not None:
            fix += f"; or {_larger(snapshot, seconds, way)}"
        yield Finding(
            "threshold-low",
            f"{way} keeps I/O to {lun.device} waiting too long ({setting}): "
            + timeout_budget.sum_text(told, way, threshold),
            fix,
            (node.minion,),
            lun.key,
        )
