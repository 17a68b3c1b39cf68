"""
The status of a cluster as data, whose fields docs/status.rst promises to scripts.
"""

import collections

from ocfs2lib import text
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import worst
from ocfs2lib.node import stack
from ocfs2lib.plan.cluster_plan import FORMAT
from ocfs2lib.status import states

#: So many findings of a kind are shown to people, and so many nodes of one; a script has them all.
_OF_A_KIND, _NAMED = 20, 8


def status_data(snapshot, findings, time):
    """
    Return the status of a cluster.

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
    return states.HEALTHY if found in (None, NOTE) else found


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
    own = [each for each in findings if plan.minion in each.nodes]
    row = {
        "name": described.name,
        "number": described.number,
        "address": described.address,
        "state": _state(own),
        "answers": bool(plan.facts),
        "slow": plan.minion in snapshot.slow,
    }
    if not plan.facts:
        return {**row, "cluster": "unknown", "connections": None, "luns": {}}
    facts = snapshot.examinations[plan.minion]
    online = facts["o2cb"]["online"] == snapshot.cluster
    return {
        **row,
        "cluster": states.ONLINE if online else states.OFFLINE,
        "connections": _connections(snapshot, plan.minion, facts),
        "formula": facts["formula"],
        "kernel": facts["host"]["kernel"],
        "platform": facts["host"]["platform"],
        "boot": facts["health"]["boot"],
        "settings": _settings(snapshot.live_cluster(facts)),
        "luns": {
            lun.key: _lun_on_node(snapshot, plan.minion, lun, own) for lun in snapshot.plan.luns
        },
    }


def _settings(live):
    """Return the values of the cluster in a kernel, None if it runs none."""
    return live and {name: live[name] for name in (*stack.CLUSTER_WIDE, *stack.WRITABLE_ONLINE)}


def _connections(snapshot, minion, facts):
    """Return ``{node name: {"state", "quiet_ms"}}`` of the other nodes of the cluster."""
    found = {}
    for peer in snapshot.desired.peers(minion):
        known = facts["health"]["peers"].get(peer.name)
        state = ("up" if known["handshake"] else "refused") if known else "none"
        found[peer.name] = {"state": state, "quiet_ms": known and known["quiet_ms"]}
    return found


def _lun_on_node(snapshot, minion, lun, findings):
    facts = snapshot.examinations[minion]
    seen = facts["luns"][lun.key]
    uuid = seen["volume"]["uuid"] if seen["volume"] else ""
    heartbeat = facts["health"]["volumes"].get(uuid) or {}
    kinds = [each.kind for each in findings if each.lun == lun.key]
    return {
        "state": states.lun_state(kinds) or _state_without_finding(snapshot, minion, lun),
        "device": seen["node"],
        "size": seen["size"],
        "slot": seen["slot"],
        "late_ms": heartbeat.get("late_ms"),
        "limit_ms": heartbeat.get("limit_ms"),
        "paths": snapshot.paths(minion, lun.key),
    }


def _state_without_finding(snapshot, minion, lun):
    if minion in lun.case.mounted:
        return states.MOUNTED
    if snapshot.is_held(minion, lun.key):
        return states.HELD
    if minion not in lun.case.lun.nodes:
        return states.ELSEWHERE
    if lun.action == FORMAT:
        return states.BLANK
    if not lun.volume:
        return states.REFUSED
    return states.UNMOUNTED if lun.case.lun.mount.auto else states.IDLE


def _lun(snapshot, plan):
    described = snapshot.desired.lun(plan.key)
    path = described.mount.path
    own = [facts for _, facts in snapshot.nodes_of(described)]
    spaces = [facts["space"][path] for facts in own if path in facts["space"]]
    volume = plan.volume or {}
    answered = [each for each in snapshot.plan.nodes if each.facts]
    return {
        "device": described.device,
        "wwid": described.wwid,
        "path": path,
        "nodes": list(described.nodes),
        "size": described.size,
        "uuid": volume.get("uuid"),
        "label": volume.get("label"),
        "slots": volume.get("slots"),
        "mounted": len(plan.case.mounted) if own else None,
        "unknown": len(snapshot.plan.nodes) - len(answered),
        "space": spaces[0] if spaces else None,
    }


def connections_up(row):
    """
    Return how many of the connections of a node are up, and of how many.

    row
        The data of a node; of one that did not answer, it is 0 of 0.
    """
    links = (row["connections"] or {}).values()
    return sum(each["state"] == "up" for each in links), len(links)


def with_findings(status):
    """Return ``{(minion id, key of a LUN)}`` that a finding is about which is more than a note."""
    return {
        (minion, each["lun"])
        for each in status["findings"]
        if each["severity"] != NOTE
        for minion in each["nodes"]
    }


def lun_levels(status):
    """Return ``{(minion id, key of a LUN): level}`` for each node that answered."""
    marked = with_findings(status)
    found = {}
    for minion, row in status["nodes"].items():
        for key, cell in row["luns"].items():
            level = states.LUN_STATES[cell["state"]].level
            has_finding = (minion, key) in marked
            found[minion, key] = states.worst([level, states.WARN]) if has_finding else level
    return found


def where(finding):
    """Return what a finding is about, as texts: the first of many nodes, and the LUN."""
    lun = [f"LUN {finding['lun']}"] if finding["lun"] else []
    return text.few(finding["nodes"], _NAMED) + lun


def first_of_each_kind(findings):
    """
    Yield ``(finding, 0)`` of those that people are shown; with the last of a kind, how many more it
    has.

    findings
        The ``findings`` of a status.
    """
    total = collections.Counter(each["kind"] for each in findings)
    seen = collections.Counter()
    for each in findings:
        kind = each["kind"]
        seen[kind] += 1
        if seen[kind] <= _OF_A_KIND:
            yield each, total[kind] - seen[kind] if seen[kind] == _OF_A_KIND else 0
