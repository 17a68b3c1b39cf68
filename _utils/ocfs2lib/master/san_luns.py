"""What the SAN shows to some minions, before there is a pillar."""

import re

from ocfs2lib.adoption import san_text
from ocfs2lib.adoption import san_view
from ocfs2lib.answers import inventory
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.master.nodes import Nodes
from ocfs2lib.master.progress import say
from ocfs2lib.system import formula_code
from ocfs2lib.text import printable

_FIX = "Fix: salt-run ocfs2.luns host1.domain.com,host2.domain.com. Nobody was asked."


def luns(context, nodes):
    """
    Ask the minions, and hold their answers against each other.

    context
        The :class:`master.context.Context`.
    nodes
        As for the runner.
    """
    minions, refusal = _minions(nodes)
    if refusal:
        return _answer([f"{refusal} {_FIX}"], False)
    say(f"asking {len(minions)} nodes")
    formula = formula_code.build(context.opts["extension_modules"])
    answers, silent = Nodes(context.opts).luns(minions, formula)
    inventories = {}
    for minion in answers.keys() - silent.keys():
        try:
            inventories[minion] = inventory.checked(answers[minion])
        except AnswerMalformed as err:
            silent[minion] = str(err)
    found = san_view.seen_luns(inventories)
    flags = san_view.flags(found, inventories)
    lines = [printable(line) for line in san_text.lines(found, flags, silent)]
    good = not (flags or silent)
    return _answer(lines, good, san_text.data(found), [str(each) for each in flags], silent)


def _minions(nodes):
    """Return ``(minion ids, why they cannot be asked)``."""
    if isinstance(nodes, str):
        nodes = [each.strip() for each in nodes.split(",")]
    if not isinstance(nodes, list) or not nodes or "" in nodes:
        return [], "nodes names no minion, or is no list of minion ids."
    wrong = [each for each in nodes if not isinstance(each, str) or re.search(r"[\s*?\[\]]", each)]
    if wrong:
        return [], f"{wrong[0]!r} is no minion id; name each, without patterns."
    return list(dict.fromkeys(nodes)), ""


def _answer(lines, good, found=(), flags=(), silent=None):
    return {
        "outputter": "ocfs2",
        "retcode": 0 if good else 1,
        "lines": lines,
        "luns": list(found),
        "flags": list(flags),
        "silent": dict(silent or {}),
    }
