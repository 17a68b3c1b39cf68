"""
Where a LUN must read as zeros before it may be called blank.

``blkid -p`` finding nothing proves little: a volume whose primary superblock
is damaged reads as blank to it and can still be repaired from a backup copy.
So a LUN is blank only if both its ends, every place where a known format
keeps a copy of its superblock, every place where a partition tool begins a
partition, and random samples in between are all zeros.

What sampling cannot see is data that lies wholly between the samples.
"""

import random

MIB = 1 << 20
GIB = 1 << 30

#: Bytes read at each end: partition tables, LVM, LUKS, RAID, swap and most superblocks live here,
#: also behind a first partition of 16 MiB, and that of VMFS, which comes after 18 MiB.
END_BYTES = 20 * MIB
#: Bytes read at every other place.
SAMPLE_BYTES = 64 * 1024
#: Bytes of one step of a full read.
_STEP_BYTES = 256 * MIB
#: How many random places are read.
RANDOM_SAMPLES = 256

#: Backup superblocks of OCFS2 (ocfs2-tools, ocfs2_get_backup_super_offsets).
_OCFS2_BACKUPS = tuple(GIB << (2 * n) for n in range(6))
#: Mirrors of btrfs superblocks.
_BTRFS_MIRRORS = (64 * MIB, 256 * GIB)
#: Copies of the BlueStore label.
_BLUESTORE_LABELS = (GIB, 10 * GIB, 100 * GIB, 1000 * GIB)
#: Block groups of ext2/3/4 that hold backup superblocks (sparse_super: powers of 3, 5 and 7).
_EXT_GROUPS = (1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343, 625, 729)
#: Size of one ext block group for blocks of 1, 2 and 4 KiB.
_EXT_GROUP_BYTES = (8 * MIB, 32 * MIB, 128 * MIB)
#: xfs splits a device in four allocation groups, each led by a superblock, ...
_XFS_GROUPS = 4
#: ... or on a stripe in 8, 16 or 32. A group then ends at a multiple of a stripe unit, so that the
#: second begins that much beside its share (calc_default_ag_geometry of xfsprogs).
_XFS_STRIPED_GROUPS = (8, 16, 32)
_XFS_STRIPE_UNIT = MIB
#: What is larger than four of them has groups of 1 TiB, the largest there are.
_XFS_LARGEST_GROUP = 1 << 40
#: Where tools begin partitions beyond :data:`END_BYTES`, in MiB: behind a first one of 128 MiB
#: (Microsoft's reserved), 100, 300, 350 or 500 (Windows), 200 (macOS), 256, 512, 538, 550, 600 or
#: 1024 (EFI and /boot of distributions), 600 and 1024, 512 and 1024, or 32, 64 and 2048.
_PARTITIONS = (
    *(33, 65, 101, 129, 201, 257, 301, 351, 501, 513, 539, 551, 601),
    *(1025, 1537, 1625, 2049),
)
#: Bytes read at each of them; btrfs and GFS2 begin after 64 KiB.
_PARTITION_BYTES = 128 * 1024


def regions(size, seed):
    """
    Return the places to read, as sorted ``(offset, length)`` pairs that do not overlap.

    size
        Size of the LUN in bytes, a multiple of 512.
    seed
        Anything hashable by :class:`random.Random`; another seed takes other random samples.
    """
    wanted = [(0, END_BYTES), (size - END_BYTES, END_BYTES)]
    wanted += [(offset, SAMPLE_BYTES) for offset in _telltales(size)]
    wanted += [
        (size // groups - _XFS_STRIPE_UNIT, 2 * _XFS_STRIPE_UNIT) for groups in _XFS_STRIPED_GROUPS
    ]
    wanted += [(number * MIB, _PARTITION_BYTES) for number in _PARTITIONS]
    wanted += [(offset, SAMPLE_BYTES) for offset in _random_offsets(size, seed)]
    return _merged(_clamped(wanted, size))


def every_region(size):
    """Return every byte as :func:`regions` does, in steps, so that progress can be shown."""
    return [(start, min(_STEP_BYTES, size - start)) for start in range(0, size, _STEP_BYTES)]


def _telltales(size):
    yield from _OCFS2_BACKUPS
    yield from _BTRFS_MIRRORS
    yield from _BLUESTORE_LABELS
    for group_bytes in _EXT_GROUP_BYTES:
        for group in _EXT_GROUPS:
            yield group * group_bytes
    for group in range(1, _XFS_GROUPS):
        yield group * (size // _XFS_GROUPS)
        yield group * _XFS_LARGEST_GROUP


def _random_offsets(size, seed):
    rng = random.Random(seed)  # noqa: S311 (samples, not secrets)
    chunks = max(1, size // SAMPLE_BYTES)
    return [rng.randrange(chunks) * SAMPLE_BYTES for _ in range(RANDOM_SAMPLES)]


def _clamped(wanted, size):
    """Cut places to the LUN and widen them to whole 4 KiB blocks, as O_DIRECT wants them."""
    for offset, length in wanted:
        start = max(0, offset) & ~0xFFF
        end = min(size, (offset + length + 0xFFF) & ~0xFFF)
        if start < end:
            yield start, end


def _merged(spans):
    merged = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return [(start, end - start) for start, end in merged]
