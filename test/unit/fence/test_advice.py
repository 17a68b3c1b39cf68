"""What to do about it."""

import copy
import json

import pytest

from ocfs2lib.fence import explanation
from support import simulated_logs
from support.fencing import MULTIPATH
from support.fencing import advised
from support.fencing import explain
from support.fencing import panics
from support.simulated_logs import PANIC
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs


@pytest.mark.parametrize(
    ("queueing", "threshold", "wanted"),
    [
        ("12 chk", 31, 49),  # 18 + 60 + 1 = 79 of (49 - 1) x 2 x 5 / 6
        ("13 chk", 31, 52),
        ("6 chk", 31, None),
        ("12 chk", 49, None),
        ("500 chk", 31, None),
        ("on", 31, 61),
        ("off", 31, 61),
        ("on", 61, None),
        ("rubbish", 31, 61),
    ],
)
def test_the_limit_leaves_multipath_its_time(queueing, threshold, wanted):
    cluster = SimulatedLogs(threshold=threshold)
    cluster.lose_disk("host2", WELL)
    multipath = copy.deepcopy(MULTIPATH)
    multipath["maps"]["3600"]["queueing"] = queueing
    words = advised(explain(cluster, multipath=multipath))
    assert ("heartbeat_threshold:" in words) == bool(wanted)
    if wanted:
        assert f"Write heartbeat_threshold: {wanted} under ocfs2:cluster" in words
        assert f"has {(wanted - 1) * 2} s instead of 60 s" in words
        assert """orch.retune pillar='{"ocfs2_outage": "ocfs2"}'""" in words


def test_a_map_that_waits_for_ever():
    cluster = SimulatedLogs()
    cluster.lose_disk("host2", WELL)
    multipath = copy.deepcopy(MULTIPATH)
    multipath["maps"]["3600"]["queueing"] = "on"
    found = explain(cluster, multipath=multipath)
    assert "waiting for ever" in advised(found)
    json.dumps(explanation.data(found), allow_nan=False)


@pytest.mark.parametrize(
    "multipath",
    [None, {}, {"maps": []}, {"maps": {"a": 1}}, {"maps": {"a": {"queueing": 1}}}, {"maps": None}],
)
def test_nothing_has_to_be_known_of_multipath(multipath):
    cluster = SimulatedLogs()
    cluster.lose_disk("host2", WELL)
    assert "heartbeat_threshold: 61" in advised(explain(cluster, multipath=multipath))


def test_whose_fault_it_is():
    cluster = SimulatedLogs()
    cluster.lose_disk("host2", WELL)
    assert "look at what host2 has of its own" in advised(explain(cluster))
    cluster.say("host3", WELL + 30, f"o2hb: node 2 hb write hung for 30s on region {'X' * 32}")
    assert "host3 hung as well" in advised(explain(cluster))
    cluster = SimulatedLogs()
    cluster.lose_network("host2", WELL)
    assert "look at what host2 has of its own" in advised(explain(cluster))
    cluster.silence("host1", "host3", WELL, WELL + 100)
    assert "host1, host3 lost other nodes too" in advised(explain(cluster))


def test_where_to_look_if_no_other_node_tells():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL, simulated_logs.write_timeout(62))
    cluster.restart("host2", WELL, WELL + 60)
    assert advised(explain(cluster)).startswith("Look at the paths to the LUN. On host2:")
    cluster = SimulatedLogs()
    cluster.say("host2", WELL, simulated_logs.too_few(1, 2, 3))
    cluster.restart("host2", WELL, WELL + 60)
    assert advised(explain(cluster)).startswith("Look at the interconnect. On host2:")


def test_what_the_host_complained_of_before():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 60, "watchdog: BUG: soft lockup - CPU#1 stuck for 26s!")
    cluster.cut("host2", WELL)
    assert "Processors stood still before" in advised(explain(cluster))
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 60, "device-mapper: multipath: 253:1: Failing path 8:16.")
    panics(cluster, "host2", WELL, PANIC + "hung_task: blocked tasks")
    assert "I/O was in trouble before" in advised(explain(cluster))


def test_a_connection_that_broke_at_once():
    cluster = SimulatedLogs()
    for other, number in (("host1", 0), ("host3", 2)):
        peer = simulated_logs.peer(other, number)
        cluster.say("host2", WELL, f"o2net: Connection to {peer} shutdown, state 7")
        cluster.say("host2", WELL, f"o2net: No longer connected to {peer}")
    panics(cluster, "host2", WELL + 66, simulated_logs.too_few(1, 2, 3))
    found = explain(cluster)
    assert "The connection to host1, host3 broke; the quorum is counted" in found.margins[1]
    assert "see whether a firewall was loaded anew" in advised(found)


@pytest.mark.parametrize(("idle", "words"), [(30, "96 s. Only if"), (60, "126 s. More is no cure")])
def test_how_long_the_network_may_be_away(idle, words):
    cluster = SimulatedLogs(idle_timeout=idle)
    cluster.lose_network("host2", WELL)
    assert words in advised(explain(cluster))


def test_the_last_words_of_a_node_are_worth_keeping():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL)
    assert "fence_method: panic under ocfs2:cluster" in advised(explain(cluster))
    assert "/sys/fs/pstore" in advised(explain(cluster, fence_method="panic"))
    panics(cluster := SimulatedLogs(), "host2", WELL, simulated_logs.write_timeout(62))
    assert "last words" not in advised(explain(cluster))
