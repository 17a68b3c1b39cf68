import pytest

from ocfs2lib import sizes
from ocfs2lib.pillar.volume_types import block_bytes
from ocfs2lib.pillar.volume_types import cluster_bytes
from ocfs2lib.pillar.volume_types import journal_bytes
from ocfs2lib.pillar.volume_types import smallest_cluster


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
    ("kind", "size", "chosen", "journal"),
    [
        # In blocks of 512 bytes the same number of blocks is an eighth.
        ("vmstore", sizes.TIB, {"block_size": 512}, 16 * sizes.MIB),
        ("datafiles", 2 * sizes.GIB, {"block_size": 512}, 4 * sizes.MIB),
        # Not below nine clusters, and whole ones.
        ("datafiles", sizes.TIB, {"block_size": 512}, 9 * sizes.MIB),
        ("vmstore", sizes.TIB, {"journal_size": 10 * sizes.MIB - 512}, 10 * sizes.MIB),
        (
            "vmstore",
            sizes.TIB,
            {"cluster_size": 4096, "journal_size": 5 * sizes.MIB},
            5 * sizes.MIB,
        ),
    ],
)
def test_journal_bytes_as_chosen(kind, size, chosen, journal):
    assert journal_bytes(kind, size, **chosen) == journal


@pytest.mark.parametrize(
    ("kind", "size", "cluster"),
    [
        ("vmstore", 64 * sizes.GIB - 512, 128 * sizes.KIB),
        ("datafiles", 64 * sizes.GIB, 256 * sizes.KIB),
        ("vmstore", 96 * sizes.GIB, 512 * sizes.KIB),
        ("vmstore", 128 * sizes.GIB, sizes.MIB),
        ("mail", sizes.TIB, 4 * sizes.KIB),
        ("mail", 16 * sizes.TIB - 8192, 4 * sizes.KIB),
        ("mail", 16 * sizes.TIB - 4096, 8 * sizes.KIB),
        ("mail", 4095 * sizes.TIB, sizes.MIB),
    ],
)
def test_cluster_bytes(kind, size, cluster):
    assert cluster_bytes(kind, size) == cluster


@pytest.mark.parametrize(
    ("size", "block"),
    [
        (512 * sizes.MIB - 512, 1024),
        (512 * sizes.MIB, 2048),
        (sizes.GIB - 512, 2048),
        (sizes.GIB, 4096),
    ],
)
def test_block_bytes(size, block):
    assert block_bytes(size) == block


@pytest.mark.parametrize(
    ("size", "cluster"),
    [
        ((2**32 - 1) * 4096 + 4095, 4096),
        (2**32 * 4096, 8192),
        (sizes.PIB, 512 * sizes.KIB),
        (4095 * sizes.TIB, sizes.MIB),
    ],
)
def test_the_smallest_cluster_with_which_a_volume_can_be_so_large(size, cluster):
    assert smallest_cluster(size) == cluster
