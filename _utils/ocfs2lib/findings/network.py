"""
What is wrong between nodes: connections, and the firewall.
"""

import itertools

from ocfs2lib import text
from ocfs2lib.findings.kinds import Finding

#: So many of the nodes are named to which one has no connection.
_NAMED = 8
#: The part of its limit after which a connection on which nothing comes is worth a finding.
QUIET = 0.5


def missing_connections(snapshot):
    """
    Find pairs of nodes that share a volume and have no connection.

    A node that lacks several for the same reason is one finding: a switch that is down would else
    be told once for each pair.
    """
    waiting = {}
    for one, other in itertools.combinations(snapshot.nodes(), 2):
        if _share_volume(one, other):
            first, second = _is_connected(one, other), _is_connected(other, one)
            if not (first and second):
                pair = _Pair(snapshot, one, other, first, second)
                waiting.setdefault((pair.believer is None, pair.causes), []).append(pair)
    for pairs in waiting.values():
        for minion, those in _by_node(pairs):
            yield those[0].finding() if len(those) == 1 else _missing(snapshot, minion, those)


def _by_node(pairs):
    """Yield ``(minion, pairs)`` until no pair is left, the node with the most of them first."""
    others = {}
    for pair in pairs:
        one, other = pair.minions
        others.setdefault(one, {})[other] = others.setdefault(other, {})[one] = pair
    while others:
        minion = max(others, key=lambda each: len(others[each]))
        found = others.pop(minion)
        for each in found:
            del others[each][minion]
        if found:
            yield minion, list(found.values())


def _missing(snapshot, minion, pairs):
    """Return the finding of a node that lacks its connection to several others."""
    name = snapshot.desired.node(minion).name
    others = [each for pair in pairs for each in pair.minions if each != minion]
    names = ", ".join(text.few([snapshot.desired.node(each).name for each in others], _NAMED))
    what = f"{name} has no connection to {names}"
    if pairs[0].believer:
        what = f"{name} and {names} do not agree on whether they are connected"
    causes = pairs[0].causes
    return Finding(
        "connection-missing",
        what + (f"; {'; '.join(causes)}" if causes else ""),
        pairs[0].remedy(),
        (minion, *others),
    )


class _Pair:
    """Two nodes that have no connection which both agree on."""

    def __init__(self, snapshot, one, other, first, second):
        self._snapshot = snapshot
        # The one with the higher number connects to the one with the lower (o2net_start_connect).
        self._server, self._client = sorted((one, other), key=lambda each: each[0].number)
        #: Of one that believes to be connected all the same: it, and the other.
        self.believer = None
        if first != second:
            self.believer = (one, other) if first else (other, one)
        self.causes = tuple(_causes(snapshot, self._server, self._client))

    @property
    def minions(self):
        """The ids of both, the one that connects first."""
        return (self._client[0].minion, self._server[0].minion)

    def finding(self):
        client, server = self._client[0], self._server[0]
        what = f"{client.name} has no connection to {server.name}"
        if self.believer:
            sees, not_ = (each[0].name for each in self.believer)
            what = f"{sees} believes to be connected to {not_}, which has no connection"
        port = self._snapshot.desired.cluster.port
        return Finding(
            "connection-missing",
            f"{what} ({client.name} connects to {server.address}:{port})"
            + (f"; {'; '.join(self.causes)}" if self.causes else ""),
            self.remedy(),
            self.minions,
        )

    def remedy(self):
        """Return what to do about it."""
        plans = {plan.minion: plan for plan in self._snapshot.plan.nodes}
        client, server = self.minions
        for minion in (server, client):
            for blocked in plans[minion].blocked_of("port-blocked"):
                return f"{blocked.fix} on {minion}"
        if self.causes:
            return "salt-run ocfs2.plan, which shows how to put that right"
        port, address = self._snapshot.desired.cluster.port, self._server[0].address
        return (
            f"on {client}: ping -c 3 {address}; nc -vz {address} {port}; then "
            "look at switches and firewalls between them"
        )


def _share_volume(one, other):
    return bool(one[1]["health"]["volumes"].keys() & other[1]["health"]["volumes"].keys())


def _is_connected(one, other):
    """Tell whether the kernel of one node has a connection to the other that both agreed on."""
    peer = one[1]["health"]["peers"].get(other[0].name)
    return bool(peer and peer["handshake"])


def _causes(snapshot, server, client):
    """Yield what can be seen that keeps a node from connecting to another."""
    for node, facts in (server, client):
        for way, chains in facts["setup"]["firewall"]["blocking"].items():
            for chain in chains:
                yield f"chain {' '.join(chain)} on {node.name} drops the port ({way})"
        if node.address not in facts["host"]["addresses"]:
            yield f"{node.address} is on no interface of {node.name}"
    for (node, facts), (peer, _) in ((server, client), (client, server)):
        cluster = snapshot.live_cluster(facts)
        known = cluster and cluster["nodes"].get(peer.name)
        if cluster and not known:
            yield f"{node.name} does not know {peer.name}"
        elif known and known["address"] != peer.address:
            yield f"{node.name} takes {known['address']} for {peer.name}"


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
