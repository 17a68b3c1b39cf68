"""
Parser for what blkid prints about the content of a block device.
"""

import re

_NUMBER = re.compile("[0-9]{1,18}")
#: Where the table of its disk has a partition: this is no content of the partition.
_ENTRY = "PART_ENTRY_"


def parse(text):
    """
    Return ``blkid -p -o export`` as a dict, without the device's own name, and of a partition
    without what the table of its disk says.
    """
    pairs = _pairs(text)
    return {key: value for key, value in pairs if key != "DEVNAME" and not key.startswith(_ENTRY)}


def partition(text):
    """
    Return ``(PARTUUID, start, size)`` of a partition in the table of its disk, in sectors of 512
    bytes; None if the table has no such partition.

    text
        What ``blkid -p -o export`` prints of the partition.
    """
    found = dict(_pairs(text))
    numbers = [found.get(f"{_ENTRY}{name}", "") for name in ("OFFSET", "SIZE")]
    uuid = found.get(f"{_ENTRY}UUID", "")
    if not uuid or not all(map(_NUMBER.fullmatch, numbers)):
        return None
    return uuid.lower(), int(numbers[0]), int(numbers[1])


def _pairs(text):
    return [line.split("=", 1) for line in text.splitlines() if "=" in line]
