"""
One LUN goes down on every node while something is done to its volume, and comes back.

While it is worked on, it stands in no fstab and a hold keeps a highstate away from it, so no node
mounts it, whatever happens meanwhile. The other LUNs of the cluster go on.
"""

from ocfs2lib import sizes
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun.capacity import SLOTS
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node import holds
from ocfs2lib.node.difference import Part
from ocfs2lib.operations import drain
from ocfs2lib.operations.grow import volume_refusals
from ocfs2lib.operations.operation import QUICK
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import named
from ocfs2lib.operations.operation import unretuned
from ocfs2lib.operations.operation import whole

#: Seconds for a check of a volume: it reads every inode of it.
_CHECK = 86400
#: Of what more slots take beside their journals: allocators, directories.
_MARGIN = 64 << 20


class LunDown(Operation):
    """
    What is done to a volume that is mounted nowhere.

    lun
        The LUN's key in pillar.
    outage
        The same, typed once more by the operator.

    A subclass has ``work()``, the steps while it is down; none if all is done already.
    """

    def __init__(self, master, lun, outage=None):
        super().__init__(master)
        self.key, self.outage = lun, outage
        self.lun = self.desired.lun(lun)
        self.uuid = self.leader = None
        self.members = []
        self._work = []

    def told(self):
        return {"lun": self.key, "outage": self.key}

    def work(self):
        """The steps while the LUN is down."""
        return []

    def refusals(self):
        """More reasons not to begin, as sentences."""
        return []

    def steps(self):
        found = self.master.plan(sync=True)
        reasons = whole(found, own=self.key) + self._volume_refusals(found) + unretuned(found)
        if not found.online():
            reasons.append("no node is online, and the tools need the cluster")
        reasons = reasons or self._tools_at_work()
        if reasons:
            raise Refused(*reasons)
        self.plan = found.lun(self.key)
        self.uuid, self.leader = self.plan.volume["uuid"], found.online()[0].minion
        newcomers = found.newcomers()
        self.members = [minion for minion in self.minions if minion not in newcomers]
        self._work = work = self.work()
        if not (work or self._is_held(found)):
            waiting = {*self.plan.mount_on, *self.plan.fstab_on}
            return self._return() if waiting.intersection(self.members) else []
        paths = drain.mounts(self.desired, [self.key])
        what = f"LUN {self.key} goes down on every node until this is done"
        reasons = named(self.outage, self.key, what, self.command) + self.refusals()
        reasons = reasons or drain.unready(self, self.minions, paths)
        if reasons:
            raise Refused(*reasons)
        key = self.key
        return [
            *self._introduction(found),
            Step("every node emptied", lambda: drain.emptied(self, self.minions, paths)),
            Step(f"LUN {key} held on every node", self._hold),
            Step(f"LUN {key} unmounted on every node", lambda: self._take_down(paths)),
            Step(f"nobody writes to LUN {key}, from no host", self._quiet),
            *work,
            *self._return(),
        ]

    def _introduction(self, found):
        """
        Nodes that know a newcomer and nodes that do not yet mount nothing beside each other, and a
        highstate makes it known on one node. So all know it before any volume goes down.
        """
        gaps = [gap for node in found.nodes if node.minion in self.members for gap in node.gaps]
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

    def _return(self):
        return [
            Step(f"LUN {self.key} released on every node", self._release),
            Step(f"LUN {self.key} mounted on {', '.join(self.members)}", self._mount),
        ]

    def retreat(self, step):
        """The LUN comes back, with or without what was to be done; not while a tool may go on."""
        at_work = self._tools_at_work() if step in self._work else []
        if at_work:
            return [*at_work, f"LUN {self.key} stays down.", f"Next: {self.command}"]
        returning = self._return()
        if step.words not in [each.words for each in returning]:
            try:
                for each in returning:
                    each.do()
            except StepFailed as err:
                return [f"LUN {self.key} is not mounted again: {err}", f"Next: {self.command}"]
            return [
                f"LUN {self.key} is mounted again on every node, as it was.",
                f"Next: put that right, then {self.command}",
            ]
        return super().retreat(step)

    def _tools_at_work(self):
        """Where a tool still works on a volume, or may, as sentences; it outlives its master."""
        returns, silent = self.master.ask(
            self.minions, "saltutil.is_running", "ocfs2_tune.*", limit=QUICK
        )
        found = [f"{minion}: {reason}" for minion, reason in silent.items()]
        return found + [
            f"{minion}: a tool still works on a volume there, wait for its end"
            for minion, jobs in returns.items()
            if jobs
        ]

    def _is_held(self, found):
        return any(node.held(self.key) for node in found.nodes)

    def _volume_refusals(self, found):
        """A volume without slots for all nodes is no obstacle: it may be what is put right."""
        plan = found.lun(self.key)
        if plan and plan.volume and all(each.code is Code.SLOTS_TOO_FEW for each in plan.refusals):
            return []
        return volume_refusals(found, self.key)

    def _hold(self):
        reason = holds.reason(f"{self.verb} of LUN {self.key}", self.command)
        self.call(self.minions, "ocfs2_hold.put", reason, self.key)

    def _release(self):
        self.call(self.minions, "ocfs2_hold.release", self.key)

    def _take_down(self, paths):
        for path, services in paths.items():
            # First, so that no service that is bound to the mount brings it back.
            self.call(self.minions, "ocfs2_mount.rm_fstab", path)
            self.call(self.minions, "ocfs2_mount.release", path, services, limit=SLOW)

    def _mount(self):
        self.apply(self.members, "ocfs2.mount")

    def _quiet(self):
        plan = self.look().lun(self.key)
        wrong = [
            f"{minion} has it mounted on {mount['path']}"
            for minion, facts in plan.case.seen.items()
            for mount in facts["mounts"]
        ]
        members = self.on_leader("members")
        if members["beating"]:
            wrong.append(f"node {', '.join(map(str, members['beating']))} writes its heartbeat")
        if wrong:
            raise StepFailed(*wrong)

    def on_leader(self, function, *arguments, kind=dict, limit=SLOW):
        """What a function of ``ocfs2_tune`` returns for this volume."""
        device = self.lun.device
        return self.answer(
            self.leader,
            f"ocfs2_tune.{function}",
            device,
            self.uuid,
            *arguments,
            kind=kind,
            limit=limit,
        )


class Slots(LunDown):
    """More nodes can mount a volume at once: as many as pillar says."""

    verb = SLOTS

    def work(self):
        if not any(gap.verb == SLOTS for gap in self.plan.gaps):
            return []
        want = self.lun.slots
        return [
            Step(f"room for {want} slots on LUN {self.key}", self._prove_room),
            Step(
                f"LUN {self.key} has {want} slots",
                lambda: self.on_leader("slots", want, kind=bool),
            ),
            Step("every node sees them", self._verify),
        ]

    def refusals(self):
        """A volume without room is left with remains of the slots that it did not get."""
        return self._lack(self.on_leader("room")) if self._work else []

    def _prove_room(self):
        lack = self._lack(self.on_leader("room"))
        if lack:
            raise StepFailed(*lack)

    def _lack(self, room):
        more = self.lun.slots - self.plan.volume["slots"]
        need = more * room["journal"] + _MARGIN
        if room["free"] >= need:
            return []
        human = sizes.human
        return [
            f"{more} more slots take {human(need)} of LUN {self.key}, a journal of "
            f"{human(room['journal'])} each, and {human(room['free'])} are free: free some, or "
            "grow the LUN first"
        ]

    def _verify(self):
        seen = self.look().lun(self.key).case.seen
        wrong = [
            f"{minion} sees {facts['volume']['slots'] if facts['volume'] else 'no volume'}"
            for minion, facts in seen.items()
            if not facts["volume"] or facts["volume"]["slots"] != self.lun.slots
        ]
        if wrong:
            raise StepFailed(*wrong)


class Fsck(LunDown):
    """
    A volume is checked while nobody uses it.

    repair
        The LUN's key, typed once more by the operator to have repaired what is found; without it,
        nothing is written.
    """

    verb = "fsck"

    def __init__(self, master, lun, outage=None, repair=None):
        super().__init__(master, lun, outage)
        self.repair = repair
        self.found = None

    def told(self):
        return {**super().told(), **({"repair": self.key} if self.repair else {})}

    def refusals(self):
        if self.repair in (None, self.key):
            return []
        return [f"ocfs2_repair names {self.repair}, not {self.key}"]

    def work(self):
        how = "checked and repaired" if self.repair else "checked, read-only"
        return [Step(f"LUN {self.key} {how} on {self.leader}", self._check)]

    def _check(self):
        repair = self.repair == self.key
        self.found = self.on_leader("check", self.key, repair, limit=_CHECK)
        if not self.found["ended"]:
            raise StepFailed(f"fsck.ocfs2 did not reach its end: {self.found['said']}")

    def failures(self):
        found = self.found
        if not found["findings"] or self.repair:
            return []
        return [f"LUN {self.key}: {self._words()}. Nothing was repaired."]

    def farewell(self):
        where = f"The whole output: {self.found['log']} on {self.leader}."
        if not self.found["findings"]:
            return [f"LUN {self.key} is clean. {where}"]
        if self.repair:
            done = f"LUN {self.key}: {self._words()}, and repaired. {where}"
            return [done, "Next: run it once more without ocfs2_repair; it has to find nothing."]
        return [where, f"Next, if the data is safe elsewhere: {self._repairing()}"]

    def _words(self):
        return f"{self.found['count']} findings ({', '.join(self.found['findings'])})"

    def _repairing(self):
        return Fsck(self.master, self.key, self.outage, self.key).command
