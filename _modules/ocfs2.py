"""
Shared LUNs and the OCFS2 volumes on them.

Reading (:func:`probe`, :func:`census`) goes through sysfs and O_DIRECT reads and changes
nothing. One function writes to a LUN, :func:`mkfs`; it formats only what it has just proved
blank itself, and it has no switch that says otherwise.

.. versionadded:: 1.0.0
"""

import contextlib
import dataclasses
import errno
import fcntl
import mmap
import os
import stat
import struct

import salt.utils.files
import salt.utils.path
import salt.utils.yaml
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

import ocfs2_blank
import ocfs2_check
import ocfs2_order
import ocfs2_parse
import ocfs2_version
import ocfs2_volume
from ocfs2_order import LEADER_GRAIN
from ocfs2_order import ORCHESTRATE

__virtualname__ = "ocfs2"

_BLKGETSIZE64 = 0x80081272
_BLKFLSBUF = 0x1261
_CHUNK = 1 << 20
_LOCK = "/run/ocfs2-formula.lock"
#: mkfs writes one journal for each slot: seconds, not minutes, but a slow array may take its time.
_MKFS_TIMEOUT = 3600
#: How many places that are not zero a report names.
_NAMED_OFFSETS = 4


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def check(path=None):
    """
    Check the pillar, without any cluster, daemon or device.

    path
        A YAML file that holds the pillar (plain YAML, with the key ``ocfs2`` at its top). Without
        it, this minion's own pillar is checked.

    Returns ``{"valid": bool, "problems": [{"path", "reason", "fix"}, ...]}`` with every problem at
    once. The exit code of ``salt-call`` is 0 only if the pillar is valid.

    CLI Example:

    .. code-block:: bash

        salt-call --local ocfs2.check
        salt-call --local ocfs2.check /srv/pillar/ocfs2.sls
    """
    problems = ocfs2_check.check(_section(path))
    if problems:
        __context__["retcode"] = 1
    return {"valid": not problems, "problems": [dataclasses.asdict(each) for each in problems]}


def _section(path):
    if path is None:
        return _plain(__pillar__.get("ocfs2"))
    try:
        with salt.utils.files.fopen(path, encoding="utf-8") as handle:
            document = salt.utils.yaml.safe_load(handle)
    except (OSError, ValueError, salt.utils.yaml.YAMLError) as err:
        raise SaltInvocationError(f"{path} can not be read as YAML: {err}") from err
    return document.get("ocfs2") if isinstance(document, dict) else None


def _plain(value):
    """A copy without Salt's masking wrappers, whose text would read as asterisks."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def census(luns, firewall, prove_blank=False):
    """
    Everything this node can tell about itself and the LUNs, in one call that changes nothing.

    luns
        ``{key: device}``: the device name that pillar gives each LUN.
    firewall
        ``{"backend", "port", "nodes"}``, the arguments of ``o2cb_firewall.facts``.
    prove_blank
        Read the samples of every LUN that shows no volume (see :func:`probe`).

    Returns ``{"formula", "host", "o2cb", "setup", "fstab", "luns"}``: the formula's build on this
    node (:func:`ocfs2_version.build`), its host facts, ``o2cb.facts``, ``o2cb_setup.facts``,
    ``ocfs2_mount.fstabs`` and, under each key of ``luns``, what :func:`probe` returns.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.census '{a: /dev/mapper/a}' '{backend: none, port: 7777, nodes: {}}'
    """
    if not (isinstance(luns, dict) and isinstance(firewall, dict)):
        raise SaltInvocationError("luns and firewall must be mappings")
    return {
        "formula": ocfs2_version.build(__opts__["extension_modules"]),
        "host": host(),
        "o2cb": __salt__["o2cb.facts"](),
        "setup": __salt__["o2cb_setup.facts"](**firewall),
        "fstab": __salt__["ocfs2_mount.fstabs"](),
        "luns": {key: probe(device, prove_blank) for key, device in luns.items()},
    }


def host():
    """
    The facts of this host that decide whether it can be the node in pillar.

    Returns ``{"hostname", "kernel", "platform", "addresses"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.host
    """
    return {
        "hostname": os.uname().nodename,
        "kernel": os.uname().release,
        "platform": f"{__grains__.get('os')} {__grains__.get('osmajorrelease')}",
        "addresses": sorted(__salt__["network.ip_addrs"](include_loopback=False)),
    }


def probe(device, prove_blank=False):
    """
    What a LUN is and what it holds, as this node sees it. Changes nothing.

    device
        The stable name, ``/dev/mapper/...`` or ``/dev/disk/by-id/...``.
    prove_blank
        Also read, with O_DIRECT, everything :func:`ocfs2_blank.regions` names, unless the LUN
        shows a volume or a signature: about 50 MB, whatever the size of the LUN.

    Returns a dict: ``node`` (the kernel's name), ``wwid``, ``paths`` (``{disk: wwid}`` of a
    multipath map), ``size`` in bytes, ``read_only``, ``holders``, ``mounts``, ``slot`` (held by
    this node, or None), ``busy`` (another program holds it exclusively), ``volume`` (of the OCFS2
    superblock, or None), ``signature`` (what ``blkid -p`` found), ``written`` (byte offsets that
    are not zero, None if they were not read), ``error`` (why this is not a usable LUN, or None)
    and ``unreadable`` (the read that failed, or None).

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.probe /dev/mapper/primary
        salt-call ocfs2.probe /dev/mapper/primary prove_blank=True
    """
    facts = _no_facts(device)
    try:
        facts.update(_hardware(device))
    except (OSError, CommandExecutionError) as err:
        facts["error"] = _reason(device, err)
        return facts
    try:
        with _opened(device) as handle:
            facts.update(_contents(handle, facts, prove_blank))
    except (OSError, CommandExecutionError) as err:
        facts["unreadable"] = _reason(device, err)
    return facts


def _no_facts(device):
    return {
        "device": device,
        "node": None,
        "wwid": None,
        "paths": {},
        "size": 0,
        "read_only": False,
        "holders": [],
        "mounts": [],
        "slot": None,
        "busy": False,
        "volume": None,
        "signature": {},
        "written": None,
        "error": None,
        "unreadable": None,
    }


def _reason(device, err):
    if isinstance(err, OSError):
        return f"{device}: {os.strerror(err.errno) if err.errno else err}"
    return str(err)


def _hardware(device):
    """The facts of sysfs: what the device is, before one byte of it is read."""
    status = os.stat(device)
    if not stat.S_ISBLK(status.st_mode):
        raise CommandExecutionError(f"{device} is not a block device")
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    sysfs = os.path.realpath(f"/sys/dev/block/{number}")
    name = os.path.basename(sysfs)
    _refuse_partition_or_path(device, sysfs)
    mounts = [each for each in __salt__["ocfs2_mount.mounts"]() if each["device"] == number]
    return {
        "node": f"/dev/{name}",
        "wwid": _wwid(sysfs, name),
        "paths": {disk: _disk_wwid(disk) for disk in _listed(f"{sysfs}/slaves")},
        "read_only": _value(f"{sysfs}/ro") == "1",
        "holders": _listed(f"{sysfs}/holders"),
        "mounts": [{"path": each["path"], "options": each["options"]} for each in mounts],
    }


def _refuse_partition_or_path(device, sysfs):
    if os.path.exists(f"{sysfs}/partition"):
        raise CommandExecutionError(f"{device} is a partition; name the whole LUN")
    for holder in _listed(f"{sysfs}/holders"):
        if _value(f"/sys/class/block/{holder}/dm/uuid").startswith("mpath-"):
            map_name = _value(f"/sys/class/block/{holder}/dm/name")
            raise CommandExecutionError(
                f"{device} is one path of the multipath map /dev/mapper/{map_name}; name the map"
            )


def _wwid(sysfs, name):
    if name.startswith("dm-"):
        kind, _, wwid = _value(f"{sysfs}/dm/uuid").partition("-")
        if kind != "mpath":
            raise CommandExecutionError(
                f"/dev/{name} is a device-mapper device of {kind or 'unknown'}, not a LUN"
            )
        return wwid
    return _disk_wwid(name)


def _disk_wwid(name):
    for path in ("device/wwid", "wwid"):
        text = _value(f"/sys/class/block/{name}/{path}")
        if text:
            return ocfs2_parse.wwid(text)
    return None


def _listed(directory):
    try:
        return sorted(os.listdir(directory))
    except FileNotFoundError:
        return []


def _value(path):
    return __salt__["ocfs2_file.value"](path) or ""


@contextlib.contextmanager
def _opened(device):
    """
    The device, open for O_DIRECT reads.

    While it is held open, its kernel name can not pass to another LUN: device-mapper refuses to
    remove the map, and the SCSI disk keeps its index.
    """
    handle = os.open(device, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _contents(handle, facts, prove_blank):
    """The facts that need reads; an OSError from here means the LUN is not readable."""
    size = _size(handle)
    volume = ocfs2_volume.parse(_head(handle, size))
    found = {
        "size": size,
        "busy": not facts["mounts"] and _busy(facts["node"]),
        "volume": _volume_facts(volume),
        "slot": _slot(volume),
    }
    if not volume:
        found["signature"] = _signature(handle, facts["node"])
        if prove_blank and not found["signature"]:
            found["written"] = _written(handle, size)
    return found


def _size(handle):
    return struct.unpack("Q", fcntl.ioctl(handle, _BLKGETSIZE64, bytes(8)))[0]


def _head(handle, size):
    if size < ocfs2_volume.HEAD_BYTES:
        return b""
    return b"".join(_chunks(handle, 0, ocfs2_volume.HEAD_BYTES))


def _chunks(handle, offset, length):
    """The bytes of a region, read past the page cache, which another node's write leaves stale."""
    end = offset + length
    with mmap.mmap(-1, min(_CHUNK, length)) as buffer:
        while offset < end:
            with memoryview(buffer)[: min(_CHUNK, end - offset)] as view:
                count = os.preadv(handle, [view], offset)
                if not count:
                    raise OSError(errno.EIO, "short read")
                yield bytes(view[:count])
            offset += count


def _busy(node):
    try:
        os.close(os.open(node, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as err:
        if err.errno != errno.EBUSY:
            raise
        return True
    return False


def _volume_facts(volume):
    return volume and {**dataclasses.asdict(volume), "stamp": volume.stamp}


def _slot(volume):
    if not volume:
        return None
    return ocfs2_parse.own_slot(_value(f"/sys/kernel/debug/ocfs2/{volume.uuid}/fs_state"))


def _signature(handle, node):
    # blkid reads through the page cache: drop what an earlier read left there.
    fcntl.ioctl(handle, _BLKFLSBUF)
    argv = ["blkid", "-p", "-o", "export", node]
    result = __salt__["ocfs2_cmd.attempt"](argv)
    if result["retcode"] == 2:
        return {}
    if result["retcode"] == 0:
        return ocfs2_parse.blkid(result["stdout"])
    if result["retcode"] == 8:
        return {"TYPE": "more than one signature"}
    raise CommandExecutionError(__salt__["ocfs2_cmd.failure"](argv, result))


def _written(handle, size):
    """Offsets of the first bytes that are not zero, at most one for each region read."""
    found = []
    for offset, length in ocfs2_blank.regions(size, seed=os.urandom(16)):
        start = _first_written(handle, offset, length)
        if start is not None:
            found.append(start)
        if len(found) == _NAMED_OFFSETS:
            break
    return found


def _first_written(handle, offset, length):
    for data in _chunks(handle, offset, length):
        # Compared as a whole: that is many times faster than a look at each byte.
        if data != bytes(len(data)):
            return offset + len(data) - len(data.lstrip(b"\0"))
        offset += len(data)
    return None


def mkfs(device, wwid, size, uuid, token, label, slots, cluster, fs_type):
    """
    Format a blank LUN as a volume of an o2cb cluster, once.

    The leader's grain must carry the same token and WWID; the token is spent before the first
    byte is written. Then the device is opened and held, and its identity, size, readability,
    blankness and freedom from users are proved on that handle, right before mkfs.ocfs2 runs
    without any force flag. The exit code is not trusted: UUID, label, slots, stamp and
    ``lost+found``, which mkfs.ocfs2 writes last, are read back.

    device, wwid, size
        The LUN as pillar names it; ``size`` in bytes.
    uuid
        The UUID to give the volume, 32 hex digits, chosen by the master before it is written.
    token
        The one-time token that the master also put in this minion's ``ocfs2_leader`` grain.
    label, slots, cluster, fs_type
        Label (up to 63 bytes), node slots (1 to 255), cluster name to stamp, and the usage type
        (``datafiles``, ``mail`` or ``vmstore``).

    Returns the facts of the new volume, as ``probe(device)["volume"]``. Raises
    ``CommandExecutionError`` if the format is refused (nothing was written) or failed.

    CLI Example:

    .. code-block:: bash

        salt-run state.orchestrate ocfs2.orch     # the only caller that holds a token
    """
    order = _order(device, wwid, size, uuid, label, slots, cluster, fs_type)
    for tool in ("modprobe", "mkfs.ocfs2", "debugfs.ocfs2"):
        # Without modprobe, mkfs.ocfs2 1.8 forks copies of itself that all go on formatting.
        if not salt.utils.path.which(tool):
            raise CommandExecutionError(
                f"{tool} is missing on this node; install kmod, ocfs2-tools"
            )
    with _only_one_format(), _opened(device) as handle:
        node = _proved_blank(handle, order)
        _spend_token(wwid, token)
        argv = ["mkfs.ocfs2", *order.arguments(), node]
        result = __salt__["ocfs2_cmd.attempt"](argv, timeout=_MKFS_TIMEOUT)
        return _read_back(handle, node, order, __salt__["ocfs2_cmd.failure"](argv, result))


def _order(*arguments):
    try:
        return ocfs2_order.FormatOrder(*arguments)
    except ValueError as err:
        raise SaltInvocationError(f"Refused: {err}") from err


@contextlib.contextmanager
def _only_one_format():
    with salt.utils.files.fopen(_LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandExecutionError("another format is running on this node") from None
        yield


def _proved_blank(handle, order):
    """The kernel's name of the LUN behind the handle, or the reasons why it is not blank."""
    facts = _no_facts(order.device)
    facts.update(_hardware(order.device))
    _same_device(handle, facts["node"])
    facts.update(_contents(handle, facts, prove_blank=True))
    refusals = order.refusals(__grains__["id"], facts)
    if refusals:
        raise CommandExecutionError("Refused: " + " ".join(str(each) for each in refusals))
    return facts["node"]


def _same_device(handle, node):
    if os.fstat(handle).st_rdev != os.stat(node).st_rdev:
        raise CommandExecutionError(f"{node} changed hands while it was being opened; run again")


def _spend_token(wwid, token):
    grain = __salt__["grains.get"](LEADER_GRAIN, {})
    held = (grain.get("wwid"), grain.get("token")) if isinstance(grain, dict) else (None, None)
    if not token or held != (wwid, token):
        raise CommandExecutionError(
            f"Refused: G6: the grain {LEADER_GRAIN} of this node holds no permission to format "
            f"{wwid}. Run {ORCHESTRATE} on the master."
        )
    __salt__["grains.set"](LEADER_GRAIN, {"cluster": grain.get("cluster")}, force=True)


def _read_back(handle, node, order, said):
    volume = ocfs2_volume.parse(_head(handle, order.size))
    wrong = order.differences(volume)
    if not wrong and not _complete(node):
        wrong = ["lost+found is missing: the format did not reach its end"]
    if wrong:
        raise CommandExecutionError(
            f"{said}. Read back: {'; '.join(wrong)}. The LUN is in an "
            "unknown state and is not touched again; look at it before anything else is done"
        )
    return _volume_facts(volume)


def _complete(node):
    listing = __salt__["ocfs2_cmd.attempt"](["debugfs.ocfs2", "-R", "ls /", node])
    return "lost+found" in listing["stdout"].split()
