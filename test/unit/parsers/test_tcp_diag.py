"""Messages of the kernel about TCP connections; the real kernel answers in the functional tests."""

import errno
import struct

import pytest

from ocfs2lib.parsers import tcp_diag

#: As Linux 6.18 told of a connection over loopback on which data came 304 ms before.
CONNECTION = bytes.fromhex(
    "980100001400020000000000e24a0000020100001f3f880f7f0000010000000000000000000000007f0000020000"
    "0000000000000000000000000000071000000000000000000000000000000000000000000000a01a6a0005000800"
    "0000000008000f00000000000c001500010000000000000006001600520000001c010200010000000007aa01400d"
    "0300409c000000800000180200000000000000000000000000000000000000000000300100000000000030010000"
    "30010000ffff0000cbff00001a0000000d000000ffffff7f0a000000cbff00000300000000000000cbff00000000"
    "000062ced26208000000ffffffffffffffff00000000000000000100000000000000010000000300000000000000"
    "1a000000010000000000000000000000000000000000000000000000000000000000000000000000000000000100"
    "00000000000000000000000000000000000000000000000000000000000000000000000001000000010000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
)
DONE = bytes.fromhex("1400000003000200000000009149000000000000")
FOUND = ("127.0.0.2", 304)


def test_a_connection():
    assert tcp_diag.answers(CONNECTION) == ([FOUND], True)


def test_a_datagram_of_several_messages():
    assert tcp_diag.answers(CONNECTION + CONNECTION + DONE) == ([FOUND, FOUND], False)


def test_a_connection_of_which_nothing_more_is_told():
    bare = struct.pack("=I", 16 + 72) + CONNECTION[4 : 16 + 72]
    assert tcp_diag.answers(bare + DONE) == ([], False)


@pytest.mark.parametrize("kind", [2, 3])
def test_an_objection(kind):
    refused = struct.pack("=IHHIIi", 20, kind, 0, 0, 0, -errno.ENOENT)
    with pytest.raises(FileNotFoundError):
        tcp_diag.answers(refused)
