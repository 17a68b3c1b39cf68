"""The tables of the pillar are consistent and say what the tools do."""

import re
from pathlib import Path

import pytest

from ocfs2lib.pillar import model

ROOT = Path(__file__).parents[3]


def keys(key=model.PILLAR):
    """Yield every key of the model, entries of tables included."""
    yield key
    for sub in (*key.keys, *([key.entry] if key.entry else ())):
        yield from keys(sub)


def ids(key):
    return f"{key.name}-{key.kind}"


@pytest.mark.parametrize("key", list(keys()), ids=ids)
def test_every_key_is_documented_and_its_text_bounded(key):
    assert key.doc.endswith(".")
    if key.kind == model.TEXT:
        assert bool(key.choices) != bool(key.pattern)
        assert bool(key.pattern) == bool(key.rule)
    if key.kind in (model.INTEGER, model.SIZE, model.TABLE):
        assert key.minimum < key.maximum


@pytest.mark.parametrize("key", [key for key in keys() if key.example], ids=ids)
def test_examples_are_what_they_exemplify(key):
    if key.kind == model.INTEGER:
        assert key.minimum <= int(key.example) <= key.maximum
    elif key.kind == model.SIZE:
        assert key.minimum <= model.size_bytes(key.example) <= key.maximum
    else:
        assert key.matches(key.example)


@pytest.mark.parametrize(
    "key", [key for key in keys() if key.default not in (model.REQUIRED, None, ())], ids=ids
)
def test_defaults_are_allowed(key):
    if key.choices:
        assert key.default in key.choices
    elif key.kind == model.INTEGER:
        assert key.minimum <= key.default <= key.maximum
    elif key.kind == model.TEXT:
        assert key.matches(key.default)
    else:
        assert key.default is True


def test_only_nodes_and_luns_are_required():
    assert [key.name for key in model.PILLAR.keys if key.required] == ["nodes", "luns"]


def test_allowed_and_refused_options_are_apart():
    assert not set(model.MOUNT_OPTIONS) & set(model.REFUSED_OPTIONS)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (512, 512),
        ("512B", 512),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("3MB", 3 * 10**6),
        ("3MiB", 3 * 2**20),
        ("2GB", 2 * 10**9),
        ("2GiB", 2 * 2**30),
        ("2TB", 2 * 10**12),
        ("2TiB", 2 * 2**40),
        ("1PB", 10**15),
        ("1PiB", 2**50),
        ("007GiB", 7 * 2**30),
    ],
)
def test_size_bytes(size, expected):
    assert model.size_bytes(size) == expected


@pytest.mark.parametrize(
    "size", ["", "2", "2T", "2tib", "2 TiB", "1.5TiB", "-2TiB", "2TiB\n", "TiB", "2TiBB", "٣TiB"]
)
def test_size_bytes_refuses_other_text(size):
    with pytest.raises(ValueError, match="not a size"):
        model.size_bytes(size)


@pytest.mark.parametrize(
    ("kind", "size", "mib"),
    [
        ("mail", 300 * model.MIB, 32),
        ("mail", 512 * model.MIB - 512, 32),
        ("mail", 512 * model.MIB, 64),
        ("mail", model.GIB - 512, 64),
        ("mail", model.GIB, 128),
        ("mail", 2 * model.GIB - 512, 128),
        ("mail", 2 * model.GIB, 256),
        ("mail", model.TIB, 256),
        ("vmstore", 2 * model.GIB, 128),
        ("vmstore", model.TIB, 128),
        ("datafiles", 2 * model.GIB, 32),
    ],
)
def test_journal_bytes(kind, size, mib):
    assert model.journal_bytes(kind, size) == mib * model.MIB


@pytest.mark.parametrize(
    ("nodes", "slots"), [(1, 4), (2, 4), (3, 5), (32, 34), (253, 255), (254, 255), (255, 255)]
)
def test_default_slots(nodes, slots):
    assert model.default_slots(nodes) == slots


@pytest.mark.parametrize(
    ("minion", "name"), [("host1", "host1"), ("host1.domain.com", "host1"), (".x", "")]
)
def test_default_name(minion, name):
    assert model.default_name(minion) == name


@pytest.mark.parametrize(
    "path",
    ["/", "/usr", "/usr/local/x", "/etc", "/var", "/var/lib", "/home", "/lib64", "/run/x"],
)
def test_system_paths(path):
    assert re.fullmatch(model.SYSTEM_PATHS, path)


@pytest.mark.parametrize(
    "path",
    ["/san", "/san/primary", "/home/vm", "/var/lib/libvirt", "/mnt/a", "/users", "/libs", "/etcd"],
)
def test_other_paths(path):
    assert not re.fullmatch(model.SYSTEM_PATHS, path)


def test_desired_finds_nodes_luns_and_peers():
    nodes = tuple(model.Node(f"host{i}.x", i, f"10.0.0.{i}", f"host{i}") for i in (1, 2, 3))
    mount = model.Mount("/a", (), ())
    lun = model.Lun(
        "a", "/dev/mapper/a", "36", 512, "a", "mail", 4, False, "never", "samples", None, mount
    )
    desired = model.Desired(
        model.Cluster("c", "local", 31, 30000, 2000, 2000, "reset", 7777),
        nodes,
        (lun,),
        model.Kernel(30, True),
        model.Firewall("none"),
        model.Drain(None, None, 600),
    )
    assert desired.node("host2.x") is nodes[1]
    assert desired.node("host2") is None
    assert desired.lun("a") is lun
    assert desired.lun("b") is None
    assert desired.peers("host2.x") == (nodes[0], nodes[2])
    assert desired.peers("stranger") == nodes
