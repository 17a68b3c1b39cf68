"""The files of a node that has the cluster of a simulated kernel."""

from pathlib import Path

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import units
from ocfs2lib.platform import debian
from support import node_facts
from support.kernel_files import put

CONF = Path("/etc/ocfs2/cluster.conf")
SETTINGS = Path("/etc/default/o2cb")
FSTAB = Path("/etc/fstab")


def put_all():
    """Write all of them, below the /etc of this process."""
    nodes = [
        cluster_conf.ConfNode(
            "ocfs2", number, 7777, f"192.168.100.{number + 1}", f"host{number + 1}"
        )
        for number in range(3)
    ]
    cluster = cluster_conf.ConfCluster("ocfs2", "local", 3)
    put(CONF, cluster_conf.render(cluster_conf.Conf((cluster,), tuple(nodes))))
    values = {"O2CB_ENABLED": "true", "O2CB_BOOTCLUSTER": "ocfs2"}
    put(
        SETTINGS,
        o2cb_settings.render(
            {**dict.fromkeys(o2cb_settings.NAMES, ""), **values}, debian.PLATFORM.settings
        ),
    )
    put_fstab("/san/primary")
    put(Path(units.UNIT_PATH), node_facts.unit())


def put_fstab(path):
    """Write an fstab with the volume on one mount point."""
    put(FSTAB, f"/dev/mapper/primary {path} ocfs2 _netdev 0 0\n")
