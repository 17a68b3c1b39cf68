"""A filesystem whose partition table is gone, both ends zeros, is not called blank at any look."""

import os
from pathlib import Path

import pytest

from support.images import GIB
from support.images import MIB
from support.images import attached
from support.images import run
from support.images import sparse

#: So much is wiped at each end: what a table, its copy and a stamp of RAID or LVM need, and more.
WIPED = 16 * MIB
LOOKS = 5
SIZE = 64 * GIB

#: What a tool makes of the LUN behind where a partition began.
PARTITIONS = {
    "ext4": ["mkfs.ext4", "-q", "-F"],
    "NTFS": ["mkfs.ntfs", "-q", "-Q", "-F"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
    "btrfs": ["mkfs.btrfs", "-q", "-f"],
    "f2fs": ["mkfs.f2fs", "-q", "-f"],
    "FAT": ["mkfs.fat", "-F", "32"],
    "swap": ["mkswap", "--quiet"],
}
#: Behind a reserved partition of each version of Windows, an EFI partition, and /boot with it.
STARTS = (16, 17, 33, 129, 513, 601, 1625)
STRIPES = ("su=64k,sw=2", "su=64k,sw=5", "su=256k,sw=8", "su=512k,sw=3", "su=1m,sw=4")

pytestmark = [
    pytest.mark.once,
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
]


@pytest.fixture
def looks(modules, tmp_path):
    """How many of some looks find anything on a LUN, once a tool has filled it from an offset."""

    def look(argv, offset=0, size=SIZE):
        image = sparse(tmp_path / "lun", size)
        with attached(image, f"--offset={offset}") as device:
            run(*argv, device)
        for start in (0, size - WIPED):
            run("fallocate", "--punch-hole", f"--offset={start}", f"--length={WIPED}", image)
        with attached(image) as device:
            found = [modules["ocfs2.probe"](device, prove_blank=True) for _ in range(LOOKS)]
        assert [facts["unreadable"] for facts in found] == [None] * LOOKS
        return sum(bool(facts["written"] or facts["signature"]) for facts in found)

    return look


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", PARTITIONS)
def test_what_was_in_a_partition_is_seen_without_its_table(looks, name, start):
    assert looks(PARTITIONS[name], start * MIB) == LOOKS


@pytest.mark.parametrize("size", [9 * GIB, SIZE, 1024 * GIB, 6144 * GIB])
@pytest.mark.parametrize("stripe", STRIPES)
def test_xfs_on_a_stripe_is_seen_without_its_ends(looks, stripe, size):
    assert looks(["mkfs.xfs", "-q", "-f", "-d", stripe], size=size) == LOOKS
