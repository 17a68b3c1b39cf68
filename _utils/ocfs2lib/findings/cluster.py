"""
What is wrong with the settings of the cluster: in files, in the kernels, between nodes.
"""

from collections import Counter

from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.commands import RETUNE
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import stack
from ocfs2lib.node.difference import CONF_PARTS
from ocfs2lib.node.difference import Part


def offline(snapshot):
    """Find nodes that can be in the cluster and are not."""
    for plan, facts in snapshot.node_plans():
        running = facts["o2cb"]["stack"]
        if plan.gaps_of("stack-other"):
            yield Finding(
                "stack-other",
                f"its kernel runs the cluster stack {running}, not {stack.STACK}",
                f"stop {running} there by hand and unload its ocfs2 modules, then "
                f"salt {NODES} state.apply ocfs2",
                (plan.minion,),
            )
        elif not _is_online(snapshot, facts) and not plan.held():
            clusters = facts["o2cb"]["clusters"]
            others = ", ".join(name for name in clusters if name != snapshot.cluster)
            what = f"cluster {others} is online there" if others else "the cluster is not online"
            yield Finding(
                "cluster-offline",
                what,
                f"{ORCHESTRATE}; if it fails, journalctl -u o2cb.service on the node",
                (plan.minion,),
            )


def _is_online(snapshot, facts):
    return facts["o2cb"]["online"] == snapshot.cluster and snapshot.live_cluster(facts) is not None


def strangers(snapshot):
    """Find minions that have the cluster's pillar and are none of its nodes."""
    for minion in snapshot.strangers:
        yield Finding(
            "pillar-elsewhere",
            f"{minion} has the pillar of this cluster, and is none of its nodes",
            "add it to nodes, or take the pillar from it in top.sls; name minion ids there, as a "
            "grain is what a minion says of itself",
        )


def node_list(snapshot):
    """Find a cluster.conf that is not as pillar says, and whether the other nodes' are."""
    texts = {node.minion: facts["o2cb"]["conf"]["text"] for node, facts in snapshot.nodes()}
    usual, outliers = _outliers({minion: _content(text) for minion, text in texts.items()})
    for plan, _ in snapshot.node_plans():
        stale = [gap for gap in plan.gaps_of("conf-stale") if gap.part in CONF_PARTS]
        others = [gap for gap in plan.gaps_of("conf-differs") if not _counts_nodes(gap, stale)]
        if stale:
            yield _stale(snapshot, plan.minion, "cluster.conf", stale)
        if others:
            who = _who(plan.minion, usual, outliers, texts)
            yield Finding(
                "conf-differs",
                f"cluster.conf is not as described{who}: {_changes(others)}",
                _command(snapshot, plan),
                (plan.minion,),
            )


def _outliers(values):
    """
    Return ``(usual, {minion id: value})``: what most nodes have, and those that have another.

    values
        ``{minion id: value}``

    Without a majority, ``usual`` is None and all are returned; if all agree, none is.
    """
    if not values:
        return None, {}
    usual, count = Counter(values.values()).most_common(1)[0]
    if count * 2 <= len(values) and len(set(values.values())) > 1:
        return None, dict(values)
    return usual, {key: value for key, value in values.items() if value != usual}


def _command(snapshot, plan):
    """Return what brings files and kernel of a node to what pillar says."""
    verbs = {gap.verb for gap in plan.gaps}
    return _retune(snapshot) if RETUNE in verbs else ORCHESTRATE


def _retune(snapshot):
    return snapshot.command("retune", outage=snapshot.cluster)


def _content(text):
    """Return what two files are compared by: not blanks and order."""
    try:
        return cluster_conf.render(cluster_conf.parse(text)) if text is not None else None
    except cluster_conf.ConfError:
        return text


def _counts_nodes(gap, stale):
    """Tell whether a gap is only that the number of nodes counts those that left."""
    return bool(stale) and gap.part is Part.CONF_CLUSTER


def _who(minion, usual, outliers, texts):
    if minion in outliers and usual is not None:
        others = len(texts) - len(outliers)
        return f" (the odd one out: {others} of {len(texts)} nodes have another)"
    return ""


def _stale(snapshot, minion, place, gaps):
    names = ", ".join(gap.subject for gap in gaps)
    return Finding(
        "conf-stale",
        f"{place} still has {names}, which pillar does not know",
        f"{snapshot.command('remove_node', node='MINION-ID')} with the minion id of {names}",
        (minion,),
    )


def kernel(snapshot):
    """Find kernels that do not run what pillar says."""
    for plan, _ in snapshot.node_plans():
        stale = [gap for gap in plan.gaps_of("conf-stale") if gap.part is Part.LIVE_NODE]
        others = plan.gaps_of("live-differs")
        if stale:
            yield _stale(snapshot, plan.minion, "the kernel", stale)
        if others:
            what = f"the kernel does not run what pillar says: {_changes(others)}"
            fix = _command(snapshot, plan)
            yield Finding("live-differs", what, fix, (plan.minion,))


def settings_file(snapshot):
    """Find settings files that are not as pillar says."""
    for plan, facts in snapshot.node_plans():
        gaps = plan.gaps_of("settings-differ")
        if gaps:
            yield Finding(
                "settings-differ",
                f"{facts['o2cb']['settings']['path']} is not as described: {_changes(gaps)}",
                _command(snapshot, plan),
                (plan.minion,),
            )


def _changes(gaps):
    return ", ".join(f"{gap.name} {_change(gap)}" for gap in gaps)


def _change(gap):
    old, new = ("absent" if value is None else value for value in (gap.old, gap.new))
    return f"is {old}, pillar says {new}"


def timeouts(snapshot):
    """Find values that the nodes compare when they connect, and in which their kernels differ."""
    live = {node.minion: snapshot.live_cluster(facts) for node, facts in snapshot.nodes()}
    for name in stack.CLUSTER_WIDE:
        values = {minion: cluster[name] for minion, cluster in live.items() if cluster}
        usual, outliers = _outliers(values)
        for minion, value in outliers.items():
            most = "the nodes do not agree" if usual is None else f"most nodes have {usual}"
            yield Finding(
                "timeouts-differ",
                f"its kernel has {name} {value}, {most}",
                _retune(snapshot),
                (minion,),
            )


def node_numbers(snapshot):
    """Find node numbers that moved, or were given away."""
    fix = "write the old number for the node, and a number that no host ever had for a new one"
    for each in snapshot.plan.misnumbered:
        yield Finding("renumbered", each, fix)
    for plan, _ in snapshot.node_plans():
        # What file and kernel have in common is one finding.
        for gap in {gap.why: gap for gap in plan.gaps_of("renumbered")}.values():
            yield Finding("renumbered", str(gap), gap.why or fix, (plan.minion,))
