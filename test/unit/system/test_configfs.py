import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib import kernel
from ocfs2lib.system import configfs
from ocfs2lib.system import heartbeat_regions

REGION = "458E997A48634B3DAB36F01667EBB761"
FILES = {
    "heartbeat/mode": "local",
    "heartbeat/dead_threshold": "31",
    f"heartbeat/{REGION}/dev": "dm-0",
    "idle_timeout_ms": "30000",
    "keepalive_delay_ms": "2000",
    "reconnect_delay_ms": "2000",
    "fence_method": "reset",
    "node/host0/num": "0",
    "node/host0/ipv4_address": "10.1.0.1",
    "node/host0/ipv4_port": "7777",
    "node/host0/local": "1",
}


@pytest.fixture
def clusters(tmp_path, monkeypatch):
    """The directory of the clusters, with one in it."""
    monkeypatch.setattr(kernel, "CLUSTERS", str(tmp_path))
    for name, text in FILES.items():
        path = tmp_path / "ocfs2" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    return tmp_path


def test_without_configfs_there_is_no_cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "CLUSTERS", str(tmp_path / "none"))
    assert configfs.names() == []
    assert heartbeat_regions.of_cluster("ocfs2") == []


def test_what_a_cluster_shows(clusters):
    assert configfs.names() == ["ocfs2"]
    assert configfs.cluster("ocfs2") == {
        "heartbeat_mode": "local",
        "heartbeat_threshold": 31,
        "idle_timeout_ms": 30000,
        "keepalive_delay_ms": 2000,
        "reconnect_delay_ms": 2000,
        "fence_method": "reset",
        "nodes": {"host0": {"number": 0, "address": "10.1.0.1", "port": 7777, "local": True}},
        "regions": [REGION],
    }


def test_registered_is_not_online(clusters):
    assert configfs.is_online(configfs.cluster("ocfs2"))
    (clusters / "ocfs2/node/host0/local").write_text("0\n")
    assert not configfs.is_online(configfs.cluster("ocfs2"))


def test_a_value_that_the_kernel_took_reads_back(clusters):
    configfs.write("ocfs2", "fence_method", "panic")
    assert (clusters / "ocfs2/fence_method").read_text() == "panic\n"


def test_a_value_of_a_cluster_that_is_gone_is_not_written(clusters):
    with pytest.raises(CommandExecutionError, match="cannot be written: No such file"):
        configfs.write("other", "fence_method", "panic")


def test_a_value_that_does_not_read_back_is_named(clusters, monkeypatch):
    monkeypatch.setattr(configfs.files, "value", lambda path: "reset")
    with pytest.raises(CommandExecutionError, match="is reset after panic was written"):
        configfs.write("ocfs2", "fence_method", "panic")
