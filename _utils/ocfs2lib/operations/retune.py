"""
What all nodes have agreed on is changed on all of them while the whole cluster is down.

The nodes compare timeouts and node lists when they connect, so there is no rolling way. A hold on
every node sees to it that none can boot into the cluster with old values while others have new
ones: it is set everywhere before anything goes down, and released only after every node has the
new files.
"""

from ocfs2lib.commands import REMOVE_NODE
from ocfs2lib.commands import RETUNE
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node import holds
from ocfs2lib.node.difference import CLUSTER_FILES
from ocfs2lib.operations import drain
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import is_outage
from ocfs2lib.operations.operation import mounted_by_hand
from ocfs2lib.operations.operation import obstacles
from ocfs2lib.operations.operation import prerequisites
from ocfs2lib.operations.operation import reasons_of
from ocfs2lib.operations.operation import stray_mounts
from ocfs2lib.operations.operation import unconfirmed


class Retune(Operation):
    """
    The change of timeouts, addresses and names of nodes.

    outage
        The name of the cluster, typed by the operator.
    """

    verb = RETUNE

    def __init__(self, master, outage=None):
        super().__init__(master)
        self.outage = outage
        self._changing = False
        self._by_hand = {}

    def arguments(self):
        return {"outage": self.desired.cluster.name}

    def steps(self):
        plan = self.master.plan(sync=True)
        held = [node.minion for node in plan.nodes if node.held()]
        reasons = obstacles(plan, own="")
        if not (is_outage(plan) or held):
            if reasons:
                raise Refused(*reasons)
            return self._remaining_steps(plan)
        # The run before this one may have written files to some of the nodes.
        self._changing = bool(held)
        paths = drain.mounts(self.desired)
        self._by_hand = mounted_by_hand(plan)
        reasons += prerequisites(plan, REMOVE_NODE) + stray_mounts(plan)
        name = self.desired.cluster.name
        what = f"the whole cluster {name} goes down, every volume on every node, for some minutes"
        reasons += unconfirmed(self.outage, name, what, self.command)
        reasons = reasons or drain.not_drainable(self, self.minions, paths)
        if reasons:
            raise Refused(*reasons)
        all_nodes = ", ".join(self.minions)
        return [
            Step(f"{all_nodes} emptied", lambda: drain.drain_nodes(self, self.minions, paths)),
            Step("every node held: none boots into the cluster", self._hold),
            Step("every volume unmounted on every node", self._unmount),
            Step("the cluster offline on every node", self._offline),
            Step("the new files on every node", lambda: self.apply(self.minions, "ocfs2.config")),
            Step("every node has the new files, and none the old", self._verify_files),
            Step("every node released", self._release),
            *self._start_steps(self.minions),
        ]

    def _start_steps(self, minions):
        where = ", ".join(minions)
        return [
            Step(f"the cluster online on {where}", lambda: self.apply(minions, "ocfs2.node")),
            Step(f"every volume mounted on {where}", lambda: self._mount(minions)),
        ]

    def _mount(self, minions):
        self.apply(minions, "ocfs2.mount")
        self.mount_by_hand(self._by_hand)

    def _remaining_steps(self, plan):
        """Return the steps that a run which was cut after the release has not come to."""
        newcomers, online = plan.newcomers(), plan.online()
        old = [node for node in plan.nodes if node.minion not in newcomers]
        waiting = {minion for lun in plan.luns if lun.volume for minion in lun.mount_on}
        if all(node in online and node.minion not in waiting for node in old):
            return []
        return self._start_steps([node.minion for node in old])

    def retreat(self, step):
        if self._changing and not self._are_all_online():
            return super().retreat(step)
        # Nothing but mounts has changed so far: they come back, with the values they had.
        failures = self._mount_again()
        return failures or [
            "Every volume is mounted as before; nothing was changed.",
            f"Next: put that right, then {self.command}",
        ]

    def _are_all_online(self):
        """Tell whether no node has gone offline, so that none can have new files either."""
        plan = self.master.plan()
        return len(plan.online()) == len(self.minions)

    def _mount_again(self):
        """Release and mount again, wherever that can be done; return what went wrong, as lines."""
        failures = []
        for do in (self._release, lambda: self._mount(self.minions)):
            reasons = reasons_of(do)
            failures += [f"Not all is mounted again: {'; '.join(reasons)}"] if reasons else []
        return [*failures, f"Next: {self.command}"] if failures else []

    def _hold(self):
        reason = holds.reason(f"retune of cluster {self.desired.cluster.name}", self.command)
        self.call(self.minions, "ocfs2_hold.put", reason)

    def _release(self):
        self.call(self.minions, "ocfs2_hold.release")

    def _unmount(self):
        for lun in self.desired.luns:
            path, services = lun.mount.path, list(lun.mount.services)
            self.call(list(lun.nodes), "ocfs2_mount.release", path, services, limit=SLOW)

    def _offline(self):
        self._changing = True
        self.call(self.minions, "o2cb.offline", limit=SLOW)

    def _verify_files(self):
        plan = self.complete_plan()
        wrong = [
            f"{node.minion}: {gap}"
            for node in plan.nodes
            for gap in node.gaps
            if gap.part in CLUSTER_FILES
        ]
        if wrong:
            raise StepFailed(*wrong)
