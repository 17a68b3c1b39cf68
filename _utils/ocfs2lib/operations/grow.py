"""Volumes follow their LUNs: grown while everybody works on them."""

from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun import capacity
from ocfs2lib.lun.capacity import GROW
from ocfs2lib.node.difference import Part
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import whole
from ocfs2lib.plan.plan import USE


def volume_refusals(found, key):
    """Why the volume of a LUN can not be worked on, as sentences."""
    lun = found.lun(key)
    if not lun:
        known = ", ".join(each.key for each in found.luns)
        return [f"pillar has no LUN {key or ''}: name one of {known} as ocfs2_lun"]
    if lun.action != USE or lun.refusals:
        reasons = lun.refusals or ("it holds no volume yet",)
        return [f"LUN {key}: {each}" for each in reasons]
    return []


class Grow(Operation):
    """
    A volume fills its LUN, which the array has grown.

    lun
        The LUN's key in pillar, whose ``size`` is the new one.
    """

    verb = GROW

    def __init__(self, master, lun):
        super().__init__(master)
        self.key = lun
        self.lun = self.desired.lun(lun)

    def told(self):
        return {"lun": self.key}

    def steps(self):
        found = self.master.plan(sync=True)
        reasons = whole(found) + volume_refusals(found, self.key)
        plan = found.lun(self.key)
        gaps = [gap for gap in plan.gaps if gap.verb == GROW] if plan else []
        if gaps and capacity.is_outgrown(plan.case, plan.volume):
            reasons += [f"LUN {self.key}: {gap}" for gap in gaps if gap.part is Part.SIZE]
        mounted = self._mounted(plan) if plan else []
        if gaps and not mounted:
            reasons.append(f"LUN {self.key} is mounted nowhere, and grows only where it is")
        if reasons:
            raise Refused(*reasons)
        if not gaps:
            return []
        where, uuid = mounted[0], plan.volume["uuid"]
        device = self.lun.device
        return [
            Step(f"LUN {self.key} looked at anew over all paths of every node", self._rescan),
            Step(
                f"the volume grown on {where}",
                lambda: self.call([where], "ocfs2_tune.grow", device, uuid, limit=SLOW),
            ),
            Step(f"every node sees {self.lun.size} bytes and the larger volume", self._verify),
        ]

    def _mounted(self, plan):
        mounted = plan.case.mounted
        return [minion for minion in self.minions if minion in mounted]

    def _rescan(self):
        returns, silent = self.master.ask(
            self.minions, "ocfs2_tune.rescan", self.lun.device, limit=SLOW
        )
        wrong = [f"{minion}: {reason}" for minion, reason in silent.items()]
        wrong += [
            f"{minion} sees {size} bytes of LUN {self.key}, pillar says {self.lun.size}; the "
            "volume is as it was. Present the new size to this node over all its paths"
            for minion, size in returns.items()
            if size != self.lun.size
        ]
        if wrong:
            raise StepFailed(*wrong)

    def _verify(self):
        plan = self.look().lun(self.key)
        wrong = [
            f"{minion} sees {self._words(facts['volume'])} on {facts['size']}"
            for minion, facts in plan.case.seen.items()
            if not self._is_grown(facts)
        ]
        if wrong:
            raise StepFailed(*wrong)

    @staticmethod
    def _words(volume):
        return f"a volume of {volume['size']} bytes" if volume else "no volume"

    def _is_grown(self, facts):
        volume = facts["volume"]
        full = volume and capacity.usable(self.lun.size, volume) == volume["size"]
        return full and facts["size"] == self.lun.size
