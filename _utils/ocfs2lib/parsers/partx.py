"""
Parser for what partx shows of a partition table.
"""

import re

_NUMBER = re.compile("[0-9]{1,18}")
#: The columns that are asked for, in sectors of 512 bytes.
COLUMNS = "START,SECTORS"


def entry(text):
    """
    Return ``(start, size)`` of one partition in sectors of 512 bytes, None if there is none.

    text
        What ``partx --show --noheadings --output START,SECTORS --nr N`` prints.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) != 2 or not all(map(_NUMBER.fullmatch, lines[0])):
        return None
    start, size = map(int, lines[0])
    return start, size
