"""
Tell which device a name leads to, by what every node can know it, and who has it.

Nothing of a LUN's content is read here, but for the partition table of a LUN whose partition is
asked for. Nothing is changed.

.. versionadded:: 1.0.0
"""

import contextlib
import os
import re
import stat

from salt.exceptions import CommandExecutionError

from ocfs2lib.lun import wwid as wwids
from ocfs2lib.parsers import blkid
from ocfs2lib.parsers import dmsetup
from ocfs2lib.parsers import drbd
from ocfs2lib.pillar import identities
from ocfs2lib.pillar import refused_devices
from ocfs2lib.system import block_device
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools

_CLASS = "/sys/class/block"
#: Seconds that drbdsetup may take.
_LIMIT = 10


def __virtual__():
    return operating_system.is_linux(__grains__)


def identify(device, read=True):
    """
    Tell what a device is, before one byte of its content is read.

    device
        Any name of a block device.
    read
        Whether the partition table may be read. Without, the PARTUUID of a partition is the one
        that udev has found: for a LUN that does not answer a read.

    Returns a dict: ``node`` (the kernel's name), ``whole`` (of a partition, that of its disk or
    map, else None), ``wwid`` (the identity, None if it has none), ``paths`` (``{disk: wwid}`` of a
    multipath map, or of that of which it is a partition), ``read_only``,
    ``holders`` (what holds it, or uses the whole of which it is a partition), ``mounts``, and
    ``unready`` (why DRBD must not be read or written now, None if it may be). Raises
    ``CommandExecutionError`` or OSError if it is no device of a kind that can be a LUN.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_device.identify /dev/mapper/primary
    """
    name, number = _name(device)
    parent, partition = _parent(name)
    _refuse_path(device, name, parent, partition)
    whole = parent or name
    mounts = __salt__["ocfs2_mount.mounts"]()
    find_partuuid = _partuuid if read else _partuuid_of_udev
    wwid, unready = _identity(device, name, parent, find_partuuid)
    return {
        "node": f"/dev/{name}",
        "whole": f"/dev/{parent}" if parent else None,
        "wwid": wwid,
        "paths": {disk: _disk_wwid(disk) for disk in _disks(whole)},
        "read_only": "1" in (_value(name, "ro"), _value(whole, "ro")),
        "holders": [*files.names(f"{_CLASS}/{name}/holders")]
        + (_users_of_whole(name, parent, partition, mounts) if parent else []),
        "mounts": [
            {"path": each["path"], "options": each["options"]}
            for each in mounts
            if each["device"] == number
        ],
        "unready": unready,
    }


def wwid(node):
    """
    Return the identity of a device, as pillar has it under ``wwid``: the WWID that multipath and
    udev give a LUN, of a partition with its PARTUUID, ``virtio-SERIAL`` of a virtual disk, and
    ``drbd-RESOURCE-VOLUME`` of DRBD.

    node
        Any name of the device.

    Returns text, or None if it has none.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_device.wwid /dev/dm-0
    """
    with contextlib.suppress(CommandExecutionError, OSError):
        name, _ = _name(node)
        return _identity(node, name, _parent(name)[0], _partuuid)[0]
    return None


def at(path):
    """
    Return the identity of the volume that is mounted on a path or, if none is, of the one that
    /etc/fstab mounts there.

    path
        The mount point.

    Returns text as :func:`wwid` does, ``""`` if there is none or its device is not here.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_device.at /san/primary
    """
    mounted = __salt__["ocfs2_mount.at"](path)
    if mounted:
        return wwid(f"/dev/block/{mounted['device']}") or ""
    line = __salt__["ocfs2_mount.fstab"](path)
    return (line and wwid(line["device"])) or ""


def layout(device):
    """
    Tell how a device is made up: whose partition it is, and which disks lead to it.

    device
        Any name of a block device.

    Returns ``{"node", "whole", "number", "extent", "disks"}``: the kernel's names of the device and
    of its whole, both the same if it is no partition, the number of the partition and where the
    kernel has it, ``[start, size]`` in sectors of 512 bytes, or two times None, and the names of
    the disks.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_device.layout /dev/mapper/primary-part1
    """
    name, _ = _name(device)
    parent, number = _parent(name)
    whole = parent or name
    return {
        "node": name,
        "whole": whole,
        "number": number,
        "extent": (parent and list(_extent(name) or ())) or None,
        "disks": _disks(whole) or [whole],
    }


def settings():
    """
    Return the settings of DRBD by which two nodes may work on one volume.

    Returns ``{resource: {"protocol", "allow_two_primaries", "fencing"}}``, as
    :func:`parsers.drbd.settings` reads them, none where DRBD has no device; None if DRBD does not
    say.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_device.settings
    """
    # Without a device of DRBD the question would load its module.
    if not any(name.startswith("drbd") for name in files.names(_CLASS)):
        return {}
    try:
        answer = tools.attempt(list(drbd.SETTINGS), timeout=_LIMIT)
    except CommandExecutionError:
        return None
    return None if answer["retcode"] else drbd.settings(answer["stdout"])


def _name(device):
    """Return the kernel's name of a block device, and its number in the form of sysfs."""
    status = os.stat(device)
    if not stat.S_ISBLK(status.st_mode):
        raise CommandExecutionError(f"{device} is not a block device")
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    return os.path.basename(os.path.realpath(f"/sys/dev/block/{number}")), number


def _value(name, file):
    return files.value(f"{_CLASS}/{name}/{file}") or ""


def _disks(name):
    """Return the disks that are paths of a multipath map; none of any other device."""
    # What lies below DRBD or md is another device than these.
    return files.names(f"{_CLASS}/{name}/slaves") if name.startswith("dm-") else []


def _parent(name):
    """Return ``(name of the whole, number)`` of a partition, of kpartx too, else two Nones."""
    number = _value(name, "partition")
    if number:
        return os.path.basename(os.path.dirname(os.path.realpath(f"{_CLASS}/{name}"))), number
    found = re.match(r"part(\d+)-", _value(name, "dm/uuid"))
    below = files.names(f"{_CLASS}/{name}/slaves") if found else []
    return (below[0], found[1]) if len(below) == 1 else (None, None)


def _refuse_path(device, name, parent, partition):
    whole = parent or name
    for holder in files.names(f"{_CLASS}/{whole}/holders"):
        if not _value(holder, "dm/uuid").startswith("mpath-"):
            continue
        map_name = f"/dev/mapper/{_value(holder, 'dm/name')}"
        if parent:
            raise CommandExecutionError(
                f"{device} is a partition of one path of the multipath map {map_name}; name the "
                f"partition of the map, {map_name}-part{partition}"
            )
        raise CommandExecutionError(
            f"{device} is one path of the multipath map {map_name}; name the map"
        )


def _users_of_whole(name, parent, partition, mounts):
    """Return who uses the disk or map of a partition as a whole, or the partition otherwise."""
    found = []
    for holder in files.names(f"{_CLASS}/{parent}/holders"):
        other = re.match(r"part(\d+)-", _value(holder, "dm/uuid"))
        if holder != name and (not other or other[1] == partition):
            found.append(f"{holder}, which holds /dev/{parent}")
    number = _value(parent, "dev")
    found += [
        f"a mount of /dev/{parent} on {each['path']}" for each in mounts if each["device"] == number
    ]
    return found


def _identity(device, name, parent, find_partuuid):
    """Return ``(identity, why it must not be used now)``, both None if there is none."""
    if re.fullmatch(r"drbd\d+", name):
        return _drbd(device, name)
    whole = _whole_wwid(device, parent or name)
    if not parent:
        return whole, None
    partuuid = find_partuuid(device, name, parent)
    return (identities.of_partition(whole, partuuid) if whole and partuuid else None), None


def _whole_wwid(device, name):
    """Return the identity of a whole device; refuse a kind that can have none."""
    if name.startswith("dm-"):
        uuid = _value(name, "dm/uuid")
        kind, _, found = uuid.partition("-")
        if kind != "mpath":
            refused = refused_devices.by_dm_uuid(uuid)
            raise CommandExecutionError(f"{device} {refused.sentence}; {refused.instead}")
        return found
    found = _disk_wwid(name)
    refused = None if found else refused_devices.by_node(name)
    if refused and refused is not refused_devices.LOOP:
        raise CommandExecutionError(f"{device} {refused.sentence}; {refused.instead}")
    return found


def _disk_wwid(name):
    # Under "device" a namespace of NVMe has its controller, which has no WWID.
    for path, read in (("device/wwid", wwids.wwid_of_scsi), ("wwid", wwids.wwid_of_nvme)):
        found = _value(name, path)
        if found:
            return read(found)
    serial = _value(name, "serial") if re.fullmatch("vd[a-z]+", name) else ""
    if serial:
        return identities.of_virtual_disk(wwids.serial_of_virtual_disk(serial))
    pages = [files.content(f"{_CLASS}/{name}/device/vpd_pg{page}") for page in (83, 80)]
    if not any(pages):
        return None
    product = [_unstripped(name, f"device/{file}") for file in ("vendor", "model")]
    return wwids.wwid_of_pages(*pages, *product)


def _unstripped(name, file):
    return files.content(f"{_CLASS}/{name}/{file}").decode("latin-1")


def _partuuid_of_udev(_device, name, _parent):
    """Return the PARTUUID that udev found when the partition came, or None."""
    known = files.value(f"/run/udev/data/b{_value(name, 'dev')}") or ""
    found = re.search(r"^E:ID_PART_ENTRY_UUID=(\S+)$", known, re.MULTILINE)
    return found and found[1]


def _partuuid(device, name, parent):
    """Return the PARTUUID of a partition, as the table on its disk has it right now."""
    with block_device.opened(f"/dev/{parent}") as handle:
        # blkid reads the table through the page cache, which another node's write leaves stale.
        block_device.drop_cache(handle)
    # One type alone is looked for, since two signatures in the partition would hide the answer.
    argv = ["blkid", "-p", "-n", "minix", "-o", "export", f"/dev/{name}"]
    answer = tools.attempt(argv)
    if answer["retcode"] not in (0, 2):
        raise CommandExecutionError(tools.failure(argv, answer))
    found = blkid.partition(answer["stdout"])
    known = _extent(name)
    if not found or found[1:] != known:
        raise CommandExecutionError(
            f"{device} is not where the partition table of /dev/{parent} has a partition: the "
            "partition table was changed and this node has not read it again "
            f"(partprobe /dev/{parent})"
        )
    return found[0]


def _extent(name):
    """Return ``(start, size)`` of the kernel's partition in sectors of 512 bytes, or None."""
    if name.startswith("dm-"):
        major, _, minor = _value(name, "dev").partition(":")
        return dmsetup.linear(tools.run(["dmsetup", "table", "-j", major, "-m", minor]))
    found = _value(name, "start"), _value(name, "size")
    return tuple(map(int, found)) if all(each.isdigit() for each in found) else None


def _drbd(device, name):
    answer = tools.attempt(list(drbd.STATES), timeout=_LIMIT)
    if answer["retcode"]:
        raise CommandExecutionError(tools.failure(list(drbd.STATES), answer))
    found = drbd.volumes(answer["stdout"]).get(int(name[len("drbd") :]))
    if not found:
        raise CommandExecutionError(
            f"{device} is no volume of a resource of DRBD; drbdadm up brings one up"
        )
    unready = "; ".join(found.troubles) or None
    return identities.of_drbd(found.resource, found.volume), unready
