"""
Nodes join a cluster that is online: first every member knows them, then they come.

In the wrong order the newcomer's mount waits a minute for peers that refuse it, and fails with
error 107; while lists differ, no node can mount anything anew (dlm_match_nodes).
"""

from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun.capacity import SLOTS
from ocfs2lib.node import membership
from ocfs2lib.node.difference import REMOVE
from ocfs2lib.node.difference import RETUNE
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import is_outage
from ocfs2lib.operations.operation import pending
from ocfs2lib.operations.operation import whole


def strangers(found, newcomers):
    """Where a newcomer is not known yet, as sentences; a silent node may be a member as well."""
    facts = {node.minion: node.facts["o2cb"] for node in found.online()}
    missing = {
        minion: ", ".join(membership.strangers(found.desired, newcomers, each))
        for minion, each in facts.items()
    }
    return [f"{minion} does not know {each} yet" for minion, each in missing.items() if each]


def converge(master):
    """
    Bring every node to what pillar says, members first, and then the newcomers.

    Returns ``(found, changes, failures)``: the plan it began with, ``{minion id: changes}``, and
    what went wrong, as sentences.
    """
    found = master.plan()
    # While some can not be changed, nobody is: a node with nothing mounted would take new values
    # that the others do not have, and its next mount would fail.
    halted = found.impossible() or (pending(found, RETUNE) if is_outage(found) else [])
    if halted:
        return found, {}, halted
    newcomers = found.newcomers()
    members = [minion for minion in found.answering() if minion not in newcomers]
    changes, failures = master.apply(members, "ocfs2.node")
    if newcomers:
        unready = found.silent()
        if not master.testing:
            unready += strangers(master.plan(), newcomers)
        if unready:
            waiting = f"{', '.join(newcomers)}: not brought online before every member knows it"
            return found, changes, [*failures, *(f"{waiting}; {each}" for each in unready)]
        more, failed = master.apply(newcomers, "ocfs2.node")
        changes.update(more)
        failures += failed
    return found, changes, failures


class AddNode(Operation):
    """Every node of pillar that is not in the cluster yet joins it, without an outage."""

    verb = "add_node"

    def steps(self):
        found = self.master.plan(sync=True)
        reasons = whole(found) + pending(found, SLOTS, RETUNE, REMOVE)
        reasons += [f"LUN {lun.key}: {each}" for lun in found.luns for each in lun.refusals]
        if not found.online():
            reasons.append("no node is online yet: run the orchestration ocfs2.orch itself")
        if reasons:
            raise Refused(*reasons)
        joining = self._joining(found)
        if not joining:
            return []
        # Also one that has lost its mounts meanwhile, and is online with the list it had.
        members = [node.minion for node in found.online()]
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
        ]

    @staticmethod
    def _joining(found):
        """Newcomers, and those that an earlier run did not bring to their mounts."""
        online = {node.minion for node in found.online()}
        waiting = {minion for lun in found.luns for minion in lun.mount_on}
        unknown = {
            minion
            for node in found.online()
            for minion in membership.strangers(found.desired, found.answering(), node.facts["o2cb"])
        }
        return [
            node.minion
            for node in found.nodes
            if node.minion not in online or node.minion in waiting | unknown
        ]

    def _known(self, minions):
        unready = strangers(self.look(), minions)
        if unready:
            raise StepFailed(*unready)
