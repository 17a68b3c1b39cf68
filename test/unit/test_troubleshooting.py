"""The handbook of failures knows every finding, and no other."""

import re
from pathlib import Path

from ocfs2lib.findings.kinds import KINDS

DOCUMENTS = (Path(__file__).parents[2] / "docs").glob("troubleshooting-*.rst")


def test_every_finding_has_a_row():
    text = "".join(document.read_text() for document in DOCUMENTS)
    rows = re.findall(r"^   \* - ([a-z, -]+)$", text, re.MULTILINE)
    named = [kind for row in rows for kind in row.split(", ")]
    assert sorted(named) == sorted(KINDS)
