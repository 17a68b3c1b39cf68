"""
How long the way to a LUN may keep I/O waiting, in seconds, by one rule for every transport.

A node that cannot write its heartbeat for ``heartbeat.write_limit`` fences itself. So the time
until a dead path is known as dead and the time that I/O then waits for another have to end clearly
before: within five sixths of that limit. An error that comes in time lets the volume say what is
wrong; one that comes too late is never seen, because the node has gone.

What no rule can help is an array that neither answers nor refuses: a SCSI command to it takes its
whole time limit (``/sys/block/*/device/timeout``, 30 s) until it fails.
"""

from ocfs2lib import heartbeat

#: How much of the limit may be used, as a fraction.
_USABLE = (5, 6)
#: Seconds between two looks of the initiator at its connection, and those it waits for an answer
#: (``noop_out_interval`` and ``noop_out_timeout`` of open-iscsi).
NOOP_INTERVAL, NOOP_TIMEOUT = 5, 5
#: Seconds after which multipathd has the transport give a lost path up (its ``fast_io_fail_tmo``);
#: it writes them over ``replacement_timeout`` of iSCSI and over those of a Fibre Channel port.
FAST_IO_FAIL = 5
#: Seconds between two keep-alives of NVMe over fabrics (``keep_alive_tmo`` of nvme-cli); after two
#: of them without an answer the connection is lost.
KEEP_ALIVE = 5

ISCSI, FIBRE_CHANNEL, NVME, MULTIPATH = "iSCSI", "Fibre Channel", "NVMe", "multipath"

#: Seconds by which the clocks of these are late (seen: 12 s after a cut with open-iscsi 2.1.8, 17 s
#: below multipath-tools 0.9.4, 13 s with NVMe of Linux 6.1).
_LATE = 3
#: Seconds until a dead path is known as dead, by what finds that out. Below multipath it is the
#: slowest of those that the formula knows, iSCSI.
DETECTION = {
    FIBRE_CHANNEL: 0,
    ISCSI: NOOP_INTERVAL + NOOP_TIMEOUT + _LATE,
    NVME: 2 * KEEP_ALIVE + _LATE,
    MULTIPATH: NOOP_INTERVAL + NOOP_TIMEOUT + FAST_IO_FAIL + _LATE,
}
#: multipathd counts its checks, and fails the I/O one second later (libmultipath,
#: enter_recovery_mode in structs_vec.c).
_AFTER_CHECKS = 1
#: The longest that open-iscsi and nvme-cli are told to wait.
_LONGEST = 120


def usable(threshold):
    """Return the seconds that detection and waiting may take together, at most.

    threshold
        ``heartbeat_threshold``, from 7 to :data:`heartbeat.MAX_THRESHOLD`.
    """
    part, whole = _USABLE
    return heartbeat.write_limit(threshold) * part // whole


def fits(waits, way, threshold):
    """Return whether I/O ends in time.

    waits
        Seconds that it waits for a path after the last one is known as dead, infinity for ever.
    way
        A key of :data:`DETECTION`.
    """
    return _total(waits, way) <= usable(threshold)


def needed_threshold(waits, way):
    """Return the least ``heartbeat_threshold`` with which waiting so long fits."""
    return next(
        (each for each in range(7, heartbeat.MAX_THRESHOLD + 1) if fits(waits, way, each)), None
    )


def waiting(way, threshold):
    """Return the seconds that I/O may wait after the last path is known as dead; at least 1, at
    most 120."""
    return max(1, min(usable(threshold) - DETECTION[way], _LONGEST))


def path_checks(interval, threshold):
    """Return how many checks multipathd may wait for a path (``no_path_retry``), 0 for none.

    interval
        Its ``polling_interval``, seconds.
    """
    left = usable(threshold) - DETECTION[MULTIPATH] - _AFTER_CHECKS
    return max(0, left // interval)


def sum_text(waits, way, threshold):
    """Return the arithmetic as text; ``waits`` is a number or text that ends with its sum."""
    return (
        f"a dead path is known after {DETECTION[way]} s, and I/O then waits {waits}; the node "
        f"fences itself after {heartbeat.write_limit_sum(threshold)}, of which {usable(threshold)} "
        "s may be used"
    )


def _total(waits, way):
    return DETECTION[way] + waits + (_AFTER_CHECKS if way == MULTIPATH and waits else 0)
