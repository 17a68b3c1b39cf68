"""The metrics of a host: of its own kernel, and of one that is simulated by files."""

import ctypes
import os
import struct

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib import version
from support.kernel_files import DEBUG
from support.kernel_files import UUID
from support.kernel_files import put
from support.node_files import CONF
from support.node_files import FSTAB
from support.node_files import SETTINGS

_LIBC = ctypes.CDLL(None, use_errno=True)
_IN_CREATE, _IN_MOVED_TO = 0x100, 0x80


def samples(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)


def test_a_host_without_a_cluster_has_metrics_too(modules, sandbox):
    for path in (CONF, SETTINGS):
        path.unlink(missing_ok=True)
    put(FSTAB, "/dev/sda1 / ext4 defaults 0 1\n")
    text = modules["ocfs2_metrics.text"]()
    assert samples(text) == {f'ocfs2_formula_info{{version="{version.VERSION}"}}': "1"}


@pytest.mark.usefixtures("files")
def test_a_node_at_work(modules, mounted):
    found = samples(modules["ocfs2_metrics.text"]())
    of_volume = f'{{uuid="{UUID}",path="{mounted}"}}'
    expected = {
        'ocfs2_cluster_online{cluster="ocfs2"}': "1",
        # It is mounted elsewhere.
        'ocfs2_mounted{path="/san/primary"}': "0",
        f"ocfs2_heartbeat_late_seconds{of_volume}": "1.204",
        f"ocfs2_heartbeat_limit_seconds{of_volume}": "60.0",
        f"ocfs2_nodes_beating{of_volume}": "3",
        f"ocfs2_slots_used{of_volume}": "3",
        'ocfs2_peer_connected{peer="host2"}': "1",
        'ocfs2_peer_connected{peer="host3"}': "0",
        'ocfs2_peer_beating{peer="host3"}': "1",
    }
    assert {name: found.get(name) for name in expected} == expected
    drifts = {value for name, value in found.items() if name.startswith("ocfs2_setting_drift")}
    assert drifts == {"0"}


@pytest.mark.usefixtures("volume", "files")
def test_a_kernel_that_works_with_other_values_than_its_files(modules, kernel):
    kernel("heartbeat/dead_threshold", 61)
    kernel("node/host3/ipv4_address", "192.168.100.9")
    kernel("fence_method", "panic")
    found = samples(modules["ocfs2_metrics.text"]())
    drifts = {name for name, value in found.items() if "drift" in name and value == "1"}
    assert drifts == {
        'ocfs2_setting_drift{setting="fence_method"}',
        'ocfs2_setting_drift{setting="heartbeat_threshold"}',
        'ocfs2_setting_drift{setting="nodes"}',
    }


def test_a_mounted_volume_is_known_by_its_path(modules, in_fstab):
    found = samples(modules["ocfs2_metrics.text"]())
    assert found[f'ocfs2_mounted{{path="{in_fstab}"}}'] == "1"
    assert found[f'ocfs2_slots{{uuid="{UUID}",path="{in_fstab}"}}'] == "3"


def test_the_file_is_for_everybody_to_read(modules, tmp_path):
    assert modules["ocfs2_metrics.write"](str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["ocfs2.prom"]
    assert (tmp_path / "ocfs2.prom").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "ocfs2.prom").read_text() == modules["ocfs2_metrics.text"]()


def test_a_reader_finds_a_whole_file_at_every_moment(modules, tmp_path):
    watch = _LIBC.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    _LIBC.inotify_add_watch(watch, os.fsencode(tmp_path), _IN_CREATE | _IN_MOVED_TO)
    for _ in range(2):
        modules["ocfs2_metrics.write"](str(tmp_path))
    events = list(_events(os.read(watch, 1 << 16)))
    os.close(watch)
    assert [name for mask, name in events if mask & _IN_MOVED_TO] == ["ocfs2.prom"] * 2
    made = [name for mask, name in events if mask & _IN_CREATE]
    assert made
    # node_exporter reads *.prom.
    assert not [name for name in made if name.endswith(".prom")]


def _events(data):
    while data:
        _, mask, _, length = struct.unpack_from("iIII", data)
        yield mask, data[16 : 16 + length].rstrip(b"\0").decode()
        data = data[16 + length :]


def test_a_directory_that_nobody_reads_is_refused(modules, tmp_path):
    with pytest.raises(CommandExecutionError, match="install prometheus-node-exporter"):
        modules["ocfs2_metrics.write"](str(tmp_path / "missing"))
    assert not (tmp_path / "missing").exists()


@pytest.mark.usefixtures("volume", "files")
def test_what_the_kernel_does_not_show_is_left_out(modules):
    (DEBUG / f"o2hb/{UUID}/livenodes").unlink()
    names = {name.partition("{")[0] for name in samples(modules["ocfs2_metrics.text"]())}
    assert "ocfs2_heartbeat_late_seconds" in names
    assert not names & {"ocfs2_nodes_beating", "ocfs2_slots_used", "ocfs2_peer_beating"}
