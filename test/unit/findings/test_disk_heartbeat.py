"""What is found out about the heartbeat, and what keeps it from being written."""

import dataclasses

from support import answers
from support.findings import ALL
from support.findings import ONE
from support.findings import PATH
from support.findings import THREE
from support.findings import TWO
from support.findings import WWID
from support.findings import found
from support.findings import lun
from support.findings import only
from support.findings import volume


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
