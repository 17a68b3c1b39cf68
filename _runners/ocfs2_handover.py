"""
The status as a page to hand over: a part of the runner ``ocfs2`` that changes no node.

.. versionadded:: 1.0.0
"""

import os
import socket
import tempfile

import salt.utils.files

from ocfs2lib import text as wording
from ocfs2lib import version
from ocfs2lib.status.page import page

__virtualname__ = "ocfs2"

#: Bytes at the beginning of a page within which it says who made it.
_BEGINNING = 1024


def __virtual__():
    return __virtualname__


def report(file, cluster=None, timeout=None):
    """
    The status as one HTML page, for a ticket or a hand-over; it needs no network.

    file
        The page to write: an absolute path that ends in ``.html``. A page of an earlier report is
        replaced, any other file is left as it is. It is readable by its owner alone.
    timeout
        As for :func:`status`.

    Returns, besides what :func:`status` does, ``lines``, ``file``, and ``written``, whether the
    page was written now. The exit code is that of :func:`status`, and 2 if the page was refused or
    could not be written.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.report file=/root/cluster.html
        salt-run ocfs2.report file=/root/web.html cluster=web
    """
    refusal = _refused(file)
    if refusal:
        return _reported({"clusters": {}}, file, f"{refusal} Nothing was asked or written.")
    found = __salt__["ocfs2.status"](cluster, timeout)
    try:
        _write(file, _page(found["clusters"]))
    except OSError as err:
        reason = f"{file} can not be written: {err.strerror}. Fix: name another file."
        return _reported(found, file, reason)
    said = (
        f"The page is {file}, readable by its owner alone. To look at it: "
        f"scp {socket.gethostname()}:{file} . and open it in a browser."
    )
    return _reported(found, file, said, written=True)


def _refused(file):
    """Why a page can not be written there, as sentences, or None."""
    fix = "Fix: file=/root/cluster.html."
    if not (isinstance(file, str) and os.path.isabs(file) and "\0" not in file):
        return f"{file} is not an absolute path. {fix}"
    if not file.endswith(".html"):
        return f"{file} does not end in .html, so nobody would take it for a page. {fix}"
    if not os.path.isdir(os.path.dirname(file)):
        return f"{os.path.dirname(file)} is no directory. Fix: make it, or name another file."
    if os.path.lexists(file) and not _is_page(file):
        return f"{file} exists and is no page of this command. Fix: name another file."
    return None


def _is_page(file):
    """Whether a file was made by :func:`report`."""
    if os.path.islink(file) or not os.path.isfile(file):
        return False
    try:
        with salt.utils.files.fopen(file, "rb") as handle:
            return page.GENERATOR.encode() in handle.read(_BEGINNING)
    except OSError:
        return False


def _page(clusters):
    statuses = [each["status"] for each in clusters.values() if each.get("status")]
    errors = {name: each["lines"] for name, each in clusters.items() if not each.get("status")}
    return page.page(statuses, version.build(__opts__["extension_modules"]), errors)


def _write(file, text):
    """The whole page, or none: who opens it meanwhile sees the one from before."""
    directory, name = os.path.split(file)
    # It is made with mode 0600.
    fd, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


def _reported(found, file, last, written=False):
    lines = [line for each in found["clusters"].values() for line in _short(each)]
    return {
        **found,
        "outputter": "ocfs2",
        "retcode": found["retcode"] if written else 2,
        "file": file,
        "written": written,
        "lines": [*lines, wording.printable(last)],
    }


def _short(cluster):
    """Of a status its first line; of what went wrong, all."""
    return cluster["lines"][:1] if cluster.get("status") else cluster["lines"]
