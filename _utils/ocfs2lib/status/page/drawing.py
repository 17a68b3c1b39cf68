"""
A cluster as a drawing (SVG): nodes and the connections between them, below them the LUNs and who
has mounted which. A line has the colour of what it stands for; what needs a look lies on top.
"""

import itertools

from ocfs2lib.status import data
from ocfs2lib.status import states
from ocfs2lib.status.page import connection_colours
from ocfs2lib.status.page import elements
from ocfs2lib.status.page.html import Markup
from ocfs2lib.status.page.html import join
from ocfs2lib.status.page.html import tag
from ocfs2lib.status.states import BAD
from ocfs2lib.status.states import DIM
from ocfs2lib.status.states import GOOD
from ocfs2lib.status.states import WARN

#: More boxes than that in a row stand upright.
_LYING = 8
#: Width and height of a box that lies, and from one to the next; the same of one that stands.
_LYING_BOX, _STANDING_BOX = (104, 48, 118), (23, 122, 29)
#: Boxes that are few stand no further apart than that.
_WIDEST_PITCH = 190
_MARGIN, _LEAST_WIDTH = 12, 340
#: How high the connections rise above the nodes, and how far the LUNs lie below them.
_ARCH, _FALL = (30, 150), (96, 170)
#: What is not as it should be is drawn after the rest, in this order.
_DRAWN = (DIM, GOOD, WARN, BAD)
#: So many lines of one colour have a title each; more than that nobody can point at.
_TITLED = 500
#: So many characters of a name fit into a box.
_LETTERS = 14


def drawing(status):
    """Return the drawing; ``status`` is what :func:`status.data.status_data` returned."""
    width = max(_width(status["nodes"]), _width(status["luns"]), _LEAST_WIDTH)
    arch = _arch(len(status["nodes"]))
    nodes = _Row(list(status["nodes"]), width, arch + _MARGIN)
    fall = _FALL[max(nodes.upright, len(status["luns"]) > _LYING)]
    luns = _Row(list(status["luns"]), width, nodes.bottom + fall)
    height = luns.bottom + _MARGIN if luns.names else nodes.bottom + _MARGIN
    levels = data.lun_levels(status)
    picture = tag(
        "svg",
        _lines(_connection_lines(status, nodes, arch), len(nodes.names)),
        _lines(_mount_lines(status, nodes, luns, levels), len(nodes.names)),
        (_node(status, minion, nodes) for minion in nodes.names),
        (_lun(status, key, luns, levels) for key in luns.names),
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
        role="img",
        aria_label="Nodes, connections, LUNs and mounts; the tables say the same in words",
    )
    return tag("figure", tag("div", picture, class_="wide"), _legend())


def _box(count):
    return _STANDING_BOX if count > _LYING else _LYING_BOX


def _width(names):
    return 2 * _MARGIN + len(names) * _box(len(names))[2]


def _arch(count):
    """Return how high the connection of the first with the last node rises."""
    low, high = _ARCH
    return min(high, low + 16 * (count - 2)) if count > 1 else 0


class _Row:
    """Know where the boxes of one row are."""

    def __init__(self, names, width, top):
        self.names, self.top = names, top
        self.box_width, self.box_height, least = _box(len(names))
        self.upright = len(names) > _LYING
        self.bottom = top + self.box_height
        room = (width - 2 * _MARGIN) / max(len(names), 1)
        self._pitch = min(room, max(_WIDEST_PITCH, least))
        self._first = (width - self._pitch * (len(names) - 1)) / 2

    def x(self, name):
        """Return the middle of a box."""
        return self._first + self._pitch * self.names.index(name)

    def box(self, name, class_, title, second=None):
        """Return a box with a name in it, and a smaller line if it lies."""
        left = self.x(name) - self.box_width / 2
        return tag(
            "g",
            tag("title", title),
            tag(
                "rect",
                x=f"{left:.1f}",
                y=self.top,
                width=self.box_width,
                height=self.box_height,
                rx=5,
            ),
            self._text(name, second),
            class_=class_,
        )

    def _text(self, name, second):
        label, small = second
        x, middle = self.x(name), self.top + self.box_height / 2
        if self.upright:
            turned = f"rotate(-90 {x:.1f} {middle:.1f})"
            return tag("text", _cut(label), x=f"{x:.1f}", y=f"{middle + 4:.1f}", transform=turned)
        return (
            tag("text", _cut(label), x=f"{x:.1f}", y=f"{middle - 3:.1f}"),
            tag("text", _cut(small), x=f"{x:.1f}", y=f"{middle + 13:.1f}", class_="small"),
        )


def _cut(name):
    """Return a name that fits: its ends, either of which may tell hosts apart."""
    if len(name) <= _LETTERS:
        return name
    return f"{name[: _LETTERS // 2]}\u2026{name[1 - _LETTERS // 2 :]}"


def _node(status, minion, row):
    node = status["nodes"][minion]
    level = states.STATE_LEVELS[node["state"]] if node["answers"] else DIM
    word = node["cluster"] if node["answers"] else elements.no_answer_word(node)
    title = f"{minion}: {node['state']}, {word}"
    return row.box(minion, f"box {level}", title, (node["name"], word))


def _lun(status, key, row, levels):
    lun = status["luns"][key]
    count = states.NOT_SEEN if lun["mounted"] is None else lun["mounted"]
    title = f"LUN {key}: {lun['path']}, mounted on {count} nodes"
    worst = states.worst(level for (_, each), level in levels.items() if each == key)
    return row.box(key, f"box lun {worst}", title, (key, f"{count} mounted"))


def _connection_lines(status, row, arch):
    """Yield ``(level, path, title)`` of each pair of nodes."""
    low, longest = min(_ARCH[0], arch), max(len(row.names) - 2, 1)
    for (at, one), (to, other) in itertools.combinations(enumerate(row.names), 2):
        # The control points lie a third higher than the curve rises.
        rise = -(low + (arch - low) * (to - at - 1) / longest) * 4 / 3
        left = row.x(one)
        far = row.x(other) - left
        path = f"M{left:.1f} {row.top}c0 {rise:.1f} {far:.1f} {rise:.1f} {far:.1f} 0"
        there, word = connection_colours.seen_from(status, one, other)
        back, answer = connection_colours.seen_from(status, other, one)
        title = f"{one} sees {other}: {word}; {other} sees {one}: {answer}"
        yield states.worst([there, back]), path, title


def _mount_lines(status, nodes, luns, levels):
    """Yield ``(level, path, title)`` of each LUN on each node."""
    middle = (nodes.bottom + luns.top) / 2
    for minion, key in itertools.product(nodes.names, luns.names):
        found = status["nodes"][minion]["luns"].get(key)
        has_it = minion in status["luns"][key]["nodes"]
        if not has_it and (found is None or found["state"] == states.ELSEWHERE):
            continue
        above, below = nodes.x(minion), luns.x(key)
        path = f"M{above:.1f} {nodes.bottom}C{above:.1f} {middle:.1f} {below:.1f} {middle:.1f} "
        title = f"{key} on {minion}: {found['state'] if found else 'not known'}"
        yield levels.get((minion, key), DIM), f"{path}{below:.1f} {luns.top}", title


def _lines(found, nodes):
    """Yield the lines; those that are well, or very many, are one path."""
    found = list(found)
    many = " many" if nodes > _LYING else ""
    many += " crowd" if nodes > 2 * _LYING else ""
    for level in _DRAWN:
        own = [(path, title) for each, path, title in found if each == level]
        if own and (level in (GOOD, DIM) or len(own) > _TITLED):
            yield tag(
                "path", d=Markup("".join(path for path, _ in own)), class_=f"line {level}{many}"
            )
        elif own:
            for path, title in own:
                yield tag("path", tag("title", title), d=path, class_=f"line {level}{many}")


def _legend():
    meanings = (
        (GOOD, "well"),
        (WARN, "needs a look"),
        (BAD, "broken"),
        (DIM, "not known, or no need"),
    )
    samples = (
        tag(
            "span",
            tag(
                "svg",
                tag("path", d="M1 5H29", class_=f"line {level}"),
                viewBox="0 0 30 10",
                width=30,
                height=10,
                aria_hidden="true",
            ),
            word,
        )
        for level, word in meanings
    )
    text = "Above: connections between nodes. Below: LUNs, with a line from each node. "
    return tag("figcaption", text, join(samples, " "), class_="legend")
