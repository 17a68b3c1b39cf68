"""The audit log on its disk; what stands in a line is of ``lun.audit``."""

import os

from ocfs2lib.errors import RecordUnwritable
from ocfs2lib.system import files

#: Bytes of the end of the log that are looked at: the last thousand decisions and more.
_END = 1 << 20


def end(path):
    """
    Return the end of the log as text, ``""`` for one that does not exist, None for one that cannot
    be read.

    path
        As for :func:`append`.
    """
    try:
        with open(path, "rb") as handle:
            size = handle.seek(0, os.SEEK_END)
            handle.seek(max(0, size - _END))
            return handle.read(_END).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError:
        return None


def append(path, line):
    """
    Put a line at the end of the log, on stable storage, before its caller goes on.

    Raises RecordUnwritable if that fails. The file is readable by its owner alone: it tells which
    LUN is where.

    path, line
        From ``lun.audit``.
    """
    try:
        files.append(path, line, sync=True)
    except OSError as err:
        raise RecordUnwritable(
            f"the audit log {path} cannot be written: {os.strerror(err.errno)}. "
            "Nothing is formatted without it"
        ) from err
