"""
One LUN goes down on every node that has it while something is done to its volume, and comes back.

While it is worked on, it stands in no fstab and a hold keeps a highstate away from it, so no node
mounts it, whatever happens meanwhile. The other LUNs of the cluster go on.
"""

from ocfs2lib.answers import calls
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node import holds
from ocfs2lib.node.difference import Part
from ocfs2lib.operations import drain
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import mounted_by_hand
from ocfs2lib.operations.operation import obstacles
from ocfs2lib.operations.operation import reasons_of
from ocfs2lib.operations.operation import retune_pending
from ocfs2lib.operations.operation import unconfirmed
from ocfs2lib.operations.operation import volume_obstacles
from ocfs2lib.operations.tools_at_work import tools_at_work
from ocfs2lib.operations.tools_at_work import where_at_work


class VolumeOffline(Operation):
    """
    What is done to a volume that is mounted nowhere.

    lun
        The LUN's key in pillar.
    outage
        The same, typed once more by the operator.

    A subclass has ``task``, what is done, as ``ocfs2_volume.at_work`` names it; and ``work()``, the
    steps while the LUN is down; none if all is done already.
    """

    task = ""

    def __init__(self, master, lun, outage=None):
        super().__init__(master)
        self.key, self.outage = lun, outage
        self.lun = self.desired.lun(lun)
        #: The nodes that have the LUN, and those among them that are to mount it again.
        self.nodes, self.members = list(self.lun.nodes) if self.lun else [], []
        self._by_hand = {}
        self.uuid = self.leader = None
        #: Whether an earlier run has started the tool already, which is at work on the leader.
        self.goes_on = False
        self._work, self._remount = [], []

    def arguments(self):
        return {"lun": self.key, "outage": self.key}

    def work(self):
        """Return the steps while the LUN is down."""
        return []

    def refusals(self):
        """Return more reasons not to begin, as sentences."""
        return []

    def is_half_changed(self):
        """Tell whether work that did not reach its end may have left the volume half changed."""
        return False

    def steps(self):
        plan = self.master.plan(sync=True)
        reasons = obstacles(plan, own=self.key)
        reasons += self._volume_obstacles(plan) + retune_pending(plan) + self._elsewhere(plan)
        online = [node.minion for node in plan.online() if node.minion in self.nodes]
        if not online:
            reasons.append("no node is online, and the tools need the cluster")
        if reasons:
            raise Refused(*reasons)
        self.lun_plan = plan.lun(self.key)
        self.uuid = self.lun_plan.volume["uuid"]
        started_on = where_at_work(self, self.uuid, self.task)
        self.leader, self.goes_on = started_on or online[0], bool(started_on)
        newcomers = plan.newcomers()
        self.members = [minion for minion in self.nodes if minion not in newcomers]
        self._by_hand = mounted_by_hand(plan, self.key)
        self._work = work = self.work()
        self._remount = remount = self._remount_steps()
        if not (work or self._is_held(plan)):
            waiting = {*self.lun_plan.mount_on, *self.lun_plan.fstab_on}
            return remount if waiting.intersection(self.members) else []
        paths = drain.mounts(self.desired, [self.key])
        what = f"LUN {self.key} goes down on every node until this is done"
        reasons = unconfirmed(self.outage, self.key, what, self.command) + self.refusals()
        reasons = reasons or drain.not_drainable(self, self.nodes, paths)
        if reasons:
            raise Refused(*reasons)
        key = self.key
        return [
            *self._make_members_known(plan),
            Step("every node emptied", lambda: drain.drain_nodes(self, self.nodes, paths)),
            Step(f"LUN {key} held on every node", self._hold),
            Step(f"LUN {key} unmounted on every node", lambda: self._unmount(paths)),
            *self._unused_steps(),
            *work,
            *remount,
        ]

    def _unused_steps(self):
        # A tool that is at work on a volume beats on it.
        if self.goes_on:
            return []
        return [Step(f"nobody writes to LUN {self.key}, from no host", self._verify_unused)]

    def _make_members_known(self, plan):
        """Return the step that makes a newcomer known on all nodes before any volume goes down."""
        # Nodes that know it and nodes that do not yet mount nothing beside each other, and a
        # highstate makes it known on one node.
        gaps = [gap for node in plan.nodes if node.minion in self.members for gap in node.gaps]
        unknown = any(gap.part is Part.LIVE_NODE and not gap.refused for gap in gaps)
        if not unknown or any(gap.refused for gap in gaps):
            return []
        where = ", ".join(self.members)
        return [
            Step(
                f"every node of pillar made known on {where}",
                lambda: self.apply(self.members, "ocfs2.node"),
            )
        ]

    def _remount_steps(self):
        return [
            Step(f"LUN {self.key} released on every node", self._release),
            Step(f"LUN {self.key} mounted on {', '.join(self.members)}", self._mount),
        ]

    def retreat(self, step):
        """Mount the LUN again, whatever has been done to it, unless a tool may still be at work."""
        at_work, unknown = tools_at_work(self, self.uuid) if step in self._work else ([], [])
        if at_work or unknown:
            lines = [*map(str, at_work), *unknown]
            return [*lines, f"LUN {self.key} stays down.", f"Next: {self.command}"]
        if step in self._work and self.is_half_changed():
            return [
                f"LUN {self.key} stays down: it may be half changed, and nobody may write to it.",
                f"Next: {self.command}, until it reaches its end",
            ]
        if step not in self._remount:
            for each in self._remount:
                reasons = reasons_of(each.do)
                if reasons:
                    why = "; ".join(reasons)
                    return [f"LUN {self.key} is not mounted again: {why}", f"Next: {self.command}"]
            return [
                f"LUN {self.key} is mounted again on every node, as it was.",
                f"Next: put that right, then {self.command}",
            ]
        return super().retreat(step)

    def _is_held(self, plan):
        return any(node.held(self.key) for node in plan.nodes)

    def _volume_obstacles(self, plan):
        # A volume without slots for all nodes may be what is put right.
        lun = plan.lun(self.key)
        if lun and lun.volume and all(each.code is Code.SLOTS_TOO_FEW for each in lun.refusals):
            return []
        return volume_obstacles(plan, self.key)

    def _elsewhere(self, plan):
        """Return where the LUN is mounted on another path as well, or on a node that is not to have
        it, as sentences."""
        lun = plan.lun(self.key)
        strays = lun.case.mounted.difference(self.nodes) if lun else ()
        return [
            f"{minion} has LUN {self.key} mounted, and luns:{self.key}:nodes does not name it. "
            "Unmount that first"
            for minion in sorted(strays)
        ] + [
            f"{minion} has LUN {self.key} mounted on {mount['path']} too. Unmount that first"
            for minion, facts in (lun.case.seen.items() if lun else ())
            for mount in facts["mounts"]
            if mount["path"] != self.lun.mount.path
        ]

    def _hold(self):
        reason = holds.reason(f"{self.verb} of LUN {self.key}", self.command)
        self.call(self.nodes, "ocfs2_hold.put", reason, self.key)

    def _release(self):
        self.call(self.nodes, "ocfs2_hold.release", self.key)

    def _unmount(self, paths):
        for path, services in paths.items():
            # First, so that no service that is bound to the mount brings it back.
            self.call(self.nodes, "ocfs2_mount.rm_fstab", path)
            self.call(self.nodes, "ocfs2_mount.release", path, services, limit=SLOW)

    def _mount(self):
        self.apply(self.members, "ocfs2.mount")
        self.mount_by_hand(self._by_hand)

    def _verify_unused(self):
        lun = self.complete_plan().lun(self.key)
        wrong = [
            f"{minion} has it mounted on {mount['path']}"
            for minion, facts in lun.case.seen.items()
            for mount in facts["mounts"]
        ]
        members = self.on_leader("members", read=calls.members)
        known = {node.number for node in self.desired.nodes}
        wrong += [
            f"node {number} has a slot of it, and is no node of pillar. Have that host unmount it; "
            "if it is dead, mount the volume on one node, which recovers the slot"
            for number in members["slots"]
            if number not in known
        ]
        if members["beating"]:
            wrong.append(f"node {', '.join(map(str, members['beating']))} writes its heartbeat")
        if wrong:
            raise StepFailed(*wrong)

    def on_leader(self, function, *arguments, read, limit=SLOW):
        """Return what a function of ``ocfs2_volume`` returns on the leader for this volume."""
        device = self.lun.device
        return self.answer(
            self.leader,
            f"ocfs2_volume.{function}",
            device,
            self.uuid,
            *arguments,
            read=read,
            limit=limit,
        )
