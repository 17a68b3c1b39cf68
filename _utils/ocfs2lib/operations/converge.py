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

    Returns ``(plan, changes, failures)``: the plan it followed, ``{minion id: changes}``, and
    what went wrong, as sentences.
    """
    plan, changes, failures = _with_names(master)
    halted = _halted(plan)
    if halted:
        return plan, changes, [*failures, *halted]
    newcomers = plan.newcomers()
    members = [minion for minion in plan.answering() if minion not in newcomers]
    # What went wrong with a package does so again.
    more, failures = master.apply(members, "ocfs2.node")
    changes = _and(changes, more)
    if newcomers:
        not_ready = plan.silent()
        if not master.testing:
            not_ready += not_known(master.plan(), newcomers)
        if not_ready:
            waiting = f"{', '.join(newcomers)}: not brought online before every member knows it"
            return plan, changes, [*failures, *(f"{waiting}; {each}" for each in not_ready)]
        more, failed = master.apply(newcomers, "ocfs2.node")
        changes = _and(changes, more)
        failures += failed
    return plan, changes, failures


def _with_names(master):
    """
    The plan once each host has the name by which an array knows it, so that two of one name are
    told before either of them connects; and what changed and went wrong: a package makes the name.
    """
    plan = master.plan()
    nameless = [] if master.testing or _halted(plan) else plan.nameless()
    if not nameless:
        return plan, {}, []
    changes, failures = master.apply(nameless, "ocfs2.package")
    return master.plan(), changes, failures


def _and(changes, more):
    """The changes of two runs, be it on the same nodes or on others."""
    minions = {**changes, **more}
    return {minion: changes.get(minion, {}) | more.get(minion, {}) for minion in minions}


def _halted(plan):
    """Why nobody is changed, as sentences."""
    # While some cannot be changed, nobody is: a node with nothing mounted would take new values
    # that the others do not have, and its next mount would fail.
    return plan.halting() or (prerequisites(plan, RETUNE) if is_outage(plan) else [])
