"""
Kinds of devices on which no shared volume can be, or none that the nodes can know for the same.

One table for the check of pillar, for the look at a device, and for the adoption of a cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BELOW = "name the LUN below it, or a partition of that LUN"
_NOTHING = "nothing shows that it is the same on every node"


@dataclass(frozen=True)
class RefusedDevice:
    """
    One kind.

    ``kind`` is what it is, ``reason`` why it is refused, ``instead`` what to do, as parts of a
    sentence. ``names`` is a pattern of its names in pillar, ``nodes`` of the kernel's names, and
    ``dm`` what its uuid in device-mapper begins with; ``""``: none.
    """

    kind: str
    reason: str
    instead: str
    names: str = ""
    nodes: str = ""
    dm: str = ""

    @property
    def sentence(self):
        """Return what it is and why it is refused, to follow the name of a device."""
        return f"is {self.kind}: {self.reason}"


#: A file of a host, which tests and repairs look into; it has no identity, so no guard passes it.
LOOP = RefusedDevice(
    "a loop device",
    "it is a file of one host",
    "name a LUN that every node sees",
    names=r"/dev/loop\d+.*",
    nodes=r"loop\d+(p\d+)?",
)

REFUSED = (
    RefusedDevice(
        "a logical volume of LVM",
        "where its blocks lie is known to LVM alone, which each node may change without the others",
        _BELOW,
        names=r"/dev/disk/by-id/dm-uuid-LVM-.*",
        dm="LVM-",
    ),
    RefusedDevice(
        "a device of dm-crypt",
        "each node opens it by itself, and " + _NOTHING,
        _BELOW + ", and encrypt on the array",
        names=r"/dev/disk/by-id/dm-uuid-CRYPT-.*",
        dm="CRYPT-",
    ),
    RefusedDevice(
        "an array of md RAID",
        "two nodes that have it assembled write over each other, since md knows of one host alone",
        "have the array of the SAN mirror it, or DRBD",
        names=r"/dev/md.*|/dev/disk/by-id/md-(uuid|name)-.*",
        nodes=r"md.+",
    ),
    LOOP,
    RefusedDevice(
        "an image of Ceph (RBD)",
        _NOTHING,
        "present it by a gateway for iSCSI or NVMe over TCP",
        names=r"/dev/rbd.*",
        nodes=r"rbd\d+(p\d+)?",
    ),
    RefusedDevice(
        "a network block device (NBD)",
        _NOTHING,
        "present it by iSCSI or NVMe over TCP",
        names=r"/dev/nbd.*",
        nodes=r"nbd\d+(p\d+)?",
    ),
    RefusedDevice(
        "memory of this host",
        "no other node has it",
        "name a LUN that every node sees",
        names=r"/dev/z?ram\d+",
        nodes=r"z?ram\d+",
    ),
    RefusedDevice(
        "a device of bcache",
        "the cache of one node does not know what another has written",
        _BELOW,
        names=r"/dev/bcache.*",
        nodes=r"bcache\d+(p\d+)?",
    ),
    RefusedDevice(
        "a volume of ZFS",
        "a pool belongs to one host alone",
        "name a LUN that every node sees",
        names=r"/dev/zvol/.*|/dev/zd\d+.*",
        nodes=r"zd\d+(p\d+)?",
    ),
    RefusedDevice(
        "a virtual disk without a serial number",
        _NOTHING,
        "give the disk a serial: <serial>NAME</serial> in its <disk> of libvirt",
        nodes=r"vd[a-z]+\d*",
    ),
    RefusedDevice(
        "a virtual disk of Xen",
        _NOTHING,
        "give the domain a LUN of its own by SCSI, iSCSI or NVMe",
        nodes=r"xvd[a-z]+\d*",
    ),
)


def by_name(name):
    """Return the :class:`RefusedDevice` that a name in pillar tells, or None."""
    return next((each for each in REFUSED if each.names and re.fullmatch(each.names, name)), None)


def by_node(node):
    """
    Return the :class:`RefusedDevice` of a device that has no identity, or None.

    node
        The kernel's name, with or without ``/dev/``.
    """
    name = node.rpartition("/")[2]
    return next((each for each in REFUSED if each.nodes and re.fullmatch(each.nodes, name)), None)


def by_dm_uuid(uuid):
    """Return the :class:`RefusedDevice` of a device-mapper device that is no map of multipath."""
    known = (each for each in REFUSED if each.dm and uuid.startswith(each.dm))
    kind = uuid.partition("-")[0] or "unknown origin"
    other = RefusedDevice(f"a device-mapper device of {kind}", _NOTHING, _BELOW)
    return next(known, other)
