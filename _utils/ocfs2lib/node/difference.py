"""One thing in which a node or volume differs from pillar, and what it takes to close the gap.

A gap in a file is always closed by writing the file.  A gap in the running kernel or a volume is
of one of these kinds:

``online``      applied while everything goes on: bring the cluster up, add a node, grow a volume
``node``        the cluster must go down on this node, where nothing uses it now
``outage``      what differs must be unmounted on every node first: the nodes compare the value
                when they connect (fs/ocfs2/cluster/tcp.c, fs/ocfs2/dlm/dlmdomain.c), the kernel
                ignores a write while a heartbeat region is active, or the tool needs the volume
                for itself
``impossible``  nothing does it: pillar has to be put right
"""

from dataclasses import dataclass

from ocfs2lib import commands

ONLINE = "online"
NODE = "node"
OUTAGE = "outage"
IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Difference:
    """
    ``what`` is ``old`` and pillar says ``new``; None means absent.

    ``verb`` names the orchestration that alone may close the gap, ``""`` if a highstate may.
    ``why`` is the reason, and for what is impossible also the fix.
    """

    what: str
    old: object
    new: object
    kind: str = ONLINE
    verb: str = ""
    why: str = ""

    def __str__(self):
        old, new = ("absent" if value is None else value for value in (self.old, self.new))
        return f"{self.what}: {old} -> {new}" + (f" ({self.why})" if self.why else "")

    @property
    def refused(self):
        """Whether a highstate leaves it alone."""
        return bool(self.verb) or self.kind in (OUTAGE, IMPOSSIBLE)


def compare(prefix, have, want):
    """Return the :class:`Difference` of each key of two dicts; one that is absent is None."""
    return [
        Difference(f"{prefix}:{key}", have.get(key), want.get(key))
        for key in dict.fromkeys([*want, *have])
        if have.get(key) != want.get(key)
    ]


def refusals(gaps):
    """Why a highstate must not touch a node that has ``gaps``, as sentences with the fix."""
    found = []
    for kind, verb in dict.fromkeys((gap.kind, gap.verb) for gap in gaps if gap.refused):
        named = "; ".join(str(gap) for gap in gaps if (gap.kind, gap.verb) == (kind, verb))
        if kind == IMPOSSIBLE:
            found.append(f"{named}. Impossible in a cluster that exists. Fix: set pillar back")
        else:
            cost = "needs the whole cluster down" if kind == OUTAGE else "concerns every node"
            command = commands.orchestrate(verb)
            found.append(f"{named} {cost}. Fix: run {command}, or set pillar back")
    return found
