"""
The pillar, and what the shared LUNs in it are and hold, as this node sees them.

Looking at a LUN goes through sysfs and O_DIRECT reads and changes nothing.

.. versionadded:: 1.0.0
"""

import contextlib
import dataclasses
import errno
import os
import time

import salt.utils.files
import salt.utils.path
import salt.utils.yaml
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib import heartbeat
from ocfs2lib import text
from ocfs2lib.lun import blank
from ocfs2lib.lun import mkfs_blocks
from ocfs2lib.lun import superblock as lun_superblock
from ocfs2lib.parsers import blkid
from ocfs2lib.parsers import debugfs
from ocfs2lib.parsers import ocfs2_tools
from ocfs2lib.pillar import check as pillar_check
from ocfs2lib.system import block_device
from ocfs2lib.system import mount_table
from ocfs2lib.system import operating_system
from ocfs2lib.system import processes
from ocfs2lib.system import tools

#: Seconds between the two looks for a heartbeat: two beats and more.
_TWO_LOOKS = 2 * heartbeat.BEAT + 1
#: How many places that are not zero a report names.
_MAX_OFFSETS = 4


def __virtual__():
    return operating_system.is_linux(__grains__)


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
    problems = pillar_check.check(_section(path))
    if problems:
        __context__["retcode"] = 1
    return {"valid": not problems, "problems": [dataclasses.asdict(each) for each in problems]}


def _section(path):
    if path is None:
        return _plain(__pillar__.get("ocfs2"))
    try:
        with salt.utils.files.fopen(path, encoding="utf-8") as handle:
            document = salt.utils.yaml.safe_load(handle)
    # PyYAML trips in its own ways over tags that do not fit.
    except (OSError, ValueError, LookupError, TypeError, salt.utils.yaml.YAMLError) as err:
        raise SaltInvocationError(f"{path} cannot be read as YAML: {err}") from err
    return document.get("ocfs2") if isinstance(document, dict) else None


def _plain(value):
    """Return a copy without Salt's masking wrappers, whose text would read as asterisks."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def probe(device, prove_blank=False, full=False, handle=None, progress=None):
    """
    Tell what a LUN is and what it holds, as this node sees it. Changes nothing.

    device
        The stable name, ``/dev/mapper/...`` or ``/dev/disk/by-id/...``.
    prove_blank
        Also read, with O_DIRECT, everything :func:`lun.blank.regions` names, unless the LUN
        shows a volume or a signature: about 70 MB, whatever the size of the LUN. Over a volume
        whose format was cut short, look twice whether anybody writes to it: 5 seconds.
    full
        Read every byte instead of samples.
    handle
        The device, open for O_DIRECT reads, to be read instead of being opened anew.
    progress
        Called now and then with the number of bytes read so far.

    Returns a dict: ``node`` (the kernel's name), ``whole`` (of a partition, that of its LUN),
    ``wwid``, ``paths`` (``{disk: wwid}`` of a multipath map), ``size`` and ``sector_size`` in
    bytes, ``read_only``, ``holders``, ``mounts``, ``slot`` (held by this node, or None), ``busy``
    (another program holds it exclusively), ``writers`` (the processes that have it open for
    writing; looked for where ``prove_blank`` reads), ``volume`` (of the OCFS2 superblock, or None),
    ``half_made`` (that volume's format was cut short, None if unknown), ``journals`` (bytes of that
    of each slot, None if unknown), ``changing`` (somebody wrote to it while it was looked at),
    ``signature`` (what ``blkid -p`` found), ``written`` (byte offsets that are not zero, and that
    mkfs.ocfs2 has not written where its format was cut short; None if they were not read),
    ``error`` (why this is not a usable LUN, or None) and ``unreadable`` (the read that failed, or
    None).

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.probe /dev/mapper/primary
        salt-call ocfs2.probe /dev/mapper/primary prove_blank=True full=True
    """
    facts = _empty_facts(device)
    try:
        facts.update(_hardware(device))
    except (OSError, CommandExecutionError) as err:
        facts["error"] = _reason(device, err)
    if facts["error"] or facts["unreadable"]:
        return facts
    try:
        # A handle of the caller's is not closed here.
        source = block_device.opened(device) if handle is None else contextlib.nullcontext(handle)
        with source as lun:
            _refuse_another(lun, facts["node"])
            facts["size"] = block_device.size(lun)
            facts["sector_size"] = block_device.sector_size(lun)
            facts.update(_read_contents(lun, facts))
            if prove_blank:
                facts.update(_prove_blank(lun, facts, full, progress))
    except (OSError, CommandExecutionError) as err:
        facts["unreadable"] = _reason(device, err)
    return facts


def unreadable(device, reason):
    """
    Return what :func:`probe` does, as far as it is known of a LUN that does not answer a read.

    device
        As for :func:`probe`.
    reason
        What becomes ``unreadable``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.unreadable /dev/mapper/primary "did not answer within 3 s"
    """
    facts = _empty_facts(device)
    try:
        facts.update({"unreadable": f"{device} {reason}", **_hardware(device, read=False)})
    except (OSError, CommandExecutionError) as err:
        facts["error"] = _reason(device, err)
    return facts


def superblock(device):
    """
    Read the OCFS2 superblock on a device, by one short read and without a process. Changes nothing.

    device
        Any name of a block device.

    Returns the facts that :func:`probe` has under ``volume``, or None: there is no such
    superblock, or the device cannot be read.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.superblock /dev/mapper/primary
    """
    try:
        with block_device.opened(device) as handle:
            return _volume_facts(lun_superblock.parse(_head(handle, block_device.size(handle))))
    except OSError:
        return None


def wwid(node):
    """
    Return what pillar has under ``wwid`` for a device (see :func:`ocfs2_device.wwid`).

    node
        Any name of the device.

    Returns text, or None if nothing tells it from others on every node.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2.wwid /dev/mapper/primary-part1
    """
    return __salt__["ocfs2_device.wwid"](node)


def _empty_facts(device):
    return {
        "device": device,
        "node": None,
        "whole": None,
        "wwid": None,
        "paths": {},
        "size": 0,
        "sector_size": None,
        "read_only": False,
        "holders": [],
        "mounts": [],
        "slot": None,
        "busy": False,
        "writers": [],
        "volume": None,
        "half_made": None,
        "journals": None,
        "changing": False,
        "signature": {},
        "written": None,
        "error": None,
        "unreadable": None,
    }


def _reason(device, err):
    if not isinstance(err, OSError):
        return str(err)
    words = f"{device}: {os.strerror(err.errno) if err.errno else err}"
    # How block/blk-core.c of the kernel hands on that SCSI says "reservation conflict".
    reserved = ": another host has a SCSI reservation on it" if err.errno == errno.EBADE else ""
    return words + reserved


def _hardware(device, read=True):
    """Return what the device is. What DRBD must not serve now is as good as not readable."""
    found = __salt__["ocfs2_device.identify"](device, read)
    unready = found.pop("unready")
    return {**found, "unreadable": f"{device}: {unready}"} if unready else found


def _refuse_another(handle, node):
    if os.fstat(handle).st_rdev != os.stat(node).st_rdev:
        raise CommandExecutionError(f"{node} changed hands while it was being opened; run again")


def _read_contents(handle, facts):
    """Return the facts that need reads. Raises OSError if the LUN is not readable."""
    volume = lun_superblock.parse(_head(handle, facts["size"]))
    found = {
        "busy": not facts["mounts"] and block_device.is_busy(facts["node"]),
        "volume": _volume_facts(volume),
        "slot": _slot(volume),
    }
    if volume:
        found.update(_progress(facts["node"], volume, bool(facts["mounts"])))
    else:
        found["signature"] = _signature(handle, facts["node"])
    return found


def _prove_blank(handle, facts, full, progress):
    """Return what else has to be known before anything may be written."""
    size = facts["size"]
    if facts["signature"] or (facts["volume"] and not facts["half_made"]):
        return {}
    regions = blank.every_region(size) if full else blank.regions(size, seed=os.urandom(16))
    # Only of a format that was found cut short: what began since is somebody else's.
    half_made = bool(facts["half_made"])
    made = mkfs_blocks.of_volume(_head(handle, size)) if half_made else None
    devices = [facts["node"], *(f"/dev/{disk}" for disk in facts["paths"])]
    devices += [facts["whole"]] if facts["whole"] else []
    return {
        "writers": text.few(map(processes.name, processes.writers(devices))),
        "changing": half_made and _is_written_to(handle, size),
        "written": _written_offsets(handle, regions, made, progress),
    }


def _head(handle, size):
    if size < lun_superblock.HEAD_BYTES:
        return b""
    return b"".join(block_device.chunks(handle, 0, lun_superblock.HEAD_BYTES))


def _volume_facts(volume):
    if not volume:
        return None
    # A tuple would not come through as one.
    features = list(volume.features)
    return {**dataclasses.asdict(volume), "stamp": volume.stamp, "features": features}


def _slot(volume):
    if not volume:
        return None
    state = mount_table.states(volume.uuid).get(volume.uuid)
    return debugfs.fs_state(state["fs_state"])["slot"] if state else None


def _signature(handle, node):
    # blkid reads through the page cache.
    block_device.drop_cache(handle)
    argv = ["blkid", "-p", "-o", "export", node]
    result = tools.attempt(argv)
    if result["retcode"] == 2:
        return {}
    if result["retcode"] == 0:
        return blkid.parse(result["stdout"])
    if result["retcode"] == 8:
        return {"TYPE": "more than one signature"}
    raise CommandExecutionError(tools.failure(argv, result))


def _progress(node, volume, mounted):
    """Return how far the format of a volume has come. Nobody mounts one that was cut short."""
    if not salt.utils.path.which("debugfs.ocfs2"):
        return {"half_made": False if mounted else None}
    slots, features = volume.slots, volume.features
    commands = (
        ocfs2_tools.journal_commands(slots)
        if mounted
        else ocfs2_tools.half_made_commands(slots, features)
    )
    text = tools.attempt(["debugfs.ocfs2", "-f", "/dev/stdin", node], stdin=commands)["stdout"]
    return {
        "half_made": not mounted and ocfs2_tools.half_made(text, slots, features),
        "journals": ocfs2_tools.journals(text, slots),
    }


def _is_written_to(handle, size):
    """Tell whether anybody writes to where heartbeats are, within 5 MiB of the start."""
    length = min(size, blank.END_BYTES)
    first = list(block_device.chunks(handle, 0, length))
    time.sleep(_TWO_LOOKS)
    return first != list(block_device.chunks(handle, 0, length))


def _written_offsets(handle, regions, made, progress):
    """
    Return offsets of the first bytes that are not zero, at most one for each region read.

    Of a format that was cut short, what mkfs.ocfs2 has written (``made``) does not count.
    """
    found = []
    for offset, length in regions:
        if progress:
            progress(offset)
        start = block_device.first_written(handle, offset, length, made)
        if start is not None:
            found.append(start)
        if len(found) == _MAX_OFFSETS:
            break
    return found
