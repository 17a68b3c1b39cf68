"""
The clusters in the kernel, as configfs shows them.
"""

from salt.exceptions import CommandExecutionError

from ocfs2lib import kernel
from ocfs2lib.system import files
from ocfs2lib.system import heartbeat_regions

#: Value of a cluster -> its file below the cluster's directory.
VALUES = {
    "heartbeat_mode": "heartbeat/mode",
    "heartbeat_threshold": "heartbeat/dead_threshold",
    "idle_timeout_ms": "idle_timeout_ms",
    "keepalive_delay_ms": "keepalive_delay_ms",
    "reconnect_delay_ms": "reconnect_delay_ms",
    "fence_method": "fence_method",
}


def names():
    """Return the names of the clusters that are registered in the kernel."""
    return files.directories(kernel.CLUSTERS)


def cluster(name):
    """
    Return a cluster: its values, ``nodes`` by name, and ``regions``.

    name
        Its name. Where there is no such cluster, the values are None and the rest is empty.
    """
    directory = f"{kernel.CLUSTERS}/{name}"
    values = {key: _number(files.value(f"{directory}/{file}")) for key, file in VALUES.items()}
    below = f"{directory}/node"
    nodes = {node: _node(f"{below}/{node}") for node in files.directories(below)}
    return {**values, "nodes": nodes, "regions": heartbeat_regions.of_cluster(name)}


def is_online(found):
    """Return whether the kernel takes a node of a :func:`cluster` for itself."""
    return any(node["local"] for node in found["nodes"].values())


def write(name, key, value):
    """
    Write one value of a cluster and read it back; CommandExecutionError if it is not there then.

    name, key, value
        The cluster, a key of :data:`VALUES`, and what to write.
    """
    path = f"{kernel.CLUSTERS}/{name}/{VALUES[key]}"
    files.set_value(path, value)
    now = files.value(path)
    if now != str(value):
        raise CommandExecutionError(f"{path} is {now} after {value} was written")


def _node(directory):
    return {
        "number": _number(files.value(f"{directory}/num")),
        "address": files.value(f"{directory}/ipv4_address"),
        "port": _number(files.value(f"{directory}/ipv4_port")),
        "local": files.value(f"{directory}/local") == "1",
    }


def _number(text):
    return int(text) if text and text.isdigit() else text
