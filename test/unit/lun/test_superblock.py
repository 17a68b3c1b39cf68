import struct

import pytest

from ocfs2lib.lun import superblock
from ocfs2lib.pillar import features

UUID = "458E997A48634B3DAB36F01667EBB761"
CLUSTERINFO, LOCAL, USER_STACK = 0x4000, 0x8, 0x80


def head(block_size=4096, incompat=CLUSTERINFO, stack=b"o2cb", cluster=b"web", flags=0):
    """The start of a LUN with an OCFS2 superblock (struct ocfs2_dinode, ocfs2_super_block)."""
    inode = bytearray(512)
    inode[:6] = b"OCFSV2"
    struct.pack_into("<I", inode, 0x14, 1 << 20)
    struct.pack_into("<I", inode, 0xC0 + 0x20, incompat)
    bits = block_size.bit_length() - 1
    struct.pack_into("<IIH", inode, 0xC0 + 0x38, bits, 20, 5)
    struct.pack_into("<64s16s", inode, 0xC0 + 0x50, b"primary", bytes.fromhex(UUID))
    struct.pack_into("<4sB3x16s", inode, 0xC0 + 0xA0, stack, flags, cluster)
    return (bytes(2 * block_size) + inode).ljust(superblock.HEAD_BYTES, b"\0")


@pytest.mark.parametrize("block_size", [512, 1024, 2048, 4096])
def test_a_superblock_of_every_block_size(block_size):
    assert superblock.parse(head(block_size)) == superblock.Superblock(
        uuid=UUID,
        label="primary",
        slots=5,
        size=1 << 40,
        block_size=block_size,
        cluster_size=1 << 20,
        stack="o2cb",
        cluster="web",
        global_heartbeat=False,
        features=("clusterinfo",),
    )


@pytest.mark.parametrize(
    ("changes", "stamp"),
    [
        ({}, "o2cb/web"),
        ({"incompat": USER_STACK, "stack": b"pcmk", "cluster": b"x" * 16}, "pcmk/" + "x" * 16),
        ({"incompat": LOCAL}, "local mount, no cluster"),
        ({"incompat": 0}, "unstamped"),
    ],
)
def test_the_stamp(changes, stamp):
    assert superblock.parse(head(**changes)).stamp == stamp


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((3, 0xF750, 1), (*features.DEFAULTS[:-1], "clusterinfo", "unwritten")),
        ((0, 0x800, 6), ("metaecc", "usrquota", "grpquota")),
        ((0, 0, 0), ()),
        ((0x8000, 0x10, 0x10), ("sparse", superblock.UNKNOWN_FEATURE)),
    ],
)
def test_the_features_in_the_order_of_their_bits(words, found):
    block = bytearray(512)
    struct.pack_into("<III", block, 0xC0 + 0x1C, *words)
    assert set(superblock.features(bytes(block))) == set(found)
    assert len(superblock.features(bytes(block))) == len(found)


def test_global_heartbeat_is_a_flag_of_the_stamp():
    assert superblock.parse(head(flags=1)).global_heartbeat is True
    assert superblock.parse(head(flags=1, incompat=0)).global_heartbeat is False


@pytest.mark.parametrize("data", [b"", bytes(superblock.HEAD_BYTES), b"\xff" * 16384])
def test_no_superblock_no_volume(data):
    assert superblock.parse(data) is None


def test_a_byte_that_is_no_utf8_does_not_hide_the_volume():
    assert superblock.parse(head(cluster=b"\xff")).cluster == "\N{REPLACEMENT CHARACTER}"
