"""Names of devices in pillar: those that do not last, and what the others tell of the device."""

from __future__ import annotations

import re

from ocfs2lib.pillar import identities

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._:+=@#-]{0,126}"
#: The names that pillar takes, as a pattern.
DEVICE = (
    rf"/dev/(?:(?:mapper|disk/by-id)/{_NAME}|disk/by-partuuid/{identities.PARTUUID}"
    rf"|drbd/by-res/{identities.RESOURCE}(?:/{identities.VOLUME})?)"
)

# Device names that another boot or another node gives to another LUN: pattern -> why.
UNSTABLE_DEVICES = (
    (
        r"/dev/(sd|hd|vd|xvd)[a-z]+\d*",
        "the kernel gives such names in the order it finds the disks",
    ),
    (r"/dev/nvme\d+(n\d+(p\d+)?)?", "the kernel gives such names in the order it finds the disks"),
    (r"/dev/(dm-|md|loop)\d+.*", "such numbers are given anew at every boot"),
    (r"/dev/drbd(\d+|_.*|/by-disk/.*)", "it does not say which resource of DRBD it is"),
    (r"/dev/disk/by-path/.*", "it names one way to the LUN, not the LUN"),
    (r"/dev/disk/by-(uuid|label)/.*", "it names the content, which a blank LUN does not have"),
    (r"/dev/disk/by-partlabel/.*", "another partition can have the same label"),
)

# Device names that carry the WWID of the whole LUN: pattern -> the WWID it stands for.
DEVICE_WWIDS = (
    (r"/dev/disk/by-id/dm-uuid-mpath-(.+)", "{}"),
    (r"/dev/disk/by-id/wwn-0x([0-9a-fA-F]+)", "3{}"),
    (r"/dev/disk/by-id/scsi-(3[0-9a-fA-F]+)", "{}"),
    (r"/dev/disk/by-id/nvme-((?:eui|uuid|nvme)\..+)", "{}"),
    (r"/dev/disk/by-id/virtio-(.+)", "virtio-{}"),
    (r"/dev/mapper/(3[0-9a-fA-F]{16,})", "{}"),
)

_BY_PARTUUID = "/dev/disk/by-partuuid/"
_BY_RES = "/dev/drbd/by-res/"
#: Names of partitions: the two names around the number are those of the whole LUN.
_PARTITIONS = (
    r"(/dev/disk/by-id/dm-uuid-)part\d+-(mpath-.+)",
    r"(/dev/(?:mapper|disk/by-id)/.+)-part\d+()",
)


def is_partition(device):
    """Return whether a name in pillar says that it is a partition."""
    return device.startswith(_BY_PARTUUID) or bool(whole_name(device))


def may_be_partition(device):
    """Return whether a name can be one of a partition: kpartx also writes NAME1 and NAMEp1."""
    return is_partition(device) or bool(re.fullmatch(r"/dev/mapper/.*\d", device))


def partuuid(device):
    """Return the PARTUUID that a name in pillar is made of, or None."""
    return device[len(_BY_PARTUUID) :] if device.startswith(_BY_PARTUUID) else None


def whole_name(device):
    """Return the name of the whole LUN that a name of a partition is made of, or None."""
    found = next(filter(None, (re.fullmatch(each, device) for each in _PARTITIONS)), None)
    return found[1] + found[2] if found else None


def whole_wwid(device):
    """Return the WWID of the whole LUN that a name in pillar carries, or None."""
    name = whole_name(device) or device
    for pattern, form in DEVICE_WWIDS:
        found = re.fullmatch(pattern, name)
        if found:
            return form.format(found[1])
    return None


def drbd_identity(device):
    """Return the identity of the volume of DRBD that a name in pillar means, or None."""
    if not device.startswith(_BY_RES):
        return None
    resource, _, volume = device[len(_BY_RES) :].partition("/")
    return identities.of_drbd(resource, int(volume or 0))
