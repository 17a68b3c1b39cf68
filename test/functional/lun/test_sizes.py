"""LUNs of every size and sector that SCSI knows, from one sector to 4 PiB."""

import os
import tempfile
from pathlib import Path

import pytest

from ocfs2lib.lun import contents
from ocfs2lib.lun import format_guards
from ocfs2lib.lun.refusal import Code
from support.images import GIB
from support.images import MIB
from support.images import SECTOR
from support.images import attached
from support.images import put
from support.images import sparse
from support.lun_cases import seen_by_all

TIB = 1 << 40
PIB = 1 << 50
SIZES = [SECTOR, 2 * SECTOR, 4096, 4096 + SECTOR, 64 << 10, MIB - SECTOR, MIB, 16 * MIB + SECTOR]
LARGE = [15 * TIB, 16 * TIB, 17 * TIB, PIB, 4 * PIB - MIB, 4 * PIB]

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="needs root and loop devices",
)


@pytest.fixture
def image():
    # In memory: a file of ext4 ends at 16 TiB.
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        yield Path(directory, "lun")


def probed(modules, image, *options):
    with attached(image, *options) as device:
        return modules["ocfs2.probe"](device, prove_blank=True)


def aligned(sizes):
    return [(size, sector) for size in sizes for sector in (SECTOR, 4096) if not size % sector]


@pytest.mark.parametrize(("size", "sector"), aligned([*SIZES, GIB, *LARGE]))
def test_a_blank_lun_of_any_size_is_read_to_its_end(modules, image, size, sector):
    sparse(image, size)
    facts = probed(modules, image, "--sector-size", str(sector))
    assert (facts["error"], facts["unreadable"], facts["size"]) == (None, None, size)
    assert (facts["written"], facts["signature"], facts["volume"]) == ([], {}, None)
    # A volume so small would have blocks of 1024 bytes.
    refused = {each.code for each in format_guards.refusals(seen_by_all(facts))}
    assert refused <= {Code.SECTORS_LARGE}
    assert bool(refused) is (sector > 1024 and size < GIB)
    put(image, size - 1, b"\1")
    facts = probed(modules, image, "--sector-size", str(sector))
    assert contents.describe(facts) == f"data at byte {size - 1}"
    assert {each.code for each in format_guards.refusals(seen_by_all(facts))} == {Code.NOT_BLANK}


@pytest.mark.parametrize("size", SIZES)
def test_a_tiny_lun_is_read_whole(modules, image, size):
    sparse(image, size)
    for offset in (0, size // 2, size - 1):
        put(image, offset, b"\1")
        assert probed(modules, image)["written"] == [offset]
        put(image, offset, b"\0")


def test_a_lun_without_a_sector_is_not_blank(modules, image):
    """A disk without a medium, or one whose size the array has not told yet."""
    sparse(image, 1)
    facts = probed(modules, image)
    assert facts["size"] == 0
    codes = {each.code for each in format_guards.refusals(seen_by_all(facts, size=SECTOR))}
    assert Code.SIZE_DIFFERS in codes
