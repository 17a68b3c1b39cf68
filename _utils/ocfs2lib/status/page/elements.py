"""
What the parts of the page of a cluster are made of: badges, bars, tables.
"""

from ocfs2lib.status.page.html import join
from ocfs2lib.status.page.html import tag
from ocfs2lib.status.states import ELSEWHERE
from ocfs2lib.status.states import NOT_SEEN

#: Columns that fit side by side, on paper too; more go on below.
_SIDE_BY_SIDE = 8


def badge(word, level):
    """Return a word on the colour of a level."""
    return tag("span", word, class_=f"badge {level}")


def bar(share, level, mark=None):
    """
    Return a bar that is filled to a share of 0 to 1.

    share
        How far it is filled.
    level
        Its colour.
    mark
        Another share, which is shown as a line.
    """
    share = min(max(share, 0), 1)
    return tag(
        "span",
        tag("i", class_=level, style=f"width:{share:.1%}"),
        tag("b", style=f"left:{mark:.0%}") if mark else None,
        class_="bar",
    )


def seconds(milliseconds):
    """Return milliseconds as text, in seconds."""
    return f"{milliseconds / 1000:.1f}"


def table(head, rows, class_=None):
    """Return a table that scrolls where it is too wide; the first cell of each row names it."""
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", (tag("th", each, scope="col") for each in head))),
            tag("tbody", (tag("tr", tag("th", row[0], scope="row"), row[1:]) for row in rows)),
            class_=class_,
        ),
        class_="wide",
    )


def luns_table(status, make_cell, class_):
    """
    Return a table with nodes down and LUNs across.

    make_cell
        Takes a minion id, the key of a LUN and the data of that LUN on that node; returns a ``td``.
        It is not called for nodes that did not answer.
    """
    keys = list(status["luns"])
    blocks = [keys[at : at + _SIDE_BY_SIDE] for at in range(0, len(keys), _SIDE_BY_SIDE)]
    if not blocks:
        return tag("p", "Pillar describes no LUN.", class_="none")

    def cell(minion, key):
        found = status["nodes"][minion]["luns"].get(key)
        if found is None and minion not in status["luns"][key]["nodes"]:
            return tag("td", ELSEWHERE, class_="dim mid", title="pillar gives it to other nodes")
        return no_answer() if found is None else make_cell(minion, key, found)

    return join(
        table(
            ["node", *block],
            [[minion, *(cell(minion, key) for key in block)] for minion in status["nodes"]],
            f"{class_} luns",
        )
        for block in blocks
    )


def no_answer():
    """Return the cell of a node that did not answer."""
    return tag("td", NOT_SEEN, class_="bad mid", title="the node did not answer")


def no_answer_word(row):
    """Return the word for a node that did not answer."""
    return "slow" if row["slow"] else "silent"
