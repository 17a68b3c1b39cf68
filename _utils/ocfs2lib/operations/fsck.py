"""A volume is checked, and repaired if that is asked for, while nobody uses it."""

from ocfs2lib.answers import calls
from ocfs2lib.errors import StepFailed
from ocfs2lib.operations.operation import LONG
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.volume_offline import VolumeOffline


class Fsck(VolumeOffline):
    """
    The check of one volume.

    repair
        The LUN's key, typed once more by the operator to have repaired what is found; without it,
        nothing is written.
    """

    verb = "fsck"

    def __init__(self, master, lun, outage=None, repair=None):
        super().__init__(master, lun, outage)
        self.repair = repair
        self.task = "repair" if repair else "check"
        self.found = None

    def arguments(self):
        return {**super().arguments(), **({"repair": self.key} if self.repair else {})}

    def refusals(self):
        if self.repair in (None, self.key):
            return []
        return [f"ocfs2_repair names {self.repair}, not {self.key}"]

    def work(self):
        how = "checked and repaired" if self.repair else "checked, read-only"
        return [Step(f"LUN {self.key} {how} on {self.leader}", self._check)]

    def is_half_changed(self):
        return self.repair == self.key

    def _check(self):
        repair = self.repair == self.key
        self.found = self.on_leader("check", self.key, repair, read=calls.check, limit=LONG)
        if not self.found["ended"]:
            raise StepFailed(f"fsck.ocfs2 did not reach its end: {self.found['said']}")

    def failures(self):
        found = self.found
        if not found["findings"] or self.repair:
            return []
        return [f"LUN {self.key}: {self._summary()}. Nothing was repaired."]

    def notes(self):
        where = f"The whole output: {self.found['log']} on {self.leader}."
        if not self.found["findings"]:
            return [f"LUN {self.key} is clean. {where}"]
        if self.repair:
            done = f"LUN {self.key}: {self._summary()}, and repaired. {where}"
            return [done, "Next: run it once more without ocfs2_repair; it has to find nothing."]
        return [where, f"Next, if the data is safe elsewhere: {self._repairing()}"]

    def _summary(self):
        return f"{self.found['count']} findings ({', '.join(self.found['findings'])})"

    def _repairing(self):
        return Fsck(self.master, self.key, self.outage, self.key).command
