"""
Images that stand for LUNs: to make one, and to see what is on it.

For tests that hold that nothing, or only that, has changed.
"""

import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import subprocess
import tempfile
import uuid
from pathlib import Path

MIB = 1 << 20
GIB = 1 << 30
SECTOR = 512
BLOCK = 4096
_ONE_AT_A_TIME = Path(tempfile.gettempdir(), "ocfs2-formula-tests-losetup.lock")
_CHUNK = 256 * BLOCK


def run(*argv, stdin=""):
    """What a command prints that has to succeed."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def own_uuid():
    """A UUID to format under that no test beside this one has: it names the lock that a tool has
    while it works on the volume."""
    return uuid.uuid4().hex.upper()


def sparse(path, size):
    """An image of ``size`` zeros that takes no room; what the file held before is gone."""
    path.write_bytes(b"")
    os.truncate(path, size)
    return path


def put(image, offset, data):
    with image.open("r+b") as handle:
        handle.seek(offset)
        handle.write(data)


@contextlib.contextmanager
def attached(image, *options):
    """The block device that an image is, for as long as it is needed."""
    # Two that look for a free one at a time may both open it: one would be a writer of the other's.
    with _ONE_AT_A_TIME.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        device = run("losetup", *options, "--find", "--show", str(image)).strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


def fsck(path):
    """What fsck.ocfs2 says of a volume; it would lock as much memory as the volume is large."""
    return run("prlimit", f"--as={256 * MIB}", "fsck.ocfs2", "-fn", str(path))


def copy_into(image, offset, source):
    """Put an image where a partition begins on another; its zeros take no room there."""
    with image.open("r+b") as handle:
        for start, data in _written(source):
            handle.seek(offset + start)
            handle.write(data)


def digest(path):
    """The checksum of every byte that is not zero, and of where it is."""
    found = hashlib.sha256()
    for offset, data in _written(path):
        found.update(f"{offset} ".encode() + data)
    return found.hexdigest()


def same(one, other):
    """Whether two images hold the same, byte for byte; it looks no further than it must."""
    return all(a == b for a, b in itertools.zip_longest(_written(one), _written(other)))


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
    stat = run("debugfs.ocfs2", "-R", "stat //heartbeat", str(path))
    stats = run("debugfs.ocfs2", "-R", "stats", str(path))
    block_bits = re.search(r"Block Size Bits: (\d+)", stats)[1]
    length = re.search(r"Size: (\d+)", stat)[1]
    # One extent: its number, and from where on, how many clusters, at which block it is.
    ((start, block),) = re.findall(r"^\t0 +(\d+) +\d+ +(\d+) +0x", stat, re.MULTILINE)
    assert start == "0", stat
    return int(block) << int(block_bits), int(length)


def inode(path, file):
    """The byte at which the inode of a file begins on a volume with blocks of 4 KiB."""
    stat = run("debugfs.ocfs2", "-R", f"stat {file}", str(path))
    return BLOCK * int(re.search(r"Inode: (\d+)", stat)[1])


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
