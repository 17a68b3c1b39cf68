"""
Everything that was seen of a cluster at one moment, for findings to be made of.
"""

from dataclasses import dataclass

from ocfs2lib import commands
from ocfs2lib.lun.wwid import whole_wwid
from ocfs2lib.node import holds

#: The state of a path of which nobody has said anything.
UNKNOWN_PATH = "unknown"


@dataclass(frozen=True)
class Snapshot:
    """
    plan
        What separates the cluster from pillar (:class:`plan.cluster_plan.Plan`).
    examinations
        ``{minion id: examination}`` of the nodes that answered, as :mod:`answers.examination`
        checks them.
    malformed
        ``{minion id: AnswerMalformed}`` of those whose answer cannot be used.
    asked_ms, answered_ms
        The master's clock before the nodes were asked and after the last had answered,
        milliseconds since the epoch.
    slow
        The ids of the minions that did not answer in time but sent something meanwhile.
    strangers
        The ids of the minions that have the cluster's pillar and are none of its nodes.
    """

    plan: object
    examinations: dict
    malformed: dict
    asked_ms: int
    answered_ms: int
    slow: tuple = ()
    strangers: tuple = ()

    @property
    def desired(self):
        """Pillar (:class:`pillar.desired.Desired`)."""
        return self.plan.desired

    @property
    def cluster(self):
        """The name of the cluster."""
        return self.desired.cluster.name

    def command(self, verb, **arguments):
        """Return what an operator types to run an orchestration on this cluster."""
        return commands.orchestrate(verb, cluster=self.cluster, **arguments)

    def nodes(self):
        """Return ``(node of pillar, examination)`` for each node that answered."""
        return [
            (node, self.examinations[node.minion])
            for node in self.desired.nodes
            if node.minion in self.examinations
        ]

    def nodes_of(self, lun):
        """Return as :meth:`nodes`, for those of the nodes of a LUN that answered."""
        return [(node, facts) for node, facts in self.nodes() if node.minion in lun.nodes]

    def node_plans(self):
        """Return ``(node plan, examination)`` for each node that answered."""
        return [(each, self.examinations[each.minion]) for each in self.plan.nodes if each.facts]

    def live_cluster(self, examination):
        """Return the cluster in a node's kernel, as ``o2cb.facts`` has it, or None."""
        return examination["o2cb"]["clusters"].get(self.cluster)

    def clock_ahead(self, examination):
        """Return the seconds by which a node's clock is at least ahead of the master's; below 0:
        behind."""
        time = examination["health"]["time_ms"]
        if time > self.answered_ms:
            return (time - self.answered_ms) / 1000
        return min(0, time - self.asked_ms) / 1000

    def nodes_mounting(self, uuid):
        """Return ``(node, volume)`` for each node whose kernel has the volume mounted."""
        return [
            (node, facts["health"]["volumes"][uuid])
            for node, facts in self.nodes()
            if uuid in facts["health"]["volumes"]
        ]

    def is_held(self, minion, key):
        """Tell whether an orchestration that has not ended keeps a LUN down on a node."""
        return bool(holds.of(self.examinations[minion]["holds"], key))

    def paths(self, minion, key):
        """
        Return ``{disk: state}`` of what leads to the LUN that a node sees under a LUN's name. A
        state is as ``parsers.multipathd`` has it, or :data:`UNKNOWN_PATH` if multipathd says
        nothing of it.
        """
        examination = self.examinations[minion]
        seen = examination["luns"][key]
        known = examination["multipath"]["paths"] if examination["multipath"] else {}
        return known.get(whole_wwid(seen["wwid"] or "")) or dict.fromkeys(
            seen["paths"], UNKNOWN_PATH
        )
