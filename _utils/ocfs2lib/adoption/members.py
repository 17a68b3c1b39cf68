"""
The nodes of the cluster: which minion is which of them, and whether its host can be that node.
"""

from ocfs2lib.adoption import conf_files
from ocfs2lib.adoption.statement import issue
from ocfs2lib.node import requirements
from ocfs2lib.pillar.sections.nodes_keys import MAX_NODES
from ocfs2lib.pillar.sections.nodes_keys import Node
from ocfs2lib.pillar.sections.nodes_keys import default_name


def minion_ids(nodes, cluster, surveys, silent):
    """
    Return ``{node name: minion id}``; a node that is the node of no minion stands for itself.

    nodes
        The nodes in cluster.conf.
    cluster
        The name of their cluster.
    surveys, silent
        As for :func:`cluster_section.describe`.
    """
    ids, free = {}, dict.fromkeys((*surveys, *silent))
    for matches in (_is_local, _has_its_hostname, _has_its_address, _has_its_id):
        for node in nodes:
            if node.name in ids:
                continue
            minion = next((each for each in free if matches(node, cluster, each, surveys)), None)
            if minion:
                ids[node.name] = minion
                del free[minion]
    for node in nodes:
        taken = node.name in (*ids.values(), *surveys, *silent)
        ids.setdefault(node.name, f"{node.name}.{node.number}" if taken else node.name)
    return ids


def _is_local(node, cluster, minion, surveys):
    live = surveys[minion]["o2cb"]["clusters"].get(cluster) if minion in surveys else None
    return bool(live) and live["nodes"].get(node.name, {}).get("local", False)


def _has_its_hostname(node, _cluster, minion, surveys):
    host = surveys[minion]["host"]["hostname"] if minion in surveys else minion
    return requirements.name_matches(node.name, host)


def _has_its_address(node, _cluster, minion, surveys):
    return minion in surveys and node.address in surveys[minion]["host"]["addresses"]


def _has_its_id(node, _cluster, minion, _surveys):
    return default_name(node.name) == default_name(minion)


def entry(minion, node):
    """
    Return the entry in ``nodes`` of pillar for a node of cluster.conf.

    minion
        Its minion id, which is the key of the entry.
    node
        The ConfNode.
    """
    found = {"number": node.number, "address": node.address}
    return found if node.name == default_name(minion) else {**found, "name": node.name}


def issues(nodes, ids, cluster, surveys):
    """
    Yield what keeps a host from being its node, and which hosts are no node.

    nodes, cluster, surveys
        As for :func:`minion_ids`.
    ids
        What that returned.
    """
    for node in nodes:
        minion = ids[node.name]
        if minion not in surveys:
            continue
        desired = Node(minion, node.number, node.address, node.name)
        for reason in requirements.problems(desired, surveys[minion]["host"]):
            yield issue(minion, f"{reason}.", obstacle=True)
        if not surveys[minion]["o2cb"]["modules"]:
            kernel = surveys[minion]["host"]["kernel"]
            yield issue(
                minion,
                f"its kernel {kernel} has no ocfs2 module. Install "
                f"{requirements.full_kernel(surveys[minion]['host'])}.",
                obstacle=True,
            )
    yield from _no_members(nodes, ids, cluster, surveys)


def _no_members(nodes, ids, cluster, surveys):
    used = {node.number for node in nodes}
    number = next((each for each in range(MAX_NODES) if each not in used), "none")
    for minion in surveys:
        if minion not in ids.values():
            yield issue(
                minion,
                f"no node of {cluster} in {conf_files.NAME} is this host, so it is not in the "
                f"pillar. To make it one, add it to nodes (a number that was never used, like "
                f"{number}); else give it no ocfs2 pillar.",
            )
