"""
A plan as an operator reads it, and as a script does.
"""

from ocfs2lib import commands
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import NODE
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.plan.cluster_plan import FORMAT
from ocfs2lib.plan.cluster_plan import REFUSE
from ocfs2lib.plan.cluster_plan import WAIT


def lines(plan):
    """Return the plan of one cluster, as lines: how it is, then what is to be done, in order."""
    found = [f"Plan for cluster {plan.desired.cluster.name} ({len(plan.nodes)} nodes)"]
    for texts, minions in _by_lines(plan.nodes).items():
        found += [f"  {', '.join(minions)}:", *(f"    {each}" for each in texts)]
    for lun in plan.luns:
        found += [f"  LUN {lun.key}:", f"    {_lun_line(plan, lun)}"]
        found += [f"    refused: {refusal}" for refusal in lun.lasting]
    return [*found, *_to_do(plan), "", *next_steps(plan)]


#: In order of execution: what an orchestration is for, and what it costs.
_ORDER = {
    (IMPOSSIBLE, ""): "Impossible; pillar has to be put right:",
    (ONLINE, commands.REMOVE_NODE): "While all goes on, one node leaves, by",
    (ONLINE, ""): "While all goes on, by",
    (NODE, ""): "On these nodes, whose cluster goes down and up while nothing is mounted there, by",
    (ONLINE, commands.RETIRE_LUN): "While all else goes on, one volume leaves, by",
    (ONLINE, commands.GROW): "While all goes on, by",
    (OUTAGE, commands.SLOTS): "With an OUTAGE of the LUN on every node, by",
    (OUTAGE, commands.RETUNE): "With an OUTAGE of the whole cluster, by",
}


def _to_do(plan):
    """Yield the differences by what it takes to close them; what several share stands once."""
    for (kind, verb), words in _ORDER.items():
        wheres = {}
        for where, gap in plan.gaps():
            if (gap.kind, gap.verb) == (kind, verb):
                wheres.setdefault(str(gap), []).append(where)
        items = [f"    {', '.join(where)}: {gap}" for gap, where in wheres.items()]
        if (kind, verb) == (IMPOSSIBLE, ""):
            items += [f"    {each}" for each in plan.misnumbered]
        if items:
            by = "" if kind == IMPOSSIBLE else f" {commands.orchestrate(verb)}:"
            yield from ["", f"  {words}{by}", *items]


def _verbs(plan):
    """Return the orchestrations of their own that close gaps, in order of execution."""
    found = {gap.verb for _, gap in plan.gaps() if gap.kind != IMPOSSIBLE}
    return [verb for _, verb in _ORDER if verb and verb in found]


def next_steps(plan):
    """Return what becomes of the plan, as sentences."""
    failures = len(plan.failures())
    words = [f"{failures} refused or missing (above): put that right by hand."] * bool(failures)
    words += what_closes(plan)
    return words or ["Nothing to do."]


def what_closes(plan):
    """Return how many differences there are and what closes them, as sentences."""
    differences = len(plan.differences())
    others = len([gap for _, gap in plan.gaps() if gap.kind != IMPOSSIBLE and gap.verb])
    words = []
    if differences > others:
        words.append(f"{differences - others} to do, carried out by {ORCHESTRATE}.")
    if others:
        named = ", ".join(_verbs(plan))
        words.append(f"{others} to do by an orchestration of their own: {named}.")
    return words


def _by_lines(nodes):
    grouped = {}
    for node in nodes:
        grouped.setdefault(_node_lines(node), []).append(node.minion)
    return grouped


def _node_lines(node):
    if node.silence:
        return (f"takes no part: {node.silence}",)
    if node.gaps or node.blocked:
        count = f"differs in {len(node.gaps)} things, below" if node.gaps else ""
        return tuple(filter(None, (count, *map(str, node.blocked))))
    return ("as described",)


def _lun_line(plan, lun):
    if lun.action == FORMAT:
        desired = plan.desired.lun(lun.key)
        found = "its format was cut short: again" if lun.again else "blank;"
        return (
            f"{found} format it on the leader {lun.leader} (label {desired.label}, "
            f"{desired.slots} slots), then {_mounting(plan, desired)}"
        )
    if lun.action == REFUSE:
        return "not used, not formatted"
    awaited = f"comes to {', '.join(lun.awaited_on)} with what is set up there under san"
    if lun.action == WAIT:
        return f"{awaited}; what becomes of it is decided then"
    words = f"{awaited}; " if lun.awaited_on else ""
    words += f"volume {lun.volume['uuid']}" + _mounted(plan.desired.lun(lun.key), lun)
    return words + (f"; write the fstab line on {', '.join(lun.fstab_on)}" if lun.fstab_on else "")


def _mounting(plan, desired):
    """Return what follows a format, as text."""
    path = desired.mount.path
    if not desired.mount.auto:
        return f"leave it to you to mount it on {path}"
    everywhere = len(desired.nodes) == len(plan.desired.nodes)
    return f"mount it on {path} of " + ("every node" if everywhere else ", ".join(desired.nodes))


def _mounted(desired, lun):
    if lun.mount_on:
        return f"; mount on {', '.join(lun.mount_on)}"
    if desired.mount.auto:
        return ", mounted"
    mounted = ", ".join(sorted(lun.case.mounted)) or "no node"
    return f", mounted by hand (mount:auto is false) on {mounted}"


def data(plan):
    """
    Return the plan as data.

    That is ``{"nodes", "luns", "failures", "differences", "orchestrations"}``: for each node
    ``reachable`` and the ``reason`` why it takes no part (``""``: it does), for each LUN what
    becomes of it (``format``, ``use``, ``refuse``, ``wait``), and the verbs that alone may close
    some differences.
    """
    return {
        "nodes": {
            node.minion: {"reachable": bool(node.facts), "reason": str(node.silence)}
            for node in plan.nodes
        },
        "luns": {lun.key: lun.action for lun in plan.luns},
        "failures": plan.failures(),
        "differences": plan.differences(),
        "orchestrations": _verbs(plan),
    }
