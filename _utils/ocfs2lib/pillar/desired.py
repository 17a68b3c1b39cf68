"""
A pillar that passed the check: complete, typed and immutable.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.errors import NotInRoster
from ocfs2lib.pillar.sections.cluster_keys import Cluster
from ocfs2lib.pillar.sections.drain_keys import Drain
from ocfs2lib.pillar.sections.firewall_keys import Firewall
from ocfs2lib.pillar.sections.kernel_keys import Kernel
from ocfs2lib.pillar.sections.luns_keys import Lun
from ocfs2lib.pillar.sections.nodes_keys import Node
from ocfs2lib.pillar.sections.repositories_keys import RepositoryOverride
from ocfs2lib.pillar.sections.san_keys import San


@dataclass(frozen=True)
class Desired:
    """A whole valid pillar, a field for each section: nodes by number, LUNs by key."""

    cluster: Cluster
    nodes: tuple[Node, ...]
    luns: tuple[Lun, ...]
    kernel: Kernel
    firewall: Firewall
    drain: Drain
    repositories: tuple[RepositoryOverride, ...] | None
    san: San

    def node(self, minion):
        """Return the Node of the minion id ``minion``, or None."""
        return next((node for node in self.nodes if node.minion == minion), None)

    def member(self, minion):
        """Return the Node of the minion id ``minion``; NotInRoster if the roster has none."""
        node = self.node(minion)
        if not node:
            raise NotInRoster(
                f"ocfs2:nodes: the minion {minion} is not in the roster. "
                "Fix: add it to nodes, or do not apply ocfs2 to it."
            )
        return node

    def lun(self, key):
        """Return the Lun called ``key`` in the pillar, or None."""
        return next((lun for lun in self.luns if lun.key == key), None)

    def luns_of(self, minion):
        """Return the LUNs that the node of the minion id ``minion`` has."""
        return tuple(lun for lun in self.luns if minion in lun.nodes)

    def peers(self, minion):
        """Return every Node but that of the minion id ``minion``, by number."""
        return tuple(node for node in self.nodes if node.minion != minion)
