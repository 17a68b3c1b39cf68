"""
Whether a host can be the node that pillar describes.
"""

from ocfs2lib.node.reasons import Reason
from ocfs2lib.platform import platforms


def problems(node, host):
    """
    Return each :class:`node.reasons.Reason` why a host cannot be a node; none if it can.

    node
        The :class:`pillar.sections.nodes_keys.Node` of pillar.
    host
        What ``ocfs2_node.host`` returned there.
    """
    found = []
    # Refused by name rather than served by half.
    if platforms.of(host) is None:
        what = platforms.unsupported(host)
        found.append(Reason(what, "take the node out of pillar", "host-unfit"))
    if not name_matches(node.name, host["hostname"]):
        what = (
            f"the host is called {host['hostname']}, which the node name {node.name} does not "
            "match, and the kernel would take no node for its own"
        )
        fix = (
            f"write name: {host['hostname'].split('.')[0]} under nodes:{node.minion}, or rename "
            "the host"
        )
        found.append(Reason(what, fix, "name-mismatch"))
    if node.address not in host["addresses"]:
        what = f"{node.address} is on none of its interfaces"
        has = ", ".join(host["addresses"]) or "none"
        fix = f"configure it, or correct nodes:{node.minion}:address (it has {has})"
        found.append(Reason(what, fix, "host-unfit"))
    return found


def full_kernel(host):
    """Return, for a sentence, the kernel that a host needs.

    host
        What ``ocfs2_node.host`` returned there.
    """
    platform = platforms.of(host)
    return platform.kernel.description if platform else "a kernel that has the ocfs2 modules"


def next_boot_lacks(release, missing):
    """Return the sentence on a kernel of the next boot without some modules; both as
    ``ocfs2_reboot.kernels`` returned them."""
    return f"the next boot may start kernel {release}, which lacks {', '.join(missing)}"


def name_matches(name, hostname):
    """
    Whether the cluster stack takes a node name for this host.

    The rule of ocfs2-tools (o2cb, node_is_local): without regard to case, the node name is the
    host name, or the host name up to one of its dots.
    """
    name, hostname = name.lower(), hostname.lower()
    return hostname == name or hostname.startswith(name + ".")
