"""More nodes can mount a volume at once: as many as pillar says."""

from ocfs2lib import sizes
from ocfs2lib.answers import calls
from ocfs2lib.commands import SLOTS
from ocfs2lib.errors import StepFailed
from ocfs2lib.operations.operation import LONG
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.volume_offline import VolumeOffline

#: Of what more slots take beside their journals: allocators, directories.
_MARGIN = 64 << 20


class Slots(VolumeOffline):
    """A volume gets the slots that pillar says."""

    verb = SLOTS

    @property
    def task(self):
        return f"slots {self.lun.slots}"

    def work(self):
        if not (self.goes_on or any(gap.verb == SLOTS for gap in self.lun_plan.gaps)):
            return []
        want = self.lun.slots
        return [
            Step(f"room for {want} slots on LUN {self.key}", self._verify_room),
            Step(
                f"LUN {self.key} has {want} slots",
                lambda: self.on_leader("slots", want, read=calls.done, limit=LONG),
            ),
            Step("every node sees them", self._verify),
        ]

    def refusals(self):
        # A volume without room would keep remains of the slots that it did not get.
        return self._lack(self._room()) if self._work else []

    def _room(self):
        return self.on_leader("room", read=calls.room)

    def _verify_room(self):
        lack = self._lack(self._room())
        if lack:
            raise StepFailed(*lack)

    def _lack(self, room):
        more = self.lun.slots - self.lun_plan.volume["slots"]
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
        seen = self.complete_plan().lun(self.key).case.seen
        wrong = [
            f"{minion} sees {facts['volume']['slots'] if facts['volume'] else 'no volume'}"
            for minion, facts in seen.items()
            if not facts["volume"] or facts["volume"]["slots"] != self.lun.slots
        ]
        if wrong:
            raise StepFailed(*wrong)
