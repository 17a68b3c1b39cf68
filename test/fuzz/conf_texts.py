"""Texts of cluster.conf, and the pieces that damage them."""

from ocfs2lib.node import cluster_conf
from support.o2cb import of_size

from . import garbage

_CLUSTER = "cluster:\n\tname = %s\n\theartbeat_mode = local\n\tnode_count = %d\n\n"
_NODE = (
    "node:\n\tcluster = web\n\tnumber = %d\n\tip_port = 7777\n\tip_address = %s\n\tname = n%d\n\n"
)
CONFS = (
    cluster_conf.render(of_size(2)),
    cluster_conf.render(of_size(5)),
    _CLUSTER % ("web", 1) + _CLUSTER % ("other", 0) + _NODE % (7, "10.0.0.1", 7),
    _NODE % (1, "10.0.0.1", 1) + "# comment\n" + _CLUSTER.replace("local", "Global") % ("web", 1),
    cluster_conf.render(
        cluster_conf.Conf((cluster_conf.ConfCluster("web", "global", 0, ("A" * 32, "B" * 32)),))
    ),
)
PIECES = (
    *garbage.PIECES,
    *("cluster:", "node:", "heartbeat:", "cluster :\n", "foo:\n", "\tname = n3\n", "\tbar = 1\n"),
    *("heartbeat:\n\tcluster = web\n\tregion = AB\n\n", "\tregion = AB\n", "\tcluster = web\n"),
    *("\tnumber = 1\n", " number=2\n", "\tip_port = 0x1E61\n", "\tip_port = +07\n", "# text\n"),
    *("\tip_address = 10.1\n", "\tip_address = 010.0.0.1\n", "\tip_address = 10.0.0.9\n"),
    *("\tip_address = 10.0.0.1/24\n", "Global", "LOCAL", "\tnode_count = 9 \t\n", "\tname =\n"),
)
