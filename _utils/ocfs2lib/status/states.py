"""
What a cluster, a node, a LUN on a node can be in a status, and how bad each is.
"""

from dataclasses import dataclass

from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import UNKNOWN

#: How bad it is, from what needs no look to what needs it most.
DIM, GOOD, NOTED, WARN, BAD = LEVELS = ("dim", "good", "noted", "warn", "bad")

HEALTHY = "healthy"
#: The exit code for each state of a cluster.
RETCODES = {HEALTHY: 0, DEGRADED: 1, BROKEN: 2, UNKNOWN: 2}
#: The level of a state or a severity, and of what a node is in its cluster.
STATE_LEVELS = {HEALTHY: GOOD, NOTE: NOTED, DEGRADED: WARN, UNKNOWN: BAD, BROKEN: BAD}
ONLINE, OFFLINE = "online", "offline"
MEMBERSHIP_LEVELS = {ONLINE: GOOD, OFFLINE: BAD}
#: What stands for anything that nobody saw.
NOT_SEEN = "?"


@dataclass(frozen=True)
class LunState:
    """
    What a LUN is on a node.

    ``level`` is how bad that is, ``finding`` the kind of the finding that says so, if it takes one,
    ``in_use`` whether the kernel of the node has the volume mounted.
    """

    name: str
    level: str
    finding: str = ""
    in_use: bool = False


MOUNTED, HELD, BLANK, UNMOUNTED, REFUSED = "mounted", "held", "blank", "unmounted", "refused"
#: Not mounted, and pillar leaves that to the operator; and of a node that is not to have the LUN.
IDLE, ELSEWHERE = "idle", "elsewhere"
#: Of several that a LUN is at once, the first is shown.
_LUN_STATES = (
    LunState("missing", BAD, "lun-missing"),
    LunState("other", BAD, "lun-other"),
    LunState("unreadable", BAD, "lun-unreadable"),
    LunState("hangs", BAD, "volume-hangs", in_use=True),
    LunState("evicted", BAD, "evicted", in_use=True),
    LunState("failed", BAD, "volume-failed", in_use=True),
    LunState("read-only", WARN, "read-only", in_use=True),
    LunState("late", WARN, "heartbeat-late", in_use=True),
    LunState("recovering", WARN, "recovering", in_use=True),
    LunState(MOUNTED, GOOD, in_use=True),
    LunState(HELD, WARN),
    LunState(BLANK, WARN),
    LunState(UNMOUNTED, BAD),
    LunState(REFUSED, BAD),
    LunState(IDLE, DIM),
    LunState(ELSEWHERE, DIM),
)
#: By their names.
LUN_STATES = {each.name: each for each in _LUN_STATES}


def lun_state(kinds):
    """Return what a LUN is by the kinds of the findings about it; None if none of them says."""
    return next((each.name for each in _LUN_STATES if each.finding in kinds), None)


def worst(levels):
    """Return the level that needs a look most."""
    return max(levels, key=LEVELS.index, default=DIM)
