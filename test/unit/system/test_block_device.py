import os

import pytest

from ocfs2lib.system import block_device

MIB = 1 << 20


@pytest.fixture
def handle(tmp_path):
    """A file of 3 MiB and 512 bytes, all zeros but one byte."""
    path = tmp_path / "lun"
    path.write_bytes(bytes(2 * MIB + 700) + b"\1" + bytes(MIB - 189))
    fd = os.open(path, os.O_RDONLY)
    yield fd
    os.close(fd)


def test_a_region_is_read_in_pieces(handle):
    pieces = list(block_device.chunks(handle, 4096, 2 * MIB))
    assert [len(piece) for piece in pieces] == [MIB, MIB]
    assert b"".join(pieces) == os.pread(handle, 2 * MIB, 4096)


def test_a_region_that_ends_too_early_is_an_error_and_no_zeros(handle):
    with pytest.raises(OSError, match="short read"):
        list(block_device.chunks(handle, 3 * MIB, MIB))


@pytest.mark.parametrize(
    ("offset", "length", "found"),
    [
        (0, 3 * MIB + 512, 2 * MIB + 700),
        (2 * MIB, MIB, 2 * MIB + 700),
        (2 * MIB + 700, 1, 2 * MIB + 700),
        (0, 2 * MIB + 700, None),
        (2 * MIB + 701, 1024, None),
    ],
)
def test_the_first_byte_that_is_not_zero_is_found(handle, offset, length, found):
    assert block_device.first_written(handle, offset, length) == found


def test_what_does_not_exist_cannot_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError), block_device.opened(tmp_path / "none"):
        pass
