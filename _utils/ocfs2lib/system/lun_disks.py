"""The disks that lead to LUNs, and what is made of them, as sysfs shows it."""

import glob
import os

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import files
from ocfs2lib.system import mount_table

_SYS_BLOCK = "/sys/block"
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
    path = _trigger(node)
    try:
        with open(path, "w", encoding="ascii") as handle:
            handle.write("1\n")
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err


def below(directory):
    """Return the nodes of the SCSI disks below a device of sysfs, such as that of a session."""
    found = glob.glob(f"{glob.escape(directory)}/target*/*/block/*")
    return sorted(f"/dev/{os.path.basename(each)}" for each in found)
