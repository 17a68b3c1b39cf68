"""Volumes follow their LUNs: grown while everybody works on them."""

from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.commands import GROW
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun import capacity
from ocfs2lib.node.difference import Part
from ocfs2lib.operations.operation import LONG
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import obstacles
from ocfs2lib.operations.operation import volume_obstacles
from ocfs2lib.operations.tools_at_work import where_at_work
from ocfs2lib.pillar import identities

#: What a journal without block64 can count to (mkfs.ocfs2 and tunefs.ocfs2 refuse more).
_BLOCKS_OF_32_BITS = (1 << 32) - 1


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
        self._seeing = []
        self.lun = self.desired.lun(lun)

    def arguments(self):
        return {"lun": self.key}

    def steps(self):
        if self.lun and identities.split_partition(self.lun.wwid)[1]:
            # Who has not read a changed table again does not take the partition for the LUN.
            self.master.ask(self.minions, "ocfs2_volume.rescan", self.lun.device, limit=SLOW)
        plan = self.master.plan(sync=True)
        reasons = obstacles(plan) + volume_obstacles(plan, self.key)
        lun = plan.lun(self.key)
        gaps = [gap for gap in lun.gaps if gap.verb == GROW] if lun else []
        if gaps and capacity.is_outgrown(lun.case, lun.volume):
            reasons += [f"LUN {self.key}: {gap}" for gap in gaps if gap.part is Part.SIZE]
        mounted = self._mounted(lun) if lun else []
        if gaps and not mounted:
            reasons.append(f"LUN {self.key} is mounted nowhere, and grows only where it is")
        if reasons:
            raise Refused(*reasons)
        if not gaps:
            return []
        device, uuid = self.lun.device, lun.volume["uuid"]
        where = where_at_work(self, uuid, "grow") or mounted[0]
        # Also one that need not see it: it must not see less than the others.
        self._seeing = [minion for minion in self.minions if minion in lun.case.seen]
        reasons = self._small_journals(lun, where)
        if reasons:
            raise Refused(*reasons)
        return [
            Step(f"LUN {self.key} looked at anew over all paths of every node", self._rescan),
            Step(
                f"the volume grown on {where}",
                lambda: self.call([where], "ocfs2_volume.grow", device, uuid, limit=LONG),
            ),
            Step(f"every node sees {self.lun.size} bytes and the larger volume", self._verify),
        ]

    def _small_journals(self, lun, where):
        """Return why the volume cannot become so large, as sentences."""
        if self.lun.size // lun.volume["block_size"] <= _BLOCKS_OF_32_BITS:
            return []
        device, uuid = self.lun.device, lun.volume["uuid"]
        if self.answer(where, "ocfs2_volume.has_block64", device, uuid, read=calls.flag):
            return []
        return [
            f"the journals of LUN {self.key} count its blocks in 32 bits, and it would have more. "
            "Unmount it on every node, have them count in 64 bits on one: tunefs.ocfs2 -J block64 "
            f"{device}, mount it again, and run this again"
        ]

    def _mounted(self, lun):
        mounted = lun.case.mounted
        return [minion for minion in self.minions if minion in mounted]

    def _rescan(self):
        answers, silent = self.master.ask(
            self._seeing, "ocfs2_volume.rescan", self.lun.device, limit=SLOW
        )
        seen, wrong = returns.of_calls(answers, silent, calls.size)
        wrong += [
            f"{minion} sees {size} bytes of LUN {self.key}, pillar says {self.lun.size}; the "
            "volume is as it was. Present the new size to this node over all its paths"
            for minion, size in seen.items()
            if size != self.lun.size
        ]
        if wrong:
            raise StepFailed(*wrong)

    def _verify(self):
        lun = self.complete_plan().lun(self.key)
        wrong = [
            f"{minion} sees {self._described(facts['volume'])} on {facts['size']}"
            for minion, facts in lun.case.seen.items()
            if not self._is_grown(facts)
        ]
        if wrong:
            raise StepFailed(*wrong)

    @staticmethod
    def _described(volume):
        return f"a volume of {volume['size']} bytes" if volume else "no volume"

    def _is_grown(self, facts):
        volume = facts["volume"]
        full = volume and capacity.usable(self.lun.size, volume) == volume["size"]
        return full and facts["size"] == self.lun.size
