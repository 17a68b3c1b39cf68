"""What a healthy node of three has to tell (``ocfs2_metrics.facts``), for tests to break it."""

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import units
from ocfs2lib.platform import debian
from support import roster

UUID = "458E997A48634B3DAB36F01667EBB761"
PATH = "/san/primary"
NAMES = ("host1", "host2", "host3")


def facts():
    """The facts of host1, which has number 0; fresh ones for each test."""
    return {
        "health": {
            "time_ms": 1_800_000_000_000,
            "boot": "3d1e1f3c-0f0e-4d8e-8f0b-9f1a2b3c4d5e",
            "cluster": "web",
            "peers": {name: {"handshake": True, "quiet_ms": 1500} for name in NAMES[1:]},
            "volumes": {
                UUID: {
                    "paths": [PATH],
                    "read_only": False,
                    "failed": False,
                    "recovering": [],
                    "slot": 1,
                    "slots": 5,
                    "beating": [0, 1, 2],
                    "members": [0, 1, 2],
                    "late_ms": 1204,
                    "limit_ms": 60_000,
                }
            },
        },
        "live": {
            "online": "web",
            "clusters": {
                "web": {
                    "heartbeat_mode": "local",
                    "heartbeat_threshold": 31,
                    "idle_timeout_ms": 30_000,
                    "keepalive_delay_ms": 2_000,
                    "reconnect_delay_ms": 2_000,
                    "fence_method": "reset",
                    "nodes": {name: node(number) for number, name in enumerate(NAMES)},
                    "regions": [UUID],
                }
            },
        },
        "mounts": [PATH],
        "fstab": {
            "/": {"device": "/dev/sda1", "fstype": "ext4", "options": ["defaults"]},
            PATH: {"device": "/dev/mapper/primary", "fstype": "ocfs2", "options": ["_netdev"]},
        },
        "conf": conf(),
        "settings": {
            "O2CB_ENABLED": "true",
            "O2CB_BOOTCLUSTER": "web",
            "O2CB_HEARTBEAT_THRESHOLD": "31",
            "O2CB_IDLE_TIMEOUT_MS": "30000",
            "O2CB_KEEPALIVE_DELAY_MS": "2000",
            "O2CB_RECONNECT_DELAY_MS": "2000",
        },
        "unit": unit(),
    }


def node(number):
    """A node as the kernel of host1 has it."""
    return {
        "number": number,
        "address": f"10.1.0.{number + 1}",
        "port": 7777,
        "local": number == 0,
    }


def conf(nodes=3, mode="local"):
    """cluster.conf with the first nodes of three."""
    return cluster_conf.render(
        cluster_conf.Conf(
            (cluster_conf.ConfCluster("web", mode, nodes),),
            tuple(
                cluster_conf.ConfNode("web", number, 7777, f"10.1.0.{number + 1}", name)
                for number, name in enumerate(NAMES[:nodes])
            ),
        )
    )


def unit(fence_method="reset"):
    """o2cb.service, which gives the kernel what no other file has."""
    desired = roster.desired(cluster={"fence_method": fence_method})
    return units.files(desired, debian.PLATFORM)[units.UNIT_PATH]


def volume(facts):
    """The one volume of some facts."""
    return facts["health"]["volumes"][UUID]


def offline(facts):
    """The same node with its cluster down."""
    facts["health"].update(cluster=None, peers={}, volumes={})
    facts["live"] = {"online": None, "clusters": {}}
    facts["mounts"] = []
    return facts
