"""
From what was seen of a cluster to everything that is wrong with it.
"""

from ocfs2lib.findings import cluster
from ocfs2lib.findings import disk_heartbeat
from ocfs2lib.findings import kinds
from ocfs2lib.findings import lun
from ocfs2lib.findings import lun_timeouts
from ocfs2lib.findings import network
from ocfs2lib.findings import node
from ocfs2lib.findings import volume

#: Each takes a :class:`findings.snapshot.Snapshot` and yields findings. Of two that are equally
#: bad, the one that is found first is shown first.
CHECKS = (
    node.without_answer,
    node.other_formula,
    node.unfit_host,
    node.kernel_modules,
    node.missing_tools,
    node.setup,
    node.san,
    node.boot_order,
    node.clock,
    node.kernel_unseen,
    node.holds,
    cluster.offline,
    cluster.strangers,
    cluster.node_list,
    cluster.kernel,
    cluster.settings_file,
    cluster.timeouts,
    cluster.node_numbers,
    lun_timeouts.without_path,
    network.missing_connections,
    network.quiet_connections,
    network.blocked_port,
    disk_heartbeat.late,
    disk_heartbeat.evicted,
    disk_heartbeat.recovering,
    lun.refusals,
    lun.waiting_for_format,
    lun.sizes,
    lun.paths,
    lun.clones,
    lun.drbd,
    volume.not_mounted,
    volume.not_in_pillar,
    volume.broken,
    volume.slots,
    volume.space,
    volume.differences,
    volume.hidden_files,
    volume.labels,
)


def all_findings(snapshot):
    """Return every :class:`findings.kinds.Finding`, worst first; none of a healthy cluster."""
    return kinds.merged(each for check in CHECKS for each in check(snapshot))
