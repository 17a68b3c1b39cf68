"""
Nodes join a cluster that is online, without an outage (:mod:`operations.converge` says in which
order).
"""

from ocfs2lib.commands import REMOVE_NODE
from ocfs2lib.commands import RETUNE
from ocfs2lib.commands import SLOTS
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node import membership
from ocfs2lib.operations import converge
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import obstacles
from ocfs2lib.operations.operation import prerequisites
from ocfs2lib.operations.operation import waiting_for_lines


class AddNode(Operation):
    """Every node of pillar that is not in the cluster yet joins it, without an outage."""

    verb = "add_node"

    def steps(self):
        plan = self.master.plan(sync=True)
        reasons = obstacles(plan) + prerequisites(plan, SLOTS, RETUNE, REMOVE_NODE)
        reasons += [f"LUN {lun.key}: {each}" for lun in plan.luns for each in lun.refusals]
        if not plan.online():
            reasons.append("no node is online yet: run the orchestration ocfs2.orch itself")
        if reasons:
            raise Refused(*reasons)
        joining = self._joining(plan)
        lines = self._other_lines(plan, joining)
        if not joining:
            return lines
        # Also one that has lost its mounts meanwhile, and is online with the list it had.
        members = [node.minion for node in plan.online()]
        who = ", ".join(joining)
        return [
            Step(
                f"{who} made known on {', '.join(members)}",
                lambda: self.apply(members, "ocfs2.node"),
            ),
            Step(f"every member knows {who}", lambda: self._known(joining)),
            Step(f"{who} online", lambda: self.apply(joining, "ocfs2.node")),
            Step(f"{who} known and online everywhere", lambda: self._known(self.minions)),
            Step(f"volumes mounted on {who}", lambda: self.apply(joining, "ocfs2.mount")),
            *lines,
        ]

    def _other_lines(self, plan, joining):
        """Return the step for the members whose line in fstab is another by who has joined."""
        where = [minion for minion in waiting_for_lines(plan) if minion not in joining]
        text = f"the lines of fstab on {', '.join(where)} as described"
        return [Step(text, lambda: self.apply(where, "ocfs2.mount"))] if where else []

    @staticmethod
    def _joining(plan):
        """Newcomers, and those that an earlier run did not bring to their mounts."""
        online = {node.minion for node in plan.online()}
        waiting = {minion for lun in plan.luns for minion in lun.mount_on}
        unknown = {
            minion
            for node in plan.online()
            for minion in membership.unknown_members(
                plan.desired, plan.answering(), node.facts["o2cb"]
            )
        }
        return [
            node.minion
            for node in plan.nodes
            if node.minion not in online or node.minion in waiting | unknown
        ]

    def _known(self, minions):
        unknown = converge.not_known(self.complete_plan(), minions)
        if unknown:
            raise StepFailed(*unknown)
