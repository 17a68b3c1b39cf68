"""
What is wrong between nodes: connections, and the firewall.
"""

import itertools

from ocfs2lib.findings.kinds import Finding

#: The part of its limit after which a connection on which nothing comes is worth a finding.
QUIET = 0.5


def missing_connections(snapshot):
    """Find pairs of nodes that share a volume and have no connection."""
    plans = {plan.minion: plan for plan in snapshot.plan.nodes}
    for one, other in itertools.combinations(snapshot.nodes(), 2):
        if _share_volume(one, other):
            first, second = _is_connected(one, other), _is_connected(other, one)
            if not (first and second):
                yield _missing(snapshot, plans, one, other, first, second)


def _share_volume(one, other):
    return bool(one[1]["health"]["volumes"].keys() & other[1]["health"]["volumes"].keys())


def _is_connected(one, other):
    """Tell whether the kernel of one node has a connection to the other that both agreed on."""
    peer = one[1]["health"]["peers"].get(other[0].name)
    return bool(peer and peer["handshake"])


def _missing(snapshot, plans, one, other, first, second):
    # The one with the higher number connects to the one with the lower (o2net_start_connect).
    server, client = sorted((one, other), key=lambda each: each[0].number)
    port = snapshot.desired.cluster.port
    if first != second:
        sees, not_ = (one, other) if first else (other, one)
        what = f"{sees[0].name} believes to be connected to {not_[0].name}, which has no connection"
    else:
        what = f"{client[0].name} has no connection to {server[0].name}"
    causes = list(_causes(snapshot, server, client))
    return Finding(
        "connection-missing",
        f"{what} ({client[0].name} connects to {server[0].address}:{port})"
        + (f"; {'; '.join(causes)}" if causes else ""),
        _remedy(snapshot, plans, server, client, causes),
        (client[0].minion, server[0].minion),
    )


def _causes(snapshot, server, client):
    """Yield what can be seen that keeps a node from connecting to another."""
    for node, facts in (server, client):
        for chain in facts["setup"]["firewall"]["blocking"]:
            yield f"chain {' '.join(chain)} on {node.name} drops the port"
        if node.address not in facts["host"]["addresses"]:
            yield f"{node.address} is on no interface of {node.name}"
    for (node, facts), (peer, _) in ((server, client), (client, server)):
        cluster = snapshot.live_cluster(facts)
        known = cluster and cluster["nodes"].get(peer.name)
        if cluster and not known:
            yield f"{node.name} does not know {peer.name}"
        elif known and known["address"] != peer.address:
            yield f"{node.name} takes {known['address']} for {peer.name}"


def _remedy(snapshot, plans, server, client, causes):
    minions = (server[0].minion, client[0].minion)
    for minion in minions:
        for blocked in plans[minion].blocked_of("port-blocked"):
            return f"{blocked.fix} on {minion}"
    if causes:
        return "salt-run ocfs2.plan, which shows how to put that right"
    port = snapshot.desired.cluster.port
    return (
        f"on {minions[1]}: ping -c 3 {server[0].address}; nc -vz {server[0].address} {port}; then "
        "look at switches and firewalls between them"
    )


def quiet_connections(snapshot):
    """Find connections on which nothing has come for too long."""
    limit = snapshot.desired.cluster.idle_timeout_ms
    for node, facts in snapshot.nodes():
        for name, peer in facts["health"]["peers"].items():
            if peer["handshake"] and (peer["quiet_ms"] or 0) > QUIET * limit:
                yield Finding(
                    "connection-quiet",
                    f"nothing has come from {name} for more than half of the {limit / 1000:g} s "
                    "after which the connection counts as dead",
                    f"look whether {name} is frozen, and at the network between them",
                    (node.minion,),
                )


def blocked_port(snapshot):
    """Find foreign rules of a firewall that keep the other nodes out."""
    for plan, _ in snapshot.node_plans():
        for blocked in plan.blocked_of("port-blocked"):
            yield Finding(blocked.finding, blocked.what, blocked.fix, (plan.minion,))
