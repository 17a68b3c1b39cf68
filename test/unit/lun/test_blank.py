import itertools

import pytest

from ocfs2lib.lun import blank

KIB, MIB, GIB, TIB = (1 << shift for shift in (10, 20, 30, 40))
SIZES = [512, 8 * KIB, 31 * MIB + 512, 100 * MIB, 3 * GIB, 2 * TIB, 2 * TIB + 512, 64 * TIB]

every_size = pytest.mark.parametrize("size", SIZES)


def covered(size, seed=1):
    return [(start, start + length) for start, length in blank.regions(size, seed)]


def covers(spans, start, end):
    return any(low <= start and end <= high for low, high in spans)


@every_size
def test_regions_are_sorted_apart_aligned_and_inside(size):
    spans = covered(size)
    assert all(0 <= start < end <= size for start, end in spans)
    # O_DIRECT takes whole blocks; only the LUN's own end may be odd.
    assert all(start % 4096 == 0 for start, _ in spans)
    assert all(end % 4096 == 0 or end == size for _, end in spans)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))


@every_size
def test_both_ends_are_read_to_the_last_byte(size):
    spans, end = covered(size), min(size, blank.END_BYTES)
    assert covers(spans, 0, end)
    assert covers(spans, size - end, size)


def test_a_small_lun_is_read_whole():
    assert blank.regions(32 * MIB, 1) == [(0, 32 * MIB)]


@pytest.mark.parametrize(
    ("offset", "what"),
    [
        (GIB, "first backup superblock of OCFS2"),
        (4 * GIB, "second"),
        (1024 * GIB, "last"),
        (64 * MIB, "first mirror of btrfs"),
        (256 * GIB, "second mirror of btrfs"),
        (100 * GIB, "copy of the BlueStore label"),
        (128 * MIB, "ext4 group 1 of 4 KiB blocks"),
        (49 * 128 * MIB, "ext4 group 49"),
        (8 * MIB + KIB, "ext4 group 1 of 1 KiB blocks"),
        (2 * TIB // 4, "second allocation group of xfs"),
        (2 * TIB // 32 + MIB - 4 * KIB, "second of 32 groups of xfs, on a stripe"),
        (2 * TIB // 16 - 64 * KIB, "second of 16 groups, behind one that is a stripe unit shorter"),
        (17 * MIB, "behind a reserved partition of 16 MiB"),
        (18 * MIB, "superblock of VMFS"),
        (129 * MIB, "behind a reserved partition of 128 MiB"),
    ],
)
def test_the_copy_of_a_superblock_is_read(offset, what):
    assert covers(covered(2 * TIB), offset, offset + 4096), what


def test_the_random_samples_follow_the_seed():
    assert covered(2 * TIB, b"one") == covered(2 * TIB, b"one")
    assert covered(2 * TIB, b"one") != covered(2 * TIB, b"two")


@pytest.mark.parametrize(
    ("size", "share"),
    [(320 * MIB, 15), (GIB, 41), (64 * GIB, 2400), (TIB, 38000)],
)
def test_so_much_is_read_between_both_ends(size, share):
    """As docs/safety.rst says."""
    read = sum(end - start for start, end in covered(size))
    between = (size - 2 * blank.END_BYTES) / (read - 2 * blank.END_BYTES)
    assert between == pytest.approx(share, rel=0.1)


@every_size
def test_the_work_does_not_grow_with_the_lun(size):
    assert sum(end - start for start, end in covered(size)) < 72 * MIB
