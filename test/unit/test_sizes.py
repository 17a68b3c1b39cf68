import pytest

from ocfs2lib import sizes


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (512, 512),
        ("512B", 512),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("3MB", 3 * 10**6),
        ("3MiB", 3 * 2**20),
        ("2GB", 2 * 10**9),
        ("2GiB", 2 * 2**30),
        ("2TB", 2 * 10**12),
        ("2TiB", 2 * 2**40),
        ("1PB", 10**15),
        ("1PiB", 2**50),
        ("007GiB", 7 * 2**30),
    ],
)
def test_size_bytes(size, expected):
    assert sizes.size_bytes(size) == expected


@pytest.mark.parametrize(
    "size", ["", "2", "2T", "2tib", "2 TiB", "1.5TiB", "-2TiB", "2TiB\n", "TiB", "2TiBB", "٣TiB"]
)
def test_size_bytes_refuses_other_text(size):
    with pytest.raises(ValueError, match="not a size"):
        sizes.size_bytes(size)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0B"), (1023, "1023B"), (1024, "1KiB"), (3 << 30, "3GiB"), (1536 << 30, "1.5TiB")],
)
def test_rounded_sizes(size, text):
    assert sizes.rounded(size) == text
