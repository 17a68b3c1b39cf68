"""
From what was seen of a cluster to everything that is wrong with it.
"""

import ocfs2_finding
import ocfs2_findings_cluster
import ocfs2_findings_lun
import ocfs2_findings_net
import ocfs2_findings_node
import ocfs2_findings_volume

#: Each is a function that looks at a :class:`ocfs2_sight.Sight` and yields findings of some kinds.
LOOKS = (
    *ocfs2_findings_node.LOOKS,
    *ocfs2_findings_cluster.LOOKS,
    *ocfs2_findings_net.LOOKS,
    *ocfs2_findings_lun.LOOKS,
    *ocfs2_findings_volume.LOOKS,
)


def of(sight):
    """Every :class:`ocfs2_finding.Finding`, worst first; none of a healthy cluster."""
    return ocfs2_finding.gathered(each for look in LOOKS for each in look(sight))
