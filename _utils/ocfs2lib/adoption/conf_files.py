"""
The cluster.conf of each node: the one that prevails, what differs from it, what is wrong in it.
"""

import collections

from ocfs2lib.adoption import majority
from ocfs2lib.adoption.statement import issue
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import stack
from ocfs2lib.node.cluster_conf import Conf
from ocfs2lib.node.cluster_conf import ConfCluster
from ocfs2lib.node.cluster_conf import ConfNode

#: What a message calls the file.
NAME = "cluster.conf"
_DEFAULT_HEARTBEAT = "local"


def prevailing(surveys):
    """
    Return the Conf that most nodes have on disk, or else in the kernel, and the issues with it.

    surveys
        ``{minion id: survey}``.

    Returns ``(conf, issues)``; the conf is None if no node has a cluster.
    """
    read, found = {}, []
    for minion, survey in surveys.items():
        text = survey["o2cb"]["conf"]["text"]
        if text is None and survey["o2cb"]["clusters"]:
            found.append(
                issue(
                    minion,
                    f"it runs a cluster and has no {NAME}; after its next boot the node "
                    "would be in none. Applying the pillar writes the file.",
                )
            )
        try:
            read[minion] = _sorted(cluster_conf.parse(text or ""))
        except cluster_conf.ConfError as err:
            found.append(
                issue(
                    minion,
                    f"the tools refuse its {NAME}, {err}; after its next boot the node "
                    "would be in no cluster. Applying the pillar writes the file anew.",
                )
            )
    known = {minion: conf for minion, conf in read.items() if conf.clusters}
    if known:
        conf, others = majority.of(known)
        return conf, [*found, *_different_files(conf, others, known)]
    live = {minion: _live_conf(survey) for minion, survey in surveys.items()}
    live = {minion: conf for minion, conf in live.items() if conf.clusters}
    return (majority.of(live)[0] if live else None), found


def _sorted(conf):
    # The order of stanzas means nothing.
    return Conf(
        tuple(sorted(conf.clusters, key=repr)), tuple(sorted(conf.nodes, key=repr)), conf.stray
    )


def _live_conf(survey):
    clusters, nodes = [], []
    for name, live in survey["o2cb"]["clusters"].items():
        mode = live["heartbeat_mode"] or _DEFAULT_HEARTBEAT
        clusters.append(ConfCluster(name, mode, len(live["nodes"])))
        nodes += [
            ConfNode(name, each["number"], each["port"], each["address"], node)
            for node, each in live["nodes"].items()
            if None not in (each["number"], each["port"], each["address"])
        ]
    return _sorted(Conf(tuple(clusters), tuple(nodes)))


def _different_files(conf, others, known):
    is_clear = majority.exists(known)
    rest = ", ".join(minion for minion in known if minion not in others)
    for minion in others:
        differences = "; ".join(map(str, stack.compare_confs(known[minion], conf)))
        yield issue(
            minion,
            f"its {NAME} differs from that of {rest} ({differences}); nodes whose lists differ "
            "cannot mount together. Applying the pillar gives it that of the others; if this "
            "one is right, correct the pillar first.",
            obstacle=not is_clear,
        )


def issues(conf, name, members):
    """
    Return what is wrong in the file that prevails.

    conf
        The Conf.
    name
        The name of the cluster that the pillar describes.
    members
        Its nodes in the file.
    """
    return [*_other_content(conf, name), *_duplicates(members, name)]


def _other_content(conf, name):
    """Return an issue for each thing in the file beside one cluster of nodes."""
    for cluster in conf.clusters:
        if cluster.name != name:
            yield issue(
                (),
                f"{NAME} has a second cluster, {cluster.name}; the kernel runs one at a time, and "
                f"the pillar describes {name} alone. Take {cluster.name} out of {NAME} on every "
                "node if nobody needs it: applying the pillar would.",
                obstacle=True,
            )
    for node in conf.stray:
        yield issue(
            (),
            f"{NAME} has a node {node!r} of no cluster in it, which the tools drop without a "
            "word. Applying the pillar leaves it out.",
        )


def _duplicates(members, name):
    for attribute, why in (
        ("number", "two nodes with one number write the same heartbeat block and node slot"),
        ("address", "the kernel tells nodes apart by their address and takes each once"),
    ):
        owners = collections.defaultdict(list)
        for node in members:
            owners[getattr(node, attribute)].append(node.name)
        for value, nodes in owners.items():
            if len(nodes) > 1:
                yield issue(
                    nodes,
                    f"{NAME} gives them one {attribute}, {value}; {why}. Take the "
                    f"cluster {name} down, give each node its own {attribute} and read it again.",
                    obstacle=True,
                )
