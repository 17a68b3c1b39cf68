"""What separates the cluster of one node from pillar: its files, and what runs in the kernel."""

import ocfs2_conf
import ocfs2_settings
from ocfs2_difference import NODE
from ocfs2_difference import ONLINE
from ocfs2_difference import OUTAGE
from ocfs2_difference import Difference
from ocfs2_difference import compare

STACK = "o2cb"

FREE = frozenset(("reconnect_delay_ms", "fence_method"))  # a running cluster takes these
_AGREED = ("heartbeat_mode", "heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms")


def differences(desired, minion, facts):
    """Return every :class:`Difference` of one node: cluster.conf, settings, stack, live cluster.

    desired
        Pillar as ``ocfs2_model.Desired``.

    minion
        Minion id of the node; ValueError if the roster does not know it.

    facts
        What ``o2cb.facts`` returned there.
    """
    node = desired.member(minion)
    return [
        *conf(desired, facts["conf"]["text"]),
        *settings(desired, facts["settings"]["values"]),
        *live(desired, node, facts),
    ]


def conf(desired, text):
    """Return the differences of cluster.conf; ``text`` is None if the file is absent."""
    want = ocfs2_conf.from_desired(desired)
    summary = f"{len(want.nodes)} nodes of cluster {desired.cluster.name}"
    if text is None:
        return [Difference("conf", None, summary, ONLINE)]
    try:
        have = ocfs2_conf.parse(text)
    except ocfs2_conf.ConfError as err:
        return [Difference("conf", f"unreadable ({err})", summary, ONLINE)]
    return conf_differences(have, want)


def conf_differences(have, want):
    """Return the differences of two :class:`ocfs2_conf.Conf`."""
    return compare("conf", _conf_items(have), _conf_items(want))


def settings(desired, values):
    """Return the differences of the settings file; ``values`` is None if it is absent or is
    not made of plain assignments."""
    want = ocfs2_settings.from_desired(desired)
    have = ocfs2_settings.effective(values) if values is not None else {}
    return compare("settings", have, want)


def debconf(desired, answers):
    """Return the differences of the debconf answers ({setting: answer})."""
    return compare("debconf", answers, ocfs2_settings.from_desired(desired))


def live(desired, node, facts):
    """Return the differences of the running kernel on the ``ocfs2_model.Node`` given."""
    found = []
    if facts["stack"] != STACK:
        kind = ONLINE if facts["stack"] is None else OUTAGE
        found.append(Difference("stack", facts["stack"], STACK, kind))
    name = desired.cluster.name
    for other in sorted(set(facts["clusters"]) - {name}):
        busy = _busy(facts["clusters"][other])
        found.append(Difference("live:cluster", other, name, busy))
    cluster = facts["clusters"].get(name)
    if cluster is None:
        if not facts["clusters"]:
            found.append(Difference("live:cluster", None, name, ONLINE))
        return found
    return found + _attributes(desired, cluster) + _nodes(desired, node, cluster)


def _busy(cluster):
    return OUTAGE if cluster["regions"] else NODE


def _attributes(desired, cluster):
    return [
        Difference(f"live:{key}", cluster[key], getattr(desired.cluster, key), kind)
        for keys, kind in ((_AGREED, _busy(cluster)), (sorted(FREE), ONLINE))
        for key in keys
        if cluster[key] != getattr(desired.cluster, key)
    ]


def _nodes(desired, node, cluster):
    found = []
    local = ", ".join(sorted(name for name, live in cluster["nodes"].items() if live["local"]))
    if local != node.name:
        found.append(Difference("live:local", local or None, node.name, _busy(cluster)))
    have = {
        name: _node_text(live["number"], live["address"], live["port"])
        for name, live in cluster["nodes"].items()
    }
    want = {
        each.name: _node_text(each.number, each.address, desired.cluster.port)
        for each in desired.nodes
    }
    for difference in compare("live:node", have, want):
        # A node object takes each attribute once: another value means a new object, which the
        # kernel refuses while the peer is connected.
        changed = None not in (difference.old, difference.new)
        found.append(
            Difference(difference.what, difference.old, difference.new, _busy(cluster))
            if changed
            else difference
        )
    return found


def _conf_items(conf):
    clusters = {
        cluster.name: f"heartbeat_mode {cluster.heartbeat_mode}, node_count {cluster.node_count}"
        + "".join(f", region {region}" for region in cluster.regions)
        for cluster in conf.clusters
    }
    nodes = {
        f"{node.cluster}:{node.name}": _node_text(node.number, node.address, node.port)
        for node in conf.nodes
    }
    return {**clusters, **nodes, **dict.fromkeys(conf.stray, "a node of no cluster")}


def _node_text(number, address, port):
    return f"number {number}, {address}:{port}"
