"""The files of the cluster stack on a host, and what the real tool reads in a cluster.conf."""

import subprocess
from pathlib import Path

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import service_dropins

CONF = Path("/etc/ocfs2/cluster.conf")
SETTINGS = Path("/etc/default/o2cb")
DROP_IN = Path(service_dropins.DROP_INS.replace("*", "libvirtd.service"))
REGION = "458E997A48634B3DAB36F01667EBB761"


def run(*argv, **kwargs):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **kwargs)


def tree(root):
    """Everything below a directory, to see that nothing changed."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in sorted(Path(root).rglob("*"))
        if not path.is_symlink()
    }


def listed(what, path, cluster):
    """Have the real tool list the cluster or the nodes of a file."""
    return run("o2cb", f"--config-file={path}", f"list-{what}", "--oneline", cluster)


def loaded(path, cluster):
    """What the real tool finds in a file: its two answers, or None if it refuses the file."""
    summary = listed("cluster", path, cluster)
    if summary.returncode:
        return None
    line = next((x for x in summary.stdout.splitlines() if x.startswith("cluster: ")), None)
    return line, listed("nodes", path, cluster).stdout


def meant(conf, name):
    """The same two answers as our reading of the file gives them."""
    cluster = next((each for each in conf.clusters if each.name == name), None)
    nodes = [each for each in conf.nodes if each.cluster == name]
    return (
        cluster and f"cluster: {cluster.node_count} {cluster.heartbeat_mode} {cluster.name}",
        "".join(f"node: {n.number} {n.name} {n.address}:{n.port} {n.cluster}\n" for n in nodes),
    )


def of_size(nodes):
    """A cluster.conf of the cluster web, with so many nodes."""
    return cluster_conf.Conf(
        (cluster_conf.ConfCluster("web", "local", nodes),),
        tuple(
            cluster_conf.ConfNode("web", number, 7777, f"10.0.0.{number + 1}", f"node{number}")
            for number in range(nodes)
        ),
    )
