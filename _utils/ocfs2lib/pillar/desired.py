"""
A pillar that passed the check: complete, typed and immutable.
"""

from dataclasses import dataclass

from ocfs2lib.errors import NotInRoster
from ocfs2lib.pillar.keys import MAX_NODES


def default_slots(nodes):
    """Return the node slots for a cluster of ``nodes`` nodes: room for two more."""
    return min(max(nodes + 2, 4), MAX_NODES)


def default_name(minion):
    """Return the node name that the minion id ``minion`` stands for."""
    return minion.partition(".")[0]


@dataclass(frozen=True)
class Cluster:
    """The ``cluster`` section; times in ms, the threshold in samples of 2 s."""

    name: str
    heartbeat_mode: str
    heartbeat_threshold: int
    idle_timeout_ms: int
    keepalive_delay_ms: int
    reconnect_delay_ms: int
    fence_method: str
    port: int


@dataclass(frozen=True)
class Kernel:
    """The ``kernel`` section; ``panic`` in seconds."""

    panic: int
    panic_on_oops: bool


@dataclass(frozen=True)
class Firewall:
    """The ``firewall`` section."""

    backend: str


@dataclass(frozen=True)
class Drain:
    """The ``drain`` section: ``command`` or ``state`` or neither, ``limit`` in seconds."""

    command: str | None
    state: str | None
    limit: int


@dataclass(frozen=True)
class Node:
    """One host: ``minion`` is its minion id, ``name`` its node name."""

    minion: str
    number: int
    address: str
    name: str


@dataclass(frozen=True)
class Mount:
    """Where a LUN is mounted, the operator's mount options, and the services that run
    only while it is."""

    path: str
    options: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class Lun:
    """One LUN. ``size`` is in bytes; ``slots_given`` tells a written number of slots
    from the default; ``uuid`` is 32 upper-case hex digits or None."""

    key: str
    device: str
    wwid: str
    size: int
    label: str
    type: str
    slots: int
    slots_given: bool
    format: str
    verify: str
    uuid: str | None
    mount: Mount


@dataclass(frozen=True)
class Desired:
    """A whole valid pillar: nodes by number, LUNs by key."""

    cluster: Cluster
    nodes: tuple[Node, ...]
    luns: tuple[Lun, ...]
    kernel: Kernel
    firewall: Firewall
    drain: Drain

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

    def peers(self, minion):
        """Return every Node but that of the minion id ``minion``, by number."""
        return tuple(node for node in self.nodes if node.minion != minion)
