"""
The health of a node (:class:`health.health.Health`) in Prometheus' text format.

Room on the volumes is left to node_exporter, whose ``node_filesystem_*`` have it already.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class _Metric:
    """``samples`` makes ``(labels, value)`` pairs of a Health; a value of None is left out."""

    name: str
    help: str
    samples: object


def _of_cluster(value):
    return lambda health: [({"cluster": health.cluster}, value(health))] if health.cluster else []


def _of_volumes(value):
    return lambda health: [
        ({"uuid": each.uuid, "path": each.paths[0] if each.paths else ""}, value(each))
        for each in health.volumes
    ]


def _of_peers(value):
    return lambda health: [({"peer": each.name}, value(each)) for each in health.peers]


def _mounted(health):
    return [({"path": path}, mounted) for path, mounted in health.mounts.items()]


def _drift(health):
    return [({"setting": each.name}, each.drifts) for each in health.settings]


_METRICS = (
    _Metric(
        "ocfs2_cluster_online",
        "Whether the cluster is online on this node.",
        _of_cluster(lambda health: health.online),
    ),
    _Metric(
        "ocfs2_idle_timeout_seconds",
        "Silence after which a connection to another node counts as dead.",
        _of_cluster(lambda health: health.idle_timeout),
    ),
    _Metric(
        "ocfs2_setting_drift",
        "Whether the kernel works with another value than the file of this node has.",
        _drift,
    ),
    _Metric(
        "ocfs2_mounted",
        "Whether an OCFS2 is mounted where a line of fstab without noauto wants one.",
        _mounted,
    ),
    _Metric(
        "ocfs2_read_only",
        "Whether the kernel writes no more to a mounted volume.",
        _of_volumes(lambda volume: volume.read_only),
    ),
    _Metric(
        "ocfs2_volume_failed",
        "Whether it does so because of an error in the volume.",
        _of_volumes(lambda volume: volume.failed),
    ),
    _Metric(
        "ocfs2_heartbeat_late_seconds",
        "Time since this node wrote its last heartbeat to the volume.",
        _of_volumes(lambda volume: volume.late),
    ),
    _Metric(
        "ocfs2_heartbeat_limit_seconds",
        "Time without a written heartbeat after which this node fences itself.",
        _of_volumes(lambda volume: volume.limit),
    ),
    _Metric(
        "ocfs2_nodes_beating",
        "Nodes whose heartbeat is seen on the volume, this one included.",
        _of_volumes(lambda volume: volume.beating),
    ),
    _Metric(
        "ocfs2_recovering_nodes",
        "Nodes whose journal this node is replaying.",
        _of_volumes(lambda volume: volume.recovering),
    ),
    _Metric(
        "ocfs2_slots",
        "Slots of the volume: how many nodes can mount it at once.",
        _of_volumes(lambda volume: volume.slots),
    ),
    _Metric(
        "ocfs2_slots_used",
        "Slots that are taken, one by each node whose heartbeat is seen.",
        # Without slots to compare it with, it would only be another name for ocfs2_nodes_beating.
        _of_volumes(lambda volume: volume.beating if volume.slots else None),
    ),
    _Metric(
        "ocfs2_peer_connected",
        "Whether this node is connected to another node of its cluster.",
        _of_peers(lambda peer: peer.connected),
    ),
    _Metric(
        "ocfs2_peer_beating",
        "Whether this node sees the heartbeat of another on a volume that it has mounted.",
        _of_peers(lambda peer: peer.beating),
    ),
    _Metric(
        "ocfs2_peer_quiet_seconds",
        "Time since anything came from another node.",
        _of_peers(lambda peer: peer.quiet),
    ),
)
_INFO = _Metric("ocfs2_formula_info", "The version of ocfs2-formula on this node.", None)

#: All of them are gauges.
NAMES = (_INFO.name, *(each.name for each in _METRICS))


def render(health, version):
    """
    Return the text that node_exporter's textfile collector reads.

    health
        An :class:`health.health.Health`.
    version
        That of the formula.
    """
    families = [(_INFO, [({"version": version}, 1)])]
    families += [(metric, metric.samples(health)) for metric in _METRICS]
    return "".join(
        _family(metric, [each for each in samples if each[1] is not None])
        for metric, samples in families
    )


def _family(metric, samples):
    if not samples:
        return ""
    head = f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} gauge\n"
    return head + "".join(
        f"{metric.name}{{{_labels(labels)}}} {_number(value)}\n" for labels, value in samples
    )


def _labels(labels):
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(text):
    # A path may hold anything, and the file is refused for a single byte that is not UTF-8.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value):
    return str(int(value)) if isinstance(value, bool) else str(value)
