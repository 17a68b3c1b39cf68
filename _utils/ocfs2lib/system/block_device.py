"""
Read a block device past the page cache, which another node's write leaves stale.

Nothing in here writes. Every function raises OSError if a read fails.
"""

import contextlib
import errno
import fcntl
import mmap
import os
import struct

_BLKGETSIZE64 = 0x80081272
_BLKFLSBUF = 0x1261
_BLKSSZGET = 0x1268
_CHUNK = 1 << 20


@contextlib.contextmanager
def opened(device):
    """
    Open a device for O_DIRECT reads; yield its file descriptor.

    While it is held open, its kernel name cannot pass to another LUN: device-mapper refuses to
    remove the map, and the SCSI disk keeps its index.
    """
    handle = os.open(device, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def size(handle):
    """Return the size of an open device in bytes."""
    return struct.unpack("Q", fcntl.ioctl(handle, _BLKGETSIZE64, bytes(8)))[0]


def sector_size(handle):
    """Return the bytes of a logical sector of an open device."""
    return struct.unpack("i", fcntl.ioctl(handle, _BLKSSZGET, bytes(4)))[0]


def is_busy(node):
    """Tell whether another program holds a device exclusively."""
    try:
        os.close(os.open(node, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as err:
        if err.errno != errno.EBUSY:
            raise
        return True
    return False


def written(handle):
    """
    Return how many sectors this host has ever written to an open device; None if that cannot be
    told. What waits in the page cache is written before.

    The seventh field of its ``stat`` (Documentation/block/stat.rst of the kernel).
    """
    try:
        os.fsync(handle)
        number = os.fstat(handle).st_rdev
        with open(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}/stat") as file:
            return int(file.read().split()[6])
    except (OSError, ValueError, IndexError):
        return None


def drop_cache(handle):
    """Drop what an earlier read through the page cache left there."""
    fcntl.ioctl(handle, _BLKFLSBUF)


def chunks(handle, offset, length):
    """Yield the bytes of a region, at most 1 MiB at a time."""
    end = offset + length
    with mmap.mmap(-1, min(_CHUNK, length)) as buffer:
        while offset < end:
            with memoryview(buffer)[: min(_CHUNK, end - offset)] as view:
                count = os.preadv(handle, [view], offset)
                if not count:
                    raise OSError(errno.EIO, "short read")
                yield bytes(view[:count])
            offset += count


def first_written(handle, offset, length, expected=None):
    """
    Return the offset of the first byte of a region that is not zero, or None.

    expected
        What may be there all the same: an object whose ``first_foreign(data, offset)`` returns the
        offset of what may not, or None.
    """
    for data in chunks(handle, offset, length):
        # Compared as a whole: that is many times faster than a look at each byte.
        if data != bytes(len(data)):
            found = offset + len(data) - len(data.lstrip(b"\0"))
            found = expected.first_foreign(data, offset) if expected else found
            if found is not None:
                return found
        offset += len(data)
    return None
