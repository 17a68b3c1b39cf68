"""Real TCP connections, as the real kernel tells of them."""

import time

import pytest

from ocfs2lib.system import netlink
from support.tcp import HERE
from support.tcp import PORT
from support.tcp import THERE
from support.tcp import connection


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
