"""From a blank LUN to a mounted cluster and back after a power cut, on real kernels."""

import hashlib
import subprocess

import pytest

pytestmark = pytest.mark.lab

LUNS = ["primary:3G", "ext4:3G", "gpt:3G", "foreign:3G"]
NODES = (1, 2, 3)


def _digest(path):
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _add_lun(name, number):
    def change(section):
        section["luns"][name] = {
            "device": f"/dev/mapper/{name}",
            "wwid": f"35000c5000000000{number}",
            "size": "3GiB",
            "format": "once",
            "mount": {"path": f"/san/{name}"},
        }

    return change


def _missing_node(section):
    section["nodes"]["host9.domain.com"] = {"number": 9, "address": "192.168.100.9"}


def test_highstate_never_formats(cluster):
    before = _digest(cluster.lab.lun_path("primary"))
    answer = cluster.lab.salt("host1.domain.com", "state.apply", "ocfs2")
    assert answer.rc != 0
    assert "salt-run state.orchestrate ocfs2.orch" in answer.stdout
    assert _digest(cluster.lab.lun_path("primary")) == before


def test_silent_node_stops_the_format(cluster):
    before = _digest(cluster.lab.lun_path("primary"))
    cluster.describe(_missing_node)
    answer = cluster.orchestrate()
    cluster.describe()
    assert answer.rc != 0
    assert "host9.domain.com" in answer.stdout
    assert _digest(cluster.lab.lun_path("primary")) == before


def test_dry_run_touches_nothing(cluster):
    before = _digest(cluster.lab.lun_path("primary"))
    answer = cluster.orchestrate("test=True")
    assert "would be formatted on host1.domain.com" in answer.stdout
    assert answer.rc == 0
    assert _digest(cluster.lab.lun_path("primary")) == before


def test_orchestration_mounts_a_blank_lun_everywhere(cluster):
    answer = cluster.orchestrate()
    assert answer.rc == 0, answer.stdout + answer.stderr
    rc, status = cluster.status()
    assert rc == 0, status
    assert status["status"]["healthy"]
    cluster.lab.run(1, ["sh", "-c", "echo shared > /san/primary/file; sync"])
    for read in cluster.everywhere("cat", "/san/primary/file"):
        assert read.stdout.strip() == "shared"


def test_second_run_changes_nothing(cluster):
    uptime = ["stat", "-c", "%Y", "/etc/ocfs2/cluster.conf", "/etc/default/o2cb", "/etc/fstab"]
    before = [each.stdout for each in cluster.everywhere(*uptime)]
    answer = cluster.orchestrate()
    assert answer.rc == 0, answer.stdout + answer.stderr
    assert "Succeeded: 5\n" in answer.stdout
    assert [each.stdout for each in cluster.everywhere(*uptime)] == before


@pytest.mark.parametrize(
    ("name", "number", "argv", "found"),
    [
        ("ext4", 2, ["mkfs.ext4", "-q", "-F"], "ext4"),
        ("gpt", 3, ["sh", "-c", 'echo "label: gpt" | sfdisk -q "$0"'], "gpt partition table"),
        (
            "foreign",
            4,
            ["mkfs.ocfs2", "-q", "--cluster-stack=o2cb", "--cluster-name=other", "-N", "4"],
            "o2cb/other",
        ),
    ],
)
def test_a_lun_that_holds_anything_is_refused(cluster, name, number, argv, found):
    path = cluster.lab.lun_path(name)
    subprocess.run([*argv, str(path)], check=True, stdin=subprocess.DEVNULL)
    before = _digest(path)
    cluster.describe(_add_lun(name, number))
    answer = cluster.orchestrate()
    cluster.describe()
    assert answer.rc != 0
    assert found in answer.stdout
    assert _digest(path) == before


def test_power_cut_of_all_nodes(cluster):
    for node in NODES:
        cluster.lab.power_cut(node)
    for node in NODES:
        cluster.lab.start(node)
    for node in NODES:
        cluster.lab.wait_booted(node)
    for read in cluster.everywhere("cat", "/san/primary/file"):
        assert read.stdout.strip() == "shared", read
    cluster.lab.wait_minions(NODES)
    rc, status = cluster.status()
    assert rc == 0, status
