"""The health of a host: of its own kernel, and of one that is simulated by files."""

import time
from pathlib import Path

from support.kernel_files import DEBUG
from support.kernel_files import UUID
from support.kernel_files import put

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def test_a_host_without_a_cluster(modules):
    facts = modules["ocfs2_health.facts"]()
    assert abs(facts["time_ms"] / 1000 - time.time()) < 60
    assert facts["boot"] == BOOT_ID.read_text().strip()
    assert (facts["cluster"], facts["peers"], facts["volumes"]) == (None, {}, {})


def test_a_node_at_work(modules, mounted):
    facts = modules["ocfs2_health.facts"]()
    assert facts["cluster"] == "ocfs2"
    assert facts["volumes"] == {
        UUID: {
            "paths": [mounted],
            "read_only": False,
            "failed": False,
            "recovering": [],
            "slot": 1,
            "slots": 3,
            "beating": [0, 1, 2],
            "members": [0, 1],
            "late_ms": 1204,
            "limit_ms": 60000,
        }
    }
    assert facts["peers"]["host2"].pop("quiet_ms") < 60_000
    assert facts["peers"] == {"host2": {"handshake": True}}


def test_a_connection_on_which_nothing_is_agreed(modules, volume):
    put(DEBUG / "o2net/connected_nodes", "2 \n")
    peers = modules["ocfs2_health.facts"]()["peers"]
    assert peers["host2"].pop("quiet_ms") < 60_000
    # Of the connection to host3 the kernel knows nothing more.
    assert peers == {"host2": {"handshake": False}, "host3": {"handshake": True, "quiet_ms": None}}


def test_of_a_volume_that_is_mounted_nowhere_only_the_heartbeat_is_known(modules, volume):
    facts = modules["ocfs2_health.facts"]()["volumes"][UUID]
    known = {name: value for name, value in facts.items() if value not in (None, [])}
    assert known == {"beating": [0, 1, 2], "late_ms": 1204, "limit_ms": 60000}


def test_what_the_kernel_does_not_show_is_none(modules, mounted):
    for name in ("o2hb/{}/livenodes", "o2hb/{}/elapsed_time_in_ms", "o2dlm/{}/dlm_state"):
        (DEBUG / name.format(UUID)).unlink()
    put(DEBUG / f"ocfs2/{UUID}/fs_state", "")
    facts = modules["ocfs2_health.facts"]()["volumes"][UUID]
    for name in ("beating", "members", "recovering", "paths"):
        assert facts.pop(name) == []
    assert facts.pop("limit_ms") == 60000
    assert set(facts.values()) == {None}
