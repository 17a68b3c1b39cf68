"""
What is wrong with the heartbeat: who does not write it in time, and what came of it.
"""

from ocfs2lib.findings.kinds import Finding

#: The part of its limit after which a heartbeat counts as late.
LATE = 0.25


def late(snapshot):
    """Find nodes that have not written their heartbeat for a while."""
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["health"]["volumes"].items():
            since, limit = volume["late_ms"], volume["limit_ms"]
            if since and limit and since > LATE * limit:
                yield Finding(
                    "heartbeat-late",
                    f"no heartbeat was written to {_place(volume, uuid)} for more than "
                    f"a quarter of the {limit / 1000:g} s after which the node fences itself",
                    "look at its paths: multipath -ll, dmesg; if all nodes are late, at the array",
                    (node.minion,),
                    _key(snapshot, volume),
                )


def evicted(snapshot):
    """Find nodes with a volume mounted that the others share no locks with any more."""
    uuids = [uuid for _, facts in snapshot.nodes() for uuid in facts["health"]["volumes"]]
    for uuid in dict.fromkeys(uuids):
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
    """Return the number by which the others know a node, which pillar may have changed since."""
    cluster = snapshot.live_cluster(snapshot.examinations[node.minion])
    known = cluster["nodes"].values() if cluster else ()
    return next((each["number"] for each in known if each["local"]), node.number)


def recovering(snapshot):
    """Find volumes on which the journal of a dead node is replayed."""
    names = {node.number: node.name for node in snapshot.desired.nodes}
    for node, facts in snapshot.nodes():
        for uuid, volume in facts["health"]["volumes"].items():
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
    """Return the LUN that pillar has for a mounted volume, or ``""``."""
    keys = [lun.key for lun in snapshot.desired.luns if lun.mount.path in volume["paths"]]
    return keys[0] if keys else ""
