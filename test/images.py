"""What is on an image or LUN, for tests that hold that nothing, or only that, has changed."""

import hashlib
import os
import re
import subprocess

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


def heartbeat(path):
    """``(offset, length)`` in bytes of where the nodes of a volume beat, as its own tools say."""
    stat = _debugfs("stat //heartbeat", path)
    block_bits = re.search(r"Block Size Bits: (\d+)", _debugfs("stats", path))[1]
    length = re.search(r"Size: (\d+)", stat)[1]
    # One extent: its number, and from where on, how many clusters, at which block it is.
    ((start, block),) = re.findall(r"^\t0 +(\d+) +\d+ +(\d+) +0x", stat, re.MULTILINE)
    assert start == "0", stat
    return int(block) << int(block_bits), int(length)


def _debugfs(command, path):
    argv = ["debugfs.ocfs2", "-R", command, str(path)]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


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
