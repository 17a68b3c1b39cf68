"""What is generated from the model agrees with it, with the check and with the docs."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from ocfs2lib.pillar import check
from ocfs2lib.pillar import model
from ocfs2lib.pillar import reference
from ocfs2lib.pillar import rules

hypothesis = pytest.importorskip("hypothesis")
jsonschema = pytest.importorskip("jsonschema")
st = pytest.importorskip("hypothesis.strategies")

ROOT = Path(__file__).parents[3]
SCHEMA = reference.json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXAMPLE = yaml.safe_load((ROOT / "pillar.example").read_text())["ocfs2"]

fuzz = hypothesis.settings(
    max_examples=2000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)

NUMBERS = st.integers() | st.floats() | st.integers(0, 300) | st.just(10**60)
WORDS = st.sampled_from(
    ["ocfs2", "yes", "010", "0x1F", "2T", "2TiB", "/dev/sda", "/san/b", "10.0.0.1", "::1", "once"]
)
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS | st.text() | st.binary() | st.dates()
KEY_NAMES = st.sampled_from(
    sorted({sub.name for key in (model.PILLAR, *model.PILLAR.keys) for sub in key.keys})
)
NAMES = KEY_NAMES | WORDS | st.text() | st.integers() | st.none() | st.booleans()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


def places(section, path=()):
    """Return the path of everything below ``section``."""
    found = []
    items = enumerate(section) if isinstance(section, list) else section.items()
    for key, value in items:
        found.append((*path, key))
        if isinstance(value, (dict, list)):
            found += places(value, (*path, key))
    return found


@st.composite
def mutations(draw):
    """Draw a valid pillar with one to three things replaced, removed or added."""
    section = copy.deepcopy(EXAMPLE)
    for _ in range(draw(st.integers(1, 3))):
        options = places(section)
        if not options:
            break
        *above, last = draw(st.sampled_from(options))
        place = section
        for key in above:
            place = place[key]
        action = draw(st.sampled_from(("replace", "remove", "add")))
        if action == "replace":
            place[last] = draw(SCALARS | ANYTHING)
        elif action == "remove":
            del place[last]
        elif isinstance(place, dict):
            place[draw(NAMES)] = copy.deepcopy(place[last])
        else:
            place.append(draw(SCALARS))
    return section


def judge(section):
    """Check ``section`` in every way that holds for any object."""
    problems = check.check(section)
    for problem in problems:
        assert problem.path.startswith("ocfs2")
        assert problem.reason
        assert problem.fix
        assert str(problem).isascii()
        assert str(problem).isprintable()
    if problems:
        with pytest.raises(check.InvalidPillar) as caught:
            check.parse(section)
        assert caught.value.problems == tuple(problems)
    else:
        assert check.parse(section).nodes
        assert not list(VALIDATOR.iter_errors({"ocfs2": section}))


@fuzz
@hypothesis.given(ANYTHING)
def test_any_object_gives_problems_and_never_a_traceback(section):
    judge(section)


@fuzz
@hypothesis.given(mutations())
def test_any_change_of_a_pillar_gives_problems_or_a_valid_pillar(section):
    judge(section)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_accepts_the_example():
    assert list(VALIDATOR.iter_errors({"ocfs2": EXAMPLE})) == []


def test_the_schema_accepts_other_pillar_beside_it():
    assert VALIDATOR.is_valid({"ocfs2": EXAMPLE, "users": []})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("cluster", "name"), "my-web"),
        (("cluster", "heartbeat_mode"), "global"),
        (("cluster", "port"), 65535),
        (("cluster", "nmae"), "x"),
        (("kernel", "panic_on_oops"), "yes"),
        (("nodes", "host1.domain.com", "number"), 255),
        (("nodes", "host1.domain.com", "address"), "fe80::1"),
        (("nodes", "a/b"), {"number": 9, "address": "10.0.0.1"}),
        (("nodes",), {}),
        (("luns",), None),
        (("luns", "primary", "device"), "/dev/sda"),
        (("luns", "primary", "wwid"), 35000),
        (("luns", "primary", "size"), "2T"),
        (("luns", "primary", "size"), 513 * 2**30 + 1),
        (("luns", "primary", "format"), True),
        (("luns", "primary", "slots"), 0),
        (("luns", "primary", "uuid"), "x"),
        (("luns", "primary", "mount", "options"), ["nofail"]),
        (("luns", "primary", "mount", "options"), "nointr"),
        (("luns", "primary", "mount", "path"), "/a/../b"),
        (("luns", "primary", "mount", "services"), "libvirtd.service"),
        (("luns", "primary", "mount", "services"), ["libvirtd"]),
        (("luns", "primary", "mount", "services"), ["a.service", "a.service"]),
        (("drain", "command"), "drain"),
        (("drain", "state"), "a/b"),
        (("drain", "limit"), 86401),
    ],
)
def test_the_schema_refuses(path, value):
    section = copy.deepcopy(EXAMPLE)
    place = section
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not VALIDATOR.is_valid({"ocfs2": section})


def test_the_schema_requires_the_section():
    assert not VALIDATOR.is_valid({})


def test_the_schema_offers_defaults_examples_and_words():
    cluster = SCHEMA["properties"]["ocfs2"]["properties"]["cluster"]
    assert cluster["type"] == ["object", "null"]
    assert cluster["properties"]["port"]["default"] == 7777
    node = SCHEMA["properties"]["ocfs2"]["properties"]["nodes"]["additionalProperties"]
    assert node["properties"]["number"]["examples"] == [0]
    assert node["required"] == ["number", "address"]
    assert "``" not in json.dumps(SCHEMA)


def test_docs_schema_is_the_generated_one():
    text = (ROOT / "docs" / "pillar.schema.json").read_text()
    assert text == json.dumps(SCHEMA, indent=2) + "\n", 'run "make docs"'


def test_docs_reference_is_the_generated_one():
    text = (ROOT / "docs" / "pillar.rst").read_text()
    assert text == reference.reference_rst(), 'run "make docs"'


def test_the_reference_names_every_key_option_and_rule():
    text = reference.reference_rst()
    for key in (model.PILLAR, *model.PILLAR.keys):
        for sub in key.keys:
            assert f"``{sub.name}`` : " in text
    for option in model.MOUNT_OPTIONS:
        assert f"     - ``{option}" in text or f"   * - ``{option}" in text
    assert text.count("\n- ") == len(rules.RULES)
