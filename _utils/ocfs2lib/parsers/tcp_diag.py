"""
Messages about TCP connections to and from the kernel: linux/inet_diag.h, as ``ss`` uses it.

Pure bytes: who sends and receives them is ``system.netlink``.
"""

import os
import socket
import struct
import sys

_BY_FAMILY, _ERROR, _DONE = 20, 2, 3
_REQUEST, _DUMP = 0x1, 0x300
_ESTABLISHED, _INFO = 1, 2
# struct nlmsghdr, inet_diag_req_v2, rtattr.
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBBxI48x")
_ATTRIBUTE = struct.Struct("=HH")
#: struct inet_diag_bc_op: what to compare, by how many bytes to go on if it is so, and if not.
_STEP = struct.Struct("=BBH")
_BYTECODE, _JUMP, _LOCAL_PORT_IS, _REMOTE_PORT_IS = 1, 1, 11, 12
#: idiag_dst in struct inet_diag_msg, and the size of that, after which the attributes come.
_ADDRESS, _ANSWER_BYTES = 24, 72
#: tcpi_last_data_recv in struct tcp_info (linux/tcp.h).
_LAST_DATA = 52


def question(port):
    """
    Return the message that asks for all established IPv4 connections with a TCP port at either end.

    The kernel walks through the whole table of its connections for it, whatever is in there, which
    costs milliseconds on a host with much memory: so it is one question, not one for each end.
    """
    body = _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 1 << _INFO - 1, 1 << _ESTABLISHED)
    condition = _either_end_is(port)
    body += _ATTRIBUTE.pack(_ATTRIBUTE.size + len(condition), _BYTECODE) + condition
    return _HEADER.pack(_HEADER.size + len(body), _BY_FAMILY, _REQUEST | _DUMP, 0, 0) + body


def _either_end_is(port):
    # A program that accepts whatever arrives at its very end (inet_diag_bc_run in the kernel). A
    # step that compares is followed by one that holds the port.
    steps = (
        (_LOCAL_PORT_IS, 8, 12),
        (0, 0, port),
        (_JUMP, 4, 12),
        (_REMOTE_PORT_IS, 8, 12),
        (0, 0, port),
    )
    return b"".join(_STEP.pack(*step) for step in steps)


def answers(data):
    """
    Return what one datagram of the kernel holds.

    That is ``(found, more)``: ``[(address of the other end, milliseconds since the last data
    came)]``, and whether more datagrams follow. Raises ``OSError`` with what the kernel
    objects to.
    """
    found = []
    for kind, body in _records(data, _HEADER):
        if kind in (_ERROR, _DONE):
            number = -int.from_bytes(body[:4], sys.byteorder, signed=True)
            if number:
                raise OSError(number, os.strerror(number))
            return found, False
        found += _connection(body) if kind == _BY_FAMILY else []
    return found, True


def _connection(body):
    attributes = dict(_records(body[_ANSWER_BYTES:], _ATTRIBUTE))
    info = attributes.get(_INFO, b"")
    if len(info) < _LAST_DATA + 4:
        return []
    (quiet_ms,) = struct.unpack_from("=I", info, _LAST_DATA)
    return [(socket.inet_ntoa(body[_ADDRESS : _ADDRESS + 4]), quiet_ms)]


def _records(data, header):
    """Yield each record's kind and what follows its header."""
    # Both headers begin with length and kind.
    while len(data) >= header.size:
        length, kind, *_ = header.unpack_from(data)
        yield kind, data[header.size : length]
        data = data[(length + 3 & ~3) or len(data) :]
