"""
From the pillars of all minions to the clusters they describe.
"""

import ocfs2_check


def described(sections, wanted=None):
    """
    The clusters in pillar.

    sections
        ``{minion id: the ocfs2 section of its pillar}``.
    wanted
        The name of one cluster; None for all.

    Returns ``({name: Desired}, [(name, reasons)])``: those that can be worked with, and for the
    others why not, as sentences. One of the two holds something.
    """
    found, errors = {}, []
    members = _members(sections)
    for name, minions in members.items():
        if wanted and name != wanted:
            continue
        try:
            found[name] = _one_cluster(name, minions, sections)
        except ValueError as err:
            errors.append((name, str(err).splitlines()))
    if not (found or errors):
        errors.append((wanted or "none", [_no_cluster(wanted, members)]))
    return found, errors


def _members(sections):
    """``{cluster name: [minion ids]}``, by what each section calls its cluster."""
    members = {}
    for minion, section in sections.items():
        cluster = section.get("cluster") if isinstance(section, dict) else None
        name = cluster.get("name", "ocfs2") if isinstance(cluster, dict) else "ocfs2"
        members.setdefault(str(name), []).append(minion)
    return members


def _no_cluster(wanted, members):
    what = f"a cluster {wanted}" if wanted else "any cluster"
    return (
        f"ocfs2: no accepted minion's pillar describes {what} (known: "
        f"{', '.join(members) or 'none'}). Fix: give the nodes the pillar in top.sls and accept "
        "their keys (salt-key)."
    )


def _one_cluster(name, members, sections):
    """The description that all members share; ValueError if they do not, or if it is not valid."""
    first = sections[members[0]]
    for minion in members[1:]:
        if sections[minion] != first:
            raise ValueError(
                f"ocfs2: {members[0]} and {minion} have different pillars for cluster {name}. "
                "Fix: give all nodes of a cluster one and the same ocfs2 section."
            )
    desired = ocfs2_check.parse(first)
    for minion in members:
        if not desired.node(minion):
            raise ValueError(
                f"ocfs2:nodes: {minion} has the pillar of cluster {name} but is not in its "
                "roster. Fix: add it to nodes, or take the pillar from it in top.sls."
            )
    return desired
