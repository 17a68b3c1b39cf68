"""The status, as a script and as a person reads it."""

import json
import re
from pathlib import Path

import pytest

from ocfs2lib.findings import find
from ocfs2lib.findings import kinds
from ocfs2lib.status import report
from support import answers
from support import statuses

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
TIME = "2026-01-31T23:59:59Z"
DOCUMENT = Path(__file__).parents[3] / "docs" / "status.rst"


def status(nodes=None, **snapshot):
    seen = answers.snapshot(PILLAR, nodes, **snapshot)
    return report.data(seen, find.all_findings(seen), TIME)


@pytest.fixture
def nodes():
    return answers.examinations(PILLAR)


@pytest.fixture
def broken(nodes):
    """A cluster with one silent node, and one whose heartbeat is late."""
    del nodes[THREE]
    nodes[TWO]["health"]["volumes"][answers.UUID]["late_ms"] = 20_000
    return status(nodes, silent={THREE: "did not answer ocfs2_node.examine"})


def test_a_healthy_cluster():
    data = status()
    assert (data["state"], data["findings"]) == ("healthy", [])
    assert report.lines(data) == [
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
    lines = report.lines(broken)
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
    assert (data["state"], report.RETCODES[data["state"]]) == ("unknown", 2)
    assert [each["mounted"] for each in data["luns"].values()] == [None]
    lines = report.lines(data)
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
    data = report.data(seen, find.all_findings(seen), TIME)
    lines = report.next_lines({**data, "seconds": 40.3}, seen.plan)
    assert lines[:2] == [
        "",
        f"Waited 40 s for {ONE}, {TWO}, without an answer. Next: salt {ONE} test.ping, then "
        "salt-run ocfs2.status cluster=ocfs2 timeout=82",
    ]


def test_what_is_said_in_the_end_is_counted_nowhere_else():
    """What is called above is above: findings and their fixes, and no further count of them."""
    seen = answers.snapshot(PILLAR, {}, silent=dict.fromkeys((ONE, TWO, THREE), "did not answer"))
    data = report.data(seen, find.all_findings(seen), TIME)
    lines = report.next_lines(data, seen.plan)
    assert len(lines) == 2
    assert "(above)" not in " ".join(lines)
    assert report.next_lines(status(), answers.snapshot(PILLAR).plan) == []


def test_who_did_not_answer_has_no_connections_to_count(nodes):
    before = status(nodes)
    del nodes[THREE]
    said = report.changes(before, status(nodes, silent={THREE: "did not answer"}))
    assert f"+ {THREE}: no answer (was: online, 2/2 connections, primary mounted)" in said


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda lun: lun.update(error="gone", volume=None, mounts=[], size=0), "missing!"),
        (lambda lun: lun.update(wwid="35000c50000000099", mounts=[]), "other!"),
        (lambda lun: lun.update(unreadable="EIO", mounts=[]), "unreadable!"),
        (lambda lun: lun.update(mounts=[]), "unmounted!"),
    ],
)
def test_one_word_says_what_is_wrong_with_a_lun(nodes, change, word):
    change(nodes[TWO]["luns"]["primary"])
    row = next(line for line in report.lines(status(nodes)) if line.startswith(TWO))
    assert row.split()[-1] == word


def test_a_blank_lun_and_one_that_is_held(nodes):
    for minion in nodes:
        nodes[minion]["luns"]["primary"].update(volume=None, mounts=[], half_made=None)
        nodes[minion]["health"].update(volumes={}, peers={})
        nodes[minion].update(mounts=[], space={}, under={}, volumes={})
    words = [row["luns"]["primary"]["state"] for row in status(nodes)["nodes"].values()]
    assert words == ["blank"] * 3
    nodes[ONE]["holds"]["cluster"] = "retune is under way. Fix: run it again"
    assert status(nodes)["nodes"][ONE]["luns"]["primary"]["state"] == "held"


def test_exit_codes(broken):
    assert report.RETCODES[broken["state"]] == 2
    nodes = answers.examinations(PILLAR)
    nodes[TWO]["formula"] = "0.9.0+0"
    assert report.RETCODES[status(nodes)["state"]] == 1
    assert report.RETCODES[status()["state"]] == 0
    assert set(report.RETCODES) == {"healthy", "degraded", "broken", "unknown"}


def test_notes_do_not_degrade():
    pillar = answers.desired(slots=4)
    seen = answers.snapshot(pillar)
    data = report.data(seen, find.all_findings(seen), "")
    assert (data["state"], data["findings"][0]["severity"]) == ("healthy", "note")
    assert report.lines(data)[0] == "Cluster ocfs2: HEALTHY (1 note)"


def test_what_has_changed(broken, nodes):
    before = status()
    assert report.changes(before, before) == []
    said = report.changes(before, broken)
    assert said[0] == (
        "+ host1.example.com: online, 2/2 connections, primary late"
        " (was: online, 2/2 connections, primary mounted)"
    )
    assert any(each.startswith("+ UNKNOWN host2.example.com: did not answer") for each in said)
    back = report.changes(broken, before)
    assert any(each.startswith("- UNKNOWN host2.example.com: did not answer") for each in back)


def test_the_data_is_plain(broken):
    assert json.loads(json.dumps(broken)) == broken


def test_the_document_names_every_field(broken):
    text = DOCUMENT.read_text()
    known = [*_fields(broken), *_fields(statuses.unanswered())]
    fields = {name for name in known if re.fullmatch("[a-z_]+", name)}
    data = {"primary", *kinds.KINDS, *PILLAR_FIELDS}
    assert [name for name in sorted(fields - data) if f"``{name}``" not in text] == []


#: Keys that are names of the operator's or of the kernel's.
PILLAR_FIELDS = {"sda", "sdb"}


def _fields(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner)
