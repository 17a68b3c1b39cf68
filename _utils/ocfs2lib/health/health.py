"""
The health of one node as its kernel shows it at little cost, for its metrics and its beacon.

There is no pillar in it: what runs is compared with the node's own files.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from ocfs2lib.kernel import DEFAULTS
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import fstab
from ocfs2lib.node import membership
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import units


@dataclass(frozen=True)
class Peer:
    """
    Another node of the live cluster.

    ``connected``: both have agreed on the settings. ``beating``: its heartbeat is seen on a volume
    that is mounted here; None if no heartbeat is. ``quiet``: seconds since anything came from it;
    None without a connection.
    """

    name: str
    connected: bool
    beating: bool | None
    quiet: float | None


@dataclass(frozen=True)
class VolumeHealth:
    """
    A volume that is mounted here. What the kernel does not show is None.

    ``recovering`` and ``beating`` count nodes; ``late`` and ``limit`` are seconds: since the last
    heartbeat was written, and when the node fences itself.
    """

    uuid: str
    paths: tuple
    read_only: bool | None
    failed: bool | None
    recovering: int
    slots: int | None
    beating: int | None
    late: float | None
    limit: float | None

    @property
    def location(self):
        """Return where it is mounted, for a reader."""
        return self.paths[0] if self.paths else f"volume {self.uuid}"

    @property
    def is_responsive(self):
        """Return whether its locks can be asked for without waiting for a node or the LUN."""
        on_time = self.late is None or self.limit is None or self.late < self.limit / 4
        return on_time and not (self.recovering or self.failed)


@dataclass(frozen=True)
class Setting:
    """What the kernel works with, and what it will work with from its next start on; as text."""

    name: str
    kernel: str
    file: str

    @property
    def drifts(self):
        """Return whether the two differ."""
        return self.kernel != self.file


@dataclass(frozen=True)
class Health:
    """
    The health of a node.

    cluster
        The name of the cluster: the one that is online, else the one that is to be, else ``""``.
    online
        Whether it is.
    idle_timeout
        Seconds of silence after which a connection counts as dead; None while it is offline.
    mounts
        ``{path: whether an OCFS2 is mounted there}`` for each line of fstab that the boot mounts.
    volumes, peers, settings
        Tuples of :class:`VolumeHealth`, :class:`Peer` and :class:`Setting`. While the cluster is
        offline there are no peers, and nothing to compare a file with.
    """

    cluster: str
    online: bool
    idle_timeout: float | None
    mounts: dict
    volumes: tuple
    peers: tuple
    settings: tuple


def of(facts):
    """
    Return the :class:`Health` of a node.

    facts
        What ``ocfs2_metrics.facts`` returned on it.
    """
    state, live, values = facts["health"], facts["live"], facts["settings"]
    conf, fencing = _conf(facts["conf"]), units.fence_method(facts["unit"] or "")
    online = live["online"]
    cluster = live["clusters"].get(online)
    return Health(
        cluster=online or _configured(values, conf),
        online=bool(cluster),
        idle_timeout=_seconds(cluster["idle_timeout_ms"]) if cluster else None,
        mounts=_mounts(facts["fstab"], facts["mounts"]),
        volumes=tuple(_volume(*each) for each in sorted(state["volumes"].items())),
        peers=tuple(_peers(state, cluster)) if cluster else (),
        settings=tuple(_settings(online, cluster, values, conf, fencing)) if cluster else (),
    )


def _conf(text):
    # To the tools, one that they refuse is as good as none.
    try:
        return cluster_conf.parse(text or "")
    except cluster_conf.ConfError:
        return cluster_conf.Conf()


def _configured(values, conf):
    names = [(values or {}).get(o2cb_settings.BOOTCLUSTER), *(each.name for each in conf.clusters)]
    return next(filter(None, names), "")


def _mounts(lines, mounted):
    return {
        posixpath.normpath(path): posixpath.normpath(path) in mounted
        for path, line in lines.items()
        if fstab.is_ocfs2(line) and "noauto" not in line["options"]
    }


def _volume(uuid, facts):
    return VolumeHealth(
        uuid=uuid,
        paths=tuple(facts["paths"]),
        read_only=facts["read_only"],
        failed=facts["failed"],
        recovering=len(facts["recovering"]),
        slots=facts["slots"],
        # This node is among them, so none at all means that the kernel does not show it.
        beating=len(facts["beating"]) or None,
        late=_seconds(facts["late_ms"]),
        limit=_seconds(facts["limit_ms"]),
    )


def _peers(state, cluster):
    seen = {number for each in state["volumes"].values() for number in each["beating"]}
    for name, node in cluster["nodes"].items():
        if not node["local"]:
            peer = state["peers"].get(name)
            yield Peer(
                name=name,
                connected=bool(peer and peer["handshake"]),
                beating=node["number"] in seen if seen else None,
                quiet=_seconds(peer["quiet_ms"]) if peer else None,
            )


def _settings(name, cluster, values, conf, fencing):
    """Yield each setting that the kernel shows and a file has."""
    if values is not None:
        yield Setting("cluster", name, values.get(o2cb_settings.BOOTCLUSTER, ""))
        for setting, variable in o2cb_settings.VALUES.items():
            # What the kernel takes where the file leaves it empty.
            default = str(DEFAULTS[setting])
            yield Setting(setting, str(cluster[setting]), values.get(variable) or default)
    mode = next((each.heartbeat_mode for each in conf.clusters if each.name == name), "")
    yield Setting("heartbeat_mode", str(cluster["heartbeat_mode"]), mode)
    if fencing is not None:
        yield Setting("fence_method", str(cluster["fence_method"]), fencing)
    yield _nodes(cluster["nodes"], {each.name: each for each in conf.nodes if each.cluster == name})


def _nodes(live, listed):
    """Return the list of nodes; where two differ, only the nodes in which they do."""
    same = {name for name, node in listed.items() if membership.is_same_node(node, live.get(name))}
    kernel = {name: (each["number"], each["address"], each["port"]) for name, each in live.items()}
    file = {name: (each.number, each.address, each.port) for name, each in listed.items()}
    return Setting("nodes", _as_text(kernel, same), _as_text(file, same))


def _as_text(nodes, same):
    return ", ".join(
        f"{name} ({number}, {address}:{port})"
        for name, (number, address, port) in sorted(nodes.items())
        if name not in same
    )


def _seconds(milliseconds):
    # A file of the kernel may hold anything.
    return milliseconds / 1000 if isinstance(milliseconds, int) else None
