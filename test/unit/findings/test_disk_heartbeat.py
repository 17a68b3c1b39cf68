"""What is found out about the heartbeat, and what keeps it from being written."""

import dataclasses
import re

import pytest

from ocfs2lib.pillar import check
from support import answers
from support import roster
from support.findings import ALL
from support.findings import ONE
from support.findings import PATH
from support.findings import THREE
from support.findings import TWO
from support.findings import WWID
from support.findings import found
from support.findings import kinds
from support.findings import lun
from support.findings import only
from support.findings import volume


@pytest.mark.parametrize(
    ("queueing", "sum_", "threshold"),
    [
        # (12 x 5 + 4 x 5) / 2 + 2
        ("12 chk", "12 checks x 5 s = 60 s", 42),
        ("8 chk", "8 checks x 5 s = 40 s", 32),
        ("45 sec", "45 s more", 34),
    ],
)
def test_multipath_that_waits_too_long(nodes, queueing, sum_, threshold):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
    finding = only(nodes, "threshold-low", (TWO,))
    assert sum_ in finding.what
    assert "(31 - 1) x 2 s = 60 s" in finding.what
    assert f"heartbeat_threshold: {threshold} under cluster" in finding.fix
    # What it says to write is enough, and the least that is.
    for value, enough in ((threshold, True), (threshold - 1, False)):
        pillar = with_threshold(value)
        again = answers.examinations(pillar)
        again[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
        assert ("threshold-low" not in kinds(again, pillar)) is enough


def with_threshold(value):
    section = roster.section(cluster={"heartbeat_threshold": value})
    section["luns"]["primary"].update(slots=6)
    return check.parse(section)


def test_multipath_that_waits_for_ever(nodes):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = "on"
    finding = only(nodes, "threshold-low", (TWO,))
    assert "for ever" in finding.what
    checks = int(re.search(r"no_path_retry (\d+)", finding.fix)[1])
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = f"{checks} chk"
    assert found(nodes) == []


@pytest.mark.parametrize("threshold", range(7, 40))
@pytest.mark.parametrize("interval", [1, 5, 20])
def test_one_advice_ends_a_wait_without_end(threshold, interval):
    pillar = with_threshold(threshold)
    nodes = answers.examinations(pillar)
    for node in nodes.values():
        node["multipath"]["polling_interval"] = interval
        node["multipath"]["maps"][WWID]["queueing"] = "off"
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = "on"
    (finding,) = [each for each in found(nodes, pillar) if each.kind == "threshold-low"]
    retries = re.search(r"no_path_retry (\w+) in multipath.conf", finding.fix)[1]
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = (
        "off" if retries == "fail" else f"{retries} chk"
    )
    assert "threshold-low" not in kinds(nodes, pillar)


@pytest.mark.parametrize("wwid", ["0QEMU_QEMU_HARDDISK_a", "1IET_00010001", "SDELL_PERC_0123"])
def test_a_wwid_may_have_capitals(wwid):
    section = roster.section()
    section["luns"]["primary"]["wwid"] = wwid
    pillar = check.parse(section)
    nodes = answers.examinations(pillar)
    assert "threshold-low" not in kinds(nodes, pillar)
    nodes[TWO]["multipath"]["maps"][wwid]["queueing"] = "on"
    assert "threshold-low" in kinds(nodes, pillar)


@pytest.mark.parametrize("queueing", ["off", "7 chk", "rubbish"])
def test_multipath_that_gives_up_in_time(nodes, queueing):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
    assert found(nodes) == []


def test_a_multipathd_that_says_nothing_is_no_proof_of_good_paths(nodes):
    nodes[TWO]["multipath"] = None
    nodes[TWO]["luns"]["primary"]["paths"] = {"sda": WWID, "sdb": WWID}
    finding = only(nodes, "paths-unknown", (TWO,))
    assert "multipathd says nothing of sda, sdb" in finding.what


def test_a_kernel_that_shows_nothing_is_no_proof_of_health(nodes):
    nodes[TWO]["health"].update(volumes={}, peers={})
    finding = only(nodes, "kernel-unseen", (TWO,))
    assert "it has primary mounted, and its kernel shows nothing of that" in finding.what
    assert "mount -t debugfs" in finding.fix


def test_a_host_without_multipath(nodes):
    for minion in ALL:
        nodes[minion]["multipath"] = None
        lun(nodes, minion)["paths"] = {}
    assert found(nodes) == []


def test_a_late_heartbeat(nodes):
    volume(nodes)["late_ms"] = 15_001
    finding = only(nodes, "heartbeat-late", (TWO,))
    assert "60 s after which the node fences itself" in finding.what
    assert finding.lun == "primary"
    volume(nodes)["late_ms"] = 15_000
    assert found(nodes) == []


def test_a_node_that_the_others_have_buried(nodes):
    for minion in (ONE, THREE):
        volume(nodes, minion)["members"] = [0, 2]
    finding = only(nodes, "evicted", (TWO,))
    assert "host0, host2 have declared it dead" in finding.what


def test_a_node_that_only_pillar_calls_by_another_number():
    pillar = answers.desired()
    nodes = answers.examinations(pillar)
    moved = dataclasses.replace(
        pillar, nodes=(*pillar.nodes[:2], dataclasses.replace(pillar.nodes[2], number=7))
    )
    said = [each for each in found(nodes, moved) if each.kind in ("evicted", "renumbered")]
    assert {each.kind for each in said} == {"renumbered"}
    assert len(said) == 1


def test_a_recovery(nodes):
    volume(nodes)["recovering"] = [2, 9]
    said = [each.what for each in found(nodes)]
    assert said == [f"{PATH} recovers from host2", f"{PATH} recovers from node 9"]
