"""The documents agree with the tree: pictures, paths and names in them."""

import runpy
from pathlib import Path
from xml.parsers import expat

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = ROOT / "_utils" / "ocfs2lib"
PICTURES = runpy.run_path(str(DOCS / "pictures.py"))


@pytest.mark.parametrize("name", ["architecture", "cluster"])
def test_a_picture_is_what_its_script_makes(name):
    made = PICTURES[name]()
    assert (DOCS / f"{name}.svg").read_text(encoding="utf-8") == made, "run: make docs"
    expat.ParserCreate().Parse(made, True)
    assert "<title" in made
    assert "<desc" in made


def test_the_picture_of_the_architecture_has_every_room():
    shown = {name for row in PICTURES["ROOMS"] for name, _ in row}
    missing = {path.parent.name for path in ROOMS.glob("*/__init__.py")} - shown
    assert missing == set(), "add it to ROOMS in docs/pictures.py and run: make docs"
