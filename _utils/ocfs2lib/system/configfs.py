"""
The clusters in the kernel, as configfs shows them.
"""

import os

from salt.exceptions import CommandExecutionError

from ocfs2lib import kernel
from ocfs2lib.system import files

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
    return _directories(kernel.CLUSTERS)


def cluster(name):
    """
    Return a cluster: its values, ``nodes`` by name, and ``regions``.

    name
        Its name. Where there is no such cluster, the values are None and the rest is empty.
    """
    directory = f"{kernel.CLUSTERS}/{name}"
    values = {key: _number(files.value(f"{directory}/{file}")) for key, file in VALUES.items()}
    nodes = {node: _node(f"{directory}/node/{node}") for node in _directories(f"{directory}/node")}
    return {**values, "nodes": nodes, "regions": regions(name)}


def regions(name):
    """Return the heartbeat regions of a cluster: the UUIDs of the volumes that are mounted."""
    return _directories(kernel.regions(name))


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
    try:
        with open(path, "w", encoding="ascii") as handle:
            handle.write(f"{value}\n")  # without the newline fence_method is EINVAL
    except OSError as err:
        raise CommandExecutionError(f"{path} cannot be written: {err.strerror}") from err
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


def _directories(path):
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
