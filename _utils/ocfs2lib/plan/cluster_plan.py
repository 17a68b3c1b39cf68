"""
The plan of one cluster: what separates its nodes and LUNs from pillar, and what becomes of them.

The same plan is what the operator reads beforehand, what each stage of the orchestration acts on,
and, once nothing is left in it, the proof that the cluster is as described.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.node import holds
from ocfs2lib.node import membership
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.reasons import Silence

#: What becomes of a LUN; one that is waited for comes with what is set up on the nodes first.
FORMAT, USE, REFUSE, WAIT = "format", "use", "refuse", "wait"


@dataclass(frozen=True)
class NodePlan:
    """
    One node of the roster.

    ``silence`` is why it takes no part (no answer, another formula, a host that does not fit),
    a :class:`node.reasons.Silence`. ``gaps`` are its :class:`node.difference.Difference` from
    pillar, ``blocked`` what an operator has to put right on it first
    (:class:`node.reasons.Blocked`). ``brings_luns`` says that what is yet to be set up there may
    bring LUNs, ``is_nameless`` that the host has no name yet by which an array is to know it.
    """

    minion: str
    facts: dict | None
    silence: Silence
    gaps: tuple = ()
    blocked: tuple = ()
    brings_luns: bool = False
    is_nameless: bool = False

    def held(self, lun=""):
        """Return what an orchestration that has not ended holds here, one LUN or the cluster."""
        return holds.exactly(self.facts["holds"], lun) if self.facts else []

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
        return _of_kinds(self.silence.reasons, kinds)


@dataclass(frozen=True)
class LunPlan:
    """
    One LUN: ``action`` is ``format``, ``use``, ``refuse`` or ``wait``; ``refusals`` say why not,
    for all nodes or one; ``volume`` are the facts of the volume on it; ``mount_on`` are the minions
    that should mount it and have not, ``fstab_on`` those that would not do so as described at boot,
    ``awaited_on`` those that do not see it until what is to be set up there has brought it;
    ``early`` are those of the refusals that this may end.
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
    awaited_on: tuple = ()
    early: tuple = ()
    case: object = None
    gaps: tuple = ()

    @property
    def lasting(self):
        """Return the refusals that an operator has to end."""
        return [each for each in self.refusals if each not in self.early]

    @property
    def again(self):
        """Return whether the format continues one that is on record as started."""
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
        """Return the minions that take part."""
        return [node.minion for node in self.nodes if not node.silence]

    def nameless(self):
        """Return the minions that take part and have no name yet for an array to know them by."""
        return [node.minion for node in self.nodes if node.is_nameless and not node.silence]

    def to_format(self):
        """Return the :class:`LunPlan` of each LUN to format."""
        return [lun for lun in self.luns if lun.action == FORMAT]

    def to_come(self):
        """Return the :class:`LunPlan` of each LUN that can be mounted after an earlier stage."""
        return [lun for lun in self.luns if lun.action == FORMAT or lun.awaited_on]

    def lun(self, key):
        """Return the :class:`LunPlan` of a LUN, or None."""
        return next((lun for lun in self.luns if lun.key == key), None)

    def silent(self):
        """Return who takes no part, and why, as sentences."""
        return [f"{node.minion}: {node.silence}" for node in self.nodes if node.silence]

    def online(self):
        """Return the :class:`NodePlan` of each node on which the cluster is online."""
        name = self.desired.cluster.name
        return [node for node in self.nodes if node.facts and node.facts["o2cb"]["online"] == name]

    def members(self):
        """Return pillar's nodes that a node which is online knows as pillar describes them."""
        known = [node.facts["o2cb"] for node in self.online()]
        minions = [node.minion for node in self.desired.nodes]
        unknown = [membership.unknown_members(self.desired, minions, each) for each in known]
        return [
            node
            for node in self.desired.nodes
            if any(node.minion not in minions for minions in unknown)
        ]

    def newcomers(self):
        """
        Return the minions that have yet to join a cluster that is online without them.

        One that is in its own cluster.conf has been a member before.
        """
        if not self.online():
            return []
        return [
            node.minion
            for node in self.nodes
            if not node.silence
            and node not in self.online()
            and not membership.is_member(
                self.desired.node(node.minion), self.desired, node.facts["o2cb"]["conf"]["text"]
            )
        ]

    def gaps(self):
        """Return ``(where, difference)`` of every difference, the nodes' first."""
        found = [(node.minion, gap) for node in self.nodes for gap in node.gaps]
        return found + [(f"LUN {lun.key}", gap) for lun in self.luns for gap in lun.gaps]

    def impossible(self):
        """Return what pillar asks for and nothing can do, as sentences."""
        gaps = [f"{where}: {gap}" for where, gap in self.gaps() if gap.kind == IMPOSSIBLE]
        return gaps + [f"{self.desired.cluster.name}: {each}" for each in self.misnumbered]

    def halting(self):
        """
        Return what is put right before anything is done to any node, as sentences: what nothing can
        do, and hosts of one name, of which an array that they log in to throws one out.
        """
        taken_for_one = [
            f"{node.minion}: {each}"
            for node in self.nodes
            for each in node.blocked_of("initiator-shared")
        ]
        return self.impossible() + taken_for_one

    def failures(self):
        """Return everything that no orchestration will put right by itself, as sentences."""
        found = self.silent() + self.impossible()
        found += [f"{node.minion}: {each}" for node in self.nodes for each in node.blocked]
        for lun in self.luns:
            found += [f"LUN {lun.key}: {refusal}" for refusal in lun.lasting]
        return list(dict.fromkeys(found))

    def differences(self):
        """Return everything that is not yet as pillar says and that an orchestration would do."""
        found = [f"{where}: {gap}" for where, gap in self.gaps() if gap.kind != IMPOSSIBLE]
        for lun in self.luns:
            if lun.action == FORMAT:
                found.append(f"LUN {lun.key}: format on {lun.leader}")
            found += [f"{minion}: bring LUN {lun.key}" for minion in lun.awaited_on]
            found += [f"{minion}: mount LUN {lun.key}" for minion in lun.mount_on]
            found += [f"{minion}: mount LUN {lun.key} at boot" for minion in lun.fstab_on]
        return found


def _of_kinds(found, kinds):
    return [each for each in found if each.finding in kinds]
