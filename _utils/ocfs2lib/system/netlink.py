"""The TCP connections of this host, as its kernel knows them."""

import socket

from ocfs2lib.parsers import tcp_diag

_SOCK_DIAG = 4
#: Seconds that the kernel may take to answer, and the most that it puts into one datagram.
_TIMEOUT, _DATAGRAM = 2, 1 << 16


def last_received(port):
    """
    Return who is connected by a TCP port, at either end, and how long ago data came.

    Those of the kernel itself are among them. It is asked by netlink: what o2net shows of its
    connections in debugfs costs a line in the kernel log for each, every time it is read
    (``buggy .next function sc_seq_next``; Linux 6.1).

    port
        1 to 65535.

    The answer is ``{address: milliseconds}``; of two connections with one address, the one on which
    data came last. Empty where the kernel does not tell.
    """
    found = {}
    try:
        for address, age_ms in _connections(port):
            found[address] = min(age_ms, found.get(address, age_ms))
    except OSError:
        # A kernel without tcp_diag.
        return {}
    return found


def _connections(port):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(_TIMEOUT)
        kernel.send(tcp_diag.question(port))
        more = True
        while more:
            found, more = tcp_diag.answers(kernel.recv(_DATAGRAM))
            yield from found
