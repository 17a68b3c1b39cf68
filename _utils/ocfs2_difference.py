"""One thing in which a node differs from pillar, and what it takes to close the gap.

A gap in a file is always closed by writing the file.  A gap in the running kernel is one of

``online``  applied at any time: bring the cluster up, add a node, set a free attribute
``node``    the cluster must go down on this node, where nothing uses it now
``outage``  the volumes must be unmounted on every node first: the nodes compare the value
            when they connect (fs/ocfs2/cluster/tcp.c, fs/ocfs2/dlm/dlmdomain.c), or the kernel
            ignores a write while a heartbeat region is active
"""

from dataclasses import dataclass

ONLINE = "online"
NODE = "node"
OUTAGE = "outage"


@dataclass(frozen=True)
class Difference:
    """``what`` is ``old`` and pillar says ``new``; None means absent."""

    what: str
    old: object
    new: object
    kind: str = ONLINE

    def __str__(self):
        old, new = ("absent" if value is None else value for value in (self.old, self.new))
        return f"{self.what}: {old} -> {new}"


def compare(prefix, have, want):
    """Return the :class:`Difference` of each key of two dicts; one that is absent is None."""
    return [
        Difference(f"{prefix}:{key}", have.get(key), want.get(key))
        for key in dict.fromkeys([*want, *have])
        if have.get(key) != want.get(key)
    ]
