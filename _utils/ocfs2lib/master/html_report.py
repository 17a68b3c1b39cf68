"""The status as a page to hand over, written on the master."""

import os
import socket

from ocfs2lib.master import observe
from ocfs2lib.status.page.page import GENERATOR
from ocfs2lib.status.page.page import html_page
from ocfs2lib.system import files
from ocfs2lib.system import formula_code
from ocfs2lib.system import login

#: Bytes at the beginning of a page within which it says who made it.
_BEGINNING = 1024


def write(context, file, cluster=None, timeout=None):
    """
    Write the status as an HTML page; exit code 2 if it was refused or could not be written.

    context
        The :class:`master.context.Context`.
    file, cluster, timeout
        As for the runner.
    """
    refusal = _refusal(file)
    if refusal:
        return _answer({"clusters": {}}, file, f"{refusal} Nothing was asked or written.")
    found = observe.status(context, cluster, timeout)
    try:
        files.replace(file, _page(context, found["clusters"]), mode=0o600)
    except OSError as err:
        return _answer(found, file, login.why_not_written(file, err))
    done = (
        f"The page is {file}, readable by its owner alone. To look at it: "
        f"scp {socket.gethostname()}:{file} . and open it in a browser."
    )
    return _answer(found, file, done, written=True)


def _refusal(file):
    """Why a page cannot be written there, as sentences, or None."""
    fix = "Fix: file=/tmp/cluster.html."
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
    """Whether a file was made by :func:`write`."""
    if os.path.islink(file) or not os.path.isfile(file):
        return False
    try:
        with open(file, "rb") as handle:
            return GENERATOR.encode() in handle.read(_BEGINNING)
    except OSError:
        return False


def _page(context, clusters):
    statuses = [each["status"] for each in clusters.values() if each.get("status")]
    errors = {name: each["lines"] for name, each in clusters.items() if not each.get("status")}
    return html_page(statuses, formula_code.build(context.opts["extension_modules"]), errors)


def _answer(found, file, last, written=False):
    lines = [line for each in found["clusters"].values() for line in _short(each)]
    return {
        **found,
        "outputter": "ocfs2",
        "retcode": found["retcode"] if written else 2,
        "file": file,
        "written": written,
        "lines": [*lines, last],
    }


def _short(cluster):
    """Of a status its first line; of what went wrong, all."""
    return cluster["lines"][:1] if cluster.get("status") else cluster["lines"]
