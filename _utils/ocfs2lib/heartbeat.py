"""
The heartbeat on disk: how often a node writes it, and the times that follow, in seconds.

With local heartbeat, the only mode that pillar takes, each mounted volume is a heartbeat region of
its own, called by the UUID of the volume. So a cluster that has a region has a volume mounted, one
without has none, and while there is a region, the kernel takes no other cluster values.
"""

from ocfs2lib import kernel

#: Seconds between two beats, and between two looks at them (O2HB_REGION_TIMEOUT_MS).
BEAT = 2
#: The largest ``heartbeat_threshold`` of pillar: a dead node keeps the others waiting for 20 min.
MAX_THRESHOLD = 601


def write_limit(threshold):
    """Return how long a node may go without writing its heartbeat before it fences itself."""
    # The first of the beats that count is the one that succeeded.
    return (threshold - 1) * BEAT


def write_limit_sum(threshold):
    """Return :func:`write_limit` as text, with the arithmetic."""
    return f"({threshold} - 1) x {BEAT} s = {write_limit(threshold)} s"


def dead_after(threshold):
    """Return after how long without a heartbeat the others declare a node dead."""
    return threshold * BEAT


def quorum_delay(threshold):
    """Return how long after the idle time-out a node counts whom it can still reach."""
    return (threshold + 2) * BEAT


def regions(cluster):
    """Return the directory of configfs with a directory for each region of a cluster."""
    return f"{kernel.CLUSTERS}/{cluster}/heartbeat"


def in_use_command():
    """Return the shell command that succeeds while a volume is mounted in any cluster."""
    return f"ls -d {regions('*')}/*/ >/dev/null 2>&1"


def is_in_use(cluster):
    """Return whether a volume is mounted in a cluster of ``o2cb.live``."""
    return bool(cluster["regions"])
