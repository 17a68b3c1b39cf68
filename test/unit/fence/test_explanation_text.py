"""How an explanation is shown."""

import json

import pytest

from ocfs2lib.fence import cause
from ocfs2lib.fence import explanation
from ocfs2lib.fence import explanation_text
from support import simulated_logs
from support.fencing import MULTIPATH
from support.fencing import explain
from support.fencing import panics
from support.simulated_logs import PANIC
from support.simulated_logs import PANICING
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs


def stories():
    cluster = SimulatedLogs()
    yield cluster
    for what in ("lose_disk", "lose_network", "cut"):
        cluster = SimulatedLogs(nodes=6, clock={"host1": 3})
        getattr(cluster, what)("host2", WELL + 13 * 3600 + 50 * 60)
        yield cluster
    cluster = SimulatedLogs()
    cluster.freeze("host2", WELL, 90)
    yield cluster
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, PANIC + "x" * 300)
    yield cluster


@pytest.mark.parametrize("number", range(6))
def test_an_explanation_fits_a_terminal_and_json(number):
    cluster = list(stories())[number]
    found = explain(cluster, clock={"host1": 3.0}, multipath=MULTIPATH, cluster="N" * 16)
    lines = explanation_text.lines(found)
    assert [line for line in lines if len(line) > 80] == []
    assert not any(line != line.rstrip() for line in lines)
    facts = json.loads(json.dumps(explanation.data(found), allow_nan=False))
    assert facts["verdict"] == found.verdict
    assert len(facts["evidence"]) == len(found.evidence)


def test_what_an_explanation_looks_like():
    cluster = SimulatedLogs()
    cluster.hang("host2", WELL)
    panics(cluster, "host2", WELL + 62.1, simulated_logs.write_timeout(62.1), PANIC + PANICING)
    lines = explanation_text.lines(explain(cluster, multipath=MULTIPATH))
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
    cluster = SimulatedLogs(nodes=9)
    cluster.cut("host2", WELL)
    found = explain(cluster)
    assert {each.node for each in found.evidence} == {"host1", "host3", "host4"}
    assert "5 more nodes saw it go; their lines are not shown." in found.notes


def test_every_verdict_has_a_title_and_advice():
    verdicts = {cause.DISK, cause.NETWORK, cause.PANIC, cause.CUT, cause.SHUTDOWN, cause.FROZEN}
    assert set(explanation_text.TITLES) == {*verdicts, cause.FILESYSTEM, cause.UNKNOWN}
