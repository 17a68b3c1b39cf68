"""The tables of the pillar are consistent and say what the tools do."""

import re
from pathlib import Path

import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar.desired import Cluster
from ocfs2lib.pillar.desired import Desired
from ocfs2lib.pillar.desired import Drain
from ocfs2lib.pillar.desired import Firewall
from ocfs2lib.pillar.desired import Kernel
from ocfs2lib.pillar.desired import Lun
from ocfs2lib.pillar.desired import Mount
from ocfs2lib.pillar.desired import Node
from ocfs2lib.pillar.desired import default_name
from ocfs2lib.pillar.desired import default_slots
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import REQUIRED
from ocfs2lib.pillar.key import SIZE
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.mount_options import REFUSED_OPTIONS
from ocfs2lib.pillar.value_checks import SYSTEM_PATHS
from ocfs2lib.pillar.volume_types import journal_bytes

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
        assert key.matches(key.example)


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
        assert key.default is True


def test_only_nodes_and_luns_are_required():
    assert [key.name for key in PILLAR.keys if key.required] == ["nodes", "luns"]


def test_allowed_and_refused_options_are_apart():
    assert not set(MOUNT_OPTIONS) & set(REFUSED_OPTIONS)


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
    assert sizes.size_bytes(size) == expected


@pytest.mark.parametrize(
    "size", ["", "2", "2T", "2tib", "2 TiB", "1.5TiB", "-2TiB", "2TiB\n", "TiB", "2TiBB", "٣TiB"]
)
def test_size_bytes_refuses_other_text(size):
    with pytest.raises(ValueError, match="not a size"):
        sizes.size_bytes(size)


@pytest.mark.parametrize(
    ("kind", "size", "mib"),
    [
        ("mail", 300 * sizes.MIB, 32),
        ("mail", 512 * sizes.MIB - 512, 32),
        ("mail", 512 * sizes.MIB, 64),
        ("mail", sizes.GIB - 512, 64),
        ("mail", sizes.GIB, 128),
        ("mail", 2 * sizes.GIB - 512, 128),
        ("mail", 2 * sizes.GIB, 256),
        ("mail", sizes.TIB, 256),
        ("vmstore", 2 * sizes.GIB, 128),
        ("vmstore", sizes.TIB, 128),
        ("datafiles", 2 * sizes.GIB, 32),
    ],
)
def test_journal_bytes(kind, size, mib):
    assert journal_bytes(kind, size) == mib * sizes.MIB


@pytest.mark.parametrize(
    ("nodes", "slots"), [(1, 4), (2, 4), (3, 5), (32, 34), (253, 255), (254, 255), (255, 255)]
)
def test_default_slots(nodes, slots):
    assert default_slots(nodes) == slots


@pytest.mark.parametrize(
    ("minion", "name"), [("host1", "host1"), ("host1.domain.com", "host1"), (".x", "")]
)
def test_default_name(minion, name):
    assert default_name(minion) == name


@pytest.mark.parametrize(
    "path",
    ["/", "/usr", "/usr/local/x", "/etc", "/var", "/var/lib", "/home", "/lib64", "/run/x"],
)
def test_system_paths(path):
    assert re.fullmatch(SYSTEM_PATHS, path)


@pytest.mark.parametrize(
    "path",
    ["/san", "/san/primary", "/home/vm", "/var/lib/libvirt", "/mnt/a", "/users", "/libs", "/etcd"],
)
def test_other_paths(path):
    assert not re.fullmatch(SYSTEM_PATHS, path)


def test_desired_finds_nodes_luns_and_peers():
    nodes = tuple(Node(f"host{i}.x", i, f"10.0.0.{i}", f"host{i}") for i in (1, 2, 3))
    mount = Mount("/a", (), ())
    lun = Lun(
        "a", "/dev/mapper/a", "36", 512, "a", "mail", 4, False, "never", "samples", None, mount
    )
    desired = Desired(
        Cluster("c", "local", 31, 30000, 2000, 2000, "reset", 7777),
        nodes,
        (lun,),
        Kernel(30, True),
        Firewall("none"),
        Drain(None, None, 600),
    )
    assert desired.node("host2.x") is nodes[1]
    assert desired.node("host2") is None
    assert desired.lun("a") is lun
    assert desired.lun("b") is None
    assert desired.peers("host2.x") == (nodes[0], nodes[2])
    assert desired.peers("stranger") == nodes
