"""
What is wrong with the settings of the cluster: in files, in the kernels, between nodes.
"""

import math
from collections import Counter

from ocfs2lib import commands
from ocfs2lib import heartbeat
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import stack as node_stack
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import REMOVE
from ocfs2lib.node.difference import RETUNE
from ocfs2lib.node.difference import Part
from ocfs2lib.parsers import multipath as parsers_multipath

#: A path that works is checked ever less often, down to one check in so many intervals.
_SLOWEST = 4


def offline(snapshot):
    """Nodes that can be in the cluster and are not."""
    for plan, facts in snapshot.node_plans():
        stack = facts["o2cb"]["stack"]
        if stack not in (None, node_stack.STACK):
            yield Finding(
                "stack-other",
                f"its kernel runs the cluster stack {stack}, not {node_stack.STACK}",
                f"stop {stack} there by hand and unload its ocfs2 modules, then "
                f"salt {NODES} state.apply ocfs2",
                (plan.minion,),
            )
        elif not _is_online(snapshot, facts) and not plan.held():
            others = ", ".join(
                name for name in facts["o2cb"]["clusters"] if name != snapshot.cluster
            )
            what = f"cluster {others} is online there" if others else "the cluster is not online"
            yield Finding(
                "cluster-offline",
                what,
                f"{ORCHESTRATE}; if it fails, journalctl -u o2cb.service on the node",
                (plan.minion,),
            )


def _is_online(snapshot, facts):
    return facts["o2cb"]["online"] == snapshot.cluster and snapshot.live_cluster(facts) is not None


def conf(snapshot):
    """cluster.conf, held against pillar and against the other nodes'."""
    texts = {node.minion: facts["o2cb"]["conf"]["text"] for node, facts in snapshot.nodes()}
    usual, strange = _outliers({minion: _content(text) for minion, text in texts.items()})
    for plan, facts in snapshot.node_plans():
        gaps = node_stack.conf(snapshot.desired, facts["o2cb"]["conf"]["text"])
        gaps = [gap for gap in gaps if gap.kind != IMPOSSIBLE]
        stale = [gap for gap in gaps if gap.new is None]
        others = [gap for gap in gaps if gap not in stale and not _counts_nodes(gap, stale)]
        if stale:
            names = ", ".join(gap.subject for gap in stale)
            yield _stale(snapshot, plan.minion, f"cluster.conf still has {names}", names)
        if others:
            who = _who(plan.minion, usual, strange, texts)
            yield Finding(
                "conf-differs",
                f"cluster.conf is not as described{who}: {_said(others)}",
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
    """What brings files and kernel of a node to what pillar says."""
    verbs = {gap.verb for gap in plan.gaps}
    return _retune(snapshot) if RETUNE in verbs else ORCHESTRATE


def _retune(snapshot):
    return commands.orchestrate("retune", cluster=snapshot.cluster, outage=snapshot.cluster)


def _content(text):
    """What two files are compared by: not blanks and order."""
    try:
        return cluster_conf.render(cluster_conf.parse(text)) if text is not None else None
    except cluster_conf.ConfError:
        return text


def _counts_nodes(gap, stale):
    """Whether a gap is only that the number of nodes counts those that left."""
    return bool(stale) and gap.part is Part.CONF_CLUSTER


def _who(minion, usual, strange, texts):
    if minion in strange and usual is not None:
        others = len(texts) - len(strange)
        return f" (the odd one out: {others} of {len(texts)} nodes have another)"
    return ""


def _stale(snapshot, minion, what, names):
    return Finding(
        "conf-stale",
        f"{what}, which pillar does not know",
        f"{commands.orchestrate('remove_node', cluster=snapshot.cluster, node='MINION-ID')} "
        f"with the minion id of {names}",
        (minion,),
    )


def kernel(snapshot):
    """What the kernels run, held against pillar."""
    for plan, facts in snapshot.node_plans():
        node = snapshot.desired.node(plan.minion)
        gaps = [
            gap
            for gap in node_stack.live(snapshot.desired, node, facts["o2cb"])
            if gap.part not in (Part.STACK, Part.LIVE_CLUSTER) and gap.kind != IMPOSSIBLE
        ]
        stale = [gap for gap in gaps if gap.verb == REMOVE]
        others = [gap for gap in gaps if gap not in stale]
        if stale:
            names = ", ".join(gap.subject for gap in stale)
            yield _stale(snapshot, plan.minion, f"the kernel still has {names}", names)
        if others:
            what = f"the kernel does not run what pillar says: {_said(others)}"
            fix = _command(snapshot, plan)
            yield Finding("live-differs", what, fix, (plan.minion,))


def settings(snapshot):
    """The settings file, held against pillar."""
    for plan, facts in snapshot.node_plans():
        gaps = node_stack.settings(snapshot.desired, facts["o2cb"]["settings"]["values"])
        if gaps:
            yield Finding(
                "settings-differ",
                f"{facts['o2cb']['settings']['path']} is not as described: {_said(gaps)}",
                _command(snapshot, plan),
                (plan.minion,),
            )


def _said(gaps):
    return ", ".join(f"{gap.name} {_change(gap)}" for gap in gaps)


def _change(gap):
    old, new = ("absent" if value is None else value for value in (gap.old, gap.new))
    return f"is {old}, pillar says {new}"


def timeouts(snapshot):
    """Values that the nodes compare when they connect, and in which their kernels differ."""
    live = {
        node.minion: snapshot.live_cluster(facts)
        for node, facts in snapshot.nodes()
        if snapshot.live_cluster(facts)
    }
    for name in node_stack.CLUSTER_WIDE:
        values = {minion: cluster[name] for minion, cluster in live.items()}
        usual, strange = _outliers(values)
        for minion, value in strange.items():
            most = "the nodes do not agree" if usual is None else f"most nodes have {usual}"
            yield Finding(
                "timeouts-differ",
                f"its kernel has {name} {value}, {most}",
                _retune(snapshot),
                (minion,),
            )


def renumbered(snapshot):
    """Node numbers that moved, or were given away."""
    fix = "write the old number for the node, and a number that no host ever had for a new one"
    for each in snapshot.plan.misnumbered:
        yield Finding("renumbered", each, fix)
    for plan, _ in snapshot.node_plans():
        gaps = [gap for gap in plan.gaps if gap.finding == "renumbered"]
        # What file and kernel have in common is said once.
        for gap in {gap.why: gap for gap in gaps}.values():
            yield Finding("renumbered", str(gap), gap.why or fix, (plan.minion,))


def threshold(snapshot):
    """Multipath that waits longer for a path than a node may be without a heartbeat."""
    beats = snapshot.desired.cluster.heartbeat_threshold
    limit = heartbeat.write_limit(beats)
    for node, facts in snapshot.nodes():
        multipath = facts["multipath"]
        for lun in snapshot.desired.luns:
            found = multipath and multipath["maps"].get(lun.wwid.lower())
            if not found:
                continue
            interval = multipath["polling_interval"]
            waits = parsers_multipath.patience(found["queueing"], interval)
            if not waits:
                continue
            # Without the interval, what is left of the waiting is all that is known.
            margin = _SLOWEST * (interval or 0)
            if waits == math.inf:
                yield _endless(node, lun, beats, interval)
            elif waits + margin >= limit:
                sum_ = _sum(found["queueing"], interval, waits)
                yield _short(snapshot, node, lun, sum_, waits, margin)


def _endless(node, lun, beats, interval):
    checks = max(1, (heartbeat.write_limit(beats) - 1) // (interval or 5) - _SLOWEST)
    return Finding(
        "threshold-low",
        f"multipath keeps I/O waiting for ever when {lun.device} has no path; after "
        f"{heartbeat.write_limit_sum(beats)} the node fences itself all the same",
        f"no_path_retry {checks} in multipath.conf: an error in time lets the volume say so",
        (node.minion,),
        lun.key,
    )


def _sum(queueing, interval, waits):
    """How long I/O waits, with the arithmetic."""
    count, _, unit = queueing.partition(" ")
    return f"{count} checks x {interval} s = {waits} s" if unit == "chk" else f"{waits} s more"


def _short(snapshot, node, lun, sum_, waits, margin):
    beats = snapshot.desired.cluster.heartbeat_threshold
    needed = math.floor((waits + margin) / heartbeat.BEAT) + 2
    return Finding(
        "threshold-low",
        f"multipath waits {sum_} for a path of {lun.device}, and sees up to {_SLOWEST} intervals = "
        f"{margin} s late that one is back; the node fences itself after "
        f"{heartbeat.write_limit_sum(beats)}",
        f"write heartbeat_threshold: {needed} under cluster, which is "
        f"{heartbeat.write_limit_sum(needed)}, then {_retune(snapshot)}",
        (node.minion,),
        lun.key,
    )


CHECKS = (offline, conf, kernel, settings, timeouts, renumbered, threshold)
