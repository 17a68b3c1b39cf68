"""What separates the cluster of one node from pillar: its files, and what runs in the kernel."""

from dataclasses import replace
from types import SimpleNamespace

from ocfs2lib import heartbeat
from ocfs2lib.commands import REMOVE_NODE
from ocfs2lib.commands import RETUNE
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import NODE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import changed
from ocfs2lib.node.difference import compare

STACK = "o2cb"
#: The values that a running cluster takes at any time, each node for itself.
WRITABLE_ONLINE = ("fence_method", "reconnect_delay_ms")
#: The values that the nodes compare when they connect.
CLUSTER_WIDE = ("heartbeat_mode", "heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms")


def differences(desired, minion, facts):
    """Return every :class:`Difference` of one node: cluster.conf, settings, stack, live cluster.

    desired
        Pillar as ``pillar.desired.Desired``.

    minion
        Minion id of the node; NotInRoster if the roster does not know it.

    facts
        What ``o2cb.facts`` returned there.
    """
    node = desired.member(minion)
    return [
        *conf_differences(desired, facts["conf"]["text"]),
        *settings_differences(desired, facts["settings"]["values"]),
        *kernel_differences(desired, node, facts),
    ]


def conf_differences(desired, text):
    """Return the differences of cluster.conf; ``text`` is None if the file is absent."""
    want = cluster_conf.from_desired(desired)
    summary = f"{len(want.nodes)} nodes of cluster {desired.cluster.name}"
    if text is None:
        return [Difference(Part.CONF, None, None, summary)]
    try:
        have = cluster_conf.parse(text)
    except cluster_conf.ConfError as err:
        return [Difference(Part.CONF, None, f"unreadable ({err})", summary)]
    known = {node.name: node for node in have.nodes if node.cluster == desired.cluster.name}
    impossible = {
        (Part.CONF_NODE, desired.cluster.name, name): why
        for name, why in _renumbered(desired, known)
    }
    return [
        replace(gap, kind=IMPOSSIBLE, why=impossible[gap.thing]) if gap.thing in impossible else gap
        for gap in compare_confs(have, want)
    ]


def compare_confs(have, want):
    """Return the differences of two :class:`node.cluster_conf.Conf`."""
    return [
        Difference(part, subject, old, new, cluster=cluster)
        for (part, cluster, subject), old, new in changed(_conf_things(have), _conf_things(want))
    ]


def _renumbered(desired, known):
    """Yield ``(name, why)`` of each node of pillar with another number, or with that of another.

    known
        ``{node name: node}`` of cluster.conf or the kernel; each has ``number`` and ``address``.
    """
    names = {node.name: node for node in desired.nodes}
    numbers = {node.number: node for node in desired.nodes}
    for name, node in known.items():
        same_name, same_number = names.get(name), numbers.get(node.number)
        if same_name and same_name.number != node.number:
            yield name, f"a node number is for ever: write number: {node.number} for {name}"
        elif same_number and same_number.name != name and same_number.address != node.address:
            yield (
                same_number.name,
                f"number {node.number} is that of {name}: write a number for {same_number.name} "
                "that no host ever had",
            )


def settings_differences(desired, values):
    """Return the differences of the settings file; ``values`` is None if it is absent or is
    not made of plain assignments."""
    want = o2cb_settings.from_desired(desired)
    have = o2cb_settings.effective(values) if values is not None else {}
    return compare(Part.SETTING, have, want)


def debconf_differences(desired, answers):
    """Return the differences of the debconf answers ({setting: answer})."""
    return compare(Part.DEBCONF, answers, o2cb_settings.from_desired(desired))


def kernel_differences(desired, node, facts):
    """Return the differences of the running kernel on a ``pillar.sections.nodes_keys.Node``."""
    found = []
    if facts["stack"] != STACK:
        found.append(_stack(facts["stack"]))
    name = desired.cluster.name
    for other in sorted(set(facts["clusters"]) - {name}):
        found.append(_at_rest(Part.LIVE_CLUSTER, None, other, name, facts["clusters"][other]))
    cluster = facts["clusters"].get(name)
    if cluster is None:
        if not facts["clusters"]:
            found.append(Difference(Part.LIVE_CLUSTER, None, None, name))
        return found
    return found + _attributes(desired, cluster) + _nodes(desired, node, cluster)


def _stack(loaded):
    if loaded is None:
        return Difference(Part.STACK, None, None, STACK)
    why = f"stop {loaded} on this node by hand, and unload its ocfs2 modules"
    return Difference(Part.STACK, None, loaded, STACK, IMPOSSIBLE, why=why)


def _at_rest(part, subject, old, new, cluster):
    """Return a difference that can only be closed while nothing is mounted."""
    kind = OUTAGE if heartbeat.is_in_use(cluster) else NODE
    return Difference(part, subject, old, new, kind, RETUNE if kind == OUTAGE else "")


def _attributes(desired, cluster):
    wanted = desired.cluster
    return [
        *(
            _at_rest(Part.LIVE_VALUE, key, cluster[key], getattr(wanted, key), cluster)
            for key in CLUSTER_WIDE
            if cluster[key] != getattr(wanted, key)
        ),
        *(
            Difference(Part.LIVE_VALUE, key, cluster[key], getattr(wanted, key))
            for key in WRITABLE_ONLINE
            if cluster[key] != getattr(wanted, key)
        ),
    ]


def _nodes(desired, node, cluster):
    found = []
    local = ", ".join(sorted(name for name, live in cluster["nodes"].items() if live["local"]))
    if local != node.name:
        found.append(_at_rest(Part.LIVE_LOCAL, None, local or None, node.name, cluster))
    known = {name: SimpleNamespace(**live) for name, live in cluster["nodes"].items()}
    have = {name: _node_text(each.number, each.address, each.port) for name, each in known.items()}
    want = {
        each.name: _node_text(each.number, each.address, desired.cluster.port)
        for each in desired.nodes
    }
    gaps = compare(Part.LIVE_NODE, have, want)
    return found + [_with_cost(desired, gap, known, cluster) for gap in gaps]


def _with_cost(desired, gap, known, cluster):
    """Return the difference of one node entry, with what it takes to close it."""
    name = gap.subject
    wanted = {node.name: node.number for node in desired.nodes}
    impossible = dict(_renumbered(desired, known))
    if name in impossible:
        return replace(gap, kind=IMPOSSIBLE, why=impossible[name])
    if gap.new is None and known[name].number not in wanted.values():
        return replace(gap, verb=REMOVE_NODE)
    if gap.old is None and wanted[name] not in {each.number for each in known.values()}:
        return gap
    # A node object takes each attribute once: another value, or another name, means a new object,
    # which the kernel refuses while the peer is connected.
    return _at_rest(gap.part, name, gap.old, gap.new, cluster)


def _conf_things(conf):
    """Return ``{(part, cluster, subject): text}`` of all that a cluster.conf holds."""
    clusters = {
        (Part.CONF_CLUSTER, "", cluster.name): _cluster_text(cluster) for cluster in conf.clusters
    }
    nodes = {
        (Part.CONF_NODE, node.cluster, node.name): _node_text(node.number, node.address, node.port)
        for node in conf.nodes
    }
    strays = {(Part.CONF_STRAY, "", name): "a node of no cluster" for name in conf.stray}
    return {**clusters, **nodes, **strays}


def _cluster_text(cluster):
    regions = "".join(f", region {region}" for region in cluster.regions)
    return f"heartbeat_mode {cluster.heartbeat_mode}, node_count {cluster.node_count}{regions}"


def _node_text(number, address, port):
    return f"number {number}, {address}:{port}"
