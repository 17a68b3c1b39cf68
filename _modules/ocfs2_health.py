"""
Look at the health of this node in a cluster at work, as its kernel knows it.

Nothing here starts a process or touches a LUN, so it answers at once also while a LUN hangs.

.. versionadded:: 1.0.0
"""

import time

from ocfs2lib import heartbeat
from ocfs2lib.kernel import DEBUG
from ocfs2lib.parsers import debugfs
from ocfs2lib.system import files
from ocfs2lib.system import heartbeat_regions
from ocfs2lib.system import mount_table
from ocfs2lib.system import netlink
from ocfs2lib.system import operating_system


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts(live=None):
    """
    Return the health of this node.

    live
        What ``o2cb.live`` or ``o2cb.facts`` has returned just now; without it, configfs is read.

    Returns ``{"time_ms", "boot", "cluster", "peers", "volumes"}``: the milliseconds since the epoch
    by this node's clock, the kernel's id of this boot, the cluster that is online (None: none), and

    - ``peers``: ``{node name: {"handshake", "quiet_ms"}}``, the connections to other nodes: whether
      both have agreed on the settings, and since when nothing came (None: it is not known);
    - ``volumes``: ``{UUID: {...}}``, the OCFS2 volumes of the kernel: ``paths`` (where they are),
      ``read_only``, ``failed`` (read-only because of an error), ``recovering`` (numbers of the
      nodes whose journal is being replayed), ``slot`` (this node's), ``slots`` (how many there
      are), ``beating`` (numbers of the nodes whose heartbeat is seen), ``members`` (of those with
      which this one shares locks, itself included), ``late_ms`` (since the last heartbeat written
      here) and ``limit_ms`` (when the node fences itself). What the kernel does not show is None,
      as most of it while a volume is being mounted or unmounted.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_health.facts
    """
    live = live or __salt__["o2cb.live"]()
    cluster = live["clusters"].get(live["online"])
    mounts = __salt__["ocfs2_mount.mounts"]("ocfs2")
    return {
        "time_ms": time.time_ns() // 1_000_000,
        "boot": __salt__["ocfs2_reboot.boot_id"](),
        "cluster": live["online"],
        "peers": _peers(cluster) if cluster else {},
        "volumes": {
            uuid: _volume(uuid, state, mounts, cluster)
            for uuid, state in mount_table.states().items()
        },
    }


def _peers(cluster):
    agreed = files.value(f"{DEBUG}/o2net/connected_nodes")
    if agreed is None:
        return {}
    agreed = debugfs.numbers(agreed)
    nodes = {name: node for name, node in cluster["nodes"].items() if not node["local"]}
    quiet = {}
    for port in {node["port"] for node in cluster["nodes"].values() if node["port"]}:
        quiet.update(netlink.last_received(port))
    return {
        name: {"handshake": node["number"] in agreed, "quiet_ms": quiet.get(node["address"])}
        for name, node in nodes.items()
        if node["number"] in agreed or node["address"] in quiet
    }


def _volume(uuid, texts, mounts, cluster):
    state = debugfs.fs_state(texts["fs_state"])
    device = state.pop("device")
    return {
        "paths": [each["path"] for each in mounts if each["device"] == device],
        **state,
        "members": debugfs.members(texts["dlm_state"]),
        **heartbeat_regions.pulse(uuid),
        "limit_ms": _limit(cluster),
    }


def _limit(cluster):
    threshold = cluster and cluster["heartbeat_threshold"]
    return heartbeat.write_limit(threshold) * 1000 if isinstance(threshold, int) else None
