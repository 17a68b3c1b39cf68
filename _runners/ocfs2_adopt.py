"""
Take over a cluster that was built by hand: read it from its nodes, write the pillar that is it.

Changes nothing on the nodes but the formula's own modules, which they may not have yet.

.. versionadded:: 1.0.0
"""

import contextlib
import os
import tempfile

import salt.utils.files
import salt.utils.yaml

from ocfs2lib import text as wording
from ocfs2lib import version
from ocfs2lib.adoption import adopt
from ocfs2lib.adoption import pillar_file
from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed


def pillar(nodes, file=None):
    """
    Read a running cluster and write it down as the pillar that describes it.

    Applying that pillar then changes nothing in cluster.conf, in the running cluster or in its
    mounts. Everything odd about the cluster is named, with what to do, also at the head of the
    file.

    nodes
        The minion ids of all nodes of the cluster, a list.
    file
        The pillar file to write, such as ``/srv/pillar/ocfs2.sls``. One that exists is left as it
        is. Without it, or in test mode, nothing is written.

    Returns, besides ``lines`` and ``retcode``: ``pillar``, or None if there is no cluster;
    ``oddities``, the issues of the cluster, those of them that keep it from being applied as it is
    as ``obstacles``, and ``changes``, what applying it does on the nodes, as sentences;
    ``written``, whether the file was written now. ``retcode`` is 1 if there are obstacles, or if
    the file can not be written.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_adopt.pillar nodes='[host1.domain.com, host2.domain.com]'
        salt-run ocfs2_adopt.pillar nodes='[host1.domain.com]' file=/srv/pillar/ocfs2.sls
    """
    refusal = _refusal(nodes, file)
    if refusal:
        return _said([f"{refusal} Nothing was read or written."], False, None)
    adoption = adopt.adopt(*_surveys(nodes))
    lines = pillar_file.report(adoption)
    if adoption.pillar is None:
        return _said(lines, False, adoption)
    text = pillar_file.head(adoption) + _yaml(adoption.pillar)
    if file is None:
        shown = [*text.splitlines(), "", "Not written: give it a file=/srv/pillar/ocfs2.sls."]
        return _said(shown, not adoption.obstacles, adoption)
    refusal, written = _kept(file, text)
    good = not (refusal or adoption.obstacles)
    return _said([*lines, "", *(refusal or _next(adoption, file))], good, adoption, written)


def _refusal(nodes, file):
    """Why not even to ask, as sentences, or None."""
    if not isinstance(nodes, list) or not nodes or not all(isinstance(n, str) for n in nodes):
        return "nodes is no list of minion ids. Fix: nodes='[host1.domain.com, host2.domain.com]'."
    if file is not None and not (isinstance(file, str) and os.path.isabs(file)):
        return f"{file} is not an absolute path. Fix: file=/srv/pillar/ocfs2.sls."
    if file is not None and not os.path.isdir(os.path.dirname(file)):
        return f"{os.path.dirname(file)} is no directory. Fix: make it, or write elsewhere."
    return None


def _surveys(nodes):
    """``(surveys, silent)`` of all nodes; one whose answer has no shape is silent."""
    formula = version.build(__opts__["extension_modules"])
    nodes = list(dict.fromkeys(nodes))
    __salt__["ocfs2_nodes.say"](f"asking {len(nodes)} nodes")
    answers, silent = __salt__["ocfs2_nodes.survey"](nodes, formula)
    surveys = {}
    for minion in answers.keys() - silent.keys():
        try:
            surveys[minion] = census.checked_survey(answers[minion])
        except AnswerMalformed as err:
            silent[minion] = str(err)
    return surveys, silent


def _yaml(document):
    return "---\n" + salt.utils.yaml.safe_dump(
        document, default_flow_style=False, sort_keys=False, width=100
    )


def _kept(path, text):
    """``(refusal, written)``: the lines that say why not, and whether it was written now."""
    if __opts__.get("test"):
        return [], False
    try:
        _write_new(path, text)
    except FileExistsError:
        if _holds(path, text):
            return [], False
        why = "exists and was left as it is. Fix: move it away, or name another file"
    except OSError as err:
        why = f"can not be written: {err.strerror}. Fix: name another file"
    else:
        return [], True
    return [f"{path} {why}."], False


def _write_new(path, text):
    """The whole file, or none; never in the place of another."""
    directory = os.path.dirname(path)
    fd, temporary = tempfile.mkstemp(dir=directory, prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fchmod(handle.fileno(), 0o644)
            os.fsync(handle.fileno())
        os.link(temporary, path)
    finally:
        os.unlink(temporary)


def _holds(path, text):
    with (
        contextlib.suppress(OSError, ValueError),
        salt.utils.files.fopen(path, encoding="utf-8") as old,
    ):
        return old.read() == text
    return False


def _next(adoption, path):
    """What the operator does with the file."""
    first = f"The pillar is in {path}."
    if __opts__.get("test"):
        first = f"The pillar would be written to {path}."
    if adoption.obstacles:
        return [
            f"{first} It can not be applied yet: put right what is named above, then move the file "
            "away and run this again, or correct it by hand."
        ]
    return [
        first,
        "Next: read what applying it does; keep it below pillar_roots and give it to the nodes, "
        "and to nobody else, in top.sls; then salt-run ocfs2.plan.",
    ]


def _said(lines, good, adoption, written=False):
    adoption = adoption or adopt.Adoption(None)
    return {
        "outputter": "ocfs2",
        "retcode": 0 if good else 1,
        "lines": [wording.printable(line) for line in lines],
        "pillar": adoption.pillar,
        "oddities": _texts(adoption.issues),
        "obstacles": _texts(adoption.obstacles),
        "changes": _texts(adoption.changes),
        "written": written,
    }


def _texts(statements):
    return [wording.printable(str(each)) for each in statements]
