"""
Files: read, replaced as a whole, appended to, removed.

What is done to a host for a module raises Salt's CommandExecutionError, with a sentence;
:func:`replace`, :func:`create` and :func:`append` raise OSError.
"""

import contextlib
import errno
import os
import shutil
import tempfile

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError


def read(path):
    """
    Return the text of a file, or None if it does not exist. It can be sent to the master: bytes
    that are not UTF-8 are replaced.

    path
        Absolute path.
    """
    text = read_exactly(path)
    return None if text is None else decoded(text)


def read_exactly(path):
    """
    Return the text of a file that is to be changed, or None if it does not exist. Bytes that are
    not UTF-8 survive a :func:`write` or an :func:`update` of the same text; Salt cannot send them.

    path
        Absolute path.
    """
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as handle:
            return handle.read()
    except FileNotFoundError:
        return None
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be read: {err.strerror}") from err


def value(path):
    """
    Return the text of a file of procfs, sysfs or configfs without the newline, or None.

    Whatever keeps it from being read means None: such an object can go away at any moment.

    path
        Absolute path.
    """
    text = None
    with contextlib.suppress(CommandExecutionError):
        text = read(path)
    return None if text is None else text.strip()


def set_value(path, new):
    """
    Write a value to a file of sysfs or configfs, with a newline: without it some are EINVAL.

    path, new
        Absolute path, and what to write.

    Raises ``CommandExecutionError`` if the kernel does not take it.
    """
    try:
        with open(path, "w", encoding="ascii") as handle:
            handle.write(f"{new}\n")
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err


def content(path):
    """
    Return the bytes of a small binary file of sysfs, ``b""`` if it cannot be read, as for
    :func:`value`.

    path
        Absolute path.
    """
    try:
        with open(path, "rb") as handle:
            return handle.read()
    except OSError:
        return b""


def decoded(text):
    """Return a text of :func:`read_exactly`, or a name in a directory, as it can be sent."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def names(directory):
    """
    Return the names in a directory, sorted; none if it does not exist.

    directory
        Absolute path.
    """
    try:
        return sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []


def directories(directory):
    """Return the names of the directories in a directory, sorted; none if it does not exist."""
    try:
        with os.scandir(directory) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []


def target(link):
    """Return the path that a symbolic link leads to, in the end; None if it is no link."""
    return os.path.realpath(link) if os.path.islink(link) else None


def write(path, text, mode=0o644):
    """
    Replace a file, see :func:`replace`; the directory is made if it is missing. Returns True.

    path
        Absolute path.
    text
        The new content.
    mode
        Of the new file.
    """
    if not os.path.isabs(path):
        raise SaltInvocationError(f"{path} is not an absolute path")
    try:
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        replace(path, text, mode)
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err
    return True


def remove(path):
    """
    Remove a file; one that does not exist is fine. Returns True.

    path
        Absolute path.
    """
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be removed: {err.strerror}") from err
    _sync_directory(os.path.dirname(path))
    return True


def replace(path, text, mode=0o644):
    """
    Replace a file as a whole: at every moment, also after a power cut, it has the old content or
    the new.

    path
        Absolute path, in a directory that exists.
    text
        The new content.
    mode
        Of the new file.
    """
    with _written_beside(path, text, mode) as temporary:
        os.replace(temporary, path)
    _sync_directory(os.path.dirname(path))


def update(path, text):
    """
    Replace a file of the host that others wrote too, as :func:`write` does, but keep its owner,
    its mode and its extended attributes. Where it is a link, the file is replaced that it leads to.

    path
        Absolute path.
    text
        The new content.
    """
    path = os.path.realpath(path)
    try:
        with _written_beside(path, text, 0o600) as temporary:
            with contextlib.suppress(FileNotFoundError):
                old = os.stat(path)
                os.chown(temporary, old.st_uid, old.st_gid)
                shutil.copystat(path, temporary)
                os.utime(temporary)
            os.replace(temporary, path)
        _sync_directory(os.path.dirname(path))
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err
    return True


def create(path, text):
    """
    Make a file, all of it or none. Raises FileExistsError if there is one by that name.

    path, text
        As for :func:`replace`.
    """
    with _written_beside(path, text, 0o644) as temporary:
        os.link(temporary, path)


@contextlib.contextmanager
def _written_beside(path, text, mode):
    """A file with the content, on stable storage, in the same directory; gone in the end."""
    # A leading dot keeps systemd from reading a half-written unit.
    prefix = f".{os.path.basename(path)}."
    fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=prefix)
    try:
        with os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as new:
            new.write(text)
            new.flush()
            os.fchmod(new.fileno(), mode)
            os.fsync(new.fileno())
        yield temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def append(path, line, sync=False):
    """
    Put a line at the end of a file that its owner alone can read: all of it, or OSError is raised.

    path
        Absolute path.
    line
        The line, without its end.
    sync
        Whether it is on stable storage before the caller goes on.
    """
    fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        data = _line_end(fd) + line.encode() + b"\n"
        if os.write(fd, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        if sync:
            os.fsync(fd)
    finally:
        os.close(fd)


def _line_end(fd):
    """Return what ends a line that was cut short before, such as on a full disk."""
    size = os.fstat(fd).st_size
    return b"\n" if size and os.pread(fd, 1, size - 1) != b"\n" else b""


def _sync_directory(directory):
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
