"""
How nodes see each other: a level and a word for each connection.
"""

from ocfs2lib.findings.network import QUIET
from ocfs2lib.status import states
from ocfs2lib.status.states import BAD
from ocfs2lib.status.states import DIM
from ocfs2lib.status.states import GOOD
from ocfs2lib.status.states import WARN


def seen_from(status, one, other):
    """Return ``(level, word)``: how one node sees its connection to another."""
    rows = status["nodes"]
    link = (rows[one]["connections"] or {}).get(rows[other]["name"])
    if link is None:
        return DIM, "not known"
    if link["state"] == "up":
        return (WARN, "quiet") if _is_quiet(rows[one], link) else (GOOD, "up")
    # Without a volume that both have mounted, nothing goes over the connection.
    return (BAD if _share_volume(rows[one], rows[other]) else DIM), link["state"]


def _is_quiet(row, link):
    limit = (row.get("settings") or {}).get("idle_timeout_ms")
    return bool(limit) and (link["quiet_ms"] or 0) > QUIET * limit


def _share_volume(one, other):
    return any(
        _is_in_use(cell) and key in other["luns"] and _is_in_use(other["luns"][key])
        for key, cell in one["luns"].items()
    )


def _is_in_use(cell):
    return states.LUN_STATES[cell["state"]].in_use
