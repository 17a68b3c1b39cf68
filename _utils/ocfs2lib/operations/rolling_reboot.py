"""Every node restarts, one after the other, so that the others keep the volumes in use."""

from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node import requirements
from ocfs2lib.operations import drain
from ocfs2lib.operations.operation import QUICK
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import obstacles

#: Seconds that a node may take from the order to restart until all is mounted again.
_LIMIT = 1800
#: Seconds for an answer of a node that is restarting.
_PING = 30


class RollingReboot(Operation):
    """
    The restart of all nodes, for a new kernel or packages.

    limit
        Seconds that each node may take to come back, 60 or more; 1800 if it is not given.
    """

    verb = "rolling_reboot"

    def __init__(self, master, limit=None):
        super().__init__(master)
        self.limit = limit
        self._since = None

    def arguments(self):
        return {"limit": self.limit} if self.limit else {}

    def steps(self):
        plan = self.master.plan(sync=True)
        reasons = obstacles(plan) + _missing(plan)
        if self.limit is not None and (type(self.limit) is not int or self.limit < 60):
            reasons.append(f"ocfs2_limit {self.limit!r} is not a number of seconds from 60")
        if reasons:
            raise Refused(*reasons)
        boots = self._of_every_node("ocfs2_reboot.boot_id", calls.boot_id)
        reasons = self._kernels(plan) + drain.not_drainable(
            self, self.minions, drain.mounts(self.desired)
        )
        if reasons:
            raise Refused(*reasons)
        run = self.master.reboots(boots)
        # One that the run did not begin with has joined since.
        then = {**boots, **run["boots"]}
        waiting = [minion for minion in self.minions if then[minion] == boots[minion]]
        self._since = run["time"] if not waiting else None
        steps = [step for minion in waiting for step in self._restart(minion, boots[minion])]
        if len(waiting) < len(self.minions):
            gone = ", ".join(minion for minion in self.minions if minion not in waiting)
            self.master.say(f"restarted already in the run begun {run['time']}: {gone}")
        return [*steps, Step("the record of this run closed", self.master.end_reboots)]

    def notes(self):
        if not self._since:
            return []
        return [
            f"Every node has restarted since {self._since}, when a run began: none was restarted "
            "now. To restart them all again, run it once more."
        ]

    def _of_every_node(self, fun, read):
        answers, silent = self.master.ask(self.minions, fun, limit=QUICK)
        found, wrong = returns.of_calls(answers, silent, read)
        if wrong:
            raise Refused(*wrong)
        return found

    def _kernels(self, plan):
        """Return what the next boot of a node would lack, as sentences."""
        full = {node.minion: requirements.full_kernel(node.facts["host"]) for node in plan.nodes}
        found = self._of_every_node("ocfs2_reboot.kernels", calls.kernels)
        return [
            f"{minion}: its next boot may start kernel {release}, which has no "
            f"{' and no '.join(missing)}. Install {full[minion]}, or remove this one"
            for minion, kernels in found.items()
            for release, missing in kernels.items()
            if missing
        ]

    def _restart(self, minion, boot):
        paths = drain.mounts(self.desired, minion=minion)
        return [
            Step(f"{minion} emptied", lambda: drain.drain_nodes(self, [minion], paths)),
            Step(f"{minion} restarted", lambda: self.call([minion], "ocfs2_reboot.now", boot)),
            Step(f"{minion} is back", lambda: self._wait_until_back(minion, boot)),
            Step(f"{minion} is online and has all mounted, like the others", self._verify_all),
        ]

    def _wait_until_back(self, minion, boot):
        for _ in self.master.attempts(self.limit or _LIMIT):
            answers, silent = self.master.ask([minion], "ocfs2_reboot.boot_id", limit=_PING)
            found, _ = returns.of_calls(answers, silent, calls.boot_id)
            if found.get(minion, boot) != boot:
                return
        raise StepFailed(f"{minion} has not come back within {self.limit or _LIMIT} s")

    def _verify_all(self):
        reasons = []
        for _ in self.master.attempts(self.limit or _LIMIT):
            plan = self.master.plan()
            reasons = obstacles(plan) + _missing(plan)
            if not reasons:
                return
        raise StepFailed(*reasons)


def _missing(plan):
    """Return which nodes are not at work, as sentences."""
    online = plan.online()
    reasons = [f"{node.minion} is not online" for node in plan.nodes if node not in online]
    for lun in plan.luns:
        reasons += [f"{minion} has not mounted LUN {lun.key}" for minion in lun.mount_on]
        reasons += [f"LUN {lun.key}: {each}" for each in lun.refusals]
    return reasons
