"""Who is a member of a cluster: in its own eyes, and in those of the nodes that are online."""

from ocfs2lib.node import cluster_conf


def is_member(node, desired, text):
    """
    Whether a node's own cluster.conf has it in the cluster.

    node
        The :class:`pillar.desired.Node`.
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
    Which of some nodes a node that is online does not know as pillar describes them.

    desired
        Pillar as :class:`pillar.desired.Desired`.
    minions
        Their minion ids.
    facts
        What ``o2cb.facts`` returned on the node that is online.

    Returns their minion ids.
    """
    known = facts["clusters"][desired.cluster.name]["nodes"]
    nodes = zip(desired.nodes, cluster_conf.from_desired(desired).nodes, strict=True)
    wanted = {described.minion: node for described, node in nodes}
    return [each for each in minions if not same(wanted[each], known.get(wanted[each].name))]


def same(node, live):
    """
    Whether a node in the kernel is the one that a file or pillar has.

    node
        An :class:`node.cluster_conf.ConfNode`.
    live
        Its entry in ``o2cb.facts``, None if the kernel has none of its name.
    """
    wanted = (node.number, node.address, node.port)
    return live is not None and wanted == (live["number"], live["address"], live["port"])
