"""
Parser for the table of a device-mapper device, as ``dmsetup table`` prints it.
"""

import re

_NUMBER = re.compile("[0-9]{1,18}")


def linear(text):
    """
    Return ``(start, size)`` in sectors of 512 bytes of a device that is one piece of another, such
    as a partition that kpartx made; None if it is anything else.

    text
        What ``dmsetup table`` prints of one device.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) != 5 or lines[0][2] != "linear":
        return None
    first, size, _, _, start = lines[0]
    numbers = first == "0" and _NUMBER.fullmatch(size) and _NUMBER.fullmatch(start)
    return (int(start), int(size)) if numbers else None
