"""What mkfs.ocfs2 writes is told from everything else, on real volumes of many shapes."""

import os

import pytest

from ocfs2lib.lun import mkfs_blocks
from ocfs2lib.lun import superblock
from support.formats import UUID
from support.images import GIB
from support.images import MIB
from support.images import own_uuid
from support.images import run
from support.images import sparse

#: Of mkfs.ocfs2 and of no Salt.
pytestmark = pytest.mark.once

STAMP = ("--cluster-stack=o2cb", "--cluster-name=web")
SHAPES = [
    (300 * MIB, ("-N", "1")),
    (2 * GIB, ("-T", "datafiles", "-N", "3")),
    (2 * GIB, ("-T", "mail", "-N", "64", "-J", "size=4M")),
    (5 * GIB, ("-T", "vmstore", "-N", "5", "-J", "size=64M,block64")),
    (17 * GIB, ("-b", "2048", "-C", "32K", "-N", "40", "-J", "size=4M")),
    (70 * GIB, ("-b", "1024", "-C", "1M", "-N", "9", "-J", "size=16M")),
    (2 * GIB, ("-N", "5", "-J", "size=4M", "--fs-features=usrquota,grpquota,noinline-data")),
    (2 * GIB, ("-N", "9", "-J", "size=4M", "--fs-features=metaecc,noinline-data,noindexed-dirs")),
    (2 * GIB, ("-b", "512", "-N", "1", "-C", "4K", "-J", "size=150M")),
    pytest.param(
        1024 * GIB,
        ("-T", "datafiles", "-N", "2", "-J", "size=64M,block64"),
        marks=pytest.mark.slow,
    ),
    *(
        pytest.param(
            9 * GIB,
            (
                *("-b", block, "-C", cluster, "-N", slots, "-J", "size=9M,block64"),
                f"--fs-features={features}",
            ),
            marks=pytest.mark.campaign,
        )
        for block in ("512", "1024", "2048", "4096")
        for cluster, slots in (("4K", "60"), ("1M", "3"))
        for features in (
            "usrquota,grpquota",
            "metaecc",
            "usrquota,metaecc,noinline-data",
            "noindexed-dirs",
            "grpquota,noinline-data,noindexed-dirs",
            "noxattr,norefcount,nodiscontig-bg,noappend-dio",
        )
    ),
]


#: The first blocks are known by their place, a journal by the UUID of its volume.
PLACED = (b"\2\2\2\2", b"\xc0\x3b\x39\x98")


def _made(path, size, arguments, uuid=UUID):
    """The blocks of an image that are not empty, by number, and what judges them."""
    image = sparse(path / "image", size)
    run("mkfs.ocfs2", "-q", "-U", uuid, "-L", "primary", *STAMP, *arguments, str(image))
    with image.open("rb") as handle:
        made = mkfs_blocks.of_volume(os.pread(handle.fileno(), superblock.HEAD_BYTES, 0))
        return dict(_blocks(handle.fileno(), made.block_size)), made


def _blocks(fd, size):
    end = 0
    while True:
        try:
            start = os.lseek(fd, end, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(fd, start, os.SEEK_HOLE)
        for offset in range(start, end, size):
            block = os.pread(fd, size, offset)
            if block.strip(b"\0"):
                yield offset // size, block


@pytest.mark.parametrize(("size", "arguments"), SHAPES)
def test_all_that_mkfs_writes_is_known(tmp_path, size, arguments):
    blocks, made = _made(tmp_path, size, arguments)
    assert [number for number, block in blocks.items() if not made.knows(block, number)] == []
    assert len(blocks) > 25


def test_a_block_is_known_in_its_place_alone(tmp_path):
    blocks, made = _made(tmp_path, *SHAPES[2])
    moved = [
        number
        for number, block in blocks.items()
        if not block.startswith(PLACED) and made.knows(block, number + 1)
    ]
    assert moved == []


def test_nothing_of_another_volume_is_known(tmp_path):
    blocks, _ = _made(tmp_path, *SHAPES[1], uuid=own_uuid())
    _, made = _made(tmp_path, *SHAPES[1])
    known = [number for number, block in blocks.items() if made.knows(block, number)]
    assert known == [0, 1]


def test_what_is_no_volume_has_no_such_blocks():
    assert mkfs_blocks.of_volume(bytes(superblock.HEAD_BYTES)) is None
