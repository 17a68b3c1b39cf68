"""
Whether a host can be the node that pillar describes.
"""

#: Where the formula was built and tested; it refuses others by name rather than half work there.
PLATFORMS = ("Debian 12", "Debian 13")


def unfit(node, host):
    """
    Why a host can not be this node, as sentences; empty if it can.

    node
        The :class:`ocfs2_model.Node` of pillar.
    host
        What ``ocfs2_node.host`` returned there.
    """
    found = []
    if host["platform"] not in PLATFORMS:
        found.append(
            f"{host['platform']} is not supported yet, only {' and '.join(PLATFORMS)}; "
            "take the node out of pillar"
        )
    if not name_matches(node.name, host["hostname"]):
        found.append(
            f"the host is called {host['hostname']}, which the node name {node.name} does not "
            f"match, and the kernel would take no node for its own; write name: "
            f"{host['hostname'].split('.')[0]} under nodes:{node.minion}, or rename the host"
        )
    if node.address not in host["addresses"]:
        found.append(
            f"{node.address} is on none of its interfaces; configure it, or correct "
            f"nodes:{node.minion}:address (it has {', '.join(host['addresses']) or 'none'})"
        )
    return found


def name_matches(name, hostname):
    """
    Whether the cluster stack takes a node name for this host.

    The rule of ocfs2-tools (o2cb, node_is_local): without regard to case, the node name is the
    host name, or the host name up to one of its dots.
    """
    name, hostname = name.lower(), hostname.lower()
    return hostname == name or hostname.startswith(name + ".")
