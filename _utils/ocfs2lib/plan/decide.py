"""
From pillar and the answers of all nodes to what has to happen: no node is touched here.
"""

from ocfs2lib.lun import capacity
from ocfs2lib.lun import choices
from ocfs2lib.lun import format_guards
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.lun.case import is_concerned
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node import fstab
from ocfs2lib.node import holds
from ocfs2lib.node import requirements
from ocfs2lib.node import setup
from ocfs2lib.node import stack
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import kernel_module
from ocfs2lib.node.reasons import Reason
from ocfs2lib.node.reasons import Silence
from ocfs2lib.plan.cluster_plan import FORMAT
from ocfs2lib.plan.cluster_plan import REFUSE
from ocfs2lib.plan.cluster_plan import USE
from ocfs2lib.plan.cluster_plan import WAIT
from ocfs2lib.plan.cluster_plan import LunPlan
from ocfs2lib.plan.cluster_plan import NodePlan
from ocfs2lib.plan.cluster_plan import Plan

#: What is refused because of what a LUN holds, or is not seen to hold.
_OF_CONTENT = (Code.NOT_PERMITTED, Code.PINNED, Code.ON_RECORD)


def plan(desired, census, silent, formula, records, numbers=None, proof=True, overlaps=None):
    """
    Decide what has to happen, and return it as a :class:`plan.cluster_plan.Plan`.

    desired
        Pillar as :class:`pillar.desired.Desired`.
    census
        ``{minion id: facts}`` of the nodes that answered, shaped as :mod:`answers.census` checks.
    silent
        ``{minion id: reason}`` of the others.
    formula
        The formula's build on the master; a node with another takes no part.
    records
        ``{LUN key: record}``: what the ledger has of each LUN, or why it cannot be read.
    numbers
        Who has which node number (:class:`operations.node_numbers.NodeNumbers`); None for nobody.
    proof
        Whether the nodes were asked to prove that LUNs are blank; a plan without is only to look
        at.
    overlaps
        ``{LUN key: {WWID: text}}``: what the ledger has of partitions of a LUN, or of its whole.
    """
    conflicts = setup.conflicts(desired, {minion: each["setup"] for minion, each in census.items()})
    nodes = tuple(
        _node(desired, node, census, silent, formula, conflicts.get(node.minion, ()))
        for node in desired.nodes
    )
    cases = [
        _case(desired, lun, nodes, records[lun.key], proof, (overlaps or {}).get(lun.key, {}))
        for lun in desired.luns
    ]
    luns = tuple(_lun(case, nodes) for case in cases)
    misnumbered = tuple(numbers.problems(desired)) if numbers else ()
    return Plan(desired, nodes, luns, misnumbered)


def _node(desired, node, census, silent, formula, conflicts):
    facts = census.get(node.minion)
    if not facts:
        reason = silent.get(node.minion, "did not answer")
        return NodePlan(node.minion, None, Silence((Reason(reason, "", "node-silent"),)))
    reasons = [
        *requirements.problems(node, facts["host"]),
        *setup.unsupported(desired, facts["host"], facts["setup"]),
    ]
    if facts["formula"] != formula:
        what = f"it has build {facts['formula']} of the formula, the master {formula}"
        fix = "the orchestration brings it there"
        reasons.append(Reason(what, fix, "formula-differs"))
    brought = _module_brought(desired, facts)
    if not facts["o2cb"]["modules"] and not brought:
        what = f"its kernel {facts['host']['kernel']} has no ocfs2 module"
        fix = f"install {requirements.full_kernel(facts['host'])}"
        reasons.append(Reason(what, fix, "module-missing"))
    gaps = [
        *brought,
        *setup.differences(desired, node.minion, facts["setup"], facts["host"]),
        *stack.differences(desired, node.minion, facts["o2cb"]),
        *fstab.strays(desired, node.minion, facts["fstab"], facts["mounts"]),
    ]
    blocked = [
        *setup.blocked(desired, node.minion, facts["setup"], facts["host"]),
        *holds.of(facts["holds"]),
        *conflicts,
    ]
    return NodePlan(
        node.minion,
        facts,
        Silence(tuple(reasons)),
        tuple(gaps),
        tuple(blocked),
        setup.brings_luns(desired, node.minion, facts["setup"], facts["host"]),
        setup.is_nameless(desired, facts["setup"]),
    )


def _module_brought(desired, facts):
    """The difference of a node whose kernel lacks the modules, if a package brings them."""
    packages = kernel_module.brought_by(desired, facts["host"])
    if facts["o2cb"]["modules"] or not packages:
        return []
    return [Difference(Part.MODULE, facts["host"]["kernel"], None, f"by {', '.join(packages)}")]


def _case(desired, lun, nodes, record, proof, overlaps):
    answered = [node for node in nodes if node.facts]
    return LunCase(
        desired,
        lun,
        seen={
            node.minion: node.facts["luns"][lun.key]
            for node in answered
            if is_concerned(lun, node.minion, node.facts["luns"][lun.key])
        },
        silent={node.minion: node.silence for node in nodes if node.silence},
        record=record,
        formatting={
            node.minion: node.facts["formatting"] for node in answered if node.facts["formatting"]
        },
        formats={node.minion: node.facts["formats"] for node in answered},
        proof=proof,
        overlaps=overlaps,
    )


def _lun(case, nodes):
    lun = case.lun
    lines = {node.minion: node.facts["fstab"] for node in nodes if node.facts}
    wrong = [minion for minion in case.members if not fstab.agrees(lun, minion, lines[minion])]
    # What our own cut format left counts as no volume, unless anybody sees more in it.
    if any(view.facts["volume"] and not view.is_cut_format for view in case.views()):
        return _existing(case, wrong, nodes)
    refusals = format_guards.refusals(case)
    awaited = _awaited(refusals, nodes)
    if awaited:
        return LunPlan(
            lun.key,
            WAIT,
            tuple(refusals),
            awaited_on=awaited,
            early=_early(refusals, awaited, case),
            case=case,
        )
    if refusals:
        return LunPlan(lun.key, REFUSE, tuple(refusals), case=case)
    started = case.started_format
    leader = (started and started.leader) or lun.nodes[0]
    return LunPlan(
        lun.key,
        FORMAT,
        mount_on=tuple(case.members) if lun.mount.auto else (),
        fstab_on=tuple(wrong),
        leader=leader,
        case=case,
    )


def _awaited(refusals, nodes):
    """The minions that do not see a LUN, and to which what is yet to be set up may bring it."""
    missing = {each.node for each in refusals if each.code is Code.LUN_MISSING}
    return tuple(node.minion for node in nodes if node.brings_luns and node.minion in missing)


def _early(refusals, awaited, case):
    """The refusals that go when the LUN comes. Of one that nobody sees yet, what it may hold is
    judged when it is there."""
    of_content = () if case.observed else _OF_CONTENT
    return tuple(
        each
        for each in refusals
        if (each.code is Code.LUN_MISSING and each.node in awaited) or each.code in of_content
    )


def _existing(case, wrong_fstab, nodes):
    refusals = mount_guards.refusals(case)
    awaited = _awaited(refusals, nodes)
    bad = {refusal.node for refusal in refusals}
    good = [node for node in case.members if node not in bad]
    usable = [node for node in good if node not in case.silent]
    waiting = [node for node in usable if node not in case.mounted]
    volume = case.seen[good[0]]["volume"] if good else None
    return LunPlan(
        case.lun.key,
        USE if good else REFUSE,
        tuple(refusals),
        volume,
        tuple(waiting) if case.lun.mount.auto else (),
        tuple(node for node in usable if node in wrong_fstab),
        awaited_on=awaited,
        early=_early(refusals, awaited, case) if awaited else (),
        case=case,
        gaps=(*capacity.differences(case, volume), *choices.differences(case, volume))
        if volume
        else (),
    )
