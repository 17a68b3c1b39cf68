"""
The TCP connections of this host, as its kernel knows them.

.. versionadded:: 1.0.0
"""

import socket

from ocfs2lib.parsers import tcp_diag

__virtualname__ = "ocfs2_socket"

_SOCK_DIAG = 4
#: Seconds that the kernel may take to answer, and the most that it puts into one datagram.
_PATIENCE, _DATAGRAM = 2, 1 << 16


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def heard(port):
    """
    Who is connected by a TCP port, at this end or at the other, and how long ago data came.

    Those of the kernel itself are among them. It is asked by netlink: what o2net shows of its
    connections in debugfs costs a line in the kernel log for each, every time it is read
    (``buggy .next function sc_seq_next``; Linux 6.1).

    port
        1 to 65535.

    Returns ``{address: milliseconds}``; of two connections with one address, that which was heard
    last. Empty where the kernel does not tell.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_socket.heard 7777
    """
    found = {}
    try:
        for address, heard_ms in _connections(port):
            found[address] = min(heard_ms, found.get(address, heard_ms))
    except OSError:
        # A kernel without tcp_diag.
        return {}
    return found


def _connections(port):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(_PATIENCE)
        kernel.send(tcp_diag.question(port))
        more = True
        while more:
            found, more = tcp_diag.answers(kernel.recv(_DATAGRAM))
            yield from found
