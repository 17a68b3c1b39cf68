"""
From what was seen of a cluster to everything that is wrong with it.
"""

from ocfs2lib.findings import cluster
from ocfs2lib.findings import kinds
from ocfs2lib.findings import lun
from ocfs2lib.findings import network
from ocfs2lib.findings import node
from ocfs2lib.findings import volume

#: Each is a function that takes a :class:`findings.snapshot.Snapshot` and yields findings.
CHECKS = (
    *node.CHECKS,
    *cluster.CHECKS,
    *network.CHECKS,
    *lun.CHECKS,
    *volume.CHECKS,
)


def all_findings(snapshot):
    """Return every :class:`findings.kinds.Finding`, worst first; none of a healthy cluster."""
    return kinds.merged(each for check in CHECKS for each in check(snapshot))
