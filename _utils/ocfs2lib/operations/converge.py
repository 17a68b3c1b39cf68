"""
Bring every node to what pillar says: first every member knows a new node, then it joins.

In the wrong order the mount of a new node waits a minute for peers that refuse it, and fails with
error 107; while lists differ, no node can mount anything anew (dlm_match_nodes).
"""

from ocfs2lib.commands import RETUNE
from ocfs2lib.node import membership
from ocfs2lib.operations.operation import is_outage
from ocfs2lib.operations.operation import prerequisites


def not_known(plan, minions):
    """Return where some nodes are not known yet, as sentences; silent nodes are not judged."""
    facts = {node.minion: node.facts["o2cb"] for node in plan.online()}
    missing = {
        minion: ", ".join(membership.unknown_members(plan.desired, minions, each))
        for minion, each in facts.items()
    }
    return [f"{minion} does not know {each} yet" for minion, each in missing.items() if each]


def converge_nodes(master):
    """
    Bring every node to what pillar says, members first, and then the newcomers.

    Returns ``(plan, changes, failures)``: the plan it began with, ``{minion id: changes}``, and
    what went wrong, as sentences.
    """
    plan = master.plan()
    # While some cannot be changed, nobody is: a node with nothing mounted would take new values
    # that the others do not have, and its next mount would fail.
    halted = plan.halting() or (prerequisites(plan, RETUNE) if is_outage(plan) else [])
    if halted:
        return plan, {}, halted
    newcomers = plan.newcomers()
    members = [minion for minion in plan.answering() if minion not in newcomers]
    changes, failures = master.apply(members, "ocfs2.node")
    if newcomers:
        not_ready = plan.silent()
        if not master.testing:
            not_ready += not_known(master.plan(), newcomers)
        if not_ready:
            waiting = f"{', '.join(newcomers)}: not brought online before every member knows it"
            return plan, changes, [*failures, *(f"{waiting}; {each}" for each in not_ready)]
        more, failed = master.apply(newcomers, "ocfs2.node")
        changes.update(more)
        failures += failed
    return plan, changes, failures
