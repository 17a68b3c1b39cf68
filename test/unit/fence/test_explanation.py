"""Logs that are not there or not complete, and whatever a node answers."""

import json
import math
import random

import pytest

from ocfs2lib.fence import cause
from ocfs2lib.fence import explanation
from ocfs2lib.fence import explanation_text
from support import simulated_logs
from support.fencing import advised
from support.fencing import explain
from support.fencing import panics
from support.simulated_logs import WELL
from support.simulated_logs import SimulatedLogs


def test_nothing_happened():
    found = explain(SimulatedLogs())
    assert found.verdict == cause.UNKNOWN
    assert found.summary.startswith("Nothing in the logs")
    assert (found.last, found.back, found.evidence) == (None, None, ())


def test_a_log_that_just_ends_and_nobody_noticed():
    cluster = SimulatedLogs()
    cluster.restart("host2", WELL, WELL + 60)
    found = explain(cluster)
    assert (found.verdict, found.sure) == (cause.UNKNOWN, False)
    assert "Its log just ends" in found.summary


def test_a_journal_that_does_not_outlive_a_restart():
    cluster = SimulatedLogs()
    cluster.lose_disk("host2", WELL)
    cluster.lose_log("host2")
    found = explain(cluster)
    assert found.verdict == cause.DISK
    assert (found.last, found.back) == (None, WELL + 180)
    assert "mkdir -p /var/log/journal" in advised(found)
    # That there was a boot before is only known from the others.
    cluster = SimulatedLogs()
    cluster.lose_log("host2")
    assert explain(cluster).summary.startswith("Nothing in the logs")


def test_a_node_that_did_not_come_back():
    cluster = SimulatedLogs()
    cluster.lose_network("host2", WELL)
    logs = {**cluster.logs(), "host2": None}
    found = explanation.explain("host2", logs, cluster.settings)
    assert (found.verdict, found.back) == (cause.NETWORK, None)
    assert found.last == WELL + 30 + 66 + 62
    assert found.notes == (
        "host2 did not answer, so its log is not in this.",
        "host2 has not come back or did not answer; its own log may say more.",
    )


def test_logs_that_are_not_complete_are_noted():
    cluster = SimulatedLogs()
    cluster.cut("host2", WELL)
    logs = cluster.logs()
    logs["host1"]["cut"] = True
    del logs["host2"]
    found = explanation.explain("host2", logs, cluster.settings)
    assert "The log of host2 was not asked for." in found.notes
    assert "The log of host1 is long; its older lines are not in this." in found.notes


@pytest.mark.parametrize("junk", [None, True, 0, "x", [], {}, [[]], {"a": 1}, math.nan, -1, 1e300])
def test_whatever_takes_the_place_of_something_is_left_out(junk):
    cluster = SimulatedLogs()
    cluster.lose_disk("host2", WELL)
    cluster.keep("host2", WELL + 200, simulated_logs.write_timeout(62))
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
        for answer in broken:
            found = explanation.explain("host2", {**good, name: answer}, cluster.settings)
            assert explanation_text.lines(found)
            json.dumps(explanation.data(found), allow_nan=False)


def test_damaged_lines_never_raise_and_are_shown_printable():
    number = random.Random(7)  # noqa: S311
    cluster = SimulatedLogs()
    cluster.freeze("host2", WELL, 90)
    cluster.lose_network("host2", WELL + 2000)
    for _ in range(300):
        logs = cluster.logs()
        for answer in logs.values():
            for line in answer["lines"]:
                if number.random() < 0.3:
                    line["text"] = _damaged(line["text"], number)
                if number.random() < 0.1:
                    line["time"] = number.choice([0, 1e9, WELL, WELL + 5000, 8e9])
            number.shuffle(answer["lines"])
            number.shuffle(answer["boots"])
        found = explanation.explain("host2", logs, cluster.settings)
        text = "\n".join(explanation_text.lines(found))
        assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) == {"\n"}


def _damaged(text, number):
    place = number.randrange(len(text))
    junk = number.choice(["", "\x1b[2J", "\n", "\r", "9" * 500, "\x00", "\udc80", "x" * 10_000])
    return text[:place] + junk + text[place + number.randrange(3) :]


@pytest.mark.parametrize("settings", [{}, {"nodes": {}}, {"nodes": {"host2": 1}}])
def test_settings_that_are_not_known_are_those_of_the_kernel(settings):
    cluster = SimulatedLogs()
    panics(cluster, "host2", WELL, simulated_logs.write_timeout(62.1))
    found = explanation.explain("host2", cluster.logs(), settings)
    assert "(31 - 1) x 2 s = 60 s" in found.margins[0]
