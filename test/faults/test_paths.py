"""Bad paths on a real kernel's device-mapper: what cannot be read in full is never formatted."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from integration.conftest import LabCluster
from lab.lab import GUEST_PYTHON
from lab.lab import Lab
from support.images import digest

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

NODE = 1
HOST = "host1.domain.com"
CASES = Path(__file__).with_name("guest_maps.py")
LUNS = ["blank:3G", "full:3G", "broken:3G", "slow:3G"]
#: What the refusal of mkfs says.
REFUSED = {
    "every_read_fails": "Input/output error",
    "a_place_of_a_backup_superblock_fails": "Input/output error",
    "a_stretch_in_the_middle_fails": "Input/output error",
    "it_fails_after_the_first_look": "Input/output error",
    "it_comes_and_goes": "Input/output error",
    "it_shrinks_after_the_first_look": f"G1: {HOST}: /dev/mapper/faulty has ",
    "it_grows_after_the_first_look": f"G1: {HOST}: /dev/mapper/faulty has ",
    "it_turns_into_another_lun": f"G1: {HOST}: /dev/mapper/faulty is 35",
    "its_path_leads_to_another_lun": f"G1: {HOST}: path sd",
    "a_part_of_it_is_another_lun": f"G1: {HOST}: path sd",
    "it_is_read_only": f"G7: {HOST}: /dev/mapper/faulty is read-only",
}
UNREADABLE = [name for name, words in REFUSED.items() if words == "Input/output error"]
#: What the read-back says of a format that did not reach the LUN, or not all of it.
FAILED = {
    "every_write_fails": "Read back: no OCFS2 superblock",
    "every_write_is_lost": "Read back: no OCFS2 superblock",
    "it_holds_ext4_and_then_reads_as_zeros": "Read back: no OCFS2 superblock",
    "writes_to_a_journal_fail": "Read back: ",
}
LEAVES_A_TRACE = "writes_to_a_journal_fail"
#: Those whose first look finds nothing wrong.
FINE_AT_FIRST = [
    "it_fails_after_the_first_look",
    "it_comes_and_goes",
    "it_shrinks_after_the_first_look",
    "it_turns_into_another_lun",
    "its_path_leads_to_another_lun",
    "every_write_fails",
    "every_write_is_lost",
    "writes_to_a_journal_fail",
    "everything_is_slow",
]


@pytest.fixture(scope="module")
def lab():
    """One node with the formula and ocfs2-tools, three blank LUNs and one that holds ext4."""
    with Lab("test-paths", say=print) as lab:
        lab.up(nodes=1, luns=LUNS)
        subprocess.run(["mkfs.ext4", "-q", "-F", lab.lun_path("full")], check=True)
        cluster = LabCluster(lab)
        cluster.section["nodes"] = {HOST: cluster.section["nodes"][HOST]}
        cluster.section["luns"] = {}
        cluster.add_lun(cluster.section, "blank")
        cluster.describe()
        answer = cluster.apply(HOST, "sync_mods=all", sls="ocfs2.package")
        assert answer.rc == 0, answer
        yield lab


@pytest.fixture(scope="module")
def cases(lab):
    """What became of every case, and of the LUNs that none of them may write to."""
    untouched = {name: digest(lab.lun_path(name)) for name in ("blank", "full")}
    _must(lab, "systemctl", "stop", "multipathd.socket", "multipathd.service")
    _must(lab, "multipath", "-F")
    wwids = [lab.spec.lun(text.split(":")[0]).wwid for text in LUNS]
    answer = lab.run(NODE, [GUEST_PYTHON, "-", *wwids], timeout=900, stdin=CASES.read_text())
    assert answer.rc == 0, answer.stderr
    _must(lab, "systemctl", "start", "multipathd.service")
    _wait_paths(lab, "blank", 2)
    assert {name: digest(lab.lun_path(name)) for name in untouched} == untouched
    return json.loads(answer.stdout)


def _must(lab, *argv):
    answer = lab.run(NODE, list(argv))
    assert answer.rc == 0, answer
    return answer.stdout


def _disks(lab, name):
    """The SCSI disks that are the paths of a map."""
    script = 'ls "/sys/class/block/$(basename "$(readlink -f "$0")")/slaves"'
    return lab.run(NODE, ["sh", "-c", script, f"/dev/mapper/{name}"]).stdout.split()


def _wait_paths(lab, name, count):
    deadline = time.monotonic() + 60
    while len(found := _disks(lab, name)) != count:
        assert time.monotonic() < deadline, (found, lab.run(NODE, ["multipath", "-ll"]))
        time.sleep(0.2)


def _delete(lab, disk):
    _must(lab, "sh", "-c", f"echo 1 > /sys/block/{disk}/device/delete")


def _scan(lab):
    _must(
        lab, "sh", "-c", 'for host in /sys/class/scsi_host/*; do echo "- - -" >"$host/scan"; done'
    )


def _probe(lab):
    answer = lab.salt("--out=json", HOST, "ocfs2.probe", "/dev/mapper/blank", "prove_blank=True")
    return json.loads(answer.stdout)[HOST]


def _format(lab):
    """The answer of the state that formats, with a grant that no orchestration has given."""
    grant = {"leader": HOST, "uuid": "1" * 32, "token": "one", "again": False}
    grant.update(job="", operator="")
    pillar = json.dumps({"ocfs2_format": {"lun": "blank", "grant": grant}})
    return lab.salt("--timeout=300", HOST, "state.apply", "ocfs2.format", f"pillar={pillar}")


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_and_nothing_is_written(cases, case):
    assert REFUSED[case] in cases[case]["mkfs"]
    assert cases[case]["written"] == 0


@pytest.mark.parametrize("case", REFUSED)
def test_the_refusal_is_one_and_not_a_traceback(cases, case):
    assert cases[case]["mkfs"].startswith("CommandExecutionError: Refused: ")


@pytest.mark.parametrize("case", UNREADABLE)
def test_nobody_is_told_to_describe_an_unreadable_lun_as_empty(cases, case):
    assert "has 0 bytes" not in cases[case]["mkfs"]


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_failed_read_is_no_blank(cases, case):
    probe = cases[case]["probe"]
    if case in FINE_AT_FIRST:
        assert (probe["unreadable"], probe["written"]) == (None, [])
    else:
        assert probe["unreadable"] == "/dev/mapper/faulty: Input/output error"
        assert probe["written"] is None


@pytest.mark.parametrize("case", FAILED)
def test_a_format_that_does_not_arrive_fails(cases, case):
    assert cases[case]["mkfs"].startswith("CommandExecutionError: mkfs.ocfs2 ")
    assert FAILED[case] in cases[case]["mkfs"]
    assert bool(cases[case]["written"]) == (case == LEAVES_A_TRACE)


@pytest.mark.parametrize("case", FINE_AT_FIRST)
def test_the_first_look_was_the_one_that_allows_a_format(cases, case):
    probe = cases[case]["probe"]
    assert probe["written"] == []
    assert not (probe["error"] or probe["unreadable"] or probe["signature"] or probe["volume"])


def test_a_slow_lun_is_formatted(cases):
    case = cases["everything_is_slow"]
    assert case["mkfs"]["made"], case
    assert case["seconds"] > 5


def test_a_lun_with_one_path_left_is_as_good_as_before(cases, lab):
    lab.cut_path(NODE, "blank", 0)
    _wait_paths(lab, "blank", 1)
    probe = _probe(lab)
    assert len(probe["paths"]) == 1
    assert (probe["error"], probe["unreadable"], probe["written"]) == (None, None, [])


def test_a_lun_without_a_path_is_refused_and_nothing_is_written(cases, lab):
    before = digest(lab.lun_path("blank"))
    (last,) = _disks(lab, "blank")
    _delete(lab, last)
    _wait_paths(lab, "blank", 0)
    assert _probe(lab)["error"] == "/dev/mapper/blank: No such file or directory"
    answer = _format(lab)
    assert answer.rc != 0
    assert f"G1: {HOST}: /dev/mapper/blank: No such file" in answer.stdout
    lab.restore_path(NODE, "blank", 0)
    _scan(lab)
    _wait_paths(lab, "blank", 2)
    assert _probe(lab)["written"] == []
    assert digest(lab.lun_path("blank")) == before


def test_a_map_that_is_held_while_its_paths_vanish_is_unreadable(cases, lab):
    before = digest(lab.lun_path("blank"))
    _must(lab, "systemd-run", "--unit=holder", "sh", "-c", "exec sleep infinity </dev/mapper/blank")
    try:
        _wait_held(lab)
        for disk in _disks(lab, "blank"):
            _delete(lab, disk)
        _wait_paths(lab, "blank", 0)
        assert _probe(lab)["unreadable"] == "/dev/mapper/blank: Input/output error"
        answer = _format(lab)
        assert answer.rc != 0
        assert f"G2: {HOST}: /dev/mapper/blank: Input/output error" in answer.stdout
    finally:
        _must(lab, "systemctl", "stop", "holder")
        _scan(lab)
    _wait_paths(lab, "blank", 2)
    assert digest(lab.lun_path("blank")) == before


def _wait_held(lab):
    deadline = time.monotonic() + 60
    while "Open count:        0" in _must(lab, "dmsetup", "info", "blank"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
