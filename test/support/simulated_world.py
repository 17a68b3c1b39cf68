"""
A cluster at work, simulated around the real operations, plan, numbers and states.

Simulated are the transport, the kernel and the tools: every node has its files, its cluster in the
kernel and its mounts, all share one LUN, and the kernel refuses what the real one refuses. Each
call of a master to the world is counted, so that a test can let anything happen before each.
"""

import copy

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import fstab
from ocfs2lib.node import o2cb_settings
from ocfs2lib.pillar import check
from support.simulated import SimulatedCache
from support.simulated_lun import SimulatedLun
from support.simulated_node import SimulatedNode
from support.simulated_o2cb import CLUSTER_WIDE


class SimulatedWorld:
    """
    Nodes, the LUN, and what has gone wrong.

    section
        The pillar by which the cluster has been set up.
    slots
        Of the volume.
    """

    def __init__(self, section, slots):
        self.section = section
        self.pillar = check.parse(section)
        self.cache, self.wrong = SimulatedCache(), []
        self.lun = SimulatedLun(self.pillar, slots)
        self.nodes = {}
        #: Which host has had which number.
        self.owners = {}
        #: Called with its number before each call of a master.
        self.before, self.calls = lambda number: None, 0
        #: Called after each call with its number, the function and its minions.
        self.after = lambda number, fun, minions: None
        #: Called with the number of a call, a minion and its answer; returns what the master gets.
        self.answer = lambda number, minion, answer: answer
        #: Minions that a call does not reach, and whether the master dies amid the next one.
        self.unreached, self.half = frozenset(), False
        for node in self.pillar.nodes:
            self.add(node.minion, node.address).start()

    def add(self, minion, address):
        """A host; it is set up if pillar knows it."""
        node = self.nodes[minion] = SimulatedNode(self, minion, address)
        if self.pillar.node(minion):
            node.kept["conf"] = cluster_conf.render(cluster_conf.from_desired(self.pillar))
            node.kept["settings"] = o2cb_settings.from_desired(self.pillar)
            for lun in self.pillar.luns_of(minion):
                node.kept["fstab"][lun.mount.path] = fstab.line(lun, minion)
        return node

    def describe(self, section):
        """The operator writes another pillar."""
        self.section, self.pillar = section, check.parse(section)

    def nodes_by_hostname(self):
        return {node.hostname: node for node in self.nodes.values()}

    def state(self):
        """All that can change, to be compared."""
        nodes = {minion: node.state() for minion, node in self.nodes.items()}
        lun = copy.deepcopy(vars(self.lun))
        return {"nodes": nodes, "lun": lun, "cache": copy.deepcopy(dict(self.cache))}

    def settle(self):
        """Nothing more happens by itself: every host is up, every tool has ended."""
        self.before, self.after = lambda number: None, lambda number, fun, minions: None
        self.unreached, self.half, self.lun.tool = frozenset(), False, None
        self.answer = lambda number, minion, answer: answer
        for node in self.nodes.values():
            node.answers = True
            if not node.up:
                node.start()

    def tick(self, fun, minions):
        """A call of a master to the world begins; time goes on."""
        self.calls += 1
        self.before(self.calls)
        for node in self.nodes.values():
            if node.starting:
                node.starting -= 1
                if not node.starting:
                    node.start()

    def highstate(self, minion):
        """A minion applies its highstate by itself, whatever comes of it."""
        node = self.nodes[minion]
        if node.up and self.pillar.node(minion):
            for sls in ("ocfs2.node", "ocfs2.mount"):
                node.apply(sls, self.section, testing=False)

    def reachable(self, minion):
        node = self.nodes.get(minion)
        return bool(node and node.up and node.answers and minion not in self.unreached)

    def check(self):
        """What must never be, put down in ``wrong``."""
        online = [node for node in self.nodes.values() if node.live]
        for node in online:
            for other in online:
                self._compare(node, other)
        for node in self.nodes.values():
            self._number_owners(node)

    def _compare(self, node, other):
        """A node may not know another yet; but what two know, they know alike."""
        mine, its = node.live[node.online], other.live[other.online]
        # Nodes that have no volume in common do not connect to each other.
        both = set(node.mounts.values()) & set(other.mounts.values())
        if both and any(mine[key] != its[key] for key in CLUSTER_WIDE):
            self._wrong(f"{node.minion} and {other.minion} have {both} with different timeouts")
        for name in mine["nodes"].keys() & its["nodes"].keys():
            pair = [
                tuple(each["nodes"][name][key] for key in ("number", "address", "port"))
                for each in (mine, its)
            ]
            if pair[0] != pair[1]:
                self._wrong(f"{node.minion} and {other.minion} disagree about {name}: {pair}")

    def _number_owners(self, node):
        known = {
            live["number"]: name
            for each in node.live.values()
            for name, live in each["nodes"].items()
        }
        listed = {
            each.number: each.name for each in cluster_conf.parse(node.kept["conf"] or "").nodes
        }
        for numbers in (known, listed):
            for number, name in numbers.items():
                if self.owners.setdefault(number, name) != name:
                    self._wrong(f"number {number} of {self.owners[number]} is given to {name}")

    def _wrong(self, text):
        if text not in self.wrong:
            self.wrong.append(text)
