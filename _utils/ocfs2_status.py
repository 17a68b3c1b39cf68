"""
The status of a cluster: as data for scripts, whose shape docs/status.rst promises, and as lines of
at most 80 columns for people.
"""

import textwrap

import ocfs2_live
import ocfs2_plan
import ocfs2_sight
import ocfs2_table
from ocfs2_finding import BROKEN
from ocfs2_finding import DEGRADED
from ocfs2_finding import NOTE
from ocfs2_finding import UNKNOWN
from ocfs2_finding import worst

HEALTHY = "healthy"
#: The exit code for each state.
RETCODES = {HEALTHY: 0, DEGRADED: 1, BROKEN: 2, UNKNOWN: 2}
_WIDTH = 80

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


def data(sight, findings, time):
    """
    The status as data.

    sight
        What was seen (:class:`ocfs2_sight.Sight`).
    findings
        What is wrong with it, worst first.
    time
        When that was, as text.

    Returns ``{"cluster", "state", "time", "seconds", "nodes", "luns", "findings", "failures",
    "differences"}``.
    """
    return {
        "cluster": sight.cluster,
        "state": _state(findings),
        "time": time,
        "seconds": round((sight.heard_ms - sight.asked_ms) / 1000, 1),
        "nodes": {each.minion: _node(sight, each, findings) for each in sight.plan.nodes},
        "luns": {each.key: _lun(sight, each) for each in sight.plan.luns},
        "findings": [_finding(each) for each in findings],
        "failures": sight.plan.failures(),
        "differences": sight.plan.differences(),
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


def _node(sight, plan, findings):
    described = sight.desired.node(plan.minion)
    mine = [each for each in findings if plan.minion in each.nodes]
    row = {
        "name": described.name,
        "number": described.number,
        "address": described.address,
        "state": _state(mine),
        "answers": bool(plan.facts),
    }
    if not plan.facts:
        return {**row, "cluster": "unknown", "connections": None, "luns": {}}
    facts = sight.seen[plan.minion]
    return {
        **row,
        "cluster": "online" if facts["o2cb"]["online"] == sight.cluster else "offline",
        "connections": _connections(sight, plan.minion, facts),
        "formula": facts["formula"],
        "kernel": facts["host"]["kernel"],
        "platform": facts["host"]["platform"],
        "boot": facts["vitals"]["boot"],
        "settings": sight.live(facts) and _settings(sight.live(facts)),
        "luns": {lun.key: _cell(sight, plan.minion, lun, mine) for lun in sight.plan.luns},
    }


def _settings(live):
    return {name: live[name] for name in (*ocfs2_live.AGREED, *sorted(ocfs2_live.FREE))}


def _connections(sight, minion, facts):
    """``{node name: {"state", "quiet_ms"}}`` of the other nodes of the cluster."""
    found = {}
    for peer in sight.desired.peers(minion):
        known = facts["vitals"]["peers"].get(peer.name)
        state = ("up" if known["handshake"] else "refused") if known else "none"
        found[peer.name] = {"state": state, "quiet_ms": known and known["quiet_ms"]}
    return found


def _cell(sight, minion, lun, findings):
    """One LUN on one node."""
    facts = sight.seen[minion]
    seen = facts["luns"][lun.key]
    pulse = facts["vitals"]["volumes"].get(seen["volume"]["uuid"] if seen["volume"] else "") or {}
    kinds = [each.kind for each in findings if each.lun == lun.key]
    word = next((word for kind, word in _WORDS.items() if kind in kinds), None)
    return {
        "state": word or _at_rest(sight, minion, lun),
        "device": seen["node"],
        "size": seen["size"],
        "slot": seen["slot"],
        "late_ms": pulse.get("late_ms"),
        "limit_ms": pulse.get("limit_ms"),
        "paths": ocfs2_sight.paths(facts, lun.key),
    }


def _at_rest(sight, minion, lun):
    """The word for a LUN about which nothing more special is to be said."""
    holds = sight.seen[minion]["holds"]
    if minion in lun.case.mounted:
        return "mounted"
    if holds["cluster"] or lun.key in holds["luns"]:
        return "held"
    if lun.action == ocfs2_plan.FORMAT:
        return "blank"
    return "unmounted" if lun.volume else "refused"


def _lun(sight, plan):
    described = sight.desired.lun(plan.key)
    path = described.mount.path
    rooms = [facts["space"][path] for _, facts in sight.nodes() if path in facts["space"]]
    volume = plan.volume or {}
    return {
        "device": described.device,
        "wwid": described.wwid,
        "path": path,
        "size": described.size,
        "uuid": volume.get("uuid"),
        "label": volume.get("label"),
        "slots": volume.get("slots"),
        "mounted": len(plan.case.mounted),
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
    return ocfs2_table.lines(
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
    words = [f"{key}: {lun['path']}, {ocfs2_table.amount(lun['size'])}"]
    if lun["slots"]:
        words.append(f"{lun['mounted']} of {lun['slots']} slots")
    if lun["space"]:
        free, total = lun["space"]["free_bytes"], lun["space"]["bytes"]
        words.append(f"{free / total:.0%} free" if total else "no room")
    yield textwrap.shorten(", ".join(words), _WIDTH, placeholder=" ...")
    if lun["uuid"]:
        yield f"  volume {lun['uuid']}"


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
    links = row["connections"] or {}
    up = [each["state"] == "up" for each in links.values()]
    luns = [f"{key} {cell['state']}" for key, cell in row["luns"].items()]
    return ", ".join([row["cluster"], f"{sum(up)}/{len(up)} connections", *luns])


def _short(finding):
    where = [*finding["nodes"], *([f"LUN {finding['lun']}"] if finding["lun"] else [])]
    return f"{finding['severity'].upper()} {', '.join(where) or 'cluster'}: {finding['what']}"
