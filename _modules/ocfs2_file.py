"""
The formula's own files: read, replaced as a whole, removed.

.. versionadded:: 1.0.0
"""

import contextlib
import os
import tempfile

import salt.utils.files
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

__virtualname__ = "ocfs2_file"


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def read(path):
    """
    The text of a file, or None if it does not exist. Bytes that are not UTF-8 survive a
    :func:`write` of the same text.

    path
        Absolute path.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_file.read /etc/ocfs2/cluster.conf
    """
    try:
        with salt.utils.files.fopen(
            path, encoding="utf-8", errors="surrogateescape", newline=""
        ) as handle:
            return handle.read()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be read: {err.strerror}") from err


def value(path):
    """
    The text of a file of procfs, sysfs or configfs without the newline, or None.

    Whatever keeps it from being read means None: such an object can go away at any moment.

    path
        Absolute path.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_file.value /sys/fs/ocfs2/cluster_stack
    """
    text = None
    with contextlib.suppress(CommandExecutionError):
        text = read(path)
    if text is None:
        return None
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def write(path, text):
    """
    Replace a file as a whole: at every moment, also after a power cut, it has the old content or
    the new. Owner root, mode 0644; the directory is made if it is missing.

    path
        Absolute path.
    text
        The new content.

    Returns True. Raises ``CommandExecutionError`` with the reason; the old content is then
    untouched.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_file.write /etc/ocfs2/cluster.conf "$(cat cluster.conf)"
    """
    if not os.path.isabs(path):
        raise SaltInvocationError(f"{path} is not an absolute path")
    directory = os.path.dirname(path)
    try:
        os.makedirs(directory, mode=0o755, exist_ok=True)
        # A leading dot keeps systemd from reading a half-written unit.
        fd, temporary = tempfile.mkstemp(dir=directory, prefix=f".{os.path.basename(path)}.")
        try:
            with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as new:
                new.write(text)
                new.flush()
                os.fchmod(new.fileno(), 0o644)
                os.fsync(new.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        _sync_directory(directory)
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err
    return True


def names(directory):
    """
    The names in a directory, sorted; none if it does not exist.

    directory
        Absolute path.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_file.names /sys/class/block/dm-0/slaves
    """
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []


def remove(path):
    """
    Remove a file; one that does not exist is fine.

    path
        Absolute path.

    Returns True. Raises ``CommandExecutionError`` with the reason.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_file.remove /etc/ocfs2/firewall.nft
    """
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be removed: {err.strerror}") from err
    _sync_directory(os.path.dirname(path))
    return True


def _sync_directory(directory):
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
