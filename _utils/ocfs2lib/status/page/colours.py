"""
What the parts of the page of a cluster have in common: which colour a word has, which nodes agree.
"""

from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.network import QUIET
from ocfs2lib.status import report
from ocfs2lib.status.page import html
from ocfs2lib.status.page.html import tag

#: The colours, which are classes of the style sheet.
GOOD, WARN, BAD, DIM, TOLD = "good", "warn", "bad", "dim", "told"
#: From what needs no look to what needs it most.
_ORDER = (DIM, GOOD, TOLD, WARN, BAD)

#: The colour of a severity or a state.
STATES = {
    report.HEALTHY: GOOD,
    NOTE: TOLD,
    DEGRADED: WARN,
    UNKNOWN: BAD,
    BROKEN: BAD,
    "online": GOOD,
    "offline": BAD,
}
#: The colour of the word for a LUN on a node.
LUNS = {
    "mounted": GOOD,
    **dict.fromkeys(("read-only", "late", "recovering", "held", "blank"), WARN),
    **dict.fromkeys(("missing", "other", "unreadable", "hangs", "evicted"), BAD),
    **dict.fromkeys(("failed", "unmounted", "refused"), BAD),
}
#: The words that say that the kernel of the node has the volume mounted.
AT_WORK = frozenset(("mounted", "late", "evicted", "read-only", "failed", "hangs", "recovering"))
#: Columns that fit side by side, on paper too; more go on below.
_SIDE_BY_SIDE = 8


def worst(colours):
    """The colour that needs a look most."""
    return max(colours, key=_ORDER.index, default=DIM)


def concerned(status):
    """``{(minion id, key of a LUN)}`` that a finding is about which is more than a note."""
    return {
        (minion, each["lun"])
        for each in status["findings"]
        if each["severity"] != NOTE
        for minion in each["nodes"]
    }


def cell(status, minion, key):
    """The cell of a LUN on a node; None if the node did not answer."""
    return status["nodes"][minion]["luns"].get(key)


def lun_colour(found, about):
    """The colour of a LUN on a node; ``about`` is whether a finding is about it."""
    colour = LUNS.get(found["state"], BAD)
    return worst([colour, WARN]) if about else colour


def link_colour(status, one, other):
    """How one node sees another: ``(colour, word)``."""
    rows = status["nodes"]
    link = (rows[one]["connections"] or {}).get(rows[other]["name"])
    if link is None:
        return DIM, "not known"
    if link["state"] == "up":
        return (WARN, "quiet") if _is_quiet(rows[one], link) else (GOOD, "up")
    # Without a volume that both have mounted, nothing goes over the connection.
    return (BAD if _share(rows[one], rows[other]) else DIM), link["state"]


def pair_colour(status, one, other):
    """The connection of two nodes, as the one sees it that sees it worse."""
    return worst([link_colour(status, one, other)[0], link_colour(status, other, one)[0]])


def _is_quiet(row, link):
    limit = (row.get("settings") or {}).get("idle_timeout_ms")
    return bool(limit) and (link["quiet_ms"] or 0) > QUIET * limit


def _share(one, other):
    return any(
        found["state"] in AT_WORK and other["luns"].get(key, {}).get("state") in AT_WORK
        for key, found in one["luns"].items()
    )


def badge(word, colour):
    """A word on its colour."""
    return tag("span", word, class_=f"badge {colour}")


def bar(share, colour, mark=None):
    """A bar that is filled to a share of 0 to 1; ``mark`` is another share, shown as a line."""
    share = min(max(share, 0), 1)
    return tag(
        "span",
        tag("i", class_=colour, style=f"width:{share:.1%}"),
        tag("b", style=f"left:{mark:.0%}") if mark else None,
        class_="bar",
    )


def seconds(milliseconds):
    """Milliseconds as seconds."""
    return f"{milliseconds / 1000:.1f}"


def table(head, rows, class_=None):
    """A table that scrolls by itself where it is too wide; of each row, the first cell names it."""
    return tag(
        "div",
        tag(
            "table",
            tag("thead", tag("tr", (_headed("th", each, "col") for each in head))),
            tag("tbody", (tag("tr", _headed("th", row[0], "row"), row[1:]) for row in rows)),
            class_=class_,
        ),
        class_="wide",
    )


def _headed(name, inner, scope):
    return tag(name, inner, scope=scope)


def by_lun(status, made, class_):
    """
    Tables with nodes down and LUNs across.

    made
        Takes a minion id and the key of a LUN; returns a ``td``.
    """
    keys = list(status["luns"])
    blocks = [keys[at : at + _SIDE_BY_SIDE] for at in range(0, len(keys), _SIDE_BY_SIDE)]
    if not blocks:
        return tag("p", "Pillar describes no LUN.", class_="none")
    return html.join(
        table(
            ["node", *block],
            [[minion, *(made(minion, key) for key in block)] for minion in status["nodes"]],
            f"{class_} luns",
        )
        for block in blocks
    )


def mute(row):
    """The word for a node that did not answer."""
    return "slow" if row["slow"] else "silent"


def unknown():
    """The cell of a node that did not answer."""
    return tag("td", "?", class_="bad mid", title="the node did not answer")


def agreement(values):
    """
    Who has which value, those that most have first: ``[(value, [minion id, ...])]``.

    values
        ``{minion id: value}``
    """
    groups = {}
    for minion, value in values.items():
        groups.setdefault(str(value), []).append(minion)
    return sorted(groups.items(), key=lambda group: -len(group[1]))
