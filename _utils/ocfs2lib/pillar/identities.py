"""
The identity of a device, the one text under ``wwid`` by which every node knows it.

That is the WWID of a LUN, as multipath and udev have it. A virtual disk has its serial number, a
partition its PARTUUID beside the WWID of its LUN, DRBD a resource and a volume.
"""

from __future__ import annotations

import re

#: What udev leaves in a name (udev(7), string_escape=replace), at most as long as pillar takes it.
WHOLE = r"[A-Za-z0-9][A-Za-z0-9._:+=@#-]{3,127}"
#: The PARTUUID of a GPT, or of an MBR: its disk signature and the number of the partition.
PARTUUID = r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}-[0-9a-f]{2,3})"
RESOURCE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VOLUME = r"[0-9]{1,5}"
_BETWEEN = "-partuuid-"
IDENTITY = rf"{WHOLE}(?:{_BETWEEN}{PARTUUID})?"


def of_partition(whole, partuuid):
    """Return the identity of a partition, from that of its whole device and its PARTUUID."""
    return f"{whole}{_BETWEEN}{partuuid.lower()}"


def of_drbd(resource, volume):
    """Return the identity of a volume of DRBD, from its resource and its number there."""
    return f"drbd-{resource}-{volume}"


def of_virtual_disk(serial):
    """Return the identity of a virtual disk, from its serial number."""
    return f"virtio-{serial}"


def whole(identity):
    """Return the identity of the whole device: of a partition that of its disk."""
    return split_partition(identity)[0]


def is_overlap(one, other):
    """Return whether one of two identities is that of a partition of the other's device."""
    return one != other and (whole(one) == other or whole(other) == one)


def split_partition(identity):
    """Return ``(whole, PARTUUID)`` of an identity; the PARTUUID is None if it is no partition's."""
    found = re.fullmatch(rf"(.+){_BETWEEN}({PARTUUID})", identity, re.IGNORECASE)
    return (found[1], found[2]) if found else (identity, None)


def split_drbd(identity):
    """Return ``(resource, volume)`` of DRBD, the number as text; None if it is not DRBD's."""
    found = re.fullmatch(rf"drbd-({RESOURCE})-({VOLUME})", identity)
    return (found[1], found[2]) if found else None
