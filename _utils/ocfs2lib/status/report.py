"""
The status of a cluster: as data for scripts, whose shape docs/status.rst promises, and as lines of
at most 80 columns for people.
"""

import math
import textwrap

from ocfs2lib import commands
from ocfs2lib import text as wording
from ocfs2lib.findings import kinds as findings_kinds
from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import worst
from ocfs2lib.node import stack
from ocfs2lib.plan import plan_text
from ocfs2lib.plan.cluster_plan import FORMAT
from ocfs2lib.status import table

HEALTHY = "healthy"
#: The exit code for each state.
RETCODES = {HEALTHY: 0, DEGRADED: 1, BROKEN: 2, UNKNOWN: 2}
_WIDTH = 80
#: Seconds for the next look after one without answers: twice as long, within these limits.
_LEAST_AGAIN, _MOST_AGAIN = 60, 3600

#: The word for a LUN on a node, by what was found there; the first that fits.
_WORDS = {
    "lun-missing": "missing",
    "lun-other": "other",
    "lun-unreadable": "unreadable",
    "volume-hangs": "hangs",
    "evicted": "evicted",
    "volume-failed": "failed",
    "read-only": "read-only",
    "heartbeat-late": "late",
    "recovering": "recovering",
}


def data(snapshot, findings, time):
    """
    The status as data.

    snapshot
        What was seen (:class:`findings.snapshot.Snapshot`).
    findings
        What is wrong with it, worst first.
    time
        When that was, as text.

    Returns ``{"cluster", "state", "time", "seconds", "nodes", "luns", "findings", "failures",
    "differences"}``.
    """
    return {
        "cluster": snapshot.cluster,
        "state": _state(findings),
        "time": time,
        "seconds": round((snapshot.answered_ms - snapshot.asked_ms) / 1000, 1),
        "nodes": {each.minion: _node(snapshot, each, findings) for each in snapshot.plan.nodes},
        "luns": {each.key: _lun(snapshot, each) for each in snapshot.plan.luns},
        "findings": [_finding(each) for each in findings],
        "failures": snapshot.plan.failures(),
        "differences": snapshot.plan.differences(),
    }


def _state(findings):
    found = worst(findings)
    return HEALTHY if found in (None, NOTE) else found


def _finding(finding):
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "nodes": list(finding.nodes),
        "lun": finding.lun or None,
        "what": finding.what,
        "why": finding.why,
        "fix": finding.fix,
    }


def _node(snapshot, plan, findings):
    described = snapshot.desired.node(plan.minion)
    mine = [each for each in findings if plan.minion in each.nodes]
    row = {
        "name": described.name,
        "number": described.number,
        "address": described.address,
        "state": _state(mine),
        "answers": bool(plan.facts),
        "slow": plan.minion in snapshot.slow,
    }
    if not plan.facts:
        return {**row, "cluster": "unknown", "connections": None, "luns": {}}
    facts = snapshot.examinations[plan.minion]
    return {
        **row,
        "cluster": "online" if facts["o2cb"]["online"] == snapshot.cluster else "offline",
        "connections": _connections(snapshot, plan.minion, facts),
        "formula": facts["formula"],
        "kernel": facts["host"]["kernel"],
        "platform": facts["host"]["platform"],
        "boot": facts["health"]["boot"],
        "settings": snapshot.live_cluster(facts) and _settings(snapshot.live_cluster(facts)),
        "luns": {lun.key: _cell(snapshot, plan.minion, lun, mine) for lun in snapshot.plan.luns},
    }


def _settings(live):
    return {name: live[name] for name in (*stack.CLUSTER_WIDE, *stack.WRITABLE_ONLINE)}


def _connections(snapshot, minion, facts):
    """``{node name: {"state", "quiet_ms"}}`` of the other nodes of the cluster."""
    found = {}
    for peer in snapshot.desired.peers(minion):
        known = facts["health"]["peers"].get(peer.name)
        state = ("up" if known["handshake"] else "refused") if known else "none"
        found[peer.name] = {"state": state, "quiet_ms": known and known["quiet_ms"]}
    return found


def _cell(snapshot, minion, lun, findings):
    """One LUN on one node."""
    facts = snapshot.examinations[minion]
    seen = facts["luns"][lun.key]
    pulse = facts["health"]["volumes"].get(seen["volume"]["uuid"] if seen["volume"] else "") or {}
    kinds = [each.kind for each in findings if each.lun == lun.key]
    word = next((word for kind, word in _WORDS.items() if kind in kinds), None)
    return {
        "state": word or _at_rest(snapshot, minion, lun),
        "device": seen["node"],
        "size": seen["size"],
        "slot": seen["slot"],
        "late_ms": pulse.get("late_ms"),
        "limit_ms": pulse.get("limit_ms"),
        "paths": snapshot.paths(minion, lun.key),
    }


def _at_rest(snapshot, minion, lun):
    """The word for a LUN about which nothing more special is to be said."""
    if minion in lun.case.mounted:
        return "mounted"
    if snapshot.is_held(minion, lun.key):
        return "held"
    if lun.action == FORMAT:
        return "blank"
    return "unmounted" if lun.volume else "refused"


def _lun(snapshot, plan):
    described = snapshot.desired.lun(plan.key)
    path = described.mount.path
    rooms = [facts["space"][path] for _, facts in snapshot.nodes() if path in facts["space"]]
    volume = plan.volume or {}
    answered = [each for each in snapshot.plan.nodes if each.facts]
    return {
        "device": described.device,
        "wwid": described.wwid,
        "path": path,
        "size": described.size,
        "uuid": volume.get("uuid"),
        "label": volume.get("label"),
        "slots": volume.get("slots"),
        "mounted": len(plan.case.mounted) if answered else None,
        "unknown": len(snapshot.plan.nodes) - len(answered),
        "space": rooms[0] if rooms else None,
    }


def lines(status):
    """
    The status as lines.

    status
        What :func:`data` returned.
    """
    head = f"Cluster {status['cluster']}: {status['state'].upper()}"
    counts = _counts(status["findings"])
    found = [head + (f" ({counts})" if counts else "")]
    found += ["", *_nodes(status), ""]
    for key, lun in status["luns"].items():
        found += _lun_lines(key, lun)
    found += _last_seen(status)
    for finding in status["findings"]:
        found += ["", *_finding_lines(finding)]
    return found


def _counts(findings):
    severities = [each["severity"] for each in findings]
    return ", ".join(
        f"{severities.count(each)} {each}"
        for each in (BROKEN, UNKNOWN, DEGRADED, NOTE)
        if each in severities
    )


def _nodes(status):
    """Nodes down, LUNs across; more than fit side by side go on below."""
    return table.lines(
        ("node", "cluster", "net", *status["luns"]),
        [_row(status, minion, row) for minion, row in status["nodes"].items()],
        _WIDTH,
        fixed=3,
    )


def _row(status, minion, row):
    if not row["answers"]:
        return (_marked(minion, row), "?", "?", *("?" for _ in status["luns"]))
    links = row["connections"].values()
    up = sum(each["state"] == "up" for each in links)
    concerned = {
        each["lun"]
        for each in status["findings"]
        if minion in each["nodes"] and each["severity"] != NOTE
    }
    cells = [cell["state"] + ("!" if key in concerned else "") for key, cell in row["luns"].items()]
    return (_marked(minion, row), row["cluster"], f"{up}/{len(links)}", *cells)


def _marked(minion, row):
    return minion + ("" if row["state"] == HEALTHY else "!")


def _lun_lines(key, lun):
    words = [f"{key}: {lun['path']}, {table.amount(lun['size'])}"]
    words += _seen_words(lun) if lun["mounted"] is not None else ["? of ? slots", "? free"]
    yield textwrap.shorten(", ".join(words), _WIDTH, placeholder=" ...")
    if lun["uuid"]:
        yield f"  volume {lun['uuid']}"


def _seen_words(lun):
    if lun["slots"]:
        # A node that did not answer may have it mounted as well.
        least = "at least " if lun["unknown"] else ""
        yield f"{least}{lun['mounted']} of {lun['slots']} slots"
    if lun["space"]:
        free, total = lun["space"]["free_bytes"], lun["space"]["bytes"]
        yield f"{free / total:.0%} free" if total else "no room"


def _last_seen(status):
    """What was seen before of what nobody has told now."""
    told = [f"{name}, {when}: {what}" for name, when, what in last_seen(status)]
    if not told:
        return []
    return ["", "Last seen, and old: it may be otherwise by now", *(f"  {each}" for each in told)]


def last_seen(status):
    """``(name, when, what)``, as words, of all that was seen before and is not known now."""
    for minion, row in status["nodes"].items():
        old = row.get("last_seen")
        if old:
            luns = [f"{key} {state}" for key, state in old["luns"].items()]
            what = ", ".join([old["cluster"], f"{old['up']}/{old['of']} connections", *luns])
            yield minion, _ago(old), what
    for key, lun in status["luns"].items():
        old = lun.get("last_seen")
        if old:
            volume = f"volume {old['uuid']}" if old["uuid"] else "no volume"
            nodes = "1 node" if old["mounted"] == 1 else f"{old['mounted']} nodes"
            yield f"LUN {key}", _ago(old), f"{volume}, mounted on {nodes}"


def _ago(old):
    return f"{wording.duration(old['seconds_ago'])} ago ({old['time']})"


def next_lines(status, plan):
    """
    What to do next, as lines: about the nodes that did not answer, and to close the gaps between
    the cluster and pillar.

    status
        What :func:`data` returned.
    plan
        The plan that it was made of.
    """
    words = list(_unanswered(status))
    if plan.differences():
        words += plan_text.difference_words(plan)
    return [""] * bool(words) + words


def _unanswered(status):
    """One sentence: who was waited for, how long, and what to type."""
    silent = _nodes_of(status, "node-silent")
    waited_for = [
        minion for minion in status["nodes"] if minion in silent + _nodes_of(status, "node-slow")
    ]
    if not waited_for:
        return
    first = f"salt {findings_kinds.target(silent)} test.ping, then " if silent else ""
    again = min(max(_LEAST_AGAIN, 2 * math.ceil(status["seconds"])), _MOST_AGAIN)
    yield (
        f"Waited {status['seconds']:.0f} s for {', '.join(waited_for)}, without an answer. "
        f"Next: {first}{commands.status(status['cluster'], again)}"
    )


def _nodes_of(status, kind):
    """The minion ids that findings of a kind are about."""
    return [
        each for found in status["findings"] if found["kind"] == kind for each in found["nodes"]
    ]


def _finding_lines(finding):
    where = [", ".join(finding["nodes"])] if finding["nodes"] else []
    where += [f"LUN {finding['lun']}"] if finding["lun"] else []
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


def changes(before, now):
    """
    What differs between two moments, as lines that begin with ``+`` (new) or ``-`` (gone).

    before, now
        What :func:`data` returned.
    """
    found = []
    for minion, new in now["nodes"].items():
        old = before["nodes"].get(minion)
        if old and _words_of(old) != _words_of(new):
            found.append(f"+ {minion}: {_words_of(new)} (was: {_words_of(old)})")
    old, new = ({_short(each): None for each in status["findings"]} for status in (before, now))
    found += [f"+ {each}" for each in new if each not in old]
    return found + [f"- {each}" for each in old if each not in new]


def _words_of(row):
    if not row["answers"]:
        return "no answer"
    links = row["connections"].values()
    up = [each["state"] == "up" for each in links]
    luns = [f"{key} {cell['state']}" for key, cell in row["luns"].items()]
    return ", ".join([row["cluster"], f"{sum(up)}/{len(up)} connections", *luns])


def _short(finding):
    where = [*finding["nodes"], *([f"LUN {finding['lun']}"] if finding["lun"] else [])]
    return f"{finding['severity'].upper()} {', '.join(where) or 'cluster'}: {finding['what']}"
