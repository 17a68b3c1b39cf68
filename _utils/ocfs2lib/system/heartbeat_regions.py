"""
The heartbeat regions of this host, as the kernel shows them.

With local heartbeat a volume has its own region, called by its UUID; ``heartbeat.py`` says what
follows from that.
"""

from ocfs2lib import heartbeat
from ocfs2lib import kernel
from ocfs2lib.parsers import debugfs
from ocfs2lib.system import files


def of_cluster(name):
    """Return the names of the regions that are active in a cluster."""
    return files.directories(heartbeat.regions(name))


def disk(uuid):
    """
    Return the numbers of the device that the region of a volume is on.

    uuid
        The UUID of the volume, as the kernel writes it.

    None if the volume has no region of its own: it is not mounted.
    """
    for cluster in files.names(kernel.CLUSTERS):
        name = files.value(f"{heartbeat.regions(cluster)}/{uuid}/dev")
        if name:
            return files.value(f"/sys/class/block/{name}/dev")
    return None


def pulse(uuid):
    """
    Return what the region of a volume shows of the heartbeat: ``{"beating", "late_ms"}``.

    uuid
        As for :func:`disk`.

    ``beating`` are the numbers of the nodes whose heartbeat is seen, ``late_ms`` is how long ago
    this node has written its own; None if the kernel does not say.
    """
    directory = f"{kernel.DEBUG}/o2hb/{uuid}"
    late = files.value(f"{directory}/elapsed_time_in_ms")
    return {
        "beating": debugfs.numbers(files.value(f"{directory}/livenodes") or ""),
        "late_ms": int(late) if late and late.isdecimal() else None,
    }
