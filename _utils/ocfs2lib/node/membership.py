"""
Who is a member of a cluster: by a node's own cluster.conf, and by the kernels of nodes online.
"""

from ocfs2lib.node import cluster_conf


def is_member(node, desired, text):
    """
    Return whether a node's own cluster.conf has it in the cluster.

    node
        The :class:`pillar.sections.nodes_keys.Node`.
    desired
        Its cluster, :class:`pillar.desired.Desired`.
    text
        Its cluster.conf, None if there is none.
    """
    try:
        conf = cluster_conf.parse(text or "")
    except cluster_conf.ConfError:
        return False
    known = {(each.cluster, each.name, each.number) for each in conf.nodes}
    return (desired.cluster.name, node.name, node.number) in known


def unknown_members(desired, minions, facts):
    """
    Return the ids of those minions that a node which is online does not know as pillar has them.

    desired
        Pillar as :class:`pillar.desired.Desired`.
    minions
        The minion ids to look for, each in pillar.
    facts
        What ``o2cb.facts`` returned on the node that is online.
    """
    known = facts["clusters"][desired.cluster.name]["nodes"]
    nodes = zip(desired.nodes, cluster_conf.from_desired(desired).nodes)
    wanted = {described.minion: node for described, node in nodes}
    return [
        minion
        for minion in minions
        if not is_same_node(wanted[minion], known.get(wanted[minion].name))
    ]


def is_same_node(node, live):
    """
    Return whether a node in the kernel is the one that a file or pillar has.

    node
        An :class:`node.cluster_conf.ConfNode`.
    live
        Its entry in ``o2cb.facts``, None if the kernel has none of its name.
    """
    wanted = (node.number, node.address, node.port)
    return live is not None and wanted == (live["number"], live["address"], live["port"])
