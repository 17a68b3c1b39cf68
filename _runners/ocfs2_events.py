"""
What nodes tell of themselves, put down on the master: a part of the runner ``ocfs2``.

.. versionadded:: 1.0.0
"""

import contextlib
import json
import os

from ocfs2lib import text as wording
from ocfs2lib.lun import audit

__virtualname__ = "ocfs2"

#: Lies beside Salt's own log.
_NAME = "ocfs2-events.log"
#: Characters of a word and of a sentence of a node, and bytes of the log until it is begun anew.
_WORD, _SENTENCE, _LOG = 200, 1000, 10 << 20


def __virtual__():
    return __virtualname__


def note(tag, message="", node=""):
    """
    Put an event of a node down as one line of JSON, in ``ocfs2-events.log`` beside Salt's log.

    All that the reactor of the formula does: whoever has the key of a minion can send any event, so
    none may do more than leave a line. Of what a line says nothing is certain.

    tag
        The event's tag.
    message, node
        What the node says, and who it says it is.

    Returns True. The log is begun anew at 10 MiB; the one before is kept as
    ``ocfs2-events.log.1``.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.note salt/beacon/host1/ocfs2/mount-lost message="by hand" node=host1
    """
    entry = {
        "time": audit.now(),
        "node": _harmless(node, _WORD),
        "tag": _harmless(tag, _WORD),
        "message": _harmless(message, _SENTENCE),
    }
    _append(os.path.join(os.path.dirname(__opts__["log_file"]), _NAME), json.dumps(entry))
    return True


def _harmless(text, length):
    """The first characters of whatever came, without what a terminal would obey."""
    words = text[:length] if isinstance(text, str) else wording.shown(text)
    return wording.printable(words)


def _append(path, line):
    with contextlib.suppress(FileNotFoundError):
        if os.stat(path).st_size > _LOG:
            os.replace(path, f"{path}.1")
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, line.encode() + b"\n")
    finally:
        os.close(fd)
