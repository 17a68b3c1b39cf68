"""The status as a script reads it."""

import json
import re
from pathlib import Path

import pytest

from ocfs2lib.findings import kinds
from ocfs2lib.status.lines import status_lines
from ocfs2lib.status.states import RETCODES
from support import answers
from support import statuses
from support.statuses import status

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
DOCUMENT = Path(__file__).parents[3] / "docs" / "status.rst"
#: Keys that are names of the operator's or of the kernel's.
PILLAR_FIELDS = {"sda", "sdb"}


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
    row = next(line for line in status_lines(status(PILLAR, nodes)) if line.startswith(TWO))
    assert row.split()[-1] == word


def test_a_blank_lun_and_one_that_is_held(nodes):
    for minion in nodes:
        nodes[minion]["luns"]["primary"].update(volume=None, mounts=[], half_made=None)
        nodes[minion]["health"].update(volumes={}, peers={})
        nodes[minion].update(mounts=[], space={}, under={}, volumes={})
    words = [row["luns"]["primary"]["state"] for row in status(PILLAR, nodes)["nodes"].values()]
    assert words == ["blank"] * 3
    nodes[ONE]["holds"]["cluster"] = "retune is under way. Fix: run it again"
    assert status(PILLAR, nodes)["nodes"][ONE]["luns"]["primary"]["state"] == "held"


def test_exit_codes(broken):
    assert RETCODES[broken["state"]] == 2
    nodes = answers.examinations(PILLAR)
    nodes[TWO]["formula"] = "0.9.0+0"
    assert RETCODES[status(PILLAR, nodes)["state"]] == 1
    assert RETCODES[status(PILLAR)["state"]] == 0
    assert set(RETCODES) == {"healthy", "degraded", "broken", "unknown"}


def test_the_data_is_plain(broken):
    assert json.loads(json.dumps(broken)) == broken


def test_the_document_names_every_field(broken):
    text = DOCUMENT.read_text()
    known = [*_fields(broken), *_fields(statuses.unanswered())]
    fields = {name for name in known if re.fullmatch("[a-z_]+", name)}
    data = {"primary", *kinds.KINDS, *PILLAR_FIELDS}
    assert [name for name in sorted(fields - data) if f"``{name}``" not in text] == []


def _fields(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(inner)
