"""What is generated from the model agrees with it, with the check and with the docs."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from ocfs2lib.pillar import features
from ocfs2lib.pillar import reference
from ocfs2lib.pillar import rules
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[3]
SCHEMA = reference.json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXAMPLE = yaml.safe_load((ROOT / "pillar.example").read_text())["ocfs2"]


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
    text = (ROOT / "docs" / "pillar-volumes.rst").read_text()
    assert text == reference.volumes_rst(), 'run "make docs"'


def test_the_reference_names_every_key_and_rule():
    text = reference.reference_rst()
    for key in (PILLAR, *PILLAR.keys):
        for sub in key.keys:
            assert f"``{sub.name}`` : " in text
    assert text.count("\n- ") == len(rules.RULES)


def test_the_reference_names_every_option_and_feature():
    text = reference.volumes_rst()
    for option in MOUNT_OPTIONS:
        assert f"     - ``{option}" in text or f"   * - ``{option}" in text
    for name in (*features.OFFERED, *features.REFUSED):
        assert f"* ``{name}``: " in text
