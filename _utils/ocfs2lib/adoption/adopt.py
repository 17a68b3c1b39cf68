"""
From what the nodes of a cluster that was built by hand answer to the pillar that describes it.

No node is touched here, and what is proposed has passed the check of every other pillar. The proof
that applying it changes nothing in the cluster is the one that the states and the status use:
``node.stack`` finds no difference.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.adoption import cluster_section
from ocfs2lib.adoption import luns
from ocfs2lib.adoption.statement import Issue
from ocfs2lib.adoption.statement import Statement
from ocfs2lib.adoption.statement import issue
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.firewall import backends
from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node import fstab
from ocfs2lib.node import setup
from ocfs2lib.node import stack
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.pillar import check
from ocfs2lib.pillar.keys import PILLAR


@dataclass(frozen=True)
class Adoption:
    """
    What came of it.

    ``pillar`` is the pillar, a dict, or None if no node knows a cluster. ``issues`` is all
    that has to be known about the cluster. ``changes`` is what applying the pillar does on the
    hosts, ``notes`` why it says what no node can tell.
    """

    pillar: dict | None
    issues: tuple[Issue, ...] = ()
    changes: tuple[Statement, ...] = ()
    notes: tuple[Statement, ...] = ()

    @property
    def obstacles(self):
        """Return the issues that keep the pillar from being applied as it is."""
        return tuple(each for each in self.issues if each.obstacle)


def adopt(surveys, silent):
    """
    Return the :class:`Adoption` of a cluster.

    surveys
        ``{minion id: survey}`` of the nodes that answered, shaped as
        :func:`answers.census.checked_survey` checks.
    silent
        ``{minion id: reason}`` of the others.
    """
    surveys = dict(sorted(surveys.items()))
    issues = [_silent(minion, reason) for minion, reason in sorted(silent.items())]
    sections, more = cluster_section.describe(surveys, silent)
    issues += more
    if sections is None:
        return _adoption(None, [*issues, _no_cluster(surveys)])
    issues += _not_asked(sections["nodes"], surveys, silent)
    described, seen, more = luns.describe(surveys, sections["nodes"], sections["cluster"]["name"])
    issues += more
    section = _section(sections, described)
    try:
        desired = check.parse(section)
    except PillarInvalid as err:
        issues += [issue((), f"The pillar is not valid yet. {each}", True) for each in err.problems]
        return _adoption(section, issues, (), surveys)
    changes, more = _changes(desired, surveys, seen)
    issues += more
    if not any(each.obstacle for each in issues):
        issues += _refused_mounts(desired, seen)
    return _adoption(section, issues, changes, surveys)


def _adoption(section, issues, changes=(), surveys=None):
    pillar = section and {PILLAR.name: section}
    unique = dict.fromkeys(issues)
    return Adoption(pillar, tuple(unique), tuple(changes), _notes(surveys or {}))


def _notes(surveys):
    rules = [
        f"{backend} has rules on {', '.join(minions)}"
        for backend in backends.FIREWALLS
        if (minions := [each for each in surveys if backend in surveys[each]["firewalls"]])
    ]
    return (
        Statement(
            ("type",),
            "it is on no volume and matters to a format alone; with uuid pinned there is none.",
        ),
        Statement(
            ("firewall",),
            f"none leaves it to you as it is; {' and '.join(rules) or 'no node has rules'}.",
        ),
    )


def _section(sections, described):
    """Return the section, its keys in the order of the tables of pillar."""
    everything = {**sections, "firewall": {"backend": "none"}, "luns": described}
    nodes = sorted(everything["nodes"].items(), key=lambda item: item[1]["number"])
    known = (key.name for key in PILLAR.keys if key.name in everything)
    return {**{name: everything[name] for name in known}, "nodes": dict(nodes)}


def _silent(minion, reason):
    return issue(
        minion,
        f"{reason}; what it mounts and how it is set is not known. Bring it back and "
        "read the cluster again.",
        obstacle=True,
    )


def _no_cluster(surveys):
    return issue(
        tuple(surveys) or "Nobody",
        "there is no cluster, neither in /etc/ocfs2/cluster.conf "
        "nor in the kernel, and so nothing to describe. To make one, start from pillar.example.",
        obstacle=True,
    )


def _not_asked(nodes, surveys, silent):
    for minion in nodes:
        if minion not in surveys and minion not in silent:
            yield issue(
                minion,
                "cluster.conf has this node, and it is none of the minions that were "
                "asked; it is in the pillar so that cluster.conf stays as it is. If it lives, read "
                "the cluster again with it; if it is gone for good, take it out of nodes and never "
                "give its number to another.",
                obstacle=True,
            )


# ---- what applying the pillar does


def _changes(desired, surveys, seen):
    """Return what applying a valid pillar would do on each node, and what it would refuse."""
    changes, issues = [], []
    for minion, survey in surveys.items():
        if desired.node(minion):
            live = stack.differences(desired, minion, survey["o2cb"])
            issues += [_refused(minion, each) for each in live if each.kind != ONLINE]
            differences = [
                *live,
                *setup.differences(desired, minion, survey["setup"], survey["host"]),
            ]
            changes += [Statement((minion,), str(each)) for each in differences]
            changes += [
                Statement((minion,), each) for each in _mounts(desired, minion, survey, seen)
            ]
    return changes, issues


def _refused(minion, difference):
    return issue(
        minion,
        f"{difference}; the formula does not change that in a cluster that is in use. "
        "Correct the pillar, or unmount on every node first.",
        obstacle=True,
    )


def _mounts(desired, minion, survey, seen):
    lines = {
        line["path"]: {"device": line["source"], **_type_and_options(line)}
        for line in survey["fstab"]
    }
    for lun in desired.luns_of(minion):
        if not fstab.agrees(lun, minion, lines):
            device, options = lun.device, ",".join(fstab.line(lun, minion)["options"])
            yield f"/etc/fstab: {device} {lun.mount.path} ocfs2 {options}"
        facts = seen[lun.key].get(minion)
        if (
            facts
            and lun.mount.auto
            and lun.mount.path not in [mount["path"] for mount in facts["mounts"]]
        ):
            yield f"mount LUN {lun.key} on {lun.mount.path}"


def _type_and_options(line):
    return {"fstype": line["fstype"], "options": line["options"]}


def _refused_mounts(desired, seen):
    """Return what the guards refuse although nothing else is an obstacle."""
    for lun in desired.luns:
        case = LunCase(desired, lun, seen[lun.key])
        for refusal in mount_guards.refusals(case):
            yield issue(f"LUN {lun.key}", str(refusal), obstacle=True)
