"""The disks that lead to LUNs, and what is made of them, as sysfs shows it."""

import glob
import os
import re

from ocfs2lib.system import files
from ocfs2lib.system import mount_table

_SYS_BLOCK, _CLASS = "/sys/block", "/sys/class/block"
#: Disks whose size the kernel is told when it changes.
_TOLD_BY_ITSELF = re.compile(r"(vd|xvd)[a-z]+|drbd\d+")
#: Devices that are no way to a LUN: made of others, or of memory.
_NO_DISKS = ("dm-", "md", "loop", "ram", "zram", "sr", "fd", "drbd", "nbd", "rbd")


def leading_to(wwids, wwid_of):
    """
    Return ``(WWID, node)`` of each disk that is a path to one of some LUNs.

    wwids
        The WWIDs of the LUNs.
    wwid_of
        Returns the WWID of a node such as ``/dev/sda``, or None.
    """
    wanted = {each.lower() for each in wwids}
    nodes = [f"/dev/{name}" for name in files.names(_SYS_BLOCK) if not name.startswith(_NO_DISKS)]
    found = [(wwid_of(node), node) for node in nodes]
    return [(wwid, node) for wwid, node in found if wwid and wwid.lower() in wanted]


def maps_over(node):
    """Return the kernel's names of the multipath maps that a disk is a path of."""
    return [
        name
        for name in holders(node)
        if (files.value(f"{_SYS_BLOCK}/{name}/dm/uuid") or "").startswith("mpath-")
    ]


def map_name(node):
    """Return what device-mapper calls a map, None if it is none."""
    return files.value(f"{_SYS_BLOCK}/{os.path.basename(node)}/dm/name")


def holders(node):
    """Return the kernel's names of the devices that are made of a disk or a map."""
    return files.names(f"{_SYS_BLOCK}/{os.path.basename(node)}/holders")


def is_mounted(node):
    """Tell whether a device or a partition of it is mounted."""
    directory = f"{_SYS_BLOCK}/{os.path.basename(node)}"
    numbers = [files.value(f"{directory}/dev")]
    numbers += [files.value(f"{directory}/{each}/dev") for each in files.directories(directory)]
    return any(mount["device"] in numbers for mount in mount_table.table())


def can_be_deleted(node):
    """Tell whether the kernel forgets a disk when it is told to, as one of SCSI."""
    return os.path.exists(_trigger(node))


def _trigger(node):
    return f"{_SYS_BLOCK}/{os.path.basename(node)}/device/delete"


def delete(node):
    """Have the kernel forget a SCSI disk. Raises CommandExecutionError if it cannot."""
    files.set_value(_trigger(node), 1)


def has_size(node):
    """Tell whether the kernel knows the size of a device; it does not where it may not read it."""
    return files.value(f"{_CLASS}/{os.path.basename(node)}/size") not in ("0", None)


def rescan(node):
    """Have the kernel ask a disk for its size. Raises CommandExecutionError if it cannot."""
    name = os.path.basename(node)
    if _TOLD_BY_ITSELF.fullmatch(name):
        return
    # A namespace of NVMe has its controller there or, of several paths, its subsystem.
    for pattern in ("rescan_controller", "nvme*/rescan_controller"):
        triggers = glob.glob(f"{_CLASS}/{name}/device/{pattern}")
        if triggers:
            break
    for trigger in triggers or [f"{_CLASS}/{name}/device/rescan"]:
        files.set_value(trigger, 1)


def below(directory):
    """Return the nodes of the SCSI disks below a device of sysfs, such as that of a session."""
    found = glob.glob(f"{glob.escape(directory)}/target*/*/block/*")
    return sorted(f"/dev/{os.path.basename(each)}" for each in found)
