"""The status as a person reads it."""

import json

from ocfs2lib.findings import find
from ocfs2lib.status.data import status_data
from ocfs2lib.status.lines import next_lines
from ocfs2lib.status.lines import status_lines
from ocfs2lib.status.states import RETCODES
from support import answers
from support import statuses
from support.statuses import TIME
from support.statuses import status

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))


def test_a_healthy_cluster():
    data = status(PILLAR)
    assert (data["state"], data["findings"]) == ("healthy", [])
    assert status_lines(data) == [
        "Cluster ocfs2: HEALTHY",
        "",
        "node               cluster  net  primary",
        "host0.example.com  online   2/2  mounted",
        "host1.example.com  online   2/2  mounted",
        "host2.example.com  online   2/2  mounted",
        "",
        "primary: /san/primary, 2TiB, 3 of 6 slots, 50% free",
        f"  volume {answers.UUID}",
    ]


def test_a_cluster_in_trouble(broken):
    lines = status_lines(broken)
    assert lines[:10] == [
        "Cluster ocfs2: UNKNOWN (1 unknown, 1 degraded)",
        "",
        "node                cluster  net  primary",
        "host0.example.com   online   2/2  mounted",
        "host1.example.com!  online   2/2  late!",
        "host2.example.com!  ?        ?    ?",
        "",
        "primary: /san/primary, 2TiB, at least 2 of 6 slots, 50% free",
        f"  volume {answers.UUID}",
        "",
    ]
    assert lines[10] == "UNKNOWN node-silent on host2.example.com"
    assert lines[-1].startswith("  fix   look at its paths: multipath -ll")
    assert all(len(line) <= 80 for line in lines if not line.startswith("  fix"))


def test_a_cluster_of_which_nobody_answered():
    data = statuses.unanswered()
    assert (data["state"], RETCODES[data["state"]]) == ("unknown", 2)
    assert [each["mounted"] for each in data["luns"].values()] == [None]
    lines = status_lines(data)
    assert lines[:14] == [
        "Cluster ocfs2: UNKNOWN (2 unknown)",
        "",
        "node                cluster  net  primary",
        "host0.example.com!  ?        ?    ?",
        "host1.example.com!  ?        ?    ?",
        "host2.example.com!  ?        ?    ?",
        "",
        "primary: /san/primary, 2TiB, ? of ? slots, ? free",
        "",
        "Last seen, and old: it may be otherwise by now",
        f"  host0.example.com, 4 minutes ago ({TIME}): online, 2/2 connections, primary mounted",
        f"  host1.example.com, 4 minutes ago ({TIME}): online, 2/2 connections, primary mounted",
        f"  host2.example.com, 4 minutes ago ({TIME}): online, 2/2 connections, primary mounted",
        f"  LUN primary, 4 minutes ago ({TIME}): volume {answers.UUID}, mounted on 3 nodes",
    ]
    assert "forget" not in json.dumps(data)


def test_one_sentence_says_who_was_waited_for_and_what_to_type():
    silent = dict.fromkeys((ONE, TWO), "did not answer")
    nodes = {THREE: answers.examination(PILLAR, THREE)}
    seen = answers.snapshot(PILLAR, nodes, silent=silent, slow=(TWO,))
    data = status_data(seen, find.all_findings(seen), TIME)
    lines = next_lines({**data, "seconds": 40.3}, seen.plan)
    assert lines[:2] == [
        "",
        f"Waited 40 s for {ONE}, {TWO}, without an answer. Next: salt {ONE} test.ping, then "
        "salt-run ocfs2.status cluster=ocfs2 timeout=82",
    ]


def test_what_is_said_in_the_end_is_counted_nowhere_else():
    """What is called above is above: findings and their fixes, and no further count of them."""
    seen = answers.snapshot(PILLAR, {}, silent=dict.fromkeys((ONE, TWO, THREE), "did not answer"))
    data = status_data(seen, find.all_findings(seen), TIME)
    lines = next_lines(data, seen.plan)
    assert len(lines) == 2
    assert "(above)" not in " ".join(lines)
    assert next_lines(status(PILLAR), answers.snapshot(PILLAR).plan) == []


def test_notes_do_not_degrade():
    pillar = answers.desired(slots=4)
    seen = answers.snapshot(pillar)
    data = status_data(seen, find.all_findings(seen), "")
    assert (data["state"], data["findings"][0]["severity"]) == ("healthy", "note")
    assert status_lines(data)[0] == "Cluster ocfs2: HEALTHY (1 note)"


def test_of_many_findings_of_a_kind_the_first_are_shown(broken):
    finding = {**broken["findings"][0], "kind": "space-low", "severity": "degraded"}
    broken["findings"] = [{**finding, "lun": f"lun{number}"} for number in range(300)]
    lines = status_lines(broken)
    assert sum(line.startswith("DEGRADED space-low") for line in lines) == 20
    assert lines[-1] == "  ... and 280 more space-low; --out=json shows all of them"
