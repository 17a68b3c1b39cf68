"""Several restarts, and clocks that differ."""

import pytest

from ocfs2lib.fence import cause
from support.fencing import advised
from support.fencing import explain
from support.fencing import panics
from support.fencing import shown
from support.simulated_logs import PANIC
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs


def test_the_last_restart_that_was_not_asked_for():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL - 20_000)
    cluster.lose_disk("host2", WELL - 10_000)
    cluster.leave("host2", WELL)
    cluster.say("host2", WELL + 5, "Journal stopped")
    cluster.restart("host2", WELL + 5, WELL + 60)
    found = explain(cluster)
    assert found.verdict == cause.DISK
    assert [each.verdict for each in found.others] == [cause.SHUTDOWN, cause.CUT]
    assert "ordered shutdown" in shown(found)


def test_restarts_in_quick_succession_are_kept_apart():
    cluster = SimulatedLogs()
    for start in (WELL, WELL + 270, WELL + 540):
        cluster.cut("host2", start, up=100)
    found = explain(cluster)
    assert (found.verdict, found.last) == (cause.CUT, WELL + 535)
    assert [each.verdict for each in found.others] == [cause.CUT, cause.CUT]


def test_what_pstore_kept_belongs_to_its_own_restart():
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL - 20_000, PANIC + "Fatal machine check")
    cluster.cut("host2", WELL)
    found = explain(cluster)
    assert (found.verdict, found.others[0].verdict) == (cause.CUT, cause.PANIC)


def test_a_clock_is_not_needed_but_noted():
    cluster = SimulatedLogs(clock={"host1": 5000, "host3": -7})
    cluster.lose_disk("host2", WELL)
    found = explain(cluster, clock={"host1": 5000.0, "host2": 0.2, "host3": -7})
    assert found.verdict == cause.DISK
    assert found.notes == (
        "The clock of host1 is 5000.0 s ahead of the master's.",
        "The clock of host3 is 7.0 s behind the master's.",
    )
    # Lines keep the time of the clock they were written by.
    (asked,) = [each for each in found.evidence if "receive negotiate" in each.text]
    assert asked.time == WELL + 30 + 5000


@pytest.mark.parametrize("ahead", [-5000, -200, 200, 5000])
def test_a_clock_that_is_not_known_freezes_no_node(ahead):
    cluster = SimulatedLogs(clock={"host2": ahead})
    cluster.cut("host2", WELL)
    found = explain(cluster)
    assert found.verdict in (cause.CUT, cause.UNKNOWN)
    assert "Reset" not in advised(found)
