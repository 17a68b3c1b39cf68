"""No LUN that holds anything is called blank, and every LUN that holds nothing is."""

import math
import os
import random
import secrets
from pathlib import Path

import pytest

from ocfs2lib.lun import contents
from ocfs2lib.lun import format_guards
from support.devices import partitioned
from support.images import GIB
from support.images import MIB
from support.images import SECTOR
from support.images import attached
from support.images import copy_into
from support.images import digest
from support.images import put
from support.images import run
from support.images import sparse
from support.lun_cases import PILLAR
from support.lun_cases import seen_by_all
from support.zoo import ZOO

LEAST, MOST = 300 * MIB, 8192 * GIB

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
]


def test_the_zoo_is_large_enough():
    assert len(ZOO) >= 60


@pytest.mark.parametrize("name", ZOO)
def test_what_holds_data_is_refused_by_name_and_left_as_it_was(tmp_path, modules, name):
    image = ZOO[name].make(tmp_path / "lun")
    before = digest(image)
    with attached(image) as device:
        facts = modules["ocfs2.probe"](device, prove_blank=True)
    assert digest(image) == before
    assert (facts["error"], facts["unreadable"]) == (None, None)
    assert contents.describe(facts).startswith(ZOO[name].names)
    refusals = format_guards.refusals(seen_by_all(facts))
    assert [(each.guard, each.node) for each in refusals] == [
        ("G3", node.minion) for node in PILLAR.nodes
    ]
    assert all(f"it holds {ZOO[name].names}" in each.found for each in refusals)


#: Of these the copies of a superblock, the table or the end lie each somewhere else.
SOME = (
    "ext4",
    "xfs without both ends",
    "GPT",
    "GPT, its second header alone",
    "MBR",
    "md member 0.90",
    "LVM PV, label in sector 1",
    "OCFS2, blocks of 4K",
    "one byte at the end, of an odd size",
)


def of_all(names):
    """Every content of the zoo, those but ``names`` in the campaign alone."""
    mark = pytest.mark.campaign
    return [name if name in names else pytest.param(name, marks=mark) for name in ZOO]


@pytest.mark.parametrize("name", of_all(SOME))
def test_what_holds_data_in_a_partition_is_refused_and_left_as_it_was(
    sandbox, tmp_path, modules, name
):
    """And so are the table, and the partitions before and after it."""
    content = ZOO[name].make(tmp_path / "content")
    size = content.stat().st_size
    image = sparse(tmp_path / "lun", size + 4 * MIB)
    table = f"label: gpt\nsize=1M\nstart=4096,size={size // SECTOR}\nsize=1M\n"
    for offset in (MIB, 2 * MIB + size):
        put(image, offset, b"of a neighbour")
    copy_into(image, 2 * MIB, content)
    with partitioned(image, table, "35000c50000000001") as lun:
        before = digest(image)
        facts = modules["ocfs2.probe"](lun.parts[2], prove_blank=True)
    assert digest(image) == before
    assert (facts["error"], facts["unreadable"], facts["size"]) == (None, None, size)
    assert contents.describe(facts).startswith(ZOO[name].names)
    refusals = format_guards.refusals(seen_by_all(facts))
    assert [each.guard for each in refusals] == ["G3"] * len(PILLAR.nodes)


def test_a_digest_sees_what_is_on_an_image(tmp_path):
    empty = digest(sparse(tmp_path / "empty", MIB))
    assert all(digest(ZOO[name].make(tmp_path / name)) != empty for name in ("ext4", "swap"))


@pytest.mark.parametrize(
    "count",
    [
        20,
        pytest.param(100, marks=pytest.mark.slow),
        pytest.param(1000, marks=pytest.mark.campaign),
    ],
)
def test_blank_luns_of_any_size_may_be_formatted(tmp_path, modules, count):
    seed = secrets.randbits(32)
    sizes = random.Random(seed)  # noqa: S311 (sizes, not secrets)
    image = sparse(tmp_path / "lun", LEAST)
    with attached(image, "--direct-io=on") as device:
        for _ in range(count):
            size = int(math.exp(sizes.uniform(math.log(LEAST), math.log(MOST)))) // MIB * MIB
            os.truncate(image, size)
            run("losetup", "--set-capacity", device)
            facts = modules["ocfs2.probe"](device, prove_blank=True)
            assert facts["size"] == size
            refusals = format_guards.refusals(seen_by_all(facts))
            assert refusals == [], f"seed {seed}, size {size}"
