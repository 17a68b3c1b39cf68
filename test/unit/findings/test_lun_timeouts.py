"""What keeps I/O waiting longer than a node may be without a heartbeat."""

import re

import pytest

from ocfs2lib.pillar import check
from support import answers
from support import roster
from support.findings import TWO
from support.findings import WWID
from support.findings import found
from support.findings import kinds
from support.findings import only


@pytest.mark.parametrize(
    ("queueing", "sum_", "threshold"),
    [
        # 18 + 12 x 5 + 1 = 79 of (49 - 1) x 2 x 5 / 6
        ("12 chk", "12 checks x 5 s = 60 s", 49),
        ("7 chk", "7 checks x 5 s = 35 s", 34),
        ("45 sec", "45 s more", 40),
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


@pytest.mark.parametrize("queueing", ["off", "6 chk", "rubbish"])
def test_multipath_that_gives_up_in_time(nodes, queueing):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
    assert found(nodes) == []


def test_an_array_is_named(nodes):
    """multipath's own table has many that wait longer than the usual limit."""
    nodes[TWO]["multipath"]["maps"][WWID].update(queueing="30 chk", array="DGC,VRAID")
    finding = only(nodes, "threshold-low", (TWO,))
    assert "(array DGC VRAID)" in finding.what
    assert f"no_path_retry 6 in multipath.conf, in a section multipath for the WWID {WWID}" in (
        finding.fix
    )


@pytest.mark.parametrize(
    ("way", "setting", "seconds", "fits"),
    [
        ("iSCSI", "replacement_timeout", 120, 37),
        ("Fibre Channel", "dev_loss_tmo", 60, 50),
        ("NVMe", "ctrl_loss_tmo", 600, 37),
        ("NVMe", "ctrl_loss_tmo", None, 37),
    ],
)
def test_a_disk_without_a_map_that_waits_too_long(nodes, way, setting, seconds, fits):
    for node in nodes.values():
        node["multipath"] = None
        node["luns"]["primary"]["paths"] = {}
        node["lun_timeouts"] = {"primary": [[way, setting, fits]]}
    assert found(nodes) == []
    nodes[TWO]["lun_timeouts"]["primary"].append([way, setting, seconds])
    finding = only(nodes, "threshold-low", (TWO,))
    assert f"{way} keeps I/O" in finding.what
    assert setting in finding.what
    assert "(31 - 1) x 2 s = 60 s" in finding.what
    assert str(fits) in finding.fix


def test_what_is_seen_under_the_name_is_another_lun(nodes):
    nodes[TWO]["luns"]["primary"]["wwid"] = "3600"
    nodes[TWO]["multipath"] = None
    nodes[TWO]["lun_timeouts"] = {"primary": [["iSCSI", "replacement_timeout", 120]]}
    assert "threshold-low" not in [each.kind for each in found(nodes)]
