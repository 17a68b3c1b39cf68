"""
The two pictures of the documents, as SVG: ``make docs`` runs this file and writes both.

Each picture has a background of its own and colours for light and for dark screens, so it can be
read on any page. Numbers are pixels; a place is where a box has its upper left corner.
"""

from pathlib import Path
from xml.sax.saxutils import escape

WIDTH = 1000
LINE = 18

#: The rooms of ocfs2lib, each above all rooms that it imports, and what each of them is about.
ROOMS = (
    (("master", "what runners do, with Salt"),),
    (("status", "the table of truth"), ("health", "how one node is")),
    (
        ("operations", "what changes a cluster"),
        ("findings", "what is wrong"),
        ("fence", "why a node restarted"),
    ),
    (("plan", "what has to happen"), ("adoption", "a cluster built by hand")),
    (("lun", "what a LUN is and holds"), ("answers", "what minions returned")),
    (("node", "what a node must be"), ("system", "what touches the host")),
    (("san", "the way to a LUN"),),
    (("pillar", "what the operator says"),),
    (("firewall", "the rules of the interconnect"),),
    (
        ("parsers", "what kernel and tools print"),
        ("platform", "what distributions differ in"),
    ),
)

#: What all rooms may use: the files that stand in none.
FILES = ("files without a room", "what every room may use")

#: Where the nodes of the cluster stand, and what is on each of them.
NODES = (30, 380, 730)
ON_A_NODE = (
    ("salt-minion", "the formula's states, modules"),
    ("o2cb", "cluster stack in the kernel"),
    ("/san/primary", "mount, from fstab"),
    ("/dev/mapper/primary", "multipath device"),
)

STYLE = """
svg { font-family: system-ui, "DejaVu Sans", Arial, sans-serif; font-size: 14px; }
.back { fill: #ffffff; }
.panel { fill: #f3f6f9; stroke: #c3ccd6; }
.box { fill: #ffffff; stroke: #5c6b7a; }
.room { fill: #e9f1fb; stroke: #7ea3cc; }
.beat { fill: #fdeccf; stroke: #b9822f; }
text { fill: #1b2530; }
.name { font-weight: 600; }
.small { font-size: 13px; fill: #4b5967; }
.line { fill: none; stroke: #34424f; stroke-width: 1.5; }
.use { fill: none; stroke: #7ea3cc; stroke-width: 1.5; stroke-dasharray: 5 4; }
.net { fill: none; stroke: #2f8f5b; stroke-width: 5; }
.head { fill: #34424f; }
.usehead { fill: #7ea3cc; }
@media (prefers-color-scheme: dark) {
  .back { fill: #10161d; }
  .panel { fill: #18212b; stroke: #3a4856; }
  .box { fill: #222e3a; stroke: #8494a4; }
  .room { fill: #1d3148; stroke: #5f8dbd; }
  .beat { fill: #4a3614; stroke: #d09a45; }
  text { fill: #e8eef4; }
  .small { fill: #a9b6c3; }
  .line { stroke: #c2ced9; }
  .use { stroke: #5f8dbd; }
  .net { stroke: #4fbf83; }
  .head { fill: #c2ced9; }
  .usehead { fill: #5f8dbd; }
}
"""


def text(x, y, words, style="", anchor="middle"):
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'


def box(place, size, name, *lines, style="box"):
    """A rectangle with a name and lines of text in its middle."""
    (x, y), (width, height) = place, size
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" class="{style}"/>'
    middle = x + width / 2
    first = y + height / 2 - LINE * len(lines) / 2 + 5
    yield text(middle, first, name, "name")
    for number, line in enumerate(lines, 1):
        yield text(middle, first + LINE * number, line, "small")


def panel(place, size, title):
    """A rectangle that other things stand on, with a title at its top."""
    (x, y), (width, height) = place, size
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" class="panel"/>'
    yield text(x + 16, y + 24, title, "name", "start")


def arrow(*points, style="line", both=False):
    """A line through points, with a head at its end, or at both ends."""
    path = " ".join(f"{x},{y}" for x, y in points)
    head = "usehead" if style == "use" else "head"
    heads = f' marker-end="url(#{head})"' + (f' marker-start="url(#{head})"' if both else "")
    return f'<polyline points="{path}" class="{style}"{heads}/>'


def picture(height, title, description, parts):
    """A whole SVG; title and description are for those who cannot see it."""
    markers = "".join(
        f'<marker id="{head}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9"'
        ' markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
        f'<path d="M0,1 L9,5 L0,9 z" class="{head}"/></marker>'
        for head in ("head", "usehead")
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" role="img" aria-labelledby="title what">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="what">{escape(description)}</desc>',
            f"<style>{STYLE}</style>",
            f"<defs>{markers}</defs>",
            f'<rect width="{WIDTH}" height="{height}" rx="12" class="back"/>',
            *parts,
            "</svg>\n",
        ]
    )


def architecture():
    rows = "; ".join(" and ".join(name for name, _ in row) for row in ROOMS)
    return picture(
        512 + _height_of_rooms(),
        "How ocfs2-formula works",
        "Pillar goes to the master and to the nodes. On the master the orchestration calls states,"
        " which call runners. These ask modules on every node, decide, and have states applied."
        " On a node map.jinja takes values from pillar for the sls files; these call states,"
        " states call modules, and modules call the tools and the kernel. Runners, states and"
        " modules use the rooms of ocfs2lib. A room uses rooms below it alone, from top to bottom:"
        f" {rows}; {FILES[0]}.",
        [*_master(), *_node(), *_pillar(), *_between(), *_rooms()],
    )


def _pillar():
    yield from box((400, 20), (200, 52), "pillar", "nodes and LUNs, once")
    yield arrow((400, 46), (220, 46), (220, 136))
    yield arrow((600, 46), (780, 46), (780, 136))


def _master():
    yield from panel((20, 96), (400, 360), "On the master")
    yield from _column(
        50,
        (
            ("salt-run state.orchestrate ocfs2.orch", "what the operator types"),
            ("ocfs2/orch/*.sls", "the stages, in order"),
            ("_states/ocfs2_cluster.py", "a state for each stage"),
            ("_runners/", "ask every node, decide, give orders"),
            ("on record", "ledger of the LUNs, node numbers, audit log"),
        ),
    )


def _node():
    yield from panel((580, 96), (400, 360), "On each node")
    yield from _column(
        610,
        (
            ("ocfs2/map.jinja", "picks values"),
            ("ocfs2/*/init.sls", "order and requisites"),
            ("_states/", "compare, decide, report"),
            ("_modules/", "one command or file each"),
            ("ocfs2-tools, systemd, kernel",),
        ),
    )


def _column(x, boxes):
    """Boxes below each other, each with an arrow to the next."""
    for y, (name, *lines) in zip(range(136, 456, 64), boxes, strict=False):
        yield from box((x, y), (340, 46), name, *lines)
        if y > 136:
            yield arrow((x + 170, y - 18), (x + 170, y))


def _between():
    yield arrow((390, 334), (470, 334), (470, 223), (610, 223))
    yield text(525, 215, "state.apply", "small")
    yield arrow((390, 352), (610, 352))
    yield text(525, 346, "questions", "small")
    yield arrow((610, 368), (390, 368))
    yield text(500, 384, "answers", "small")


def _rooms():
    yield from panel((20, 492), (960, _height_of_rooms()), "_utils/ocfs2lib/")
    yield text(168, 516, "what the formula knows; only master imports Salt", "small", "start")
    yield arrow((50, 351), (35, 351), (35, 492), style="use")
    yield arrow((950, 287), (965, 287), (965, 492), style="use")
    yield '<polyline points="950,351 965,351" class="use"/>'
    yield text(500, 480, "runners, states and modules use the rooms, never the reverse", "small")
    for number, row in enumerate((*ROOMS, (FILES,))):
        width = (920 - 12 * (len(row) - 1)) / len(row)
        for place, (name, about) in enumerate(row):
            x, y = 40 + place * (width + 12), 530 + 42 * number
            yield (
                f'<rect x="{x:g}" y="{y}" width="{width:g}" height="32" rx="6" class="room"/>'
                f'<text x="{x + width / 2:g}" y="{y + 21}" text-anchor="middle">'
                f'<tspan class="name">{name}</tspan>'
                f'<tspan class="small" dx="10">{escape(about)}</tspan></text>'
            )


def _height_of_rooms():
    return 86 + 42 * len(ROOMS)


def cluster():
    return picture(
        780,
        "A cluster of three nodes",
        "A Salt master and three nodes, each with a minion, the cluster stack o2cb in the kernel, a"
        " mount and a multipath device. The nodes are connected with each other by the"
        " interconnect, TCP port 7777. Each node reaches the SAN over two paths. A LUN holds one"
        " volume: the superblock with UUID, label and stamp; the heartbeat region with a block for"
        " each node number, which that node writes every two seconds and all others read; slots,"
        " each with a journal, one for each node that has the volume mounted; and the files.",
        [*_hosts(), *_salt(), *_san()],
    )


def _salt():
    yield from box((370, 20), (260, 52), "Salt master", "pillar, ledger, node numbers")
    yield arrow((500, 72), (500, 150))
    for x in (150, 850):
        yield arrow((500, 94), (x, 94), (x, 150))
    yield text(325, 86, "management network", "small")


def _hosts():
    for number, x in enumerate(NODES):
        yield from panel((x, 116), (240, 300), f"host{number + 1}")
        yield text(x + 224, 140, f"number {number}", "small", "end")
        for row, (name, about) in enumerate(ON_A_NODE):
            yield from box((x + 14, 150 + row * 66), (212, 52), name, about)
        for side, path, anchor in ((-60, "path A", "end"), (60, "path B", "start")):
            yield arrow((x + 120 + side, 400), (x + 120 + side, 470), both=True)
            yield text(x + 120 + side + side / 6, 447, path, "small", anchor)
    for x in (325, 675):
        yield f'<polyline points="{x - 69},242 {x + 69},242" class="net"/>'
        yield text(x, 232, "interconnect", "small")
        yield text(x, 260, "TCP 7777,", "small")
        yield text(x, 260 + LINE, "every pair", "small")


def _san():
    yield from panel((30, 470), (940, 290), "SAN: each LUN over two fabrics")
    yield from _lun((50, 512), 620, "LUN primary", "one WWID, on every node and over every path")
    yield from _lun((690, 512), 260, "LUN archive", "another WWID")
    yield from box((70, 576), (130, 92), "superblock", "UUID, label,", "stamp")
    for x, name, words in (
        (210, "heartbeat region", "a block for each node"),
        (385, "slots", "a journal in each"),
    ):
        yield from box((x, 576), (165, 92), "")
        yield text(x + 82, 597, name, "name")
        yield text(x + 82, 657, words, "small")
        for number in range(4):
            place = x + 26 + number * 29
            yield f'<rect x="{place}" y="608" width="26" height="26" class="beat"/>'
            yield text(place + 13, 626, f"{number}")
    yield from box((560, 576), (90, 92), "files", "for all", "nodes")
    for line, words in enumerate(
        (
            "Each node writes its own block every 2 s and reads those of the others.",
            "A node that cannot write for (threshold - 1) x 2 s restarts itself.",
        )
    ):
        yield text(70, 694 + line * LINE, words, "small", "start")
    yield from box(
        (710, 576), (220, 92), "another volume", "its own heartbeat region,", "its own slots"
    )


def _lun(place, width, name, about):
    (x, y) = place
    yield f'<rect x="{x}" y="{y}" width="{width}" height="228" rx="8" class="room"/>'
    yield text(x + 20, y + 26, name, "name", "start")
    yield text(x + 20, y + 46, about, "small", "start")


if __name__ == "__main__":
    for name, svg in (("architecture", architecture()), ("cluster", cluster())):
        Path(__file__).with_name(f"{name}.svg").write_text(svg, encoding="utf-8")
