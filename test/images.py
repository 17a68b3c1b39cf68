"""What is on an image or LUN, for tests that hold that nothing, or only that, has changed."""

import hashlib
import os

BLOCK = 4096
_CHUNK = 256 * BLOCK


def digest(path):
    """The checksum of every byte that is not zero, and of where it is."""
    found = hashlib.sha256()
    for offset, data in _written(path):
        found.update(f"{offset} ".encode() + data)
    return found.hexdigest()


def blocks(path):
    """``{number: checksum}`` of every block of 4 KiB that is not all zeros."""
    zeros, found = bytes(BLOCK), {}
    for offset, data in _written(path):
        for start in range(0, len(data), BLOCK):
            block = data[start : start + BLOCK]
            if block != zeros:
                found[(offset + start) // BLOCK] = hashlib.sha256(block).digest()
    return found


def _written(path):
    """``(offset, data)`` wherever a sparse file has data; its holes are zeros without reading."""
    with path.open("rb", buffering=0) as handle:
        offset, end = 0, os.fstat(handle.fileno()).st_size
        while offset < end:
            try:
                offset = os.lseek(handle.fileno(), offset, os.SEEK_DATA) // _CHUNK * _CHUNK
            except OSError:
                return
            data = os.pread(handle.fileno(), _CHUNK, offset)
            if data != bytes(len(data)):
                yield offset, data
            offset += _CHUNK
