"""The status, as a script and as a person reads it."""

import json
import re
from pathlib import Path

import pytest

import ocfs2_finding
import ocfs2_findings
import ocfs2_status

from . import answers

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
DOCUMENT = Path(__file__).parents[2] / "docs" / "status.rst"


def status(nodes=None, **sight):
    seen = answers.sight(PILLAR, nodes, **sight)
    return ocfs2_status.data(seen, ocfs2_findings.of(seen), "2026-01-31T23:59:59Z")


@pytest.fixture
def nodes():
    return answers.examinations(PILLAR)


@pytest.fixture
def broken(nodes):
    """A cluster with one silent node, and one whose heartbeat is late."""
    del nodes[THREE]
    nodes[TWO]["vitals"]["volumes"][answers.UUID]["late_ms"] = 20_000
    return status(nodes, silent={THREE: "did not answer ocfs2_node.examine"})


def test_a_healthy_cluster():
    data = status()
    assert (data["state"], data["findings"]) == ("healthy", [])
    assert ocfs2_status.lines(data) == [
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
    lines = ocfs2_status.lines(broken)
    assert lines[:10] == [
        "Cluster ocfs2: UNKNOWN (1 unknown, 1 degraded)",
        "",
        "node                cluster  net  primary",
        "host0.example.com   online   2/2  mounted",
        "host1.example.com!  online   2/2  late!",
        "host2.example.com!  ?        ?    ?",
        "",
        "primary: /san/primary, 2TiB, 2 of 6 slots, 50% free",
        f"  volume {answers.UUID}",
        "",
    ]
    assert lines[10] == "UNKNOWN node-silent on host2.example.com"
    assert lines[-1].startswith("  fix   look at its paths: multipath -ll")
    assert all(len(line) <= 80 for line in lines if not line.startswith("  fix"))


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
    row = next(line for line in ocfs2_status.lines(status(nodes)) if line.startswith(TWO))
    assert row.split()[-1] == word


def test_a_blank_lun_and_one_that_is_held(nodes):
    for minion in nodes:
        nodes[minion]["luns"]["primary"].update(volume=None, mounts=[], half_made=None)
        nodes[minion]["vitals"].update(volumes={}, peers={})
        nodes[minion].update(mounts=[], space={}, under={}, volumes={})
    words = [row["luns"]["primary"]["state"] for row in status(nodes)["nodes"].values()]
    assert words == ["blank"] * 3
    nodes[ONE]["holds"]["cluster"] = "retune is under way. Fix: run it again"
    assert status(nodes)["nodes"][ONE]["luns"]["primary"]["state"] == "held"


def test_exit_codes(broken):
    assert ocfs2_status.RETCODES[broken["state"]] == 2
    nodes = answers.examinations(PILLAR)
    nodes[TWO]["formula"] = "0.9.0+0"
    assert ocfs2_status.RETCODES[status(nodes)["state"]] == 1
    assert ocfs2_status.RETCODES[status()["state"]] == 0
    assert set(ocfs2_status.RETCODES) == {"healthy", "degraded", "broken", "unknown"}


def test_notes_do_not_degrade():
    pillar = answers.desired(slots=4)
    seen = answers.sight(pillar)
    data = ocfs2_status.data(seen, ocfs2_findings.of(seen), "")
    assert (data["state"], data["findings"][0]["severity"]) == ("healthy", "note")
    assert ocfs2_status.lines(data)[0] == "Cluster ocfs2: HEALTHY (1 note)"


def test_what_has_changed(broken, nodes):
    before = status()
    assert ocfs2_status.changes(before, before) == []
    said = ocfs2_status.changes(before, broken)
    assert said[0] == (
        "+ host1.example.com: online, 2/2 connections, primary late"
        " (was: online, 2/2 connections, primary mounted)"
    )
    assert any(each.startswith("+ UNKNOWN host2.example.com: did not answer") for each in said)
    back = ocfs2_status.changes(broken, before)
    assert any(each.startswith("- UNKNOWN host2.example.com: did not answer") for each in back)


def test_the_data_is_plain(broken):
    assert json.loads(json.dumps(broken)) == broken


def test_the_document_names_every_field(broken):
    text = DOCUMENT.read_text()
    fields = {name for name in _fields(broken) if re.fullmatch("[a-z_]+", name)}
    data = {"primary", *ocfs2_finding.KINDS, *PILLAR_FIELDS}
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
