"""
The status of clusters as one HTML page, for a ticket or a hand-over. It needs no network and runs
no code; whatever a node or pillar said is text in it.
"""

from ocfs2lib.findings.kinds import SEVERITIES
from ocfs2lib.status import data
from ocfs2lib.status import last_seen
from ocfs2lib.status import states
from ocfs2lib.status.page import connection_colours
from ocfs2lib.status.page import elements
from ocfs2lib.status.page import stylesheet
from ocfs2lib.status.page import tables
from ocfs2lib.status.page.drawing import drawing
from ocfs2lib.status.page.html import Markup
from ocfs2lib.status.page.html import join
from ocfs2lib.status.page.html import tag
from ocfs2lib.status.states import BAD
from ocfs2lib.status.states import GOOD

#: Nothing is fetched and nothing is run, whatever may stand in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: What tells a page of this formula from any other file.
GENERATOR = "ocfs2-formula, salt-run ocfs2.report"

#: The parts of a cluster: their heading, how to read it, and what makes it.
_SECTIONS = (
    (
        "Nodes and LUNs",
        "What every LUN is on every node; an exclamation mark is what a finding is about.",
        tables.luns,
    ),
    ("Drawing", "", drawing),
    (
        "Connections",
        "Who sees whom, by node number: seconds since anything came from there.",
        tables.who_sees_whom,
    ),
    (
        "Heartbeat",
        "Seconds since a node has written its heartbeat, of those after which it fences itself; "
        "the mark is where it counts as late.",
        tables.heartbeat,
    ),
    ("Paths", "The disks that lead to each LUN.", tables.paths),
    ("LUNs", "", tables.lun_cards),
    ("Settings", "What runs on the nodes; it should be the same on all.", tables.settings),
    ("Nodes", "", tables.nodes),
)


def html_page(statuses, version, errors=None):
    """
    Return the page, as text.

    statuses
        What :func:`status.data.status_data` returned for each cluster.
    version
        The build of the formula on the master.
    errors
        ``{name of a cluster: [line, ...]}`` of those of which there is no status, and why.
    """
    errors = errors or {}
    names = [*(each["cluster"] for each in statuses), *errors]
    parts = [_cluster(at, each, version) for at, each in enumerate(statuses)]
    parts += [
        _failed(at, name, lines) for at, (name, lines) in enumerate(errors.items(), len(parts))
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="generator", content=GENERATOR),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"OCFS2: {', '.join(names)}"),
        tag("style", Markup(stylesheet.SHEET)),
    )
    body = tag("body", tag("main", _contents(names), parts), _foot(version))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _contents(names):
    if len(names) < 2:
        return None
    links = (tag("a", name, href=f"#cluster-{at}") for at, name in enumerate(names))
    return tag("nav", links, aria_label="Clusters")


def _cluster(at, status, version):
    return tag(
        "article",
        _head(status, version),
        _section("Findings", "", _findings(status["findings"])),
        _last_seen(status),
        (_section(name, lead, made(status)) for name, lead, made in _SECTIONS),
        _pillar(status),
        class_="cluster",
        id=f"cluster-{at}",
    )


def _failed(at, name, lines):
    """Return a cluster of which nothing was seen."""
    return tag(
        "article",
        tag(
            "header",
            tag("h1", f"Cluster {name} ", elements.badge("unknown", BAD)),
            tag("p", "It was not looked at, for this reason:"),
            class_="head bad",
        ),
        _section("Reason", "", tag("pre", "\n".join(lines))),
        class_="cluster",
        id=f"cluster-{at}",
    )


def _head(status, version):
    level = states.STATE_LEVELS[status["state"]]
    time = status["time"].replace("T", " ").replace("Z", " UTC")
    return tag(
        "header",
        tag("h1", f"Cluster {status['cluster']} ", elements.badge(status["state"], level)),
        tag("p", f"{time}. The nodes took {status['seconds']} s to answer. Formula {version}."),
        tag("ul", (_tile(*each) for each in _sums(status)), class_="tiles"),
        class_=f"head {level}",
    )


def _tile(name, value, level):
    return tag("li", tag("span", name), " ", tag("strong", value), class_=level)


def _sums(status):
    """Yield ``(name, sum, level)``: the cluster in four numbers."""
    rows = status["nodes"]
    answer = sum(each["answers"] for each in rows.values())
    links = [
        connection_colours.seen_from(status, one, other)
        for one in rows
        for other in rows
        if rows[one]["connections"] is not None and _share_a_lun(status, one, other)
    ]
    up = sum(word in ("up", "quiet") for _, word in links)
    mounted = sum(each["mounted"] or 0 for each in status["luns"].values())
    places = [
        rows[minion]
        for key, lun in status["luns"].items()
        for minion in lun["nodes"]
        if not _is_idle(rows[minion], key)
    ]
    seen = sum(each["answers"] for each in places)
    severities = [each["severity"] for each in status["findings"]]
    counts = [f"{severities.count(each)} {each}" for each in SEVERITIES[::-1] if each in severities]
    found = states.worst(states.STATE_LEVELS[each] for each in ("healthy", *severities))
    yield "findings", ", ".join(counts) or "none", found
    yield "nodes that answer", f"{answer} of {len(rows)}", _level(answer, len(rows))
    pairs = sum(_share_a_lun(status, one, other) for one in rows for other in rows)
    yield (
        "connections seen",
        _count(up, len(links), pairs),
        states.worst([_level(up, pairs), *(level for level, _ in links)]),
    )
    yield "mounts", _count(mounted, seen, len(places)), _level(mounted, len(places))


def _share_a_lun(status, one, other):
    """Return whether two nodes have a LUN in common; over their connection goes nothing else."""
    both = {one, other}
    return len(both) > 1 and any(both <= {*lun["nodes"]} for lun in status["luns"].values())


def _is_idle(row, key):
    return row["luns"].get(key, {}).get("state") == states.IDLE


def _count(count, seen, of):
    """Return ``count`` of all, or ``?`` for what nobody saw, which is never zero."""
    if of and not seen:
        return f"? of {of}"
    return f"{count} of {of}" + (f", {of - seen} not known" if seen < of else "")


def _level(count, of):
    return GOOD if count == of else BAD


def _section(name, lead, inner):
    return tag("section", tag("h2", name), tag("p", lead, class_="lead") if lead else None, inner)


def _last_seen(status):
    """Return what was seen before of what nobody sees now."""
    items = [tag("li", f"{name}, {when}: {what}") for name, when, what in last_seen.texts(status)]
    lead = "This is old, and may be otherwise by now."
    return _section("Last seen", lead, tag("ul", items, class_="plain")) if items else None


def _findings(findings):
    if not findings:
        return tag("p", "Nothing was found that needs a look.", class_="well good")
    return [
        [_finding(each), tag("p", f"... and {more} more {each['kind']}") if more else None]
        for each, more in data.first_of_each_kind(findings)
    ]


def _finding(finding):
    level = states.STATE_LEVELS[finding["severity"]]
    return tag(
        "div",
        tag(
            "div",
            elements.badge(finding["severity"], level),
            tag("span", ", ".join(data.where(finding)) or "the cluster", class_="where"),
            tag("span", finding["kind"], class_="kind"),
        ),
        tag("h3", finding["what"]),
        tag("p", f"Why it matters: {finding['why']}.", class_="why"),
        tag("pre", finding["fix"]),
        class_=f"finding {level}",
    )


def _pillar(status):
    """Return what keeps the cluster from being as pillar describes it."""
    parts = (
        ("To be put right by hand", status["failures"]),
        ("What differs from pillar", status["differences"]),
    )
    return join(
        _section(name, "", tag("ul", (tag("li", each) for each in sentences), class_="plain"))
        for name, sentences in parts
        if sentences
    )


def _foot(version):
    return tag(
        "footer",
        tag(
            "p", f"Made by salt-run ocfs2.report, ocfs2-formula {version}. It has changed nothing."
        ),
        tag("p", "It shows one moment. It holds addresses and serial numbers: send it with care."),
        class_="foot",
    )
