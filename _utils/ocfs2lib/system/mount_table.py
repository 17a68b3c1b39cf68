"""
What is mounted here, and what the kernel shows of the OCFS2 volumes among it.

The files of a volume cannot be opened at any time. An umount gives up the journal first, then
leaves the lock domain, which takes seconds, and removes the files last; whoever opens ``fs_state``
in between stops the kernel: NULL pointer dereference in ocfs2_osb_debug_open (fs/ocfs2/super.c;
seen on 6.1). So a volume is kept mounted for the instant in which it is read, and is not read if it
cannot be. An umount in that very instant finds the target busy, as during a ``df``.
"""

import contextlib
import os

from ocfs2lib.kernel import DEBUG
from ocfs2lib.parsers import mount_tables
from ocfs2lib.system import files
from ocfs2lib.system import heartbeat_regions


def table(fstype=None):
    """
    Return everything that is mounted here.

    fstype
        Only filesystems of this type, such as ``ocfs2``.

    The answer is a list of ``{"id", "device", "path", "fstype", "source", "options"}``.
    """
    found = mount_tables.mountinfo(files.value("/proc/self/mountinfo") or "")
    return [each for each in found if fstype in (None, each["fstype"])]


def states(only=None):
    """
    Return the files ``fs_state`` and ``dlm_state`` of each volume.

    Starts no process and touches no LUN.

    only
        The UUID of a volume, as the kernel writes it, to read no other.

    The answer is ``{UUID: {"fs_state", "dlm_state"}}`` of all that the kernel works with, as text;
    ``""`` for what is not there, and for volumes that are just being mounted or unmounted.
    """
    with contextlib.ExitStack() as holds:
        held = _hold(holds)
        uuids = files.names(f"{DEBUG}/ocfs2")
        # Each that is held has its directory, so if there are no more of them, these are they.
        safe = set(uuids) if len(uuids) <= len(held) else _on(uuids, held)
        return {uuid: _state(uuid, uuid in safe) for uuid in uuids if only in (None, uuid)}


def _hold(holds):
    """Keep volumes from being unmounted; returns the numbers of the devices they are on."""
    held = {_hold_at(path, holds) for path in _paths()}
    # A table from before may say of a number what it was then; now it cannot change.
    return {mount["device"] for mount in table("ocfs2") if mount["id"] in held}


def _paths():
    """Where they are; but the way to one within another leads through that one, which may hang."""
    paths = {mount["path"] for mount in table("ocfs2")}
    return [path for path in paths if not any(path.startswith(f"{each}/") for each in paths)]


def _hold_at(path, holds):
    """Keep what is mounted at a path; returns the kernel's number of that mount, as text."""
    try:
        # Neither this nor the look at fdinfo asks the filesystem for anything; a stat would.
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return None
    holds.callback(os.close, place)
    lines = (_value(f"/proc/self/fdinfo/{place}") or "").splitlines()
    return next((words[1] for words in map(str.split, lines) if words[0] == "mnt_id:"), None)


def _on(uuids, devices):
    return {uuid for uuid in uuids if heartbeat_regions.disk(uuid) in devices}


def _state(uuid, safe):
    paths = {
        "fs_state": f"{DEBUG}/ocfs2/{uuid}/fs_state",
        "dlm_state": f"{DEBUG}/o2dlm/{uuid}/dlm_state",
    }
    return {name: (_value(path) or "") if safe else "" for name, path in paths.items()}


def _value(path):
    return files.value(path)
