"""Passes connections on from a port outside the lab to one of a guest: its one door.

The listening socket was made outside, and belongs to the network there; what answers it runs in
the lab's namespace, and reaches the guest.
"""

from __future__ import annotations

import contextlib
import socket
import threading

_LIMIT = 60


def forward(listener: socket.socket, address: tuple[str, int]) -> None:
    """Pass each connection that comes in at ``listener`` on to ``address``, from now on."""
    threading.Thread(target=_accept, args=(listener, address), daemon=True).start()


def _accept(listener: socket.socket, address: tuple[str, int]) -> None:
    # A listener that was shut down raises.
    with contextlib.suppress(OSError):
        while True:
            near, _ = listener.accept()
            threading.Thread(target=_relay, args=(near, address), daemon=True).start()


def _relay(near: socket.socket, address: tuple[str, int]) -> None:
    """Pass bytes both ways until both ends have said all. A guest that is off ends it at once."""
    suppressed = contextlib.suppress(OSError)
    with near, suppressed, socket.create_connection(address, timeout=_LIMIT) as far:
        far.settimeout(None)
        back = threading.Thread(target=_copy, args=(far, near))
        back.start()
        _copy(near, far)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    # Nothing more comes from this side; the other may still have something to say.
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
