"""
Mount points: nobody can write to one while nothing is mounted on it.

So what is meant for a volume, like the disk of a virtual machine, never lands on the disk of the
host instead.

.. versionadded:: 1.0.0
"""

import fcntl
import os
import struct

from salt.exceptions import CommandExecutionError

from ocfs2lib import commands
from ocfs2lib import text
from ocfs2lib.system import operating_system

# linux/fs.h: FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_IMMUTABLE_FL. The numbers say long and the
# kernel takes an int.
_GET_FLAGS = 0x80006601 | struct.calcsize("l") << 16
_SET_FLAGS = 0x40006602 | struct.calcsize("l") << 16
_IMMUTABLE = 0x10


def __virtual__():
    return operating_system.is_linux(__grains__)


def protect(path):
    """
    Let nobody write to a mount point while nothing is mounted on it, root included.

    The directory gets the immutable attribute of ``chattr``, which a mount on it does not mind. The
    mode of a directory would not do: root does not obey it, and root makes the disks of virtual
    machines. So a filesystem without the attribute, such as NFS, is refused.

    path
        The mount point; it is made if it is missing.

    Returns True. Raises ``CommandExecutionError`` if the directory holds anything, since a mount
    would hide it, and if something is mounted on it, since what lies under a mount cannot be seen.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mountpoint.protect /san/primary
    """
    found = __salt__["ocfs2_mount.at"](path)
    if found:
        raise CommandExecutionError(
            f"{path} is taken by {found['source']} ({found['fstype']}), and what lies under a "
            "mount cannot be seen. Fix: unmount it first."
        )
    try:
        os.makedirs(path, mode=0o755, exist_ok=True)
        directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be made: {err.strerror}") from err
    try:
        _protect(path, directory)
    except OSError as err:
        raise CommandExecutionError(
            f"{path} cannot be made immutable: {err.strerror}. Fix: a mount point on a local "
            "filesystem that knows chattr +i, like ext4, xfs or btrfs."
        ) from err
    finally:
        os.close(directory)
    return True


def _protect(path, directory):
    before = _flags(directory)
    _set_flags(directory, before | _IMMUTABLE)
    # The look comes second: from here on nobody adds a file.
    if os.listdir(directory):
        _set_flags(directory, before)
        raise CommandExecutionError(hidden(path))


def hidden(path):
    """
    Tell what a mount on a directory would hide.

    path
        The mount point, with nothing mounted on it.

    Returns a refusal that names the files and what to do, or an empty text if there are none.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mountpoint.hidden /san/primary
    """
    files = sorted(os.listdir(path)) if os.path.isdir(path) else []
    if not files:
        return ""
    first = f"{commands.unprotect(path)}, then " if protected(path) else ""
    named = ", ".join(text.few(map(text.shown, files)))
    return (
        f"{path} holds {named}: written to the local disk while the LUN was not mounted, "
        "or put there by somebody, and a mount would hide it. Nothing was changed. "
        f"Fix: {first}move it away."
    )


def protected(path):
    """
    Tell whether a mount point is safe from writes while nothing is mounted on it.

    path
        The mount point.

    Returns True or False; None if there is no such directory, if its filesystem knows no immutable
    attribute, or if something is mounted on it: what lies under a mount cannot be seen.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mountpoint.protected /san/primary
    """
    if __salt__["ocfs2_mount.at"](path) or not os.path.isdir(path):
        return None
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return bool(_flags(directory) & _IMMUTABLE)
    except OSError:
        return None
    finally:
        os.close(directory)


def _flags(directory):
    return struct.unpack("i", fcntl.ioctl(directory, _GET_FLAGS, struct.pack("i", 0)))[0]


def _set_flags(directory, flags):
    fcntl.ioctl(directory, _SET_FLAGS, struct.pack("i", flags))
