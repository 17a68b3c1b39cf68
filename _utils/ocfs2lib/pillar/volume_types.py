"""
The types of a volume, and what ``mkfs.ocfs2 -T`` makes of each: its blocks, clusters and journals.

From mkfs.c (the same from 1.8.6 to 1.8.9) and the ``-n`` output of 1.8.7 at every step of the size.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.sizes import GIB
from ocfs2lib.sizes import KIB
from ocfs2lib.sizes import MIB

BLOCK_SIZES = (512, KIB, 2 * KIB, 4 * KIB)
CLUSTER_SIZES = tuple(4 * KIB << power for power in range(9))
#: A volume counts its clusters in 32 bits. Before 1.8.9 mkfs.ocfs2 does not look, and makes a
#: volume of what is left of the number.
MAX_CLUSTERS = 2**32 - 1
#: From 4 GiB on mkfs.ocfs2 fails when it has written half of the volume, or makes another journal.
JOURNAL_MINIMUM, JOURNAL_MAXIMUM = 4 * MIB, 4095 * MIB
#: A smaller journal has no room for what one call can change; mkfs.ocfs2 refuses it.
JOURNAL_CLUSTERS = 9

#: By default it takes no cluster size with which a volume would have more.
_DEFAULT_CLUSTERS = 2**32 - 2


@dataclass(frozen=True)
class VolumeType:
    """One ``mkfs.ocfs2 -T`` type: what it is for, the smallest device it accepts unless it is given
    a cluster size, its cluster size as (bytes of the device at least, bytes of one cluster), none
    for the smallest that is possible, and its journal as (blocks of the device at least, blocks
    of one journal)."""

    doc: str
    minimum: int
    clusters: tuple[tuple[int, int], ...]
    journals: tuple[tuple[int, int], ...]


_LARGE_FILES = (
    (0, 128 * KIB),
    (64 * GIB, 256 * KIB),
    (96 * GIB, 512 * KIB),
    (128 * GIB, MIB),
)

TYPES = {
    "vmstore": VolumeType(
        "images of virtual machines",
        2 * GIB,
        _LARGE_FILES,
        ((0, 8192), (262144, 16384), (524288, 32768)),
    ),
    "datafiles": VolumeType("database files", 2 * GIB, _LARGE_FILES, ((0, 8192),)),
    "mail": VolumeType(
        "many small files", 300 * MIB, (), ((0, 16384), (262144, 32768), (524288, 65536))
    ),
}


def block_bytes(size, chosen=None):
    """
    Return the bytes of one block of a volume.

    size
        Bytes of the LUN.
    chosen
        The block size in pillar, None for what mkfs.ocfs2 makes.
    """
    small = (each for each in BLOCK_SIZES[1:] if size < each << 19)
    return chosen or next(small, BLOCK_SIZES[-1])


def cluster_bytes(kind, size, chosen=None):
    """
    Return the bytes of one cluster of a volume.

    kind, size
        The type in pillar, and the bytes of the LUN.
    chosen
        The cluster size in pillar, None for what mkfs.ocfs2 makes.
    """
    steps = TYPES[kind].clusters
    if chosen or steps:
        return chosen or max(cluster for least, cluster in steps if size >= least)
    return smallest_cluster(size, _DEFAULT_CLUSTERS)


def smallest_cluster(size, clusters=MAX_CLUSTERS):
    """Return the smallest cluster size, in bytes, with which a volume of ``size`` bytes has no more
    than ``clusters``; the largest that there is if none will do."""
    return next((each for each in CLUSTER_SIZES if size // each <= clusters), CLUSTER_SIZES[-1])


def journal_bytes(kind, size, block_size=None, cluster_size=None, journal_size=None):
    """
    Return the bytes of one journal that mkfs.ocfs2 makes.

    kind, size
        The type in pillar, and the bytes of the LUN.
    block_size, cluster_size, journal_size
        What pillar has, None for what mkfs.ocfs2 makes.
    """
    block = block_bytes(size, block_size)
    cluster = cluster_bytes(kind, size, cluster_size)
    blocks = size // cluster * cluster // block
    default = max(journal for least, journal in TYPES[kind].journals if blocks >= least) * block
    wanted = journal_size or max(default, JOURNAL_CLUSTERS * cluster)
    return whole_clusters(wanted, cluster)


def whole_clusters(size, cluster_size):
    """Return ``size`` bytes, rounded up to whole clusters."""
    return -(-size // cluster_size) * cluster_size


def default_journals(kind):
    """Return the journals of a type by default, as ``((bytes of the LUN at least, bytes), ...)``,
    for LUNs as small as it takes and larger."""
    found = []
    for size in (TYPES[kind].minimum, 512 * MIB, GIB, 2 * GIB):
        journal = journal_bytes(kind, size)
        if size >= TYPES[kind].minimum and (not found or found[-1][1] != journal):
            found.append((size if found else 0, journal))
    return tuple(found)
