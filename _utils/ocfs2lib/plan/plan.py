"""
From pillar and the answers of all nodes to what has to happen: pure, no node is touched here.

The same plan is what the operator reads beforehand, what each stage of the orchestration acts on,
and, once nothing is left in it, the proof that the cluster is as described.
"""

from dataclasses import dataclass

from ocfs2lib.lun import capacity
from ocfs2lib.lun import format_guards
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node import fstab
from ocfs2lib.node import holds
from ocfs2lib.node import membership
from ocfs2lib.node import requirements
from ocfs2lib.node import setup
from ocfs2lib.node import stack
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.parts import firewall
from ocfs2lib.node.reasons import Reason
from ocfs2lib.node.reasons import Silence

#: What becomes of a LUN.
FORMAT, USE, REFUSE = "format", "use", "refuse"


@dataclass(frozen=True)
class NodePlan:
    """
    One node of the roster.

    ``silent`` is why it takes no part (no answer, another formula, a host that does not fit),
    a :class:`node.reasons.Silence`. ``gaps`` are its :class:`node.difference.Difference` from
    pillar, ``blocked`` what an operator has to put right on it first
    (:class:`node.reasons.Blocked`).
    """

    minion: str
    facts: dict | None
    silent: Silence
    gaps: tuple = ()
    blocked: tuple = ()

    def held(self, lun=""):
        """Return what an orchestration that has not ended holds here, one LUN or the cluster."""
        return holds.own(self.facts["holds"], lun) if self.facts else []

    def gaps_of(self, *kinds):
        """
        Return the differences that findings of these kinds tell (keys of ``findings.kinds.KINDS``).

        They are judged here and nowhere else: whoever tells them takes them from the plan.
        """
        return _of_kinds(self.gaps, kinds)

    def blocked_of(self, *kinds):
        """Return what an operator has to put right and findings of these kinds tell."""
        return _of_kinds(self.blocked, kinds)

    def reasons_of(self, *kinds):
        """Return the reasons why the node takes no part that findings of these kinds tell."""
        return _of_kinds(self.silent.reasons, kinds)


@dataclass(frozen=True)
class LunPlan:
    """
    One LUN: ``action`` is ``format``, ``use`` or ``refuse``; ``refusals`` say why not, for all
    nodes or one; ``volume`` are the facts of the volume on it; ``mount_on`` are the minions that
    should mount it and have not, ``fstab_on`` those that would not do so as described at boot.
    ``leader`` is the minion that formats it, ``case`` what was judged (:class:`lun.case.LunCase`),
    ``gaps`` are the volume's :class:`node.difference.Difference` from pillar.
    """

    key: str
    action: str
    refusals: tuple = ()
    volume: dict | None = None
    mount_on: tuple = ()
    fstab_on: tuple = ()
    leader: str | None = None
    case: object = None
    gaps: tuple = ()

    @property
    def again(self):
        """Whether the format continues one that is on record as begun."""
        return self.action == FORMAT and bool(self.case.started_format)

    def gaps_of(self, *kinds):
        """Return the differences of the volume that findings of these kinds tell."""
        return _of_kinds(self.gaps, kinds)


@dataclass(frozen=True)
class Plan:
    """
    The plan of one cluster.

    ``misnumbered`` says which numbers pillar gives to other hosts than those that had them.
    """

    desired: object
    nodes: tuple
    luns: tuple
    misnumbered: tuple = ()

    def answering(self):
        """The minions that take part."""
        return [node.minion for node in self.nodes if not node.silent]

    def to_format(self):
        """The :class:`LunPlan` of each LUN to format."""
        return [lun for lun in self.luns if lun.action == FORMAT]

    def lun(self, key):
        """The :class:`LunPlan` of a LUN, or None."""
        return next((lun for lun in self.luns if lun.key == key), None)

    def silent(self):
        """Who takes no part, and why, as sentences."""
        return [f"{node.minion}: {node.silent}" for node in self.nodes if node.silent]

    def online(self):
        """The nodes on which the cluster is online."""
        name = self.desired.cluster.name
        return [node for node in self.nodes if node.facts and node.facts["o2cb"]["online"] == name]

    def members(self):
        """The :class:`pillar.desired.Node` that a node which is online knows as pillar says."""
        known = [node.facts["o2cb"] for node in self.online()]
        minions = [node.minion for node in self.desired.nodes]
        strange = [membership.strangers(self.desired, minions, each) for each in known]
        return [
            node
            for node in self.desired.nodes
            if any(node.minion not in minions for minions in strange)
        ]

    def newcomers(self):
        """
        The minions that have yet to join a cluster that is online without them.

        One that is in its own cluster.conf has been a member before.
        """
        if not self.online():
            return []
        return [
            node.minion
            for node in self.nodes
            if not node.silent
            and node not in self.online()
            and not membership.is_member(
                self.desired.node(node.minion), self.desired, node.facts["o2cb"]["conf"]["text"]
            )
        ]

    def gaps(self):
        """``(where, gap)`` of every difference, the nodes' first."""
        found = [(node.minion, gap) for node in self.nodes for gap in node.gaps]
        return found + [(f"LUN {lun.key}", gap) for lun in self.luns for gap in lun.gaps]

    def impossible(self):
        """What pillar asks for and nothing can do, as sentences."""
        gaps = [f"{where}: {gap}" for where, gap in self.gaps() if gap.kind == IMPOSSIBLE]
        return gaps + [f"{self.desired.cluster.name}: {each}" for each in self.misnumbered]

    def failures(self):
        """Everything that no orchestration will put right by itself, as sentences."""
        found = self.silent() + self.impossible()
        found += [f"{node.minion}: {each}" for node in self.nodes for each in node.blocked]
        for lun in self.luns:
            found += [f"LUN {lun.key}: {refusal}" for refusal in lun.refusals]
        return list(dict.fromkeys(found))

    def differences(self):
        """Everything that is not yet as pillar says and that the orchestration would do."""
        found = [f"{where}: {gap}" for where, gap in self.gaps() if gap.kind != IMPOSSIBLE]
        for lun in self.luns:
            if lun.action == FORMAT:
                found.append(f"LUN {lun.key}: format on {lun.leader}")
            found += [f"{minion}: mount LUN {lun.key}" for minion in lun.mount_on]
            found += [f"{minion}: mount LUN {lun.key} at boot" for minion in lun.fstab_on]
        return found


def _of_kinds(told, kinds):
    return [each for each in told if each.finding in kinds]


def plan(desired, census, silent, formula, records, numbers=None, proof=True):
    """
    Decide.

    desired
        Pillar as :class:`pillar.desired.Desired`.
    census
        ``{minion id: facts}`` of the nodes that answered, shaped as :mod:`answers.census` checks.
    silent
        ``{minion id: reason}`` of the others.
    formula
        The formula's build on the master; a node with another takes no part.
    records
        ``{LUN key: record}``: what the ledger has of each LUN, or why it can not be read.
    numbers
        Who has which node number (:class:`operations.node_numbers.NodeNumbers`); None for nobody.
    proof
        Whether the nodes were asked to prove that LUNs are blank; a plan without is only to look
        at.
    """
    nodes = tuple(_node(desired, node, census, silent, formula) for node in desired.nodes)
    cases = [_case(desired, lun, nodes, records[lun.key], proof) for lun in desired.luns]
    luns = tuple(_lun(case, nodes) for case in cases)
    misnumbered = tuple(numbers.problems(desired)) if numbers else ()
    return Plan(desired, nodes, luns, misnumbered)


def _node(desired, node, census, silent, formula):
    facts = census.get(node.minion)
    if not facts:
        reason = silent.get(node.minion, "did not answer")
        return NodePlan(node.minion, None, Silence((Reason(reason, "", "node-silent"),)))
    reasons = requirements.problems(node, facts["host"])
    if facts["formula"] != formula:
        what = f"it has build {facts['formula']} of the formula, the master {formula}"
        fix = "the orchestration brings it there"
        reasons.append(Reason(what, fix, "formula-differs"))
    if not facts["o2cb"]["modules"]:
        what = f"its kernel {facts['host']['kernel']} has no ocfs2 module"
        fix = f"install {requirements.full_kernel(facts['host'])}"
        reasons.append(Reason(what, fix, "module-missing"))
    gaps = [
        *setup.differences(desired, node.minion, facts["setup"], facts["host"]),
        *stack.differences(desired, node.minion, facts["o2cb"]),
        *fstab.strays(desired, facts["fstab"], facts["mounts"]),
    ]
    chains = facts["setup"]["firewall"]["blocking"]
    blocked = [
        *firewall.blocked(desired, node.minion, chains),
        *holds.of(facts["holds"]),
    ]
    return NodePlan(node.minion, facts, Silence(tuple(reasons)), tuple(gaps), tuple(blocked))


def _case(desired, lun, nodes, record, proof):
    answered = [node for node in nodes if node.facts]
    return LunCase(
        desired,
        lun,
        seen={node.minion: node.facts["luns"][lun.key] for node in answered},
        silent={node.minion: node.silent for node in nodes if node.silent},
        record=record,
        formatting={
            node.minion: node.facts["formatting"] for node in answered if node.facts["formatting"]
        },
        proof=proof,
    )


def _lun(case, nodes):
    lun = case.lun
    wrong = [
        node.minion for node in nodes if node.facts and not fstab.agrees(lun, node.facts["fstab"])
    ]
    # What our own cut format left counts as no volume, unless anybody sees more in it.
    if any(view.facts["volume"] and not view.is_cut_format for view in case.views()):
        return _existing(case, wrong)
    refusals = format_guards.refusals(case)
    if refusals:
        return LunPlan(lun.key, REFUSE, tuple(refusals), case=case)
    started = case.started_format
    leader = (started and started.leader) or next(node.minion for node in nodes)
    return LunPlan(
        lun.key,
        FORMAT,
        mount_on=tuple(case.seen),
        fstab_on=tuple(wrong),
        leader=leader,
        case=case,
    )


def _existing(case, wrong_fstab):
    refusals = mount_guards.refusals(case)
    bad = {refusal.node for refusal in refusals}
    good = [node for node in case.seen if node not in bad]
    usable = [node for node in good if node not in case.silent]
    mounted = case.mounted
    volume = case.seen[good[0]]["volume"] if good else None
    return LunPlan(
        case.lun.key,
        USE if good else REFUSE,
        tuple(refusals),
        volume,
        tuple(node for node in usable if node not in mounted),
        tuple(node for node in usable if node in wrong_fstab),
        case=case,
        gaps=tuple(capacity.differences(case, volume)) if volume else (),
    )
