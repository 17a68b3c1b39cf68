"""
Grow, check, or give slots to a volume that exists, and ask who is on it.

Nothing in here can format. The exit codes of these tools say little (tunefs.ocfs2 ends with 0 for
a device that does not exist, fsck.ocfs2 with errors found), so what they did is read back. Every
function takes the UUID of the volume that is meant, and touches no other.

.. versionadded:: 1.0.0
"""

import time

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib import heartbeat
from ocfs2lib.errors import FormulaError
from ocfs2lib.parsers import ocfs2_tools
from ocfs2lib.parsers import partx
from ocfs2lib.system import block_device
from ocfs2lib.system import files
from ocfs2lib.system import lun_disks
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools
from ocfs2lib.system import volume_tools

#: Seconds for which a tool is waited for; a check reads every inode of a volume.
_LIMIT = 86400
#: Seconds between two looks for a heartbeat: three beats and more.
_TWO_LOOKS = 3 * heartbeat.BEAT + 1
#: Where the output of the last check of each LUN is kept.
_CHECK_LOG = "/var/log/ocfs2-fsck-{}.log"
#: Bytes of memory that a check may take: for any volume, and for each of its blocks. An inode, or a
#: part of a directory, takes a block at least, and fsck.ocfs2 remembers less than 256 bytes of it.
#: Its cache takes up to half of what it may have, or of what is free (o2fsck_init_cache in
#: fsck.ocfs2/util.c); without a limit, as much as the volume is large. The limit is never less than
#: the check needs, however little is free: fsck.ocfs2 1.8.7 then finds faults that are none. In a
#: sound volume of 4 TiB it missed thousands of bits with 250 to 600 MiB, and none with 700.
_CHECK_BASE, _CHECK_PER_BLOCK = 128 << 20, 512
_MAX_SLOTS = 255
_CLASS = "/sys/class/block"
#: Characters of a tool's output that an answer repeats.
_OUTPUT_END = 2000


def __virtual__():
    return operating_system.is_linux(__grains__)


def rescan(device):
    """
    Ask the kernel how large a LUN is by now, over every path, and let its multipath map follow.
    Of a partition, have the kernel take it over as it now is in the table; no table is changed.

    device
        The LUN's stable name.

    Returns the size that this node sees then, in bytes.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.rescan /dev/mapper/primary
    """
    found = __salt__["ocfs2_device.layout"](device)
    for disk in found["disks"]:
        lun_disks.rescan(disk)
    name = files.value(f"{_CLASS}/{found['whole']}/dm/name")
    if name:
        tools.run(["multipathd", "resize", "map", name])
    if found["number"]:
        _update_partition(found, name)
    # In units of 512 bytes, whatever the sectors of the disk are (block/genhd.c).
    return 512 * int(files.value(f"{_CLASS}/{found['node']}/size"))


def _update_partition(found, map_name):
    """Have the kernel take over a partition that has grown in the table, also while it is used."""
    whole, number = f"/dev/{found['whole']}", found["number"]
    with block_device.opened(whole) as handle:
        block_device.drop_cache(handle)
    show = ["partx", "--show", "--noheadings", "--output", partx.COLUMNS, "--nr", number, whole]
    entry = partx.entry(tools.attempt(show)["stdout"])
    start, size = found["extent"] or (None, None)
    if not entry or entry[0] != start or entry[1] < size:
        raise CommandExecutionError(
            f"partition {number} of {whole} is not where the kernel has it, or has become smaller, "
            "in the partition table. Put the table right: the start as it was, the end where it "
            "was or behind"
        )
    if entry[1] == size:
        return
    if not map_name:
        # partx --update would take away what nobody uses, and make it anew.
        tools.run(["resizepart", whole, number, str(entry[1])])
        return
    # kpartx would give the partition another name if it were told another delimiter.
    name = files.value(f"{_CLASS}/{found['node']}/dm/name") or ""
    if not (name.startswith(map_name) and name.endswith(number)):
        raise CommandExecutionError(
            f"/dev/mapper/{name} is not named after its map {map_name}, so that kpartx cannot be "
            f"told how. Take it over by hand: kpartx -u /dev/mapper/{map_name}"
        )
    delimiter = name[len(map_name) : -len(number)]
    tools.run(["kpartx", "-u", "-s", "-p", delimiter, f"/dev/mapper/{map_name}"])


def grow(device, uuid):
    """
    Let a volume that is mounted here fill its LUN. Only one node may do it, and only after every
    node has seen the new size.

    device
        The LUN's stable name.
    uuid
        The volume's UUID, 32 upper-case hex digits.

    Returns True. Raises ``CommandExecutionError`` with what tunefs.ocfs2 said if the volume has
    not grown; a repetition is fine.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.grow /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761
    """
    facts = _volume(device, uuid)
    if not facts["mounts"]:
        raise CommandExecutionError(f"{device} is not mounted here, and grows only where it is")
    output = _tunefs(uuid, "grow", "-S", device)
    volume = _volume(device, uuid)["volume"]
    if volume["size"] + volume["cluster_size"] <= facts["size"]:
        raise CommandExecutionError(
            f"{device} has {facts['size']} bytes, and its volume {volume['size']} after "
            f"tunefs.ocfs2 -S, which said: {output}"
        )
    return True


def slots(device, uuid, count):
    """
    Give a volume that is mounted nowhere more slots.

    device, uuid
        As for :func:`grow`.
    count
        How many it has then, 1 to 255; not fewer than it has.

    Returns True. Raises ``CommandExecutionError`` with what tunefs.ocfs2 said if it has not.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.slots /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761 8
    """
    have = _volume(device, uuid)["volume"]["slots"]
    if type(count) is not int or not have <= count <= _MAX_SLOTS:
        raise SaltInvocationError(f"{device} has {have} slots; {count!r} is not {have} to 255")
    # One that is at work may have come so far, and no further.
    if have == count and uuid not in volume_tools.at_work():
        return True
    output = _tunefs(uuid, f"slots {count}", "-N", str(count), device)
    now = _volume(device, uuid)["volume"]["slots"]
    if now != count:
        raise CommandExecutionError(
            f"{device} has {now} slots after tunefs.ocfs2 -N {count}, which said: {output}"
        )
    return True


def check(device, uuid, lun, repair=False):
    """
    Check a volume that is mounted nowhere, with fsck.ocfs2.

    device, uuid
        As for :func:`grow`.
    lun
        The LUN's key in pillar; the output is kept in ``/var/log/ocfs2-fsck-LUN.log``.
    repair
        Put right what is found, instead of only looking.

    Returns ``{"ended", "findings", "count", "log", "said"}``: whether it came to its end, the codes
    of what was found, how many in all, where the output is, and its end. The check may take the
    memory that a full volume of this size needs.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.check /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761 primary
    """
    facts = _volume(device, uuid)
    if facts["mounts"]:
        raise CommandExecutionError(f"{device} is mounted here; unmount it first")
    argv = [
        "prlimit",
        f"--as={_check_needs(facts['volume'])}",
        "fsck.ocfs2",
        "-fy" if repair else "-fn",
        device,
    ]
    log = _CHECK_LOG.format(lun)
    task = "repair" if repair else "check"
    text = volume_tools.finish(uuid, task, argv, _LIMIT, log)["stdout"]
    found = ocfs2_tools.check(text)
    return {
        "ended": found.ended,
        "findings": list(found.findings),
        "count": found.count,
        "log": log,
        "said": text[-_OUTPUT_END:],
    }


def at_work():
    """
    Tell which volumes are worked on here, by a tool or a job of this module.

    Returns a list of ``{"volume", "task"}``: the volume's UUID and what is done to it, ``check``,
    ``repair``, ``grow``, ``slots 8`` or ``mkfs``; of a job whose tool does not run, or not yet,
    its function as the task.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.at_work
    """
    tasks = volume_tools.at_work()
    found = [{"volume": uuid, "task": task} for uuid, task in tasks.items()]
    for job in __salt__["saltutil.is_running"]("ocfs2_volume.*"):
        volume = "".join(map(str, job["arg"][1:2]))
        if job["fun"] != "ocfs2_volume.at_work" and volume not in tasks:
            found.append({"volume": volume, "task": job["fun"]})
    return found


def members(device, uuid):
    """
    Tell who is on a volume, as the volume itself shows it, from any node, mounted or not.

    device, uuid
        As for :func:`grow`.

    Returns ``{"beating": [node numbers], "slots": [node numbers]}``: whose heartbeat went on within
    7 seconds, and who holds a slot, which one that died does until the others have recovered it.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.members /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761
    """
    _volume(device, uuid)
    first = _read_members(device)
    time.sleep(_TWO_LOOKS)
    second = _read_members(device)
    return {
        "beating": ocfs2_tools.beating(first["heartbeats"], second["heartbeats"]),
        "slots": sorted(second["slots"].values()),
    }


def room(device, uuid):
    """
    Tell how much room a volume has, and what one more slot takes of it.

    device, uuid
        As for :func:`grow`.

    Returns ``{"free", "journal"}`` in bytes. While the volume is mounted somewhere, what its nodes
    hold in reserve counts as used.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.room /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761
    """
    volume = _volume(device, uuid)["volume"]
    try:
        return ocfs2_tools.room(_ask(device, ocfs2_tools.ROOM_COMMANDS), volume["cluster_size"])
    except FormulaError as err:
        raise CommandExecutionError(f"{device}: {err}") from err


def has_block64(device, uuid):
    """
    Tell whether the journals of a volume can hold the numbers of more than 2^32 blocks.

    device, uuid
        As for :func:`grow`.

    Returns True or False. With blocks of 4 KiB, 2^32 of them are 16 TiB.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_volume.has_block64 /dev/mapper/primary 458E997A48634B3DAB36F01667EBB761
    """
    _volume(device, uuid)
    try:
        return ocfs2_tools.has_block64(_ask(device, ocfs2_tools.JOURNAL_COMMANDS))
    except FormulaError as err:
        raise CommandExecutionError(f"{device}: {err}") from err


def _volume(device, uuid):
    """Return the facts of a LUN; refuse one that does not hold the volume which is meant."""
    facts = __salt__["ocfs2.probe"](device)
    reason = facts["error"] or facts["unreadable"]
    if reason:
        raise CommandExecutionError(reason)
    found = facts["volume"]["uuid"] if facts["volume"] else "no volume"
    if found != uuid:
        raise CommandExecutionError(f"{device} holds {found}, not the volume {uuid}")
    return facts


def _tunefs(uuid, task, *arguments):
    """Run tunefs.ocfs2, answer none of its questions, and return what it said."""
    argv = ["tunefs.ocfs2", *arguments]
    result = volume_tools.finish(uuid, task, argv, _LIMIT)
    return (result["stdout"] or "nothing")[-_OUTPUT_END:]


def _read_members(device):
    return ocfs2_tools.members(_ask(device, ocfs2_tools.MEMBERS_COMMANDS))


def _ask(device, commands):
    """Return what debugfs.ocfs2 prints for commands."""
    argv = ["debugfs.ocfs2", "-f", "/dev/stdin", device]
    answer = tools.attempt(argv, stdin=commands)
    # It repeats each command, if it could open the volume.
    if "debugfs: " not in answer["stdout"]:
        raise CommandExecutionError(tools.failure(argv, answer))
    return answer["stdout"]


def _check_needs(volume):
    """Return how many bytes of memory a check of a full volume needs."""
    return _CHECK_BASE + _CHECK_PER_BLOCK * (volume["size"] // volume["block_size"])
