"""What nodes tell of themselves, kept as lines in a file of the master."""

import contextlib
import json
import os

from ocfs2lib import text
from ocfs2lib.lun import audit
from ocfs2lib.system import files

#: Lies beside Salt's own log.
_NAME = "ocfs2-events.log"
#: Characters of a word and of a sentence of a node, and bytes of the log until it is begun anew.
_WORD, _SENTENCE, _LOG = 200, 1000, 10 << 20


def note(opts, tag, message, node):
    """
    Append an event of a node as one line of JSON.

    opts
        Salt's options of the master.
    tag, message, node
        As for the runner; anything at all.
    """
    entry = {
        "time": audit.now(),
        "node": _printable(node, _WORD),
        "tag": _printable(tag, _WORD),
        "message": _printable(message, _SENTENCE),
    }
    _append(os.path.join(audit.directory(opts["log_file"]), _NAME), json.dumps(entry))


def _printable(value, length):
    """The first characters of whatever came, without what a terminal would obey."""
    words = value[:length] if isinstance(value, str) else text.shown(value)
    return text.printable(words)


def _append(path, line):
    with contextlib.suppress(FileNotFoundError):
        if os.stat(path).st_size > _LOG:
            os.replace(path, f"{path}.1")
    files.append(path, line)
