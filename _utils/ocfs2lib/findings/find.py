"""
From what was seen of a cluster to everything that is wrong with it.
"""

from ocfs2lib.findings import cluster
from ocfs2lib.findings import kinds
from ocfs2lib.findings import lun
from ocfs2lib.findings import network
from ocfs2lib.findings import node
from ocfs2lib.findings import volume

#: Each is a function that looks at a :class:`findings.snapshot.Sight` and yields findings.
LOOKS = (
    *node.LOOKS,
    *cluster.LOOKS,
    *network.LOOKS,
    *lun.LOOKS,
    *volume.LOOKS,
)


def of(sight):
    """Every :class:`findings.kinds.Finding`, worst first; none of a healthy cluster."""
    return kinds.gathered(each for look in LOOKS for each in look(sight))
