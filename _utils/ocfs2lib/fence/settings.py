"""
What the nodes of a cluster have agreed on, and the times that follow from it, in seconds.
"""

from dataclasses import dataclass

from ocfs2lib import heartbeat
from ocfs2lib.kernel import DEFAULTS


@dataclass(frozen=True)
class Settings:
    """
    The cluster of a node that restarted; see :func:`read`.

    ``numbers`` are the nodes' by name, ``ahead`` the seconds by which clocks of nodes are. Of what
    was before ``since``, seconds since the epoch, the logs tell only a part.
    """

    cluster: str
    threshold: int
    idle: float
    fence_method: str
    numbers: dict
    multipath: dict
    ahead: dict
    since: float

    @property
    def write_limit(self):
        """Return how long a node may go without writing its heartbeat before it fences itself."""
        return heartbeat.write_limit(self.threshold)

    @property
    def dead_after(self):
        """Return after how long without a heartbeat the others declare a node dead."""
        return heartbeat.dead_after(self.threshold)

    @property
    def decision_delay(self):
        """Return how long after the idle time-out a node counts whom it can still reach."""
        return heartbeat.quorum_delay(self.threshold)

    def name(self, number):
        """Return the name of the node with a number, or the number as text."""
        return {each: name for name, each in self.numbers.items()}.get(number, f"node {number}")


def read(settings):
    """
    Return the :class:`Settings` of a cluster.

    settings
        ``cluster`` (its name), ``heartbeat_threshold``, ``idle_timeout_ms`` and ``fence_method``,
        as pillar calls them; ``nodes``, ``{name: number}`` with the names that the logs are given
        under. May have ``multipath``, what ``ocfs2_diagnose.multipath`` returned on the node, and
        ``clock``, ``{name: seconds}`` by which a node's clock is ahead of the master's; and
        ``since``, seconds since the epoch: what was before is not judged.

    What is not there has the kernel's default.
    """
    return Settings(
        cluster=settings.get("cluster") or "NAME",
        threshold=settings.get("heartbeat_threshold") or DEFAULTS["heartbeat_threshold"],
        idle=(settings.get("idle_timeout_ms") or DEFAULTS["idle_timeout_ms"]) / 1000,
        fence_method=settings.get("fence_method") or DEFAULTS["fence_method"],
        numbers=settings.get("nodes") or {},
        multipath=settings.get("multipath") or {},
        ahead=settings.get("clock") or {},
        since=settings.get("since") or 0,
    )
