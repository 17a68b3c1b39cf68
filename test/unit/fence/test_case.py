"""Why a node restarted: from what the kernels of a simulated cluster log, in their own words."""

import copy
import json
import math
import random

import pytest

from ocfs2lib.fence import case as fence_case
from ocfs2lib.fence import cause
from ocfs2lib.fence import log as fence_log
from ocfs2lib.fence import text as fence_text
from support import kernel_log
from support.kernel_log import PANIC
from support.kernel_log import PANICING
from support.kernel_log import RESTARTING
from support.kernel_log import WELL
from support.kernel_log import Cluster

MULTIPATH = {
    "maps": {"3600": {"name": "primary", "node": "/dev/dm-1", "queueing": "12 chk"}},
    "paths": {},
    "polling_interval": 5,
}


def explain(cluster, /, node="host2", **settings):
    return fence_case.case(node, cluster.logs(), {**cluster.settings, **settings})


def shown(case):
    """The text without its line breaks."""
    return " ".join(" ".join(fence_case.text(case)).split())


def advised(case):
    return " ".join(f"{each.text} {each.command}" for each in case.advice)


def panics(cluster, node, time, *texts):
    """A node says why in pstore, and is gone."""
    cluster.evict(node, time + cluster.dead_after)
    cluster.restart(node, time - 20, time + 120)
    cluster.keep(node, time + 150, "Panic#1 Part1", *texts)


# What it said itself


def test_a_write_time_out_by_its_own_words():
    cluster = Cluster()
    cluster.hang("host2", WELL)
    panics(cluster, "host2", WELL + 62.1, kernel_log.write_timeout(62.1), PANIC + PANICING)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.DISK, True)
    assert case.summary == "It could not write its heartbeat to dm-1 and fenced itself."
    assert case.margins == ("No heartbeat written for 62.1 s; the limit is (31 - 1) x 2 s = 60 s.",)
    assert (case.last, case.back) == (WELL + 42.1, WELL + 182.1)
    assert "concluded" not in shown(case)


def test_a_write_time_out_that_reached_the_journal():
    cluster = Cluster()
    cluster.say("host2", WELL, kernel_log.write_timeout(60.5))
    cluster.say("host2", WELL, RESTARTING)
    cluster.restart("host2", WELL, WELL + 100)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.DISK, True)


def test_a_limit_that_is_noticed_late_is_a_node_that_stood_still():
    cluster = Cluster()
    panics(cluster, "host2", WELL, kernel_log.write_timeout(95.2))
    late = "35.2 s late: the whole node stood still"
    assert late in shown(explain(cluster))
    panics(cluster := Cluster(), "host2", WELL, kernel_log.write_timeout(62))
    assert "stood still" not in shown(explain(cluster))


def test_a_limit_that_all_nodes_agreed_to_extend():
    cluster = Cluster()
    cluster.say("host2", WELL - 40, "o2hb: negotiate timeout approved by master node on region X")
    panics(cluster, "host2", WELL, kernel_log.write_timeout(95.2))
    assert "so the limit was counted anew" in shown(explain(cluster))


def test_a_lost_quorum_by_its_own_words():
    cluster = Cluster()
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL, WELL + 90)
    panics(cluster, "host2", WELL + 96, kernel_log.too_few(1, 2, 3), PANIC + PANICING)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.NETWORK, True)
    assert case.margins == (
        "Connected to 1 of 3 nodes with a heartbeat, itself included; 2 are needed.",
        "The connection to host1, host3 was silent for 30.0 s, the idle time-out is 30 s; the"
        " quorum is counted (31 + 2) x 2 s = 66 s later.",
    )


def test_of_two_nodes_the_lower_number_goes_on():
    cluster = Cluster(nodes=2)
    panics(cluster, "host2", WELL, kernel_log.half_quorum(1, 2, 0))
    case = explain(cluster)
    assert case.verdict == cause.NETWORK
    assert "of two halves the one with the lowest number goes on, host1" in case.margins[0]
    assert "A third node makes a majority" in advised(case)


def test_a_panic_for_another_reason():
    cluster = Cluster()
    panics(cluster, "host2", WELL, PANIC + "Fatal machine check")
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.PANIC, True)
    assert case.summary.endswith("not because of the cluster: Fatal machine check")
    assert case.evidence[0] == fence_case.Evidence("host2", None, PANIC + "Fatal machine check")


def test_a_panic_that_hung_tasks_were_set_to_cause():
    cluster = Cluster()
    panics(cluster, "host2", WELL, PANIC + "hung_task: blocked tasks")
    assert "sysctl -w kernel.hung_task_panic=0" in advised(explain(cluster))


def test_a_log_that_ends_with_a_crash():
    cluster = Cluster()
    cluster.say("host2", WELL - 8, "BUG: kernel NULL pointer dereference, address: 08")
    cluster.cut("host2", WELL)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.PANIC, False)
    assert "kernel NULL pointer dereference" in case.summary
    # A crash long before is no end.
    cluster = Cluster()
    cluster.say("host2", WELL - 300, "BUG: kernel NULL pointer dereference, address: 08")
    cluster.cut("host2", WELL)
    assert explain(cluster).verdict == cause.CUT


def test_a_shutdown_in_order():
    cluster = Cluster()
    cluster.leave("host2", WELL)
    cluster.say("host2", WELL + 9, "Journal stopped")
    cluster.restart("host2", WELL + 9, WELL + 90)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.SHUTDOWN, True)
    assert case.summary == "It was shut down in order."
    assert "Nothing has to be put right" in advised(case)


def test_a_shutdown_that_left_a_volume_mounted():
    cluster = Cluster()
    cluster.say("host2", WELL, "Journal stopped")
    cluster.evict("host2", WELL + 60)
    cluster.restart("host2", WELL, WELL + 90)
    case = explain(cluster)
    assert case.verdict == cause.SHUTDOWN
    assert "had not left the cluster" in case.summary
    assert "journalctl -b -1 -u o2cb.service" in advised(case)


def test_a_journal_that_was_only_restarted_is_no_shutdown():
    cluster = Cluster()
    cluster.say("host2", WELL - 400, "Journal stopped")
    cluster.cut("host2", WELL)
    assert explain(cluster).verdict == cause.CUT


def test_a_node_that_had_left_was_not_fenced():
    cluster = Cluster()
    cluster.leave("host2", WELL)
    cluster.restart("host2", WELL + 20, WELL + 90)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.SHUTDOWN, False)


# What is concluded


@pytest.mark.parametrize("clock", [{}, {"host1": 200, "host2": -80}, {"host2": 250, "host3": 3}])
@pytest.mark.parametrize("idle", [5, 30, 60])
@pytest.mark.parametrize("threshold", [7, 11, 31, 46, 61])
def test_each_end_is_told_from_the_others(threshold, idle, clock):
    def story(what):
        cluster = Cluster(threshold=threshold, idle_timeout=idle, clock=clock)
        getattr(cluster, what)("host2", WELL)
        return explain(cluster)

    for what, verdict in (("lose_disk", cause.DISK), ("lose_network", cause.NETWORK)):
        case = story(what)
        assert (case.verdict, case.sure) == (verdict, False), what
    case = story("cut")
    assert case.verdict == cause.CUT
    # Whether its heartbeat or its connection died first can be told if one shows before the other.
    assert ("can not be told" in case.margins[0]) == (threshold * 2 <= idle + 3)


def test_by_how_much_the_limit_of_the_heartbeat_was_exceeded():
    cluster = Cluster(threshold=46)
    cluster.lose_disk("host2", WELL)
    assert explain(cluster).margins == (
        "No heartbeat written for 45 s when it asked the others whether they hang too, and evicted"
        " 47.0 s later: 92.0 s; its limit is (46 - 1) x 2 s = 90 s.",
    )


def test_by_how_much_the_patience_with_a_connection_was_exceeded():
    cluster = Cluster()
    cluster.lose_network("host2", WELL)
    assert explain(cluster).margins == (
        "The connection to host1, host3 was silent for 30.0 s, the idle time-out is 30 s; the"
        " quorum is counted (31 + 2) x 2 s = 66 s later.",
        "Evicted by host1, host3 128.0 s after their connection had died. With the quorum counted"
        " first that takes (31 + 2) x 2 s + 31 x 2 s = 128 s; of a node that is dead at once, up to"
        " 62 s.",
    )


def test_the_node_with_the_lowest_number_asks_nobody():
    cluster = Cluster()
    cluster.lose_disk("host1", WELL)
    case = explain(cluster, "host1")
    assert case.verdict == cause.DISK
    assert "heartbeat hung for 30 s, and its log ends within the limit" in case.margins[0]


def test_a_hang_that_was_over_is_no_cause():
    cluster = Cluster()
    cluster.say("host1", WELL - 300, f"o2hb: node 0 hb write hung for 30s on region {'X' * 32}")
    cluster.cut("host1", WELL)
    assert explain(cluster, "host1").verdict == cause.CUT
    cluster = Cluster()
    cluster.hang("host2", WELL - 20)
    cluster.say("host2", WELL + 12, "o2hb: negotiate timeout approved by master node on region X")
    cluster.cut("host2", WELL + 100)
    assert explain(cluster).verdict == cause.CUT


def test_an_eviction_is_that_of_the_restart_that_it_is_near():
    cluster = Cluster()
    cluster.cut("host2", WELL, up=100)
    # It had not joined yet when it restarted once more.
    cluster.restart("host2", WELL + 160, WELL + 260)
    case = explain(cluster, clock=dict.fromkeys(cluster.numbers, 0))
    assert case.verdict == cause.UNKNOWN
    assert [each.verdict for each in case.others] == [cause.CUT]


def test_what_was_before_the_time_that_is_asked_for_is_not_judged():
    cluster = Cluster()
    cluster.cut("host2", WELL)
    assert explain(cluster, since=WELL - 60).verdict == cause.CUT
    assert explain(cluster, since=WELL + 60).verdict == cause.UNKNOWN


def test_writes_that_fail_to_the_end():
    cluster = Cluster()
    for each in range(0, 60, 2):
        cluster.say("host2", WELL + each, kernel_log.write_error())
    cluster.restart("host2", WELL + 60, WELL + 180)
    case = explain(cluster)
    assert case.verdict == cause.DISK
    assert "heartbeat failed for 60.0 s" in case.margins[0]


def test_reads_that_fail_while_another_volume_is_well():
    """As seen on a guest that lost one LUN of two; its last 14 s did not reach the disk."""
    cluster = Cluster()
    for each in range(0, 46, 2):
        cluster.say("host2", WELL + each, "I/O error, dev dm-0, sector 2184 op 0x0:(READ)")
        cluster.say("host2", WELL + each, kernel_log.read_error(kernel_log.UUID))
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL + 60, WELL + 122)
    cluster.evict("host2", WELL + 122)
    cluster.restart("host2", WELL + 44, WELL + 180)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.DISK, False)
    assert "failed for 44.0 s" in case.margins[0]


def test_connections_that_outlived_the_heartbeat():
    cluster = Cluster()
    cluster.evict("host2", WELL + 62)
    cluster.restart("host2", WELL, WELL + 180)
    case = explain(cluster)
    assert case.verdict == cause.DISK
    assert "32 s before its heartbeat does" in case.margins[0]


def test_a_connection_that_a_new_kernel_knows_nothing_of():
    cluster = Cluster()
    peer = kernel_log.peer("host2", 1)
    for other in ("host1", "host3"):
        cluster.say(other, WELL + 12, f"o2net: Connection to {peer} shutdown, state 7")
        cluster.say(other, WELL + 12, f"o2net: No longer connected to {peer}")
    cluster.evict("host2", WELL + 62)
    cluster.restart("host2", WELL - 5, WELL + 40)
    case = explain(cluster)
    assert case.verdict == cause.CUT
    assert case.margins[0].startswith("Evicted 50.0 s after")


def test_a_connection_that_came_to_life_again_did_not_die():
    cluster = Cluster()
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL - 200, WELL - 160)
    cluster.cut("host2", WELL)
    case = explain(cluster)
    assert case.verdict == cause.CUT
    assert case.margins[0].startswith("Evicted 32.0 s after")


def test_a_lost_network_by_its_own_log_alone():
    cluster = Cluster(nodes=5)
    for other in ("host1", "host3", "host4"):
        cluster.silence("host2", other, WELL, WELL + 92)
    cluster.restart("host2", WELL + 92, WELL + 200)
    assert explain(cluster).verdict == cause.NETWORK
    # With one connection dead of four, there is a majority still.
    cluster = Cluster(nodes=5)
    cluster.silence("host2", "host3", WELL, WELL + 92)
    cluster.restart("host2", WELL + 92, WELL + 200)
    assert explain(cluster).verdict == cause.UNKNOWN


def test_of_two_halves_the_one_with_the_lowest_number_is_not_fenced():
    def half(node, silent):
        cluster = Cluster(nodes=4)
        for other in silent:
            cluster.silence(node, other, WELL, WELL + 92)
        cluster.restart(node, WELL + 92, WELL + 200)
        return explain(cluster, node).verdict

    assert half("host2", ("host1", "host3")) == cause.NETWORK
    assert half("host1", ("host3", "host4")) == cause.UNKNOWN


def test_a_node_that_stood_still_and_goes_on():
    cluster = Cluster()
    cluster.freeze("host2", WELL, 90)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.FROZEN, True)
    assert case.margins == (
        "The others saw no heartbeat of it for 31 x 2 s = 62 s.",
        "It was back 28.0 s later: it stood still for 90 s.",
    )
    assert (case.last, case.back) == (WELL + 62, None)
    assert advised(case).startswith("Reset host2 at once")
    assert "ocfs2.orch.fsck" in advised(case)


def test_a_node_that_stood_still_and_restarted():
    cluster = Cluster()
    cluster.freeze("host2", WELL, 90)
    cluster.restart("host2", WELL + 100, WELL + 160)
    case = explain(cluster)
    assert (case.verdict, case.back) == (cause.FROZEN, WELL + 160)
    assert case.summary.endswith("It has restarted since.")
    assert "Reset" not in advised(case)


def test_a_lock_that_is_lost_after_it_joined_again_is_another_matter():
    cluster = Cluster()
    cluster.cut("host2", WELL)
    cluster.say("host1", WELL + 400, kernel_log.lock_lost(1))
    assert explain(cluster).verdict == cause.CUT


# What is not known


def test_nothing_happened():
    case = explain(Cluster())
    assert case.verdict == cause.UNKNOWN
    assert case.summary.startswith("Nothing in the logs")
    assert (case.last, case.back, case.evidence) == (None, None, ())


def test_a_log_that_just_ends_and_nobody_noticed():
    cluster = Cluster()
    cluster.restart("host2", WELL, WELL + 60)
    case = explain(cluster)
    assert (case.verdict, case.sure) == (cause.UNKNOWN, False)
    assert "Its log just ends" in case.summary


def test_a_journal_that_does_not_outlive_a_restart():
    cluster = Cluster()
    cluster.lose_disk("host2", WELL)
    cluster.lose_log("host2")
    case = explain(cluster)
    assert case.verdict == cause.DISK
    assert (case.last, case.back) == (None, WELL + 180)
    assert "mkdir -p /var/log/journal" in advised(case)
    # That there was a boot before is only known from the others.
    cluster = Cluster()
    cluster.lose_log("host2")
    assert explain(cluster).summary.startswith("Nothing in the logs")


def test_a_node_that_did_not_come_back():
    cluster = Cluster()
    cluster.lose_network("host2", WELL)
    logs = {**cluster.logs(), "host2": None}
    case = fence_case.case("host2", logs, cluster.settings)
    assert (case.verdict, case.back) == (cause.NETWORK, None)
    assert case.last == WELL + 30 + 66 + 62
    assert case.notes == (
        "host2 did not answer, so its log is not in this.",
        "host2 has not come back or did not answer; its own log may say more.",
    )


def test_logs_that_are_not_whole_are_told_of():
    cluster = Cluster()
    cluster.cut("host2", WELL)
    logs = cluster.logs()
    logs["host1"]["cut"] = True
    del logs["host2"]
    case = fence_case.case("host2", logs, cluster.settings)
    assert "The log of host2 was not asked for." in case.notes
    assert "The log of host1 is long; its older lines are not in this." in case.notes


# Several restarts


def test_the_last_restart_that_was_not_asked_for():
    cluster = Cluster()
    cluster.cut("host2", WELL - 20_000)
    cluster.lose_disk("host2", WELL - 10_000)
    cluster.leave("host2", WELL)
    cluster.say("host2", WELL + 5, "Journal stopped")
    cluster.restart("host2", WELL + 5, WELL + 60)
    case = explain(cluster)
    assert case.verdict == cause.DISK
    assert [each.verdict for each in case.others] == [cause.SHUTDOWN, cause.CUT]
    assert "ordered shutdown" in shown(case)


def test_restarts_in_quick_succession_are_kept_apart():
    cluster = Cluster()
    for start in (WELL, WELL + 270, WELL + 540):
        cluster.cut("host2", start, up=100)
    case = explain(cluster)
    assert (case.verdict, case.last) == (cause.CUT, WELL + 535)
    assert [each.verdict for each in case.others] == [cause.CUT, cause.CUT]


def test_what_pstore_kept_belongs_to_its_own_restart():
    cluster = Cluster()
    panics(cluster, "host2", WELL - 20_000, PANIC + "Fatal machine check")
    cluster.cut("host2", WELL)
    case = explain(cluster)
    assert (case.verdict, case.others[0].verdict) == (cause.CUT, cause.PANIC)


# Clocks


def test_a_clock_is_not_needed_but_told():
    cluster = Cluster(clock={"host1": 5000, "host3": -7})
    cluster.lose_disk("host2", WELL)
    case = explain(cluster, clock={"host1": 5000.0, "host2": 0.2, "host3": -7})
    assert case.verdict == cause.DISK
    assert case.notes == (
        "The clock of host1 is 5000.0 s ahead of the master's.",
        "The clock of host3 is 7.0 s behind the master's.",
    )
    # Lines keep the time of the clock they were written by.
    (asked,) = [each for each in case.evidence if "receive negotiate" in each.text]
    assert asked.time == WELL + 30 + 5000


@pytest.mark.parametrize("ahead", [-5000, -200, 200, 5000])
def test_a_clock_that_nobody_told_of_freezes_no_node(ahead):
    cluster = Cluster(clock={"host2": ahead})
    cluster.cut("host2", WELL)
    case = explain(cluster)
    assert case.verdict in (cause.CUT, cause.UNKNOWN)
    assert "Reset" not in advised(case)


# Advice


@pytest.mark.parametrize(
    ("queueing", "threshold", "wanted"),
    [
        ("12 chk", 31, 46),  # (60 + 30) / 2 + 1
        ("13 chk", 31, 49),  # (65 + 30) / 2 + 1, and up
        ("6 chk", 31, None),
        ("12 chk", 46, None),
        ("500 chk", 31, None),
        ("on", 31, 61),
        ("off", 31, 61),
        ("on", 61, None),
        ("rubbish", 31, 61),
    ],
)
def test_the_limit_leaves_multipath_its_time(queueing, threshold, wanted):
    cluster = Cluster(threshold=threshold)
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
    cluster = Cluster()
    cluster.lose_disk("host2", WELL)
    multipath = copy.deepcopy(MULTIPATH)
    multipath["maps"]["3600"]["queueing"] = "on"
    case = explain(cluster, multipath=multipath)
    assert "waiting for ever" in advised(case)
    json.dumps(fence_case.facts(case), allow_nan=False)


@pytest.mark.parametrize(
    "multipath",
    [None, {}, {"maps": []}, {"maps": {"a": 1}}, {"maps": {"a": {"queueing": 1}}}, {"maps": None}],
)
def test_nothing_has_to_be_known_of_multipath(multipath):
    cluster = Cluster()
    cluster.lose_disk("host2", WELL)
    assert "heartbeat_threshold: 61" in advised(explain(cluster, multipath=multipath))


def test_whose_fault_it_is():
    cluster = Cluster()
    cluster.lose_disk("host2", WELL)
    assert "look at what host2 has of its own" in advised(explain(cluster))
    cluster.say("host3", WELL + 30, f"o2hb: node 2 hb write hung for 30s on region {'X' * 32}")
    assert "host3 hung as well" in advised(explain(cluster))
    cluster = Cluster()
    cluster.lose_network("host2", WELL)
    assert "look at what host2 has of its own" in advised(explain(cluster))
    cluster.silence("host1", "host3", WELL, WELL + 100)
    assert "host1, host3 lost other nodes too" in advised(explain(cluster))


def test_where_to_look_if_no_other_node_tells():
    cluster = Cluster()
    cluster.say("host2", WELL, kernel_log.write_timeout(62))
    cluster.restart("host2", WELL, WELL + 60)
    assert advised(explain(cluster)).startswith("Look at the paths to the LUN. On host2:")
    cluster = Cluster()
    cluster.say("host2", WELL, kernel_log.too_few(1, 2, 3))
    cluster.restart("host2", WELL, WELL + 60)
    assert advised(explain(cluster)).startswith("Look at the interconnect. On host2:")


def test_what_the_host_complained_of_before():
    cluster = Cluster()
    cluster.say("host2", WELL - 60, "watchdog: BUG: soft lockup - CPU#1 stuck for 26s!")
    cluster.cut("host2", WELL)
    assert "Processors stood still before" in advised(explain(cluster))
    cluster = Cluster()
    cluster.say("host2", WELL - 60, "device-mapper: multipath: 253:1: Failing path 8:16.")
    panics(cluster, "host2", WELL, PANIC + "hung_task: blocked tasks")
    assert "I/O was in trouble before" in advised(explain(cluster))


def test_a_connection_that_broke_at_once():
    cluster = Cluster()
    for other, number in (("host1", 0), ("host3", 2)):
        peer = kernel_log.peer(other, number)
        cluster.say("host2", WELL, f"o2net: Connection to {peer} shutdown, state 7")
        cluster.say("host2", WELL, f"o2net: No longer connected to {peer}")
    panics(cluster, "host2", WELL + 66, kernel_log.too_few(1, 2, 3))
    case = explain(cluster)
    assert "The connection to host1, host3 broke; the quorum is counted" in case.margins[1]
    assert "see whether a firewall was loaded anew" in advised(case)


@pytest.mark.parametrize(("idle", "told"), [(30, "96 s. Only if"), (60, "126 s. More is no cure")])
def test_how_long_the_network_may_be_away(idle, told):
    cluster = Cluster(idle_timeout=idle)
    cluster.lose_network("host2", WELL)
    assert told in advised(explain(cluster))


def test_the_last_words_of_a_node_are_worth_keeping():
    cluster = Cluster()
    cluster.cut("host2", WELL)
    assert "fence_method: panic under ocfs2:cluster" in advised(explain(cluster))
    assert "/sys/fs/pstore" in advised(explain(cluster, fence_method="panic"))
    panics(cluster := Cluster(), "host2", WELL, kernel_log.write_timeout(62))
    assert "last words" not in advised(explain(cluster))


# How it is shown


def stories():
    cluster = Cluster()
    yield cluster
    for what in ("lose_disk", "lose_network", "cut"):
        cluster = Cluster(nodes=6, clock={"host1": 3})
        getattr(cluster, what)("host2", WELL + 13 * 3600 + 50 * 60)
        yield cluster
    cluster = Cluster()
    cluster.freeze("host2", WELL, 90)
    yield cluster
    cluster = Cluster()
    panics(cluster, "host2", WELL, PANIC + "x" * 300)
    yield cluster


@pytest.mark.parametrize("number", range(6))
def test_a_case_fits_a_terminal_and_json(number):
    cluster = list(stories())[number]
    case = explain(cluster, clock={"host1": 3.0}, multipath=MULTIPATH, cluster="N" * 16)
    lines = fence_case.text(case)
    assert [line for line in lines if len(line) > 80] == []
    assert not any(line != line.rstrip() for line in lines)
    facts = json.loads(json.dumps(fence_case.facts(case), allow_nan=False))
    assert facts["verdict"] == case.verdict
    assert len(facts["evidence"]) == len(case.evidence)


def test_what_a_case_looks_like():
    cluster = Cluster()
    cluster.hang("host2", WELL)
    panics(cluster, "host2", WELL + 62.1, kernel_log.write_timeout(62.1), PANIC + PANICING)
    lines = fence_case.text(explain(cluster, multipath=MULTIPATH))
    assert lines[:12] == [
        "host2: fenced itself, disk heartbeat",
        "  It could not write its heartbeat to dm-1 and fenced itself.",
        "",
        "When",
        "  2026-01-15 10:00:42 UTC  last message",
        "  2026-01-15 10:03:02 UTC  up again",
        "  by the clock of host2",
        "",
        "Margin",
        "  - No heartbeat written for 62.1 s; the limit is (31 - 1) x 2 s = 60 s.",
        "",
        "Seen",
    ]
    assert "  host2, kept in pstore" in lines
    assert "       multipath -ll" in lines


def test_a_few_witnesses_are_enough():
    cluster = Cluster(nodes=9)
    cluster.cut("host2", WELL)
    case = explain(cluster)
    assert {each.node for each in case.evidence} == {"host1", "host3", "host4"}
    assert "5 more nodes saw it go; their lines are not shown." in case.notes


def test_every_verdict_has_a_title_and_advice():
    verdicts = {cause.DISK, cause.NETWORK, cause.PANIC, cause.CUT, cause.SHUTDOWN, cause.FROZEN}
    assert set(fence_text.TITLES) == {*verdicts, cause.UNKNOWN}


# Words


@pytest.mark.parametrize(
    ("text", "kind", "node", "values"),
    [
        (kernel_log.write_timeout(62.1), "write timeout", None, {"device": "dm-1", "ms": 62100}),
        (kernel_log.idle("host3", 2, 30.012), "idle", 2, {"s": 30, "ms": 12}),
        (kernel_log.lock_lost(7), "lock lost", 7, {}),
        (
            kernel_log.too_few(1, 2, 3),
            "too few",
            None,
            {"connected": 1, "needed": 2, "beating": 3},
        ),
        (PANIC + PANICING, "panic", None, {"reason": PANICING}),
        ("watchdog: BUG: soft lockup - CPU#1 stuck for 26s!", "stalled", None, {}),
        ("e1000e 0000:00:1f.6 eth0: NIC Link is Down", "link", None, {}),
    ],
)
def test_what_a_line_says(text, kind, node, values):
    event = fence_log.event(text, 5.0, "b")
    assert (event.kind, event.node, event.values) == (kind, node, values)
    assert (event.text, event.time, event.boot) == (text, 5.0, "b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o2net: Connection to node host2 (num x) at 1.2.3.4:7777 has been idle for 30.1 secs.",
        "prefix of a firewall: o2cb: o2dlm has evicted node 1 from domain X",
        "o2dlm: Node 9999 leaves domain X",
        "e1000e eth0: NIC Link is Up",
        "fencing this node because it is only connected to many nodes",
    ],
)
def test_a_line_that_says_nothing(text):
    assert fence_log.event(text) is None


# Whatever a node answers


@pytest.mark.parametrize("junk", [None, True, 0, "x", [], {}, [[]], {"a": 1}, math.nan, -1, 1e300])
def test_whatever_takes_the_place_of_something_is_left_out(junk):
    cluster = Cluster()
    cluster.lose_disk("host2", WELL)
    cluster.keep("host2", WELL + 200, kernel_log.write_timeout(62))
    good = cluster.logs()
    for name in good:
        broken = [junk, *({**good[name], key: junk} for key in good[name])]
        for key, fields in (("boots", "id first last"), ("lines", "boot time text")):
            for field in fields.split():
                entries = [{**each, field: junk} for each in good[name][key]]
                broken.append({**good[name], key: [junk, *entries]})
        for field in ("time", "text", "name"):
            broken.append(
                {**good[name], "pstore": [{**good[name]["pstore"][0], field: junk}]}
                if good[name]["pstore"]
                else good[name]
            )
        for log in broken:
            case = fence_case.case("host2", {**good, name: log}, cluster.settings)
            assert fence_case.text(case)
            json.dumps(fence_case.facts(case), allow_nan=False)


def test_damaged_lines_never_raise_and_are_shown_harmless():
    number = random.Random(7)  # noqa: S311
    cluster = Cluster()
    cluster.freeze("host2", WELL, 90)
    cluster.lose_network("host2", WELL + 2000)
    for _ in range(300):
        logs = cluster.logs()
        for log in logs.values():
            for line in log["lines"]:
                if number.random() < 0.3:
                    line["text"] = _damaged(line["text"], number)
                if number.random() < 0.1:
                    line["time"] = number.choice([0, 1e9, WELL, WELL + 5000, 8e9])
            number.shuffle(log["lines"])
            number.shuffle(log["boots"])
        case = fence_case.case("host2", logs, cluster.settings)
        text = "\n".join(fence_case.text(case))
        assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) == {"\n"}


def _damaged(text, number):
    place = number.randrange(len(text))
    junk = number.choice(["", "\x1b[2J", "\n", "\r", "9" * 500, "\x00", "\udc80", "x" * 10_000])
    return text[:place] + junk + text[place + number.randrange(3) :]


@pytest.mark.parametrize("settings", [{}, {"nodes": {}}, {"nodes": {"host2": 1}}])
def test_settings_that_are_not_known_are_those_of_the_kernel(settings):
    cluster = Cluster()
    panics(cluster, "host2", WELL, kernel_log.write_timeout(62.1))
    case = fence_case.case("host2", cluster.logs(), settings)
    assert "(31 - 1) x 2 s = 60 s" in case.margins[0]
