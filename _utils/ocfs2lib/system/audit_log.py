"""The audit log on its disk; what stands in a line is of ``lun.audit``."""

import os

from ocfs2lib.errors import RecordUnwritable
from ocfs2lib.system import files


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
