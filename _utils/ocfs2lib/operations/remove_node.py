"""A node that has left pillar leaves the cluster; its number stays."""

from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.commands import REMOVE_NODE
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import fstab
from ocfs2lib.operations import drain
from ocfs2lib.operations.node_numbers import ACTIVE
from ocfs2lib.operations.node_numbers import Entry
from ocfs2lib.operations.operation import SLOW
from ocfs2lib.operations.operation import Operation
from ocfs2lib.operations.operation import Step
from ocfs2lib.operations.operation import obstacles
from ocfs2lib.operations.operation import retune_pending
from ocfs2lib.operations.operation import stray_mounts
from ocfs2lib.operations.operation import waiting_for_lines
from ocfs2lib.pillar.sections.nodes_keys import default_name

#: Seconds after which a node that does not answer may be dead.
_PING = 45
#: So many nodes tell whose heartbeat they see on a volume: one may have lost its paths.
_WITNESSES = 2


class RemoveNode(Operation):
    """
    A node that is in pillar no more leaves the cluster, without an outage.

    node
        Its minion id. It is unmounted and taken offline in order; one that does not answer has to
        be dead by the account of every volume.
    """

    verb = REMOVE_NODE

    def __init__(self, master, node):
        super().__init__(master)
        self.node = node
        self._dead = False

    def arguments(self):
        return {"node": self.node}

    def steps(self):
        plan = self.master.plan(sync=True)
        reasons = obstacles(plan)
        if not isinstance(self.node, str):
            reasons.append("name the minion id of the node as ocfs2_node")
        elif self.desired.node(self.node):
            reasons.append(f"{self.node} is in pillar: take it out of nodes first")
        reasons += retune_pending(plan)
        if reasons:
            raise Refused(*reasons)
        entry = self._entry(plan)
        closing = Step("the firewall of every node closed to it", self._close)
        if not entry:
            # A run that was cut has come so far.
            left = waiting_for_lines(plan) or any(node.gaps for node in plan.nodes)
            return [closing] if left else []
        leaving = self._leaving(plan, entry)
        return [
            Step(f"number {entry.number} put on record", lambda: self._retire(entry)),
            *leaving,
            Step(f"{entry.name} out of cluster.conf on every node", self._write),
            Step(f"{entry.name} out of the kernel of every node", self._register),
            Step("no node knows it any more", lambda: self._verify(entry)),
            closing,
        ]

    def notes(self):
        lines = [
            f"{self.node} has left cluster {self.desired.cluster.name}. Its number stays its own.",
        ]
        if self._dead:
            lines.append(
                "If it ever wakes up, its mounts fail, for nobody knows it, but its cluster is "
                "online. Before it is used again, run on it: "
                f"salt {self.node} state.single o2cb.offline ocfs2, "
                f"then salt {self.node} state.single o2cb.absent ocfs2"
            )
        return lines

    def _entry(self, plan):
        """Look up who it is: among the master's numbers, or among those that the nodes know."""
        unknown, numbers = _not_in_pillar(plan), self.master.numbers()
        entry = numbers.of_minion(self.node)
        # A run that was cut has put its number on record as retired already.
        names = [each.name for each in numbers.entries.values() if each.minion == self.node]
        names += [self.node, default_name(self.node)]
        live = next((unknown[name] for name in names if name in unknown), None)
        if entry or not (live or unknown):
            return entry
        if not live:
            raise Refused(
                f"no node of the cluster knows {self.node}; in no pillar but known are "
                f"{', '.join(unknown)}. Name the minion id of one of them"
            )
        return Entry(live.number, self.node, live.name, live.address, ACTIVE, "")

    def _leaving(self, plan, entry):
        """Return the steps on the node itself, none for one that is proved dead."""
        answers, silent = self.master.ask([self.node], "ocfs2_mount.mounts", "ocfs2", limit=_PING)
        if silent:
            self._dead = True
            reasons = self._signs_of_life(plan, entry)
            if reasons:
                raise Refused(*reasons)
            return []
        found, reasons = returns.of_calls(answers, {}, calls.mounts)
        if reasons:
            raise Refused(*reasons)
        paths = {mount["path"]: [] for mount in found[self.node]}
        reasons = drain.not_drainable(self, [self.node], paths)
        if reasons:
            raise Refused(*reasons)
        return [
            Step(
                f"{self.node} emptied",
                lambda: drain.drain_nodes(self, [self.node], paths),
            ),
            Step(f"every volume unmounted on {self.node}", lambda: self._unmount(paths)),
            Step(f"maps flushed and paths deleted on {self.node}", self._let_go),
            Step(f"the cluster offline on {self.node}, and gone from it", self._clean),
        ]

    def _signs_of_life(self, plan, entry):
        """
        Return why a node that does not answer is not dead, still has a slot, or may be alive, as
        sentences. It has to be dead by every OCFS2 that anybody sees.
        """
        reasons = stray_mounts(plan)
        for lun in plan.luns:
            volumes = _volumes(lun.case)
            if not volumes and not _is_seen_by_all(lun.case):
                reasons.append(
                    f"{self.node} does not answer, and nobody can tell whether it writes its "
                    f"heartbeat on LUN {lun.key}: have every node see that LUN, then run again"
                )
            for uuid, minions in volumes.items():
                reasons += self._signs_on(lun.key, uuid, minions[:_WITNESSES], entry)
        return list(dict.fromkeys(reasons))

    def _signs_on(self, key, uuid, minions, entry):
        device = self.desired.lun(key).device
        for minion in minions:
            members = self.answer(
                minion, "ocfs2_volume.members", device, uuid, read=calls.members, limit=SLOW
            )
            if entry.number in members["beating"]:
                yield (
                    f"{self.node} does not answer, but writes its heartbeat on LUN {key}: it "
                    "is alive. Bring its minion back, or switch the host off, and run again"
                )
            elif entry.number in members["slots"]:
                yield (
                    f"{self.node} does not answer, and the others have not recovered its slot on "
                    f"LUN {key} yet: wait for that, then run again"
                )

    def _retire(self, entry):
        self.master.keep_numbers(lambda numbers, time: numbers.retired(entry, time))

    def _unmount(self, paths):
        for path in paths:
            self.call([self.node], "ocfs2_mount.release", path, [], limit=SLOW)
        fstabs = self.answer(self.node, "ocfs2_mount.fstabs", read=calls.fstabs)
        for path, line in fstabs.items():
            if fstab.is_ocfs2(line):
                self.call([self.node], "ocfs2_mount.rm_fstab", path)

    def _let_go(self):
        for lun in self.desired.luns:
            self.call([self.node], "ocfs2_multipath.release", lun.wwid)

    def _clean(self):
        self.call([self.node], "o2cb.offline", limit=SLOW)
        self.single([self.node], "o2cb.absent")

    def _write(self):
        text = cluster_conf.render(cluster_conf.from_desired(self.desired))
        self.call(self.minions, "o2cb.conf_write", text)

    def _register(self):
        online = [node.minion for node in self.complete_plan().online()]
        self.call(online, "o2cb.register", self.desired.cluster.name, limit=SLOW)

    def _close(self):
        self.apply(self.minions, "ocfs2.node")
        # What is on one node of a LUN alone may be on another now.
        waiting = waiting_for_lines(self.complete_plan())
        if waiting:
            self.apply(waiting, "ocfs2.mount")

    def _verify(self, entry):
        left = _not_in_pillar(self.complete_plan())
        if entry.name in left:
            raise StepFailed(f"{entry.name} is still in a kernel or a cluster.conf")


def _volumes(case):
    """Return ``{UUID: [minions that see that volume on the LUN]}``."""
    found = {}
    for minion, facts in case.seen.items():
        if facts["volume"]:
            found.setdefault(facts["volume"]["uuid"], []).append(minion)
    return found


def _is_seen_by_all(case):
    """Tell whether every node could read the LUN, so that no volume is there if none was found."""
    return bool(case.seen) and all(
        view.shows_lun and not view.facts["unreadable"] for view in case.views()
    )


def _not_in_pillar(plan):
    """Return ``{node name: node}`` of those that the nodes know and pillar does not."""
    cluster, names = plan.desired.cluster.name, {node.name for node in plan.desired.nodes}
    known = {}
    for node in plan.nodes:
        facts = node.facts["o2cb"] if node.facts else {"conf": {"text": ""}, "clusters": {}}
        for name, live in facts["clusters"].get(cluster, {"nodes": {}})["nodes"].items():
            known[name] = cluster_conf.ConfNode(
                cluster, live["number"], live["port"], live["address"], name
            )
        known.update({each.name: each for each in _conf_nodes(facts["conf"]["text"], cluster)})
    return {name: node for name, node in known.items() if name not in names}


def _conf_nodes(text, cluster):
    try:
        return [node for node in cluster_conf.parse(text or "").nodes if node.cluster == cluster]
    except cluster_conf.ConfError:
        return []
