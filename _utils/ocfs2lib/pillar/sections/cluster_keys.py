"""The section ``cluster``: what every node must agree on."""

from dataclasses import dataclass

from ocfs2lib import heartbeat
from ocfs2lib import kernel
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import UNTESTED
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.section import Section

_KEYS = (
    Key(
        "name",
        TEXT,
        "Name of the cluster. It is written into every volume at format time, so renaming"
        " it later takes the whole cluster down.",
        default="ocfs2",
        example="ocfs2",
        pattern=r"[A-Za-z0-9]{1,16}",
        rule="1 to 16 ASCII letters and digits",
    ),
    Key(
        "heartbeat_mode",
        TEXT,
        "``local``: one heartbeat on every mounted volume.",
        default=kernel.DEFAULTS["heartbeat_mode"],
        choices=("local",),
        refused={"global": UNTESTED},
    ),
    Key(
        "heartbeat_threshold",
        INTEGER,
        "A node that cannot write its heartbeat for (threshold - 1) x 2 seconds restarts"
        " itself: 31 is 60 s, 61 is 120 s. The time multipath takes to fail over must be"
        " clearly below.",
        default=kernel.DEFAULTS["heartbeat_threshold"],
        unit=f"samples of {heartbeat.BEAT} s",
        minimum=7,
        maximum=heartbeat.MAX_THRESHOLD,
    ),
    Key(
        "idle_timeout_ms",
        INTEGER,
        "A connection that is silent for so long is dead. At least ``keepalive_delay_ms``"
        " and ``reconnect_delay_ms`` together.",
        default=kernel.DEFAULTS["idle_timeout_ms"],
        unit="ms",
        minimum=5000,
        maximum=600000,
    ),
    Key(
        "keepalive_delay_ms",
        INTEGER,
        "Silence after which a keepalive packet is sent.",
        default=kernel.DEFAULTS["keepalive_delay_ms"],
        unit="ms",
        minimum=1000,
        maximum=300000,
    ),
    Key(
        "reconnect_delay_ms",
        INTEGER,
        "Least time between two attempts to connect.",
        default=kernel.DEFAULTS["reconnect_delay_ms"],
        unit="ms",
        minimum=2000,
        maximum=300000,
    ),
    Key(
        "fence_method",
        TEXT,
        "How a node that lost the cluster stops itself: ``reset`` restarts at once,"
        " ``panic`` gives kdump its chance.",
        default=kernel.DEFAULTS["fence_method"],
        choices=("reset", "panic"),
    ),
    Key(
        "port",
        INTEGER,
        "TCP port of the interconnect, the same on every node.",
        default=7777,
        minimum=1,
        maximum=65534,
    ),
)


@dataclass(frozen=True)
class Cluster:
    """The ``cluster`` section; times in ms, the threshold in samples of 2 s."""

    name: str
    heartbeat_mode: str
    heartbeat_threshold: int
    idle_timeout_ms: int
    keepalive_delay_ms: int
    reconnect_delay_ms: int
    fence_method: str
    port: int


def _timeouts(good):
    """``cluster:idle_timeout_ms`` is not below ``keepalive_delay_ms`` and
    ``reconnect_delay_ms`` together."""
    cluster = good.get("cluster", {})
    names = ("idle_timeout_ms", "keepalive_delay_ms", "reconnect_delay_ms")
    if not all(name in cluster for name in names):
        return
    idle, keepalive, reconnect = (cluster[name] for name in names)
    path = "ocfs2:cluster:idle_timeout_ms"
    fix = f"type {keepalive + reconnect} or more, or lower the delays"
    if idle <= keepalive:
        reason = f"{idle} is not above keepalive_delay_ms {keepalive}, and the kernel refuses that"
        yield Problem(path, reason, fix)
    elif idle < keepalive + reconnect:
        yield Problem(
            path,
            f"{idle} is below keepalive_delay_ms {keepalive} + reconnect_delay_ms {reconnect}:"
            " a broken connection would count as dead before it is tried again",
            fix,
        )


CLUSTER = Section(
    Key("cluster", SECTION, "What every node must agree on.", default=None, keys=_KEYS),
    build=lambda good: Cluster(**good),
    rules=(_timeouts,),
)
