"""Real TCP connections, as the real kernel tells of them."""

import contextlib
import socket
import subprocess
import time

import pytest

from ocfs2lib.system import netlink

#: Two nodes of the simulated kernel, and their port; the sandbox has a network of its own.
HERE, THERE, PORT = "192.168.100.1", "192.168.100.2", 7777


@contextlib.contextmanager
def connection():
    """A connection between the two addresses, as (that end, this end)."""
    for address in (HERE, THERE):
        subprocess.run(["ip", "address", "replace", address, "dev", "lo"], check=True)
    with socket.create_server((HERE, PORT)) as server:
        there = socket.create_connection((HERE, PORT), source_address=(THERE, 0))
        here, _ = server.accept()
        with there, here:
            yield there, here


@pytest.fixture
def connected(sandbox):
    with connection() as ends:
        yield ends


def test_each_end_of_a_connection_is_known_by_the_port(connected):
    assert sorted(netlink.last_received(PORT)) == [HERE, THERE]
    assert netlink.last_received(PORT + 1) == {}


def test_it_is_known_when_data_came(connected):
    there, here = connected
    begin = time.monotonic()
    while netlink.last_received(PORT)[THERE] < 200:
        assert time.monotonic() - begin < 60
    there.send(b"x")
    assert here.recv(1) == b"x"
    sent = time.monotonic()
    heard = netlink.last_received(PORT)[THERE]
    # The kernel counts in ticks of up to 10 ms.
    assert heard <= (time.monotonic() - sent) * 1000 + 20
