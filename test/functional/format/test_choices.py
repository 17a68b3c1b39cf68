"""What pillar may choose of a volume is what mkfs.ocfs2 makes, and is read back."""

import itertools
import re

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib import sizes
from ocfs2lib.lun.format_order import FormatOrder
from ocfs2lib.pillar import features
from ocfs2lib.pillar import volume_types
from support.devices import named
from support.devices import simulated_wwid
from support.formats import SIZE
from support.formats import UUID
from support.formats import is_whole
from support.images import attached
from support.images import digest
from support.images import run
from support.images import sparse

from .conftest import order

NAMES = ("block_size", "cluster_size", "journal_size")
CHOICES = [
    {
        "block_size": 1024,
        "cluster_size": 65536,
        "journal_size": 8 << 20,
        "slots": 3,
        "features": ["usrquota", "grpquota", "metaecc", "noinline-data", "noindexed-dirs"],
    },
    {
        "cluster_size": 1 << 20,
        "journal_size": (9 << 20) - 512,
        "features": ["noxattr", "norefcount", "nodiscontig-bg", "noappend-dio"],
    },
]
EVERY = [
    {"block_size": 512, "cluster_size": 4096, "journal_size": 300 << 20},
    {"fs_type": "mail"},
    {"fs_type": "vmstore"},
    *(
        {"block_size": block, "cluster_size": cluster, "journal_size": 9 << 20}
        for block, cluster in itertools.product(
            volume_types.BLOCK_SIZES, volume_types.CLUSTER_SIZES
        )
    ),
    *({"features": [name], "journal_size": 9 << 20} for name in features.OFFERED),
]


def stats(image):
    """What debugfs.ocfs2 says of a volume: block size, cluster size and features."""
    text = run("debugfs.ocfs2", "-R", "stats", str(image))
    bits = [int(re.search(rf"{name} Size Bits: (\d+)", text)[1]) for name in ("Block", "Cluster")]
    names = re.findall(r"Feature (?:Compat|Incompat|RO compat): \d+ *(.*)", text)
    return [1 << bit for bit in bits], set(" ".join(names).split())


@pytest.mark.parametrize(
    "chosen",
    [*CHOICES, *(pytest.param(chosen, marks=pytest.mark.campaign) for chosen in EVERY)],
    ids=repr,
)
def test_a_choice_is_made_and_read_back(lun, mkfs, modules, chosen):
    ordered = FormatOrder(**{**order(lun), **chosen})
    made = mkfs(**chosen)
    assert made["made"] is True
    (block, cluster), have = stats(lun.image)
    volume = made["volume"]
    assert (volume["block_size"], volume["cluster_size"]) == (block, cluster)
    assert set(volume["features"]) == have
    assert (ordered.block_size or block, ordered.cluster_size or cluster) == (block, cluster)
    assert features.differing(ordered.features, have) == []
    sizes_ = [getattr(ordered, name) for name in NAMES]
    journal = volume_types.journal_bytes(ordered.fs_type, SIZE, *sizes_)
    facts = modules["ocfs2.probe"](lun.device)
    assert (facts["journals"], facts["half_made"]) == ([journal] * ordered.slots, False)
    is_whole(lun.image, UUID)
    # Whole, and so left alone.
    assert mkfs(**chosen)["made"] is False


@pytest.mark.once
@pytest.mark.parametrize(
    ("chosen", "lost", "words"),
    [
        (
            {"block_size": 2048, "journal_size": 16 << 20},
            "2048",
            "block_size is 4096, ordered was 2048",
        ),
        (
            {"cluster_size": 1 << 16, "journal_size": 16 << 20},
            "65536",
            "cluster_size is 4096, ordered was 65536",
        ),
        ({"journal_size": 8 << 20}, "size=8388608,block64", "ordered was 8388608 each"),
        ({"features": ["usrquota"]}, "--fs-features=usrquota", "not as ordered in usrquota"),
    ],
    ids=repr,
)
def test_what_mkfs_makes_otherwise_is_told(mkfs, put_before_mkfs, chosen, lost, words):
    instead = {"2048": "4096", "65536": "4096", "size=8388608,block64": "size=9M,block64"}
    put_before_mkfs(f'set -- "${{@/#{lost}/{instead.get(lost, "--quiet")}}}"')
    with pytest.raises(CommandExecutionError, match=words):
        mkfs(**chosen)


@pytest.fixture
def large_sectors(sandbox, lun):
    """The same LUN, with sectors of 4096 bytes."""
    run("losetup", "--sector-size", "4096", lun.node)
    yield lun
    run("losetup", "--sector-size", "512", lun.node)


def test_blocks_smaller_than_sectors_are_refused(large_sectors, mkfs):
    before = digest(large_sectors.image)
    for block_size in (512, 1024, 2048):
        with pytest.raises(CommandExecutionError, match=r"G1: .* has sectors of 4096 bytes"):
            mkfs(block_size=block_size)
    assert digest(large_sectors.image) == before
    assert mkfs(journal_size=8 << 20)["volume"]["block_size"] == 4096


@pytest.mark.once
def test_below_one_gib_the_blocks_of_mkfs_are_too_small_for_large_sectors(
    sandbox, tmp_path, lun, mkfs
):
    small = 600 << 20
    with (
        attached(sparse(tmp_path / "small", small), "--sector-size", "4096") as node,
        simulated_wwid(node, lun.wwid),
        named(node) as device,
    ):
        wanted = {"device": device, "size": small, "fs_type": "mail"}
        with pytest.raises(CommandExecutionError, match="would have blocks of 2048"):
            mkfs(**wanted)
        assert mkfs(**wanted, block_size=4096, journal_size=4 << 20)["made"] is True


#: A sparse file on tmpfs has room for all that there can be.
LARGEST = [
    16 * sizes.TIB - 8192,
    16 * sizes.TIB - 4096,
    17 * sizes.TIB,
    sizes.PIB,
    4095 * sizes.TIB,
]


@pytest.mark.once
@pytest.mark.parametrize("kind", volume_types.TYPES)
@pytest.mark.parametrize("size", LARGEST)
@pytest.mark.parametrize("block", [None, 512])
def test_mkfs_makes_of_the_largest_sizes_what_pillar_counts_with(lun, kind, size, block):
    cluster = volume_types.cluster_bytes(kind, size)
    made = FormatOrder(
        **{**order(lun), "size": size, "fs_type": kind, "block_size": block},
        cluster_size=None,
    )
    text = run("mkfs.ocfs2", "-n", *made.arguments(), str(sparse(lun.image, size)))
    assert f"Cluster size: {cluster} " in text
    assert f"Volume size: {size // cluster * cluster} ({size // cluster} clusters)" in text
    assert f"Journal size: {volume_types.journal_bytes(kind, size, block)}\n" in text


@pytest.mark.once
@pytest.mark.parametrize("size", [17 * sizes.TIB, sizes.PIB, 4095 * sizes.TIB])
def test_mkfs_makes_of_the_smallest_cluster_that_pillar_takes_a_whole_volume(lun, size):
    cluster = volume_types.smallest_cluster(size)
    assert size // (cluster // 2) > volume_types.MAX_CLUSTERS
    made = FormatOrder(**{**order(lun), "size": size}, cluster_size=cluster)
    text = run("mkfs.ocfs2", "-n", *made.arguments(), str(sparse(lun.image, size)))
    assert f"({size // cluster} clusters)" in text


@pytest.mark.once
@pytest.mark.campaign
@pytest.mark.parametrize(
    ("kind", "cluster"), [("mail", None), ("datafiles", None), ("mail", 1 << 20)]
)
def test_a_volume_of_many_tib_is_made_whole(lun, kind, cluster):
    """32 TiB; 1 PiB would take a host with 40 GiB of memory to hold the image."""
    made = FormatOrder(
        **{**order(lun), "size": 32 * sizes.TIB, "fs_type": kind}, cluster_size=cluster
    )
    image = sparse(lun.image, made.size)
    run("mkfs.ocfs2", "-q", *made.arguments(), str(image))
    (_, have), _ = stats(image)
    assert have == volume_types.cluster_bytes(kind, made.size, cluster)
    assert "lost+found" in run("debugfs.ocfs2", "-R", "ls /", str(image))
