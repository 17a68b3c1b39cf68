"""Why a node restarted: from what the kernels of a simulated cluster log."""

import pytest

from ocfs2lib.fence import cause
from ocfs2lib.fence import explanation
from support import simulated_logs
from support.fencing import advised
from support.fencing import explain
from support.fencing import panics
from support.fencing import shown
from support.simulated_logs import PANIC
from support.simulated_logs import PANICING
from support.simulated_logs import RESTARTING
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs


def test_a_write_time_out_by_its_own_words():
    cluster = SimulatedLogs()
    cluster.hang("host2", WELL)
    panics(cluster, "host2", WELL + 62.1, simulated_logs.write_timeout(62.1), PANIC + PANICING)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.DISK, True)
    assert found.summary == "It could not write its heartbeat to dm-1 and fenced itself."
    assert found.margins == (
        "No heartbeat written for 62.1 s; the limit is (31 - 1) x 2 s = 60 s.",
    )
    assert (found.last, found.back) == (WELL + 42.1, WELL + 182.1)
    assert "concluded" not in shown(found)


def test_a_write_time_out_that_reached_the_journal():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL, simulated_logs.write_timeout(60.5))
    cluster.say("host2", WELL, RESTARTING)
    cluster.restart("host2", WELL, WELL + 100)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.DISK, True)


def test_a_limit_that_is_noticed_late_is_a_node_that_stood_still():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, simulated_logs.write_timeout(95.2))
    late = "35.2 s late: the whole node stood still"
    assert late in shown(explain(cluster))
    panics(cluster := SimulatedLogs(), "host2", WELL, simulated_logs.write_timeout(62))
    assert "stood still" not in shown(explain(cluster))


def test_a_limit_that_all_nodes_agreed_to_extend():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 40, "o2hb: negotiate timeout approved by master node on region X")
    panics(cluster, "host2", WELL, simulated_logs.write_timeout(95.2))
    assert "so the limit was counted anew" in shown(explain(cluster))


def test_a_lost_quorum_by_its_own_words():
    cluster = SimulatedLogs()
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL, WELL + 90)
    panics(cluster, "host2", WELL + 96, simulated_logs.too_few(1, 2, 3), PANIC + PANICING)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.NETWORK, True)
    assert found.margins == (
        "Connected to 1 of 3 nodes with a heartbeat, itself included; 2 are needed.",
        "The connection to host1, host3 was silent for 30.0 s, the idle time-out is 30 s; the"
        " quorum is counted (31 + 2) x 2 s = 66 s later.",
    )


def test_of_two_nodes_the_lower_number_goes_on():
    cluster = SimulatedLogs(nodes=2)
    panics(cluster, "host2", WELL, simulated_logs.half_quorum(1, 2, 0))
    found = explain(cluster)
    assert found.verdict == cause.NETWORK
    assert "of two halves the one with the lowest number goes on, host1" in found.margins[0]
    assert "A third node makes a majority" in advised(found)


def test_a_panic_for_another_reason():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, PANIC + "Fatal machine check")
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.PANIC, True)
    assert found.summary.endswith("not because of the cluster: Fatal machine check")
    assert found.evidence[0] == explanation.Evidence("host2", None, PANIC + "Fatal machine check")


def test_a_panic_that_hung_tasks_were_set_to_cause():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, PANIC + "hung_task: blocked tasks")
    assert "sysctl -w kernel.hung_task_panic=0" in advised(explain(cluster))


def test_a_log_that_ends_with_a_crash():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 8, "BUG: kernel NULL pointer dereference, address: 08")
    cluster.cut("host2", WELL)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.PANIC, False)
    assert "kernel NULL pointer dereference" in found.summary
    # A crash long before is no end.
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 300, "BUG: kernel NULL pointer dereference, address: 08")
    cluster.cut("host2", WELL)
    assert explain(cluster).verdict == cause.CUT


def test_a_shutdown_in_order():
    cluster = SimulatedLogs()
    cluster.leave("host2", WELL)
    cluster.say("host2", WELL + 9, "Journal stopped")
    cluster.restart("host2", WELL + 9, WELL + 90)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.SHUTDOWN, True)
    assert found.summary == "It was shut down in order."
    assert "Nothing has to be put right" in advised(found)


def test_a_shutdown_that_left_a_volume_mounted():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL, "Journal stopped")
    cluster.evict("host2", WELL + 60)
    cluster.restart("host2", WELL, WELL + 90)
    found = explain(cluster)
    assert found.verdict == cause.SHUTDOWN
    assert "had not left the cluster" in found.summary
    assert "journalctl -b -1 -u o2cb.service" in advised(found)


def test_a_journal_that_was_only_restarted_is_no_shutdown():
    cluster = SimulatedLogs()
    cluster.say("host2", WELL - 400, "Journal stopped")
    cluster.cut("host2", WELL)
    assert explain(cluster).verdict == cause.CUT


def test_a_node_that_had_left_was_not_fenced():
    cluster = SimulatedLogs()
    cluster.leave("host2", WELL)
    cluster.restart("host2", WELL + 20, WELL + 90)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.SHUTDOWN, False)


@pytest.mark.parametrize("clock", [{}, {"host1": 200, "host2": -80}, {"host2": 250, "host3": 3}])
@pytest.mark.parametrize("idle", [5, 30, 60])
@pytest.mark.parametrize("threshold", [7, 11, 31, 46, 61])
def test_each_end_is_told_from_the_others(threshold, idle, clock):
    def story(what):
        cluster = SimulatedLogs(threshold=threshold, idle_timeout=idle, clock=clock)
        getattr(cluster, what)("host2", WELL)
        return explain(cluster)

    for what, verdict in (("lose_disk", cause.DISK), ("lose_network", cause.NETWORK)):
        found = story(what)
        assert (found.verdict, found.sure) == (verdict, False), what
    found = story("cut")
    assert found.verdict == cause.CUT
    # Whether its heartbeat or its connection died first can be told if one shows before the other.
    assert ("cannot be told" in found.margins[0]) == (threshold * 2 <= idle + 3)


def test_by_how_much_the_limit_of_the_heartbeat_was_exceeded():
    cluster = SimulatedLogs(threshold=46)
    cluster.lose_disk("host2", WELL)
    assert explain(cluster).margins == (
        "No heartbeat written for 45 s when it asked the others whether they hang too, and evicted"
        " 47.0 s later: 92.0 s; its limit is (46 - 1) x 2 s = 90 s.",
    )


def test_by_how_much_the_idle_time_out_was_exceeded():
    cluster = SimulatedLogs()
    cluster.lose_network("host2", WELL)
    assert explain(cluster).margins == (
        "The connection to host1, host3 was silent for 30.0 s, the idle time-out is 30 s; the"
        " quorum is counted (31 + 2) x 2 s = 66 s later.",
        "Evicted by host1, host3 128.0 s after their connection had died. With the quorum counted"
        " first that takes (31 + 2) x 2 s + 31 x 2 s = 128 s; of a node that is dead at once, up to"
        " 62 s.",
    )


def test_the_node_with_the_lowest_number_asks_nobody():
    cluster = SimulatedLogs()
    cluster.lose_disk("host1", WELL)
    found = explain(cluster, "host1")
    assert found.verdict == cause.DISK
    assert "heartbeat hung for 30 s, and its log ends within the limit" in found.margins[0]


def test_a_hang_that_was_over_is_no_cause():
    cluster = SimulatedLogs()
    cluster.say("host1", WELL - 300, f"o2hb: node 0 hb write hung for 30s on region {'X' * 32}")
    cluster.cut("host1", WELL)
    assert explain(cluster, "host1").verdict == cause.CUT
    cluster = SimulatedLogs()
    cluster.hang("host2", WELL - 20)
    cluster.say("host2", WELL + 12, "o2hb: negotiate timeout approved by master node on region X")
    cluster.cut("host2", WELL + 100)
    assert explain(cluster).verdict == cause.CUT


def test_an_eviction_is_that_of_the_restart_that_it_is_near():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL, up=100)
    # It had not joined yet when it restarted once more.
    cluster.restart("host2", WELL + 160, WELL + 260)
    found = explain(cluster, clock=dict.fromkeys(cluster.numbers, 0))
    assert found.verdict == cause.UNKNOWN
    assert [each.verdict for each in found.others] == [cause.CUT]


def test_what_was_before_the_time_that_is_asked_for_is_not_judged():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL)
    assert explain(cluster, since=WELL - 60).verdict == cause.CUT
    assert explain(cluster, since=WELL + 60).verdict == cause.UNKNOWN


def test_writes_that_fail_to_the_end():
    cluster = SimulatedLogs()
    for each in range(0, 60, 2):
        cluster.say("host2", WELL + each, simulated_logs.write_error())
    cluster.restart("host2", WELL + 60, WELL + 180)
    found = explain(cluster)
    assert found.verdict == cause.DISK
    assert "heartbeat failed for 60.0 s" in found.margins[0]


def test_reads_that_fail_while_another_volume_is_well():
    """As seen on a guest that lost one LUN of two; its last 14 s did not reach the disk."""
    cluster = SimulatedLogs()
    for each in range(0, 46, 2):
        cluster.say("host2", WELL + each, "I/O error, dev dm-0, sector 2184 op 0x0:(READ)")
        cluster.say("host2", WELL + each, simulated_logs.read_error(simulated_logs.UUID))
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL + 60, WELL + 122)
    cluster.evict("host2", WELL + 122)
    cluster.restart("host2", WELL + 44, WELL + 180)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.DISK, False)
    assert "failed for 44.0 s" in found.margins[0]


def test_connections_that_outlived_the_heartbeat():
    cluster = SimulatedLogs()
    cluster.evict("host2", WELL + 62)
    cluster.restart("host2", WELL, WELL + 180)
    found = explain(cluster)
    assert found.verdict == cause.DISK
    assert "32 s before its heartbeat does" in found.margins[0]


def test_a_connection_that_a_new_kernel_knows_nothing_of():
    cluster = SimulatedLogs()
    peer = simulated_logs.peer("host2", 1)
    for other in ("host1", "host3"):
        cluster.say(other, WELL + 12, f"o2net: Connection to {peer} shutdown, state 7")
        cluster.say(other, WELL + 12, f"o2net: No longer connected to {peer}")
    cluster.evict("host2", WELL + 62)
    cluster.restart("host2", WELL - 5, WELL + 40)
    found = explain(cluster)
    assert found.verdict == cause.CUT
    assert found.margins[0].startswith("Evicted 50.0 s after")


def test_a_connection_that_came_to_life_again_did_not_die():
    cluster = SimulatedLogs()
    for other in ("host1", "host3"):
        cluster.silence("host2", other, WELL - 200, WELL - 160)
    cluster.cut("host2", WELL)
    found = explain(cluster)
    assert found.verdict == cause.CUT
    assert found.margins[0].startswith("Evicted 32.0 s after")


def test_a_lost_network_by_its_own_log_alone():
    cluster = SimulatedLogs(nodes=5)
    for other in ("host1", "host3", "host4"):
        cluster.silence("host2", other, WELL, WELL + 92)
    cluster.restart("host2", WELL + 92, WELL + 200)
    assert explain(cluster).verdict == cause.NETWORK
    # With one connection dead of four, there is a majority still.
    cluster = SimulatedLogs(nodes=5)
    cluster.silence("host2", "host3", WELL, WELL + 92)
    cluster.restart("host2", WELL + 92, WELL + 200)
    assert explain(cluster).verdict == cause.UNKNOWN


def test_of_two_halves_the_one_with_the_lowest_number_is_not_fenced():
    def half(node, silent):
        cluster = SimulatedLogs(nodes=4)
        for other in silent:
            cluster.silence(node, other, WELL, WELL + 92)
        cluster.restart(node, WELL + 92, WELL + 200)
        return explain(cluster, node).verdict

    assert half("host2", ("host1", "host3")) == cause.NETWORK
    assert half("host1", ("host3", "host4")) == cause.UNKNOWN


def test_a_node_that_stood_still_and_goes_on():
    cluster = SimulatedLogs()
    cluster.freeze("host2", WELL, 90)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.FROZEN, True)
    assert found.margins == (
        "The others saw no heartbeat of it for 31 x 2 s = 62 s.",
        "It was back 28.0 s later: it stood still for 90 s.",
    )
    assert (found.last, found.back) == (WELL + 62, None)
    assert advised(found).startswith("Reset host2 at once")
    assert "ocfs2.orch.fsck" in advised(found)


def test_a_node_that_stood_still_and_restarted():
    cluster = SimulatedLogs()
    cluster.freeze("host2", WELL, 90)
    cluster.restart("host2", WELL + 100, WELL + 160)
    found = explain(cluster)
    assert (found.verdict, found.back) == (cause.FROZEN, WELL + 160)
    assert found.summary.endswith("It has restarted since.")
    assert "Reset" not in advised(found)


def test_a_lock_that_is_lost_after_it_joined_again_is_another_matter():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL)
    cluster.say("host1", WELL + 400, simulated_logs.lock_lost(1))
    assert explain(cluster).verdict == cause.CUT
