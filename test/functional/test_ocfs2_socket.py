"""Real TCP connections, as the real kernel tells of them."""

import socket
import time

import pytest

PORT = 17777


@pytest.fixture
def connected(sandbox):
    """A connection from 127.0.0.2 to a port of 127.0.0.1, as (that end, this end)."""
    with socket.create_server(("127.0.0.1", PORT)) as server:
        there = socket.create_connection(("127.0.0.1", PORT), source_address=("127.0.0.2", 0))
        here, _ = server.accept()
        with there, here:
            yield there, here


def test_each_end_of_a_connection_is_known_by_the_port(modules, connected):
    heard = modules["ocfs2_socket.heard"](PORT)
    assert sorted(heard) == ["127.0.0.1", "127.0.0.2"]
    assert modules["ocfs2_socket.heard"](PORT + 1) == {}


def test_it_is_known_when_data_came(modules, connected):
    there, here = connected
    begin = time.monotonic()
    while modules["ocfs2_socket.heard"](PORT)["127.0.0.2"] < 200:
        assert time.monotonic() - begin < 60
    there.send(b"x")
    assert here.recv(1) == b"x"
    sent = time.monotonic()
    heard = modules["ocfs2_socket.heard"](PORT)["127.0.0.2"]
    # The kernel counts in ticks of up to 10 ms.
    assert heard <= (time.monotonic() - sent) * 1000 + 20
