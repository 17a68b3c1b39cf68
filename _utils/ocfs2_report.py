"""
Plan and status as an operator reads them, and as a script does.
"""

import ocfs2_commands
import ocfs2_fstab
import ocfs2_plan
from ocfs2_commands import ORCHESTRATE
from ocfs2_difference import IMPOSSIBLE
from ocfs2_difference import NODE
from ocfs2_difference import ONLINE
from ocfs2_difference import OUTAGE


def plan_text(plan):
    """The plan of one cluster, as lines: how it is, and then what is to be done, in order."""
    lines = [f"Plan for cluster {plan.desired.cluster.name} ({len(plan.nodes)} nodes)"]
    for words, minions in _same_words(plan.nodes).items():
        lines += [f"  {', '.join(minions)}:", *(f"    {each}" for each in words)]
    for lun in plan.luns:
        lines += [f"  LUN {lun.key}:", f"    {_lun_words(plan, lun)}"]
        lines += [f"    refused: {refusal}" for refusal in lun.refusals]
    return [*lines, *_to_do(plan), "", *_next_words(plan)]


#: In order of execution: what an orchestration is for, and what it costs.
_ORDER = {
    (IMPOSSIBLE, ""): "Impossible; pillar has to be put right:",
    (ONLINE, "remove_node"): "While all goes on, one node leaves, by",
    (ONLINE, ""): "While all goes on, by",
    (NODE, ""): "On these nodes, whose cluster goes down and up while nothing is mounted there, by",
    (ONLINE, "retire_lun"): "While all else goes on, one volume leaves, by",
    (ONLINE, "grow"): "While all goes on, by",
    (OUTAGE, "slots"): "With an OUTAGE of the LUN on every node, by",
    (OUTAGE, "retune"): "With an OUTAGE of the whole cluster, by",
}


def _to_do(plan):
    """The differences by what it takes to close them; what several have in common stands once."""
    for (kind, verb), words in _ORDER.items():
        wheres = {}
        for where, gap in plan.gaps():
            if (gap.kind, gap.verb) == (kind, verb):
                wheres.setdefault(str(gap), []).append(where)
        items = [f"    {', '.join(where)}: {gap}" for gap, where in wheres.items()]
        if (kind, verb) == (IMPOSSIBLE, ""):
            items += [f"    {each}" for each in plan.misnumbered]
        if items:
            by = "" if kind == IMPOSSIBLE else f" {ocfs2_commands.orchestrate(verb)}:"
            yield from ["", f"  {words}{by}", *items]


def _verbs(plan):
    """The orchestrations of their own that close gaps, in order of execution."""
    found = {gap.verb for _, gap in plan.gaps() if gap.kind != IMPOSSIBLE}
    return [verb for _, verb in _ORDER if verb and verb in found]


def _next_words(plan):
    """What becomes of the plan; the orchestration prints it too, before it acts."""
    failures, differences = len(plan.failures()), len(plan.differences())
    others = len([gap for _, gap in plan.gaps() if gap.kind != IMPOSSIBLE and gap.verb])
    words = []
    if failures:
        words.append(f"{failures} refused or missing (above): put that right by hand.")
    if differences > others:
        words.append(f"{differences - others} to do, carried out by {ORCHESTRATE}.")
    if others:
        named = ", ".join(_verbs(plan))
        words.append(f"{others} to do by an orchestration of their own: {named}.")
    return words or ["Nothing to do."]


def _same_words(nodes):
    grouped = {}
    for node in nodes:
        grouped.setdefault(_node_words(node), []).append(node.minion)
    return grouped


def _node_words(node):
    if node.silent:
        return (f"takes no part: {node.silent}",)
    if node.gaps or node.blocked:
        count = f"differs in {len(node.gaps)} things, below" if node.gaps else ""
        return tuple(filter(None, (count, *node.blocked)))
    return ("as described",)


def _lun_words(plan, lun):
    if lun.action == ocfs2_plan.FORMAT:
        desired = plan.desired.lun(lun.key)
        found = "its format was cut short: again" if lun.again else "blank;"
        return (
            f"{found} format it on the leader {lun.leader} (label {desired.label}, "
            f"{desired.slots} slots), then mount it on {desired.mount.path} of every node"
        )
    if lun.action == ocfs2_plan.REFUSE:
        return "not used, not formatted"
    words = f"volume {lun.volume['uuid']}"
    words += f"; mount on {', '.join(lun.mount_on)}" if lun.mount_on else ", mounted"
    return words + (f"; write the fstab line on {', '.join(lun.fstab_on)}" if lun.fstab_on else "")


def status(plan):
    """
    The table of truth as data.

    Returns ``{"nodes", "luns", "failures", "differences", "orchestrations", "healthy"}``; the
    ``orchestrations`` are the verbs that alone may close some of the differences.
    """
    failures, differences = plan.failures(), plan.differences()
    return {
        "nodes": {node.minion: _node_status(plan, node) for node in plan.nodes},
        "luns": {lun.key: _lun_status(plan, lun) for lun in plan.luns},
        "failures": failures,
        "differences": differences,
        "orchestrations": _verbs(plan),
        "healthy": not (failures or differences),
    }


def _node_status(plan, node):
    if not node.facts:
        return {"reachable": False, "reason": node.silent}
    o2cb = node.facts["o2cb"]
    return {
        "reachable": True,
        "fit": not node.silent,
        "module": o2cb["modules"],
        "stack": o2cb["stack"],
        "online": o2cb["online"] == plan.desired.cluster.name,
        "conf": not any(gap.what.startswith("conf") for gap in node.gaps),
        "setup": not (node.gaps or node.blocked),
    }


def _lun_status(plan, lun):
    desired = plan.desired.lun(lun.key)
    mounted = lun.case.mounted
    wrong = {refusal.node for refusal in lun.refusals}
    rows = {}
    for node in plan.nodes:
        facts = node.facts and node.facts["luns"][lun.key]
        rows[node.minion] = {
            "seen": bool(facts) and not facts["error"] and node.minion not in wrong,
            "uuid": facts["volume"]["uuid"] if facts and facts["volume"] else None,
            "mounted": node.minion in mounted,
            "fstab": bool(facts) and ocfs2_fstab.agrees(desired, node.facts["fstab"]),
            "slot": facts["slot"] if facts else None,
        }
    return rows


def status_text(name, data):
    """The table of one cluster, as lines."""
    lines = [f"Cluster {name}: {'as described' if data['healthy'] else 'NOT as described'}"]
    lines += _table(_node_rows(data["nodes"]))
    for key, rows in data["luns"].items():
        lines += ["", f"LUN {key}", *_table(_lun_rows(rows))]
    for title in ("failures", "differences"):
        if data[title]:
            lines += ["", f"{title.capitalize()}:", *(f"  - {each}" for each in data[title])]
    if not data["healthy"]:
        lines += ["", *_status_next(data)]
    return lines


def _status_next(data):
    if data["failures"]:
        yield f"Next: put the failures right, then run {ORCHESTRATE}"
    verbs = data["orchestrations"]
    if data["differences"] and not verbs:
        yield f"Next: {ORCHESTRATE}"
    for verb in verbs:
        yield f"Next: {ocfs2_commands.orchestrate(verb)} (salt-run ocfs2.plan shows why)"


def _node_rows(nodes):
    yield ("node", "reachable", "module", "stack", "online", "conf", "setup")
    for minion, row in nodes.items():
        words = [_word(row.get(name)) for name in ("module", "stack", "online", "conf", "setup")]
        yield (minion, _word(row["reachable"]), *words)


def _lun_rows(rows):
    names = ("seen", "uuid", "mounted", "fstab", "slot")
    yield ("node", *names)
    for minion, row in rows.items():
        yield (minion, *(_word(row[name]) for name in names))


def _word(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return str(value)


def _table(rows):
    rows = [tuple(row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [_line(row, widths) for row in rows]


def _line(row, widths):
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return ("  " + "  ".join(cells)).rstrip()
