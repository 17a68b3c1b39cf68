"""The one door of the lab: what is passed on, and that each side hears when the other is done."""

import socket
import threading

import pytest

from lab.forward import forward


@pytest.fixture
def loopback():
    """A listening socket on this machine, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener
        # Else the thread that listens would go on with whatever gets its descriptor next.
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def guest():
    """Stands for a guest: answers, once all was said, with how much that was. Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            for _ in range(2):
                link, _ = listener.accept()
                with link, link.makefile("rb") as said:
                    link.sendall(f"heard {len(said.read())}".encode())

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()
        thread.join()


def test_both_sides_hear_all_of_the_other(loopback, guest):
    forward(loopback, guest)
    for size in (3, 1 << 20):
        with socket.create_connection(loopback.getsockname()) as link:
            link.sendall(bytes(size))
            link.shutdown(socket.SHUT_WR)
            with link.makefile("rb") as answer:
                assert answer.read() == f"heard {size}".encode()


def test_a_guest_that_is_off_ends_the_connection(loopback):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    forward(loopback, address)
    with socket.create_connection(loopback.getsockname()) as link:
        assert link.recv(1) == b""
