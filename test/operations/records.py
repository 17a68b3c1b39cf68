"""
The lines that writer, reader and verdict have in common; pure.

Every line ends in the checksum of what stands before it. A record on the volume is ``node sequence
boot time wall``: the time is CLOCK_BOOTTIME of that boot and the wall time that of the node, both
in nanoseconds. The log on the node's own disk has ``start boot time wall``, then ``sequence time``
for every record that is acknowledged, or ``failed sequence time`` for one that could not be
written, and ``stop time`` if the writer ended in order.
"""

import zlib
from typing import NamedTuple

_SHOWN = 160


class TrafficRecord(NamedTuple):
    """What one line on the volume says."""

    node: str
    sequence: int
    boot: str
    time: int
    wall: int


def seal(*words):
    """One line, as bytes."""
    text = " ".join(str(word) for word in words).encode()
    return b"%s %08x\n" % (text, zlib.crc32(text))


def unseal(line):
    """The words of a line without its end, or None if they are not what was sealed."""
    text, _, checksum = line.rpartition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        return None
    return text.decode().split(" ")


def parse_record(line):
    """The record that a line is, or None."""
    words = unseal(line)
    if words is None or len(words) != len(TrafficRecord._fields):
        return None
    node, sequence, boot, time, wall = words
    return TrafficRecord(node, int(sequence), boot, int(time), int(wall))


def last_sequence(log, volume):
    """
    The highest number that a node has used.

    ``log`` is the end of its log and ``volume`` that of its file on the volume, which may know of
    one more: written, but not acknowledged when the power went.
    """
    used = [0]
    for line in log.splitlines():
        words = unseal(line) or [""]
        if words[0] == "failed" or words[0].isdecimal():
            used.append(int(words[-2]))
    used += [record.sequence for record in map(parse_record, volume.splitlines()) if record]
    return max(used)


class TrafficCheck:
    """
    What is found in the file of one writer, read from its start in pieces of whole lines.

    ``ranges`` are the numbers that are there, ``holes`` those missing between them, ``repeated``
    the records whose number does not go up, ``corrupt`` the lines that are no record of this
    writer. ``torn`` are lines that broke off when a node died: what follows is another boot.
    ``unread`` is the line after which nothing is known yet.
    """

    def __init__(self, node):
        self.node = node
        self.ranges = []
        self.repeated = []
        self.corrupt = []
        self.torn = []
        self._boot = None
        self._unread = None

    @property
    def newest(self):
        return self.ranges[-1][1] if self.ranges else 0

    @property
    def holes(self):
        ends = [0, *(last for _, last in self.ranges)]
        firsts = [first for first, _ in self.ranges]
        return [
            [end + 1, first - 1]
            for end, first in zip(ends, firsts, strict=False)
            if first > end + 1
        ]

    def feed(self, lines):
        """Look at further lines, without their ends."""
        for line in lines:
            record = parse_record(line)
            if record is None or record.node != self.node:
                self._settle(torn=False)
                self._unread = line[:_SHOWN].decode(errors="backslashreplace")
                continue
            self._settle(torn=record.boot != self._boot)
            self._boot = record.boot
            self._count(record.sequence)

    def _settle(self, torn):
        """Now that it is known what follows the line that could not be read."""
        if self._unread is not None:
            (self.torn if torn else self.corrupt).append(self._unread)
        self._unread = None

    def _count(self, sequence):
        if sequence <= self.newest:
            self.repeated.append(sequence)
        elif self.ranges and sequence == self.newest + 1:
            self.ranges[-1][1] = sequence
        else:
            self.ranges.append([sequence, sequence])

    def report(self):
        """All of it as plain data."""
        return {
            "node": self.node,
            "newest": self.newest,
            "ranges": self.ranges,
            "holes": self.holes,
            "repeated": self.repeated,
            "corrupt": self.corrupt,
            "torn": self.torn,
            "unread": [] if self._unread is None else [self._unread],
        }
