import re
from pathlib import Path

from ocfs2lib import version

ROOT = Path(__file__).resolve().parents[2]


def test_version_is_that_of_the_project():
    text = (ROOT / "pyproject.toml").read_text()
    assert re.search(r'^version = "(.*)"$', text, re.MULTILINE)[1] == version.VERSION
