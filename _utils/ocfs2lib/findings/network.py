"""
What is wrong between nodes: connections, the firewall, heartbeats.
"""

import itertools

from ocfs2lib.findings.kinds import Finding
from ocfs2lib.node.parts import firewall

#: Parts of a limit that may be used up before it is worth a word.
QUIET, LATE = 0.5, 0.25


def connections(snapshot):
    """Pairs of nodes that share a volume and have no connection."""
    for one, other in itertools.combinations(snapshot.nodes(), 2):
        if _share(one, other):
            first, second = _knows(one, other), _knows(other, one)
            if not (first and second):
                yield _missing(snapshot, one, other, first, second)


def _share(one, other):
    return bool(one[1]["vitals"]["volumes"].keys() & other[1]["vitals"]["volumes"].keys())


def _knows(one, other):
    """Whether the kernel of one node has a connection to the other that both have agreed on."""
    peer = one[1]["vitals"]["peers"].get(other[0].name)
    return bool(peer and peer["handshake"])


def _missing(snapshot, one, other, first, second):
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
        _remedy(snapshot, server, client, causes),
        (client[0].minion, server[0].minion),
    )


def _causes(snapshot, server, client):
    """What can be seen that keeps a node from connecting to another."""
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


def _remedy(snapshot, server, client, causes):
    minions = (server[0].minion, client[0].minion)
    for minion, (_, facts) in zip(minions, (server, client), strict=True):
        chains = facts["setup"]["firewall"]["blocking"]
        for blocked in firewall.blocked(snapshot.desired, minion, chains):
            return f"{blocked.fix} on {minion}"
    if causes:
        return "salt-run ocfs2.plan, which shows how to put that right"
    port = snapshot.desired.cluster.port
    return (
        f"on {minions[1]}: ping -c 3 {server[0].address}; nc -vz {server[0].address} {port}; then "
        "look at switches and firewalls between them"
    )


def quiet(snapshot):
    """Connections on which nothing has come for too long."""
    limit = snapshot.desired.cluster.idle_timeout_ms
    for node, facts in snapshot.nodes():
        for name, peer in facts["vitals"]["peers"].items():
            if peer["handshake"] and (peer["quiet_ms"] or 0) > QUIET * limit:
                yield Finding(
                    "connection-quiet",
                    f"nothing has come from {name} for more than {_part(QUIET)} of the "
                    f"{limit / 1000:g} s after which the connection counts as dead",
                    f"look whether {name} is frozen, and at the network between them",
                    (node.minion,),
                )


def _part(share):
    return {0.25: "a quarter", 0.5: "half"}[share]


def blocked(snapshot):
    """Foreign rules of a firewall that keep the other nodes out."""
    for node, facts in snapshot.nodes():
        chains = facts["setup"]["firewall"]["blocking"]
        for each in firewall.blocked(snapshot.desired, node.minion, chains):
            yield Finding(each.finding, each.what, each.fix, (node.minion,))


def late(snapshot):
    """Nodes that have not written their heartbeat for a while."""
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["vitals"]["volumes"].items():
            since, limit = volume["late_ms"], volume["limit_ms"]
            if since and limit and since > LATE * limit:
                yield Finding(
                    "heartbeat-late",
                    f"no heartbeat was written to {_place(volume, uuid)} for more than "
                    f"{_part(LATE)} of the {limit / 1000:g} s after which the node fences itself",
                    "look at its paths: multipath -ll, dmesg; if all nodes are late, at the array",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def evicted(snapshot):
    """Nodes with a volume mounted that the others share no locks with any more."""
    for uuid in dict.fromkeys(
        uuid for _, facts in snapshot.nodes() for uuid in facts["vitals"]["volumes"]
    ):
        mounting = snapshot.nodes_mounting(uuid)
        for node, volume in mounting:
            number = _number(snapshot, node)
            witnesses = [
                peer.name
                for peer, seen in mounting
                if peer is not node and seen["members"] and number not in seen["members"]
            ]
            if witnesses:
                yield Finding(
                    "evicted",
                    f"it has {_place(volume, uuid)} mounted, but {', '.join(witnesses)} have "
                    "declared it dead and taken over what it had locked",
                    "reset it at once, without a shutdown (echo b > /proc/sysrq-trigger): what it "
                    "still writes does harm",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def _number(snapshot, node):
    """The number by which the others know a node, which pillar may have changed since."""
    cluster = snapshot.live_cluster(snapshot.examinations[node.minion])
    known = cluster["nodes"].values() if cluster else ()
    return next((each["number"] for each in known if each["local"]), node.number)


def recovering(snapshot):
    """Volumes on which the journal of a dead node is replayed."""
    names = {node.number: node.name for node in snapshot.desired.nodes}
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["vitals"]["volumes"].items():
            for number in volume["recovering"]:
                yield Finding(
                    "recovering",
                    f"{_place(volume, uuid)} recovers from {names.get(number, f'node {number}')}",
                    "wait, some seconds as a rule; salt-run ocfs2.watch shows when it is over",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def _place(volume, uuid):
    return ", ".join(volume["paths"]) or f"volume {uuid}"


def _key(snapshot, volume):
    """The LUN that pillar has for a mounted volume, or ``""``."""
    keys = [lun.key for lun in snapshot.desired.luns if lun.mount.path in volume["paths"]]
    return keys[0] if keys else ""


CHECKS = (connections, quiet, blocked, late, evicted, recovering)
