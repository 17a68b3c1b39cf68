"""A cluster that was built by hand, written down as the pillar that describes it."""

import contextlib
import os

import salt.utils.yaml

from ocfs2lib.adoption import adopt
from ocfs2lib.adoption import pillar_file
from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.master.nodes import Nodes
from ocfs2lib.master.progress import say
from ocfs2lib.system import files
from ocfs2lib.system import formula_code
from ocfs2lib.system import login


def pillar(context, nodes, file=None):
    """
    Read a cluster from its nodes and write the pillar.

    context
        The :class:`master.context.Context`.
    nodes, file
        As for the runner.
    """
    refusal = _refusal(nodes, file)
    if refusal:
        return _answer([f"{refusal} Nothing was read or written."], False, None)
    adoption = adopt.adopt(*_surveys(context, nodes))
    lines = pillar_file.report(adoption)
    if adoption.pillar is None:
        return _answer(lines, False, adoption)
    content = pillar_file.head(adoption) + _yaml(adoption.pillar)
    if file is None:
        shown = [*content.splitlines(), "", "Not written: give it a file=/srv/pillar/ocfs2.sls."]
        return _answer(shown, not adoption.obstacles, adoption)
    refusal, written = _kept(context, file, content)
    good = not (refusal or adoption.obstacles)
    last = refusal or _next(context, adoption, file)
    return _answer([*lines, "", *last], good, adoption, written)


def _refusal(nodes, file):
    """Why not even to ask, as sentences, or None."""
    if not isinstance(nodes, list) or not nodes or not all(isinstance(n, str) for n in nodes):
        return "nodes is no list of minion ids. Fix: nodes='[host1.domain.com, host2.domain.com]'."
    if file is not None and not (isinstance(file, str) and os.path.isabs(file)):
        return f"{file} is not an absolute path. Fix: file=/srv/pillar/ocfs2.sls."
    if file is not None and not os.path.isdir(os.path.dirname(file)):
        return f"{os.path.dirname(file)} is no directory. Fix: make it, or write elsewhere."
    return None


def _surveys(context, nodes):
    """``(surveys, silent)`` of all nodes; one whose answer has no shape is silent."""
    formula = formula_code.build(context.opts["extension_modules"])
    nodes = list(dict.fromkeys(nodes))
    say(f"asking {len(nodes)} nodes")
    answers, silent = Nodes(context.opts).survey(nodes, formula)
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


def _kept(context, path, content):
    """``(refusal, written)``: the lines that say why not, and whether it was written now."""
    if context.testing:
        return [], False
    try:
        files.create(path, content)
    except FileExistsError:
        if _holds(path, content):
            return [], False
        why = f"{path} exists and was left as it is. Fix: move it away, or name another file."
    except OSError as err:
        why = login.why_not_written(path, err)
    else:
        return [], True
    return [why], False


def _holds(path, content):
    with (
        contextlib.suppress(OSError, ValueError),
        open(path, encoding="utf-8") as old,
    ):
        return old.read() == content
    return False


def _next(context, adoption, path):
    """What the operator does with the file."""
    first = f"The pillar is in {path}."
    if context.testing:
        first = f"The pillar would be written to {path}."
    if adoption.obstacles:
        return [
            f"{first} It cannot be applied yet: put right what is named above, then move the file "
            "away and run this again, or correct it by hand."
        ]
    return [
        first,
        "Next: read what applying it does; keep it below pillar_roots and give it to the nodes, "
        "and to nobody else, in top.sls; then salt-run ocfs2.plan.",
    ]


def _answer(lines, good, adoption, written=False):
    adoption = adoption or adopt.Adoption(None)
    return {
        "outputter": "ocfs2",
        "retcode": 0 if good else 1,
        "lines": lines,
        "pillar": adoption.pillar,
        "oddities": _texts(adoption.issues),
        "obstacles": _texts(adoption.obstacles),
        "changes": _texts(adoption.changes),
        "written": written,
    }


def _texts(statements):
    return [str(each) for each in statements]
