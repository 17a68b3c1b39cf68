"""The tables of the pillar are consistent and say what the tools do."""

from pathlib import Path

import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import REQUIRED
from ocfs2lib.pillar.key import SIZE
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.mount_options import REFUSED_OPTIONS

ROOT = Path(__file__).parents[3]


def keys(key=PILLAR):
    """Yield every key of the model, entries of tables included."""
    yield key
    for sub in (*key.keys, *([key.entry] if key.entry else ())):
        yield from keys(sub)


def ids(key):
    return f"{key.name}-{key.kind}"


@pytest.mark.parametrize("key", list(keys()), ids=ids)
def test_every_key_is_documented_and_its_text_bounded(key):
    assert key.doc.endswith(".")
    if key.kind == TEXT:
        assert bool(key.choices) != bool(key.pattern)
        assert bool(key.pattern) == bool(key.rule)
    if key.kind in (INTEGER, SIZE, TABLE):
        assert key.minimum < key.maximum


@pytest.mark.parametrize("key", [key for key in keys() if key.example], ids=ids)
def test_examples_are_what_they_exemplify(key):
    if key.kind == INTEGER:
        assert key.minimum <= int(key.example) <= key.maximum
    elif key.kind == SIZE:
        assert key.minimum <= sizes.size_bytes(key.example) <= key.maximum
    else:
        assert key.example in key.choices or key.matches(key.example)


@pytest.mark.parametrize(
    "key", [key for key in keys() if key.default not in (REQUIRED, None, ())], ids=ids
)
def test_defaults_are_allowed(key):
    if key.choices:
        assert key.default in key.choices
    elif key.kind == INTEGER:
        assert key.minimum <= key.default <= key.maximum
    elif key.kind == TEXT:
        assert key.matches(key.default)
    else:
        assert isinstance(key.default, bool)


def test_only_nodes_and_luns_are_required():
    assert [key.name for key in PILLAR.keys if key.required] == ["nodes", "luns"]


def test_allowed_and_refused_options_are_apart():
    assert not set(MOUNT_OPTIONS) & set(REFUSED_OPTIONS)
