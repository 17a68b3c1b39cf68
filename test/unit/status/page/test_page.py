"""The page of a cluster: what is on it, and that nothing on it is taken for markup."""

import copy
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from ocfs2lib.status import states
from ocfs2lib.status.page import connection_colours
from ocfs2lib.status.page import drawing
from ocfs2lib.status.page import html
from ocfs2lib.status.page import stylesheet
from ocfs2lib.status.page.page import GENERATOR
from ocfs2lib.status.page.page import html_page
from support import statuses

VERSION = "1.0.0+5f3a9c20d1e4"
SPEECH = "</style></title><script>alert(1)</script>\"'&\x1b[31m\0\u202e\ud800\uffff"
#: The elements without an end tag.
VOID = ("meta",)


class Reader(HTMLParser):
    """Holds a page against the rules that the parser itself does not mind."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.titles, self.policies = [], [], [], [], []
        self.page = page
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), attrs
        assert not [name for name in attributes if name.startswith("on") or ":" in name]
        assert not attributes.keys() & {"src", "srcset", "action", "poster", "background"}
        assert attributes.get("href", "#").startswith("#")
        self.titles.append(attributes.get("title", ""))
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policies.append(attributes["content"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self):
        return "".join(self.texts)


def read(*found, **arguments):
    reader = Reader(html_page(list(found), VERSION, **arguments))
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def troubled():
    return statuses.troubled(4)


def test_markup_is_made_by_elements_alone():
    made = html.tag("td", "a<b>&\"'", None, ["1", 2, iter(["3"])], class_="x y", title="\"'<")
    assert made == ('<td class="x y" title="&quot;&#x27;&lt;">a&lt;b&gt;&amp;&quot;&#x27;123</td>')
    assert html.tag("p", made) == f"<p>{made}</p>"
    assert html.tag("path", stroke_width=2, d=None) == '<path stroke-width="2"></path>'
    assert html.tag("meta", name="x") == '<meta name="x">'
    assert html.join(["<", made], " & ") == f"&lt; &amp; {made}"


@pytest.mark.parametrize(
    "harm", ["\0", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\ud800", "\uffff"]
)
def test_what_could_do_harm_is_a_question_mark(harm):
    assert html.escaped(f"a{harm}b\n") == "a?b\n"


def test_umlauts_and_signs_stay():
    assert html.escaped("Zürich \u2026 \u65e5") == "Zürich \u2026 \u65e5"


def test_everything_that_was_found_is_on_it(troubled):
    text = read(troubled).text
    assert len(troubled["findings"]) >= 5
    for finding in troubled["findings"]:
        for field in ("kind", "severity", "what", "why", "fix"):
            assert finding[field] in text
        assert ", ".join(finding["nodes"]) in text
    for minion, row in troubled["nodes"].items():
        assert minion in text
        assert row["address"] in text
    for key, lun in troubled["luns"].items():
        for said in (key, lun["path"], lun["wwid"], lun["uuid"], lun["device"], "3 of 7 taken"):
            assert said in text
    for said in ("sdb failed faulty", "20.0 of 60 s", "21.0", "refused", "silent", "2500"):
        assert said in text
    assert "2026-01-31 23:59:59 UTC" in text
    assert VERSION in text
    for sentence in (*troubled["failures"], *troubled["differences"]):
        assert sentence in text


def test_the_worst_comes_first(troubled):
    page = html_page([troubled], VERSION)
    shown = re.findall(r'<div class="finding [a-z]+"><div><span class="badge [a-z]+">(\w+)<', page)
    assert shown == [each["severity"] for each in troubled["findings"]]
    assert shown[0] == "broken"


def test_a_fix_is_one_piece_that_can_be_copied(troubled):
    finding = {**troubled["findings"][0], "fix": "salt '*' test.ping <a> && true"}
    page = html_page([{**troubled, "findings": [finding]}], VERSION)
    assert "<pre>salt &#x27;*&#x27; test.ping &lt;a&gt; &amp;&amp; true</pre>" in page


def test_a_healthy_cluster_says_so():
    text = read(statuses.healthy()).text
    assert "Nothing was found that needs a look." in text
    assert "differs" not in text.replace("What differs", "")


@pytest.mark.parametrize(
    "found",
    [
        statuses.healthy(1),
        statuses.troubled(2),
        statuses.empty(),
        statuses.wide(statuses.troubled(32), 16),
        statuses.spoken(statuses.troubled(), SPEECH),
    ],
    ids=["one node", "two nodes", "no LUN", "32 nodes with 16 LUNs", "hostile names"],
)
def test_it_is_well_formed(found):
    reader = read(found)
    assert reader.policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not {"script", "img", "link", "iframe", "form", "object", "base"} & set(reader.tags)
    page = html_page([found], VERSION)
    assert [each for each in found["nodes"] if html.escaped(each) not in page] == []
    picture = ElementTree.fromstring(drawing.drawing(found))  # noqa: S314 - our own
    boxes = [each for each in picture.iter("g") if "box" in each.get("class")]
    assert len(boxes) == len(found["nodes"]) + len(found["luns"])


def test_names_stay_text():
    found = statuses.spoken(statuses.troubled(), SPEECH)
    page = html_page([found], f"{VERSION}{SPEECH}", {SPEECH: [SPEECH]})
    assert "<script" not in page
    assert page.isprintable() or not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    assert "</style></title><script>alert(1)</script>" in Reader(page).text
    page.encode()


def test_several_clusters_and_one_that_was_not_seen():
    lost = {"lost": ["ocfs2:cluster:port: 99999 is too large. Fix: use 1 to 65534."]}
    reader = read(statuses.healthy(), {**statuses.healthy(), "cluster": "web"}, errors=lost)
    for said in ("Cluster ocfs2 ", "Cluster web ", "Cluster lost ", *lost["lost"]):
        assert said in reader.text
    assert reader.tags.count("article") == 3
    only = read(errors=lost)
    assert lost["lost"][0] in only.text


def _lines(found, colour):
    picture = ElementTree.fromstring(drawing.drawing(found))  # noqa: S314 - our own
    lines = [each for each in picture.find("div").iter("path") if colour in each.get("class")]
    return sum(each.get("d").count("M") for each in lines), lines


@pytest.mark.parametrize("nodes", [2, 3, 8, 9, 32])
def test_every_pair_and_every_mount_has_a_line(nodes):
    assert _lines(statuses.healthy(nodes), "good")[0] == nodes * (nodes - 1) // 2 + nodes


def test_the_lines_have_the_colour_of_what_they_stand_for(troubled):
    _, bad = _lines(troubled, "bad")
    one, two = (f"host{number}.example.com" for number in (0, 1))
    assert [each.findtext("title") for each in bad] == [
        f"{one} sees {two}: refused; {two} sees {one}: quiet"
    ]
    _, warn = _lines(troubled, "warn")
    assert [each.findtext("title") for each in warn] == [f"primary on {two}: late"]
    assert _lines(troubled, "dim")[0] == 1  # the mount of the silent node


def test_of_a_network_that_is_down_each_line_is_there_and_no_megabytes():
    # A third of the nodes that there can be, which have a ninth of the connections.
    found = statuses.without_network(85)
    count, paths = _lines(found, "bad")
    assert (count, len(paths)) == (85 * 84 // 2, 1)
    assert len(html_page([found], VERSION)) < 10_000_000 / 9


@pytest.mark.parametrize("nodes", [2, 8, 9, 32])
def test_boxes_lie_within_the_drawing_and_not_on_each_other(nodes):
    found = statuses.wide(statuses.healthy(nodes), 16)
    svg = ElementTree.fromstring(drawing.drawing(found)).find("div/svg")  # noqa: S314
    rows = {}
    for each in svg.iter("rect"):
        rows.setdefault(each.get("y"), []).append((float(each.get("x")), float(each.get("width"))))
    assert [len(row) for row in rows.values()] == [nodes, 16]
    for row in rows.values():
        ends = [0, *(edge for x, width in row for edge in (x, x + width)), float(svg.get("width"))]
        assert ends == sorted(ends)


def test_a_long_name_is_cut_in_its_middle():
    found = statuses.healthy()
    found["nodes"]["host0.example.com"]["name"] = "database-frankfurt-07"
    assert ">databas\u2026urt-07<" in drawing.drawing(found)


def test_a_connection_that_nobody_needs_is_not_broken(troubled):
    found = copy.deepcopy(troubled)
    first, second = list(found["nodes"])[:2]
    assert connection_colours.seen_from(found, first, second) == ("bad", "refused")
    found["nodes"][first]["luns"]["primary"]["state"] = "unmounted"
    assert connection_colours.seen_from(found, first, second) == ("dim", "refused")


def test_without_a_majority_everybody_differs():
    found = statuses.healthy(4)
    for minion in list(found["nodes"])[:2]:
        found["nodes"][minion]["kernel"] = "6.1.0-20-amd64"
    rows = re.findall("<tr><th[^>]*>kernel</th>.*?</tr>", html_page([found], VERSION))
    assert ["differs" in row for row in rows] == [True, True]
    found["nodes"]["host2.example.com"]["kernel"] = "6.1.0-20-amd64"
    rows = re.findall("<tr><th[^>]*>kernel</th>.*?</tr>", html_page([found], VERSION))
    assert ["differs" in row for row in rows] == [False, True]


def test_what_nobody_saw_is_a_question_mark_and_never_zero():
    page = read(statuses.unanswered())
    tiles = re.findall("<li[^>]*><span>([^<]*)</span> <strong>([^<]*)</strong>", page.page)
    assert dict(tiles) == {
        "findings": "2 unknown",
        "nodes that answer": "0 of 3",
        "connections seen": "? of 6",
        "mounts": "? of 3",
    }
    assert "mounted on ? nodes" in page.text
    assert "? mounted" in page.text
    for said in ("none seen", "mounted nowhere", "0 mounted", "0 of 3 mount", "forget"):
        assert said not in page.text
    assert "This is old, and may be otherwise by now." in page.text
    assert "host0.example.com, 4 minutes ago" in page.text
    assert {"silent", "slow"} <= set(page.texts)


def test_of_whom_nothing_is_known_is_told_beside_what_was_seen(troubled):
    tiles = re.findall("<strong>([^<]*)</strong>", html_page([troubled], VERSION))
    assert tiles[1:] == ["3 of 4", "8 of 12, 3 not known", "3 of 4, 1 not known"]


def test_it_says_at_its_beginning_who_made_it():
    page = html_page([statuses.healthy()], VERSION)
    assert GENERATOR in page[:1024]


def test_every_level_has_a_colour():
    for level in states.LEVELS:
        assert f".{level} {{ color: var(--{level}); }}" in stylesheet.SHEET
