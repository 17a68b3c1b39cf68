"""
From the pillars of all minions to the clusters they describe.
"""

from ocfs2lib.errors import FormulaError
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import check
from ocfs2lib.pillar.problem import Problem


def described(sections, wanted=None):
    """
    Return the clusters in pillar.

    sections
        ``{minion id: the ocfs2 section of its pillar}``.
    wanted
        The name of one cluster; None for all.

    Returns ``({name: Desired}, [(name, reasons)])``: those that can be worked with, and for the
    others why not, as sentences. One of the two holds something.
    """
    found, errors = {}, []
    members = _members(sections)
    claimed = _claimed_twice({name: sections[minions[0]] for name, minions in members.items()})
    for name, minions in members.items():
        if wanted and name != wanted:
            continue
        try:
            if name in claimed:
                raise PillarInvalid(claimed[name])
            found[name] = _one_cluster(name, minions, sections)
        except FormulaError as err:
            errors.append((name, str(err).splitlines()))
    if not (found or errors):
        errors.append((wanted or "none", [_no_cluster(wanted, members)]))
    return found, errors


def strangers(sections):
    """
    Return ``{cluster name: [minion ids]}``: who has the pillar of a cluster that has members, and
    is none of its nodes. The cluster does without them.

    sections
        As for :func:`described`.
    """
    found = {}
    for name, minions in _members(sections).items():
        others = [each for each in minions if not _is_node(each, sections)]
        if others and others != minions:
            found[name] = others
    return found


def _is_node(minion, sections):
    return minion in _table(sections[minion], "nodes")


def _members(sections):
    """``{cluster name: [minion ids]}``, by what each section calls its cluster; first those that
    are nodes of it by their own section."""
    members = {}
    for minion in sorted(sections, key=lambda each: not _is_node(each, sections)):
        section = sections[minion]
        cluster = section.get("cluster") if isinstance(section, dict) else None
        name = cluster.get("name", "ocfs2") if isinstance(cluster, dict) else "ocfs2"
        members.setdefault(str(name), []).append(minion)
    return members


def _claimed_twice(clusters):
    """
    Return what two clusters claim for themselves, as ``{cluster name: problems}``.

    A host has one cluster stack, and a LUN the heartbeats of one cluster.
    """
    owners, problems = {}, {}
    for name, section in clusters.items():
        for path, what in _claims(section):
            other = owners.setdefault(what, (name, path))
            if other[0] != name:
                problem = Problem(
                    f"ocfs2:{path}",
                    f"{what} is in cluster {name} and in cluster {other[0]}",
                    "take it out of the pillar of one of them",
                )
                problems.setdefault(name, []).append(problem)
                problems.setdefault(other[0], []).append(problem)
    return problems


def _claims(section):
    """``(path, what)`` of every node and WWID in a section, which has not been checked yet."""
    nodes, luns = (_table(section, key) for key in ("nodes", "luns"))
    yield from (("nodes", f"minion {minion}") for minion in nodes)
    for key, lun in luns.items():
        wwid = lun.get("wwid") if isinstance(lun, dict) else None
        if isinstance(wwid, str):
            yield f"luns:{key}:wwid", f"LUN {wwid.lower()}"


def _table(section, key):
    found = section.get(key) if isinstance(section, dict) else None
    return found if isinstance(found, dict) else {}


def _no_cluster(wanted, members):
    what = f"a cluster {wanted}" if wanted else "any cluster"
    return str(
        Problem(
            "ocfs2",
            f"no accepted minion's pillar describes {what} (known: {', '.join(members) or 'none'})",
            "give the nodes the pillar in top.sls and accept their keys (salt-key)",
        )
    )


def _one_cluster(name, members, sections):
    """Return the description that all members share; PillarInvalid if there is none."""
    first = sections[members[0]]
    # A minion that is no node may have been given the pillar by what it says of itself.
    nodes = [minion for minion in members if _is_node(minion, sections)] or members
    for minion in nodes[1:]:
        if sections[minion] != first:
            raise PillarInvalid(
                [
                    Problem(
                        "ocfs2",
                        f"{members[0]} and {minion} have different pillars for cluster {name}",
                        "give all nodes of a cluster one and the same ocfs2 section",
                    )
                ]
            )
    desired = check.parse(first)
    for minion in nodes:
        if not desired.node(minion):
            raise PillarInvalid(
                [
                    Problem(
                        "ocfs2:nodes",
                        f"{minion} has the pillar of cluster {name} but is not in its roster",
                        "add it to nodes, or take the pillar from it in top.sls",
                    )
                ]
            )
    return desired
