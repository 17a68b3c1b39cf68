"""A lock on an open file: it lives as long as anybody has that file open, also a child."""

import fcntl
import os
import struct

#: ``struct flock`` of a 64-bit Linux.
_FLOCK = "hhqqi4x"


def take(fd):
    """
    Take the lock of an open file.

    fd
        Its descriptor, open for writing.

    Returns False if another open file has it, also one of this process.
    """
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _asked())
    except BlockingIOError:
        return False
    return True


def is_taken(fd):
    """
    Tell whether another open file has the lock, without taking it.

    fd
        A descriptor of the file.
    """
    answer = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _asked())
    return struct.unpack(_FLOCK, answer)[0] != fcntl.F_UNLCK


def _asked():
    return struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
