"""
The status of a cluster as lines of at most 80 columns, for people.
"""

import math
import textwrap

from ocfs2lib import commands
from ocfs2lib import sizes
from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import salt_target
from ocfs2lib.plan import plan_text
from ocfs2lib.status import data
from ocfs2lib.status import last_seen
from ocfs2lib.status import table
from ocfs2lib.status.states import ELSEWHERE
from ocfs2lib.status.states import HEALTHY
from ocfs2lib.status.states import NOT_SEEN

_WIDTH = 80
#: Seconds for the next look after one without answers: twice as long, within these limits.
_LEAST_AGAIN, _MOST_AGAIN = 60, 3600


def status_lines(status):
    """
    Return the status as lines.

    status
        What :func:`status.data.status_data` returned.
    """
    head = f"Cluster {status['cluster']}: {status['state'].upper()}"
    counts = _counts(status["findings"])
    found = [head + (f" ({counts})" if counts else "")]
    found += ["", *_nodes(status), ""]
    for key, lun in status["luns"].items():
        found += _lun(key, lun)
    found += _last_seen(status)
    for finding, more in data.first_of_each_kind(status["findings"]):
        found += ["", *_finding(finding)]
        if more:
            found.append(f"  ... and {more} more {finding['kind']}; --out=json shows all of them")
    return found


def _counts(findings):
    severities = [each["severity"] for each in findings]
    return ", ".join(
        f"{severities.count(each)} {each}"
        for each in (BROKEN, UNKNOWN, DEGRADED, NOTE)
        if each in severities
    )


def _nodes(status):
    """Return nodes down, LUNs across; more than fit side by side go on below."""
    marked = data.with_findings(status)
    return table.lines(
        ("node", "cluster", "net", *status["luns"]),
        [_row(status, minion, row, marked) for minion, row in status["nodes"].items()],
        _WIDTH,
        fixed=3,
    )


def _row(status, minion, row, marked):
    name = minion + ("" if row["state"] == HEALTHY else "!")
    if not row["answers"]:
        luns = (
            NOT_SEEN if minion in lun["nodes"] else ELSEWHERE for lun in status["luns"].values()
        )
        return (name, NOT_SEEN, NOT_SEEN, *luns)
    up, total = data.connections_up(row)
    cells = [
        cell["state"] + ("!" if (minion, key) in marked else "")
        for key, cell in row["luns"].items()
    ]
    return (name, row["cluster"], f"{up}/{total}", *cells)


def _lun(key, lun):
    parts = [f"{key}: {lun['path']}, {sizes.rounded(lun['size'])}"]
    parts += _slots_and_space(lun) if lun["mounted"] is not None else ["? of ? slots", "? free"]
    yield textwrap.shorten(", ".join(parts), _WIDTH, placeholder=" ...")
    if lun["uuid"]:
        yield f"  volume {lun['uuid']}"


def _slots_and_space(lun):
    if lun["slots"]:
        # A node that did not answer may have it mounted as well.
        least = "at least " if lun["unknown"] else ""
        yield f"{least}{lun['mounted']} of {lun['slots']} slots"
    if lun["space"]:
        free, total = lun["space"]["free_bytes"], lun["space"]["bytes"]
        yield f"{free / total:.0%} free" if total else "no room"


def _last_seen(status):
    found = [f"  {name}, {when}: {what}" for name, when, what in last_seen.texts(status)]
    return ["", "Last seen, and old: it may be otherwise by now", *found] if found else []


def _finding(finding):
    where = data.where(finding)
    head = f"{finding['severity'].upper()} {finding['kind']}"
    yield from _wrapped(head + (f" on {', '.join(where)}" if where else ""), "", "  ")
    yield from _wrapped(finding["what"], "  what  ", "        ")
    yield from _wrapped(finding["why"], "  why   ", "        ")
    # Not wrapped: it has to be copied.
    yield f"  fix   {finding['fix']}"


def _wrapped(text, first, others):
    # Names are not broken at their hyphens.
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False
    )


def next_lines(status, plan):
    """
    Return what to do next, as lines: about the nodes that did not answer, and to close the gaps
    between the cluster and pillar.

    status
        What :func:`status.data.status_data` returned.
    plan
        The plan that it was made of.
    """
    found = list(_unanswered(status))
    if plan.differences():
        found += plan_text.what_closes(plan)
    return [""] * bool(found) + found


def _unanswered(status):
    """Yield one sentence: who was waited for, how long, and what to type."""
    silent = _nodes_of(status, "node-silent")
    waited_for = [
        minion for minion in status["nodes"] if minion in silent + _nodes_of(status, "node-slow")
    ]
    if not waited_for:
        return
    first = f"salt {salt_target(silent)} test.ping, then " if silent else ""
    again = min(max(_LEAST_AGAIN, 2 * math.ceil(status["seconds"])), _MOST_AGAIN)
    yield (
        f"Waited {status['seconds']:.0f} s for {', '.join(waited_for)}, without an answer. "
        f"Next: {first}{commands.status(status['cluster'], again)}"
    )


def _nodes_of(status, kind):
    """Return the minion ids that findings of a kind are about."""
    return [
        each for found in status["findings"] if found["kind"] == kind for each in found["nodes"]
    ]
