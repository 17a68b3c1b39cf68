"""A section more is a file of its own, a row and a field: here one that may be left out."""

from dataclasses import dataclass
from dataclasses import make_dataclass

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.pillar import desired
from ocfs2lib.pillar import keys
from ocfs2lib.pillar import reference
from ocfs2lib.pillar import rules
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.pillar.section import Section
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar


def _check_colour(text):
    if text == "mauve":
        raise WrongValue("nobody has mauve paint", "type another")


def _derive(good, found):
    paint = good.get("paint") or {}
    if "coats" in paint and paint["coats"] is None:
        paint["coats"] = len(good.get("nodes", {}))
        if paint["coats"] > 4:
            found.append(Problem("ocfs2:paint:coats", "so many nodes", "type a number"))


def _dark(good):
    """``paint:coats`` is 1 where ``colour`` is ``black``."""
    paint = good.get("paint") or {}
    if paint.get("colour") == "black" and paint.get("coats", 1) > 1:
        yield Problem("ocfs2:paint:coats", "it is black after the first", "type 1")


@dataclass(frozen=True)
class Paint:
    colour: str
    coats: int


PAINT = Section(
    Key(
        "paint",
        SECTION,
        "What the racks are painted with.",
        default=None,
        derived="no paint",
        keys=(
            Key(
                "colour",
                TEXT,
                "Its colour.",
                example="red",
                pattern="[a-z]+",
                rule="a word",
                check=_check_colour,
            ),
            Key(
                "coats",
                INTEGER,
                "How many.",
                default=None,
                derived="the number of nodes",
                minimum=1,
                maximum=9,
            ),
        ),
    ),
    derive=_derive,
    rules=(_dark,),
    build=lambda good: Paint(**good),
)
Painted = make_dataclass(
    "Painted", [("paint", Paint | None)], bases=(desired.Desired,), frozen=True
)


@pytest.fixture(autouse=True)
def _one_section_more(monkeypatch):
    sections = (*keys.SECTIONS, PAINT)
    monkeypatch.setattr(keys, "SECTIONS", sections)
    monkeypatch.setattr(keys, "PILLAR", keys.of_sections(sections))
    monkeypatch.setattr(rules, "RULES", rules.of_sections(sections))
    monkeypatch.setattr(desired, "Desired", Painted)


@pytest.mark.parametrize("section", [pillar(), changed(("paint",), None)])
def test_a_section_that_is_left_out_is_none(section):
    assert check.check(section) == []
    assert check.parse(section).paint is None


def test_what_is_given_is_complete_and_typed():
    parsed = check.parse(changed(("paint",), {"colour": "red"}))
    assert parsed.paint == Paint("red", coats=3)
    assert [node.number for node in parsed.nodes] == [0, 1, 2]
    assert check.parse(changed(("paint",), {"colour": "red", "coats": 2})).paint.coats == 2


@pytest.mark.parametrize(
    ("paint", "path", "reason"),
    [
        ({}, "paint:colour", "the key is missing"),
        ("red", "paint", "'red' stands where keys belong"),
        ({"colour": "Red"}, "paint:colour", "'Red' is not a word"),
        ({"colour": "mauve"}, "paint:colour", "nobody has mauve paint"),
        ({"colour": "red", "coats": 10}, "paint:coats", "10 is out of range"),
        ({"colour": "black", "coats": 2}, "paint:coats", "it is black after the first"),
        ({"colour": "red", "coat": 2}, "paint:coat", "there is no such key"),
    ],
)
def test_what_is_wrong_in_it_is_found(paint, path, reason):
    problem = only(changed(("paint",), paint))
    assert problem.path == f"ocfs2:{path}"
    assert reason in problem.reason


def test_a_default_that_cannot_be_derived_is_found():
    problem = only(changed(("paint",), {"colour": "red"}, pillar(nodes=5)))
    assert problem.reason == "so many nodes"


def test_the_reference_has_it_before_the_tables():
    assert [key.name for key in keys.PILLAR.keys][-4:] == ["paint", "nodes", "luns", "repositories"]
    text = reference.reference_rst()
    assert "``paint`` : section, see below; default: no paint\n" in text
    assert "- ``paint:coats`` is 1 where ``colour`` is ``black``.\n" in text


def test_the_schema_has_it():
    jsonschema = pytest.importorskip("jsonschema")
    valid = jsonschema.Draft202012Validator(reference.json_schema()).is_valid
    for paint, right in ((None, True), ({"colour": "red"}, True), ({}, False)):
        assert valid({"ocfs2": changed(("paint",), paint)}) is right
