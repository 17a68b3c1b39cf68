"""
Read what the kernel of this node has logged about the cluster, also before it restarted.

Nothing here touches a LUN.

.. versionadded:: 1.0.0
"""

import contextlib
import os
import re

import salt.utils.files
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.parsers import kernel_log
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools

_JOURNAL = "/var/log/journal"
#: Where systemd-pstore(8) moves what the kernel kept, and where it lies until then.
_PSTORE = ("/var/lib/systemd/pstore", "/sys/fs/pstore")
_RECORDS = 16
_RECORD = 256 * 1024  # bytes at the end of one that are looked at
_LIMIT = 120  # seconds; a journal of some gigabytes has to be read from the disk
#: Beside the kernel: that the journal ended in order, and that somebody asked for the shutdown
#: (sd-messages.h, SD_MESSAGE_JOURNAL_STOP and SD_MESSAGE_SHUTDOWN).
_MATCHES = (
    "_TRANSPORT=kernel",
    "MESSAGE_ID=d93fb3c9c24d451a97cea615ce59c00b",
    "MESSAGE_ID=98268866d1d54a499c4e98921d93bc40",
)


def __virtual__():
    return operating_system.is_linux(__grains__)


def kernel(since, limit=10000, directory=None):
    """
    Return the kernel's messages that matter to the cluster, across restarts.

    since
        Seconds since the epoch.
    limit
        How many of the newest messages that matter are looked at, 1 to 100000.
    directory
        A directory of journal files to read in place of this node's own; absolute.

    Returns less than 256 KiB, oldest first unless noted otherwise, times in seconds since the epoch
    by this node's clock:

    - ``boots``: ``[{"id", "first", "last"}]``, each boot's first and last message of any kind;
    - ``lines``: ``[{"boot", "time", "text"}]``;
    - ``pstore``: ``[{"name", "time", "text"}]``, newest first: what firmware or memory kept of a
      crash, with the time of its file;
    - ``cut``: whether messages that matter are missing, because there are too many;
    - ``persistent``: whether the journal outlives a restart.

    Raises ``SaltInvocationError`` for an argument that is none, ``CommandExecutionError`` if the
    journal cannot be read.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_logs.kernel 1770000000
    """
    _check(since, limit, directory)
    place = ["--directory", directory] if directory else []
    wanted = [
        *("--output=json", "--output-fields=MESSAGE,_BOOT_ID", f"--since=@{int(since)}"),
        # Newest first, so that the limit leaves out the oldest.
        *("--reverse", f"--lines={int(limit)}"),
        *(f"--grep={kernel_log.PATTERN}", "--case-sensitive=false"),
    ]
    newest = kernel_log.rows(_lines([*place, *wanted, *" + ".join(_MATCHES).split()]))
    lines, cut = kernel_log.fitted(newest[::-1])
    records, more = _records()
    return {
        "boots": kernel_log.boots(_boots(place), lines, since),
        "lines": lines,
        "pstore": records,
        "cut": cut or more or len(newest) >= limit,
        "persistent": bool(directory or files.names(_JOURNAL)),
    }


def _check(since, limit, directory):
    if not (_is_number(since) and 0 <= since < 1 << 33):
        raise SaltInvocationError(f"since={since!r} is no time in seconds since the epoch")
    if not (_is_number(limit) and 1 <= limit <= 100_000 and limit == int(limit)):
        raise SaltInvocationError(f"limit={limit!r} is no number from 1 to 100000")
    if directory is not None and not (isinstance(directory, str) and os.path.isabs(directory)):
        raise SaltInvocationError(f"directory={directory!r} is no absolute path")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _lines(arguments):
    result = _journalctl(arguments)
    # A search that finds nothing fails too, without a word; a damaged file does not keep the
    # others from being read.
    if result["retcode"] and result["stderr"].strip() and not result["stdout"]:
        raise CommandExecutionError(tools.failure(["journalctl"], result))
    return result["stdout"]


def _boots(place):
    return _journalctl([*place, "--list-boots", "--output=json"])["stdout"]


def _journalctl(arguments):
    argv = ["journalctl", "--no-pager", "--quiet", *arguments]
    return tools.attempt(argv, timeout=_LIMIT)


def _records():
    """Return what pstore kept that matters, newest first, and whether anything is left out."""
    found = sorted(_dmesgs(), reverse=True)
    records, cut = [], len(found) > _RECORDS
    for time, path in found[:_RECORDS]:
        with contextlib.suppress(OSError):
            text, more = kernel_log.kept(_end(path))
            records.append({"name": path, "time": time, "text": text})
            cut = cut or more
    return records, cut


def _dmesgs():
    """Yield ``(time, path)`` of each dmesg that pstore kept; systemd-pstore joins its parts."""
    for place in _PSTORE:
        for folder, _, names in os.walk(place):
            parts = [name for name in names if re.fullmatch(r"dmesg-.*(?<!\.z)", name)]
            for name in ["dmesg.txt"] if "dmesg.txt" in names else parts:
                path = os.path.join(folder, name)
                with contextlib.suppress(OSError):
                    yield os.stat(path).st_mtime, path


def _end(path):
    with salt.utils.files.fopen(path, "rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(0, size - _RECORD))
        return handle.read(_RECORD).decode("utf-8", "replace")
