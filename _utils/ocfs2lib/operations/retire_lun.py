"""A LUN that has left pillar leaves the nodes; its data stays."""

import itertools

from ocfs2lib import commands
from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.node import fstab
from ocfs2lib.operations import drain
from ocfs2lib.operations.operation import QUICK
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import obstacles


class RetireLun(Operation):
    """
    A LUN that is in pillar no more is unmounted on every node, and taken out of every fstab; one
    that pillar gives to some nodes, on the others.

    path
        Its mount point.
    """

    verb = commands.RETIRE_LUN

    def __init__(self, master, path):
        super().__init__(master)
        self.path = path
        #: The nodes on which pillar has it.
        self._keeping = ()

    def arguments(self):
        return {"path": self.path}

    def steps(self):
        plan = self.master.plan(sync=True)
        # A retune that was stopped may wait for this.
        reasons = obstacles(plan, own="")
        owner = next((lun for lun in self.desired.luns if lun.mount.path == self.path), None)
        if not isinstance(self.path, str) or not self.path.startswith("/"):
            reasons.append("name the mount point of the LUN as ocfs2_path")
        if owner and set(owner.nodes) >= set(self.minions):
            reasons.append(
                f"{self.path} is LUN {owner.key} of pillar: take it out of luns first, or the "
                f"nodes that are to lose it out of luns:{owner.key}:nodes"
            )
        self._keeping = owner.nodes if owner else ()
        if reasons:
            raise Refused(*reasons)
        mounted, listed = self._where(plan)
        if not (mounted or listed):
            return []
        paths = {self.path: []}
        reasons = drain.not_drainable(self, mounted, paths)
        if reasons:
            raise Refused(*reasons)

        wwids = self._wwids([*mounted, *listed])

        def release():
            self.call(mounted, "ocfs2_mount.release", self.path, [], limit=SLOW)

        def forget():
            self.call(listed, "ocfs2_mount.rm_fstab", self.path)

        return [
            Step("every node emptied", lambda: drain.drain_nodes(self, mounted, paths)),
            Step(f"{self.path} unmounted on {', '.join(mounted) or 'no node'}", release),
            # Before the line is gone, by which a run that was cut knows what is left to do.
            Step("its map flushed and its paths deleted there", lambda: self._let_go(wwids)),
            Step(f"{self.path} in no fstab" + self._but_where_it_stays(), forget),
            *self._san_steps(plan),
            Step("no node shows it any more" + self._but_where_it_stays(), self._verify),
        ]

    def notes(self):
        return [
            "The data on the LUN is untouched.",
            "Next: take the LUN away from these nodes on the array, before one of them restarts or "
            "looks for LUNs anew: it would find it again. "
            f"{self.path} stays a directory that nobody can write to until "
            f"{commands.unprotect(self.path)}.",
        ]

    def _wwids(self, minions):
        """Return ``{minion: WWID}`` of what is mounted, or listed, at the path."""
        minions = list(dict.fromkeys(minions))
        answers, silent = self.master.ask(minions, "ocfs2_device.at", self.path, limit=QUICK)
        found, reasons = returns.of_calls(answers, silent, calls.wwid)
        if reasons:
            raise Refused(*reasons)
        return {minion: wwid for minion, wwid in found.items() if wwid}

    def _let_go(self, wwids):
        minions = {}
        for minion, wwid in wwids.items():
            # What pillar has there under another path stays.
            if not any(same_wwid(wwid, lun.wwid) for lun in self.desired.luns_of(minion)):
                minions.setdefault(wwid, []).append(minion)
        for wwid, having in minions.items():
            self.call(having, "ocfs2_multipath.release", wwid)

    def _san_steps(self, plan):
        """Return the step that ends what brought the LUN, where pillar has it no more."""
        minions = [node.minion for node in plan.nodes if node.brings_luns]
        if not minions:
            return []
        where = ", ".join(minions)
        return [
            Step(f"what pillar says under san on {where}", lambda: self.apply(minions, "ocfs2.san"))
        ]

    def _but_where_it_stays(self):
        return f", but on {', '.join(self._keeping)}" if self._keeping else ""

    def _where(self, plan):
        """Return ``(minions on which it is mounted, minions that would mount it at boot)``."""
        nodes = [node for node in plan.nodes if node.minion not in self._keeping]
        mounted = [node.minion for node in nodes if self.path in node.facts["mounts"]]
        lines = {node.minion: node.facts["fstab"].get(self.path) for node in nodes}
        return mounted, [each for each, line in lines.items() if fstab.is_ocfs2(line)]

    def _verify(self):
        minions = itertools.chain(*self._where(self.complete_plan()))
        left = [f"{minion} still has it" for minion in minions]
        if left:
            raise StepFailed(*left)
