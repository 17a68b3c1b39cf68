"""
Tables for a terminal.
"""

import re

_GAP = 2
#: A name that is longer is cut, so that something is left of the line.
_LONGEST = 32

_COLOURS = {"red": 31, "yellow": 33, "green": 32}
#: What a word stands for, wherever it stands alone.
_MEANING = {
    **dict.fromkeys(("BROKEN", "UNKNOWN", "?"), "red"),
    **dict.fromkeys(("DEGRADED", "NOTE"), "yellow"),
    **dict.fromkeys(("HEALTHY", "mounted", "online"), "green"),
    **dict.fromkeys(("offline", "missing", "other", "unreadable", "hangs", "evicted"), "red"),
    **dict.fromkeys(("failed", "unmounted", "refused"), "red"),
    **dict.fromkeys(("read-only", "late", "recovering", "held", "blank"), "yellow"),
}


def lines(header, rows, width, fixed=1):
    """
    A table, as lines of at most ``width`` columns.

    header, rows
        Tuples of text, all of the same length.
    fixed
        The columns that stay together at the left. Those that do not fit beside them go on below,
        with the first column again.
    """
    table = [[_cut(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    found = []
    for columns in _blocks(widths, width, fixed):
        found += [""] if found else []
        found += [_line(row, columns, widths) for row in table]
    return found


def _cut(cell):
    return cell if len(cell) <= _LONGEST else cell[: _LONGEST - 1] + "~"


def _blocks(widths, width, fixed):
    """The columns of each block."""
    block, used = list(range(fixed)), _taken(widths[:fixed])
    for column in range(fixed, len(widths)):
        if used + widths[column] > width and len(block) > 1:
            yield block
            block, used = [0], _taken(widths[:1])
        block.append(column)
        used += widths[column] + _GAP
    yield block


def _taken(widths):
    return sum(widths) + _GAP * len(widths)


def _line(row, columns, widths):
    return (" " * _GAP).join(row[column].ljust(widths[column]) for column in columns).rstrip()


def coloured(line):
    """
    A line with the colours of a terminal: what is well, what needs a look, what is broken.

    Prose, which is indented, has none.
    """
    if line.startswith(" "):
        return line
    return re.sub(r"(?<!\S)([\w?-]+)(!?)(?![^\s,!(])", _colour, line)


def _colour(match):
    word, mark = match.groups()
    colour = "yellow" if mark and _MEANING.get(word) in (None, "green") else _MEANING.get(word)
    return f"\033[{_COLOURS[colour]}m{word}{mark}\033[0m" if colour else match[0]


def amount(size):
    """A number of bytes with a unit."""
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    power = min((max(size, 1).bit_length() - 1) // 10, len(units) - 1)
    return f"{size / (1 << 10 * power):.4g}{units[power]}"
