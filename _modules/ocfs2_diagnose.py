"""
Look at what no decision of the formula needs, but whoever has to find a fault on this node.

Nothing here changes anything.

.. versionadded:: 1.0.0
"""

import contextlib
import ctypes
import errno
import os

from salt.exceptions import CommandExecutionError

from ocfs2lib.node import units
from ocfs2lib.parsers import multipathd
from ocfs2lib.system import files
from ocfs2lib.system import multipath_daemon
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system import tools
from ocfs2lib.system import transports

#: A daemon that hangs is to cost no more than this many seconds.
_LIMIT = 5
#: How many names under a mount a report needs.
_NAMED = 5
#: Whether SELinux enforces its policy; the file is there if the kernel has SELinux and it is on.
_ENFORCES = "/sys/fs/selinux/enforce"
_LABEL = "security.selinux"
# open_tree(2); glibc has no wrapper for it before 2.36.
_OPEN_TREE, _AT_FDCWD, _CLONE = 428, -100, 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def __virtual__():
    return operating_system.is_linux(__grains__)


def space(path):
    """
    Return how full a filesystem is. OCFS2 asks the other nodes for that, and hangs if it cannot.

    path
        Where it is mounted.

    Returns ``{"bytes", "free_bytes", "inodes", "free_inodes"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.space /san/primary
    """
    found = os.statvfs(path)
    return {
        "bytes": found.f_blocks * found.f_frsize,
        "free_bytes": found.f_bavail * found.f_frsize,
        "inodes": found.f_files,
        "free_inodes": found.f_favail,
    }


def label(path):
    """
    Return the SELinux label of a directory; None where SELinux does not enforce anything.

    On OCFS2 labels are stored on the volume, and all nodes share them (``fs_use_xattr ocfs2`` in
    the policies of Fedora and openSUSE); a fresh volume has none.

    path
        The directory, such as a mount point.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.label /san/primary
    """
    if files.value(_ENFORCES) != "1":
        return None
    return files.decoded(os.getxattr(path, _LABEL).rstrip(b"\0").decode(errors="replace"))


def hidden(path):
    """
    Return the names in a directory that a mount upon it hides.

    path
        The mount point.

    Returns the first five names, sorted; none if nothing is mounted there or the kernel is too old
    to show it (before 5.2).

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.hidden /san/primary
    """
    if not (os.path.isabs(path) and __salt__["ocfs2_mount.at"](path)):
        return []
    with contextlib.ExitStack() as stack:
        # A copy of the mount around it, which the mounts upon that are no part of.
        parent = _LIBC.syscall(
            _OPEN_TREE, _AT_FDCWD, os.fsencode(os.path.dirname(path)), _CLONE | os.O_CLOEXEC
        )
        if parent < 0:
            number = ctypes.get_errno()
            if number == errno.ENOSYS:
                return []
            raise CommandExecutionError(f"{path}: {os.strerror(number)}")
        stack.callback(os.close, parent)
        inner = os.open(os.path.basename(path), os.O_RDONLY | os.O_DIRECTORY, dir_fd=parent)
        stack.callback(os.close, inner)
        return sorted(map(files.decoded, os.listdir(inner)))[:_NAMED]


def multipath():
    """
    Return the multipath maps here, their paths, and how long they keep I/O waiting for one.

    Returns ``{"maps", "paths", "polling_interval"}``, as :mod:`parsers.multipathd` reads them; None
    where multipathd does not run.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.multipath
    """
    maps = multipath_daemon.show("maps", "raw", "format", multipathd.MAPS)
    if maps is None:
        return None
    paths = multipath_daemon.show("paths", "raw", "format", multipathd.PATHS)
    return {
        "maps": multipathd.parse_maps(maps),
        "paths": multipathd.parse_paths(paths or ""),
        "polling_interval": multipathd.polling_interval(multipath_daemon.show("config") or ""),
    }


def timeouts(device):
    """
    Return how long the way to a disk keeps I/O waiting once it is known to be dead, from sysfs.

    device
        Its name in pillar; that of a multipath map, or of what is not here, has none.

    Returns a list of ``[way, setting, seconds]``, a way as ``san.timeout_budget`` calls it; None
    seconds are for ever.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.timeouts /dev/disk/by-id/wwn-0x600a0b8000123456000abcd012345678
    """
    return [list(each) for each in transports.timeouts(device)]


def starts_after():
    """
    Return the units after which o2cb.service starts, as systemd has it now with every drop-in.

    Returns a list of names; None where systemd does not run or does not know the unit.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_diagnose.starts_after
    """
    if not systemd.booted():
        return None
    argv = ["systemctl", "show", "--property=LoadState,After", units.UNIT]
    answer = tools.attempt(argv, timeout=_LIMIT)["stdout"]
    values = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
    return sorted(values["After"].split()) if values.get("LoadState") == "loaded" else None
