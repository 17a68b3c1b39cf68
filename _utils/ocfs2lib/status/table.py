"""
Tables for a terminal.
"""

import re

from ocfs2lib.status import states
from ocfs2lib.status.states import BAD
from ocfs2lib.status.states import GOOD
from ocfs2lib.status.states import NOTED
from ocfs2lib.status.states import WARN

_GAP = 2
#: A name that is longer is cut, so that something is left of the line.
_LONGEST = 32

_COLOURS = {BAD: 31, WARN: 33, NOTED: 33, GOOD: 32}
#: The level of a word, wherever it stands alone.
_LEVELS = {
    **{state.upper(): level for state, level in states.STATE_LEVELS.items()},
    **states.MEMBERSHIP_LEVELS,
    **{each.name: each.level for each in states.LUN_STATES.values()},
    states.NOT_SEEN: BAD,
}


def lines(header, rows, width, fixed=1):
    """
    Return a table as lines of at most ``width`` columns.

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
    """Yield the columns of each block."""
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
    Return a line with the colours of a terminal: what is well, what needs a look, what is broken.

    Prose, which is indented, has none.
    """
    if line.startswith(" "):
        return line
    return re.sub(r"(?<!\S)([\w?-]+)(!?)(?![^\s,!(])", _colour, line)


def _colour(match):
    word, mark = match.groups()
    level = _LEVELS.get(word)
    if mark and level in (None, GOOD):
        level = WARN
    return f"\033[{_COLOURS[level]}m{word}{mark}\033[0m" if level else match[0]
