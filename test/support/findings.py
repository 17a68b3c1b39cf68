"""A healthy cluster of three nodes to break one thing in, and what is found then."""

from ocfs2lib.findings import find
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import worst
from support import answers

PILLAR = answers.desired(slots=6)
ALL = ONE, TWO, THREE = tuple(f"host{number}.example.com" for number in range(3))
PATH = "/san/primary"
UUID = answers.UUID
WWID = PILLAR.luns[0].wwid


def found(examinations=None, pillar=PILLAR, **snapshot):
    """Return all findings of a cluster whose nodes answered so."""
    seen = answers.snapshot(pillar, examinations, **snapshot)
    findings = find.all_findings(seen)
    assert not any(NODES in each.fix for each in findings)
    # Nothing that separates the cluster from pillar goes without a finding.
    if seen.plan.failures() or seen.plan.differences():
        assert worst(findings) not in (None, NOTE)
    return findings


def kinds(examinations=None, pillar=PILLAR, **snapshot):
    """Return the kinds of all findings."""
    return {each.kind for each in found(examinations, pillar, **snapshot)}


def only(nodes, kind, where=(), **snapshot):
    """Return the one finding that there is, which is of this kind and about these nodes."""
    (finding,) = found(nodes, **snapshot)
    assert (finding.kind, finding.nodes) == (kind, where), finding
    return finding


def lun(nodes, minion=TWO):
    """Return what a node says of the LUN."""
    return nodes[minion]["luns"]["primary"]


def volume(nodes, minion=TWO):
    """Return what the kernel of a node says of the mounted volume."""
    return nodes[minion]["health"]["volumes"][UUID]


def live(nodes, minion=TWO):
    """Return the cluster in the kernel of a node."""
    return nodes[minion]["o2cb"]["clusters"][PILLAR.cluster.name]


def unformatted(nodes, **changes):
    """Return the examinations of nodes that see a blank LUN."""
    for minion in nodes:
        lun(nodes, minion).update(volume=None, half_made=None, mounts=[], **changes)
        nodes[minion].update(mounts=[], space={}, under={}, volumes={})
        nodes[minion]["health"].update(volumes={}, peers={})
    return nodes
