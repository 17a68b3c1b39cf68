"""
The tables of the page of a cluster; each function takes what :func:`status.data.status_data`
returned.
"""

from ocfs2lib import sizes
from ocfs2lib.findings.disk_heartbeat import LATE
from ocfs2lib.status import data
from ocfs2lib.status import states
from ocfs2lib.status.page import connection_colours
from ocfs2lib.status.page import elements
from ocfs2lib.status.page.html import join
from ocfs2lib.status.page.html import tag
from ocfs2lib.status.states import BAD
from ocfs2lib.status.states import DIM
from ocfs2lib.status.states import GOOD
from ocfs2lib.status.states import NOT_SEEN
from ocfs2lib.status.states import WARN

#: Parts of a volume in use from which on it is a matter of time, and of hours.
_FILLED, _FULL = 0.90, 0.98
#: The settings of the cluster in the kernel, and what they are counted in.
_SETTINGS = {
    "heartbeat_mode": "",
    "heartbeat_threshold": "beats of 2 s",
    "idle_timeout_ms": "ms",
    "keepalive_delay_ms": "ms",
    "reconnect_delay_ms": "ms",
    "fence_method": "",
}
#: What else should be the same everywhere.
_SOFTWARE = ("formula", "kernel", "platform")


def luns(status):
    """Return every LUN on every node, one word each."""
    levels, marked = data.lun_levels(status), data.with_findings(status)

    def cell(minion, key, found):
        title = f"{found['device'] or 'no device'}, slot {_or(found['slot'])}"
        word = found["state"] + (" !" if (minion, key) in marked else "")
        badge = elements.badge(word, levels[minion, key])
        return tag("td", badge, class_="mid", title=title)

    return elements.luns_table(status, cell, "words")


def nodes(status):
    """Return what each node is."""
    head = (
        "node",
        "state",
        "cluster",
        "no.",
        "address",
        "sees",
        "kernel",
        "platform",
        "boot",
    )
    return elements.table(head, [_node(minion, row) for minion, row in status["nodes"].items()])


def _node(minion, row):
    up, total = data.connections_up(row)
    word = row["cluster"] if row["answers"] else elements.no_answer_word(row)
    return [
        (minion, tag("small", f" {row['name']}") if row["name"] != minion else None),
        tag("td", elements.badge(row["state"], states.STATE_LEVELS[row["state"]])),
        tag("td", elements.badge(word, states.MEMBERSHIP_LEVELS.get(word, BAD))),
        tag("td", str(row["number"]), class_="number"),
        tag("td", tag("code", row["address"])),
        tag("td", f"{up} of {total}" if row["answers"] else NOT_SEEN),
        *(tag("td", _or(row.get(name), NOT_SEEN)) for name in ("kernel", "platform")),
        tag("td", tag("code", _or(row.get("boot"), NOT_SEEN)), class_="small"),
    ]


def _or(value, instead="none"):
    return instead if value is None else str(value)


def who_sees_whom(status):
    """Return who sees whom, with the seconds since anything came."""
    rows = status["nodes"]
    if len(rows) < 2:
        return tag("p", "One node has nobody to be connected to.", class_="none")
    head = [
        "node sees",
        *(tag("abbr", str(row["number"]), title=minion) for minion, row in rows.items()),
    ]
    return elements.table(
        head,
        [
            [
                (tag("b", str(row["number"])), f" {minion}"),
                *(_connection(status, minion, other) for other in rows),
            ]
            for minion, row in rows.items()
        ],
        "matrix many" if len(rows) > 8 else "matrix",
    )


def _connection(status, one, other):
    if one == other:
        return tag("td", class_="self")
    level, word = connection_colours.seen_from(status, one, other)
    known = status["nodes"][one]["connections"]
    if known is None:
        return elements.no_answer()
    quiet = (known.get(status["nodes"][other]["name"]) or {}).get("quiet_ms")
    title = f"{one} sees {other}: {word}" + (f", {quiet} ms quiet" if quiet is not None else "")
    text = elements.seconds(quiet) if word in ("up", "quiet") and quiet is not None else word
    return tag("td", text, class_=f"{level} mid", title=title)


def heartbeat(status):
    """Return how long ago each node wrote its heartbeat, against what it may take."""

    def cell(_minion, _key, found):
        late, limit = found["late_ms"], found["limit_ms"]
        if late is None or not limit:
            return tag("td", "no heartbeat", class_="dim mid")
        share = late / limit
        level = BAD if share >= 1 else WARN if share > LATE else GOOD
        text = f"{elements.seconds(late)} of {limit / 1000:g} s"
        return tag("td", elements.bar(share, level, LATE), tag("small", text))

    return elements.luns_table(status, cell, "bars")


def paths(status):
    """Return the paths to each LUN, by node."""

    def cell(_minion, _key, found):
        if not found["paths"]:
            return tag("td", "none seen", class_="dim mid")
        return tag("td", join((_path(*each) for each in sorted(found["paths"].items())), " "))

    return elements.luns_table(status, cell, "paths")


def _path(disk, state):
    good = state == "ok"
    return elements.badge(disk if good else f"{disk} {state}", GOOD if good else BAD)


def lun_cards(status):
    """Return what each LUN is, and how much of it is taken."""
    if not status["luns"]:
        return tag("p", "Pillar describes no LUN.", class_="none")
    return tag("div", (_card(key, lun) for key, lun in status["luns"].items()), class_="cards")


def _card(key, lun):
    facts = (
        ("mounted at", tag("code", lun["path"])),
        ("device", tag("code", lun["device"])),
        ("WWID", tag("code", lun["wwid"])),
        ("size", tag("span", sizes.rounded(lun["size"]), title=f"{lun['size']} bytes")),
        *(_unseen() if lun["mounted"] is None else _seen(lun)),
    )
    rows = ((tag("dt", name), tag("dd", value)) for name, value in facts)
    return tag("div", tag("h4", key), tag("dl", rows), class_="card")


def _unseen():
    """Return the facts of a LUN about which nobody answered."""
    return [(name, NOT_SEEN) for name in ("volume", "label", "slots", "space", "inodes")]


def _seen(lun):
    return (
        ("volume", tag("code", lun["uuid"]) if lun["uuid"] else "none seen"),
        ("label", lun["label"] or "none"),
        ("slots", _slots(lun)),
        ("space", _share(lun["space"], "free_bytes", "bytes", sizes.rounded)),
        ("inodes", _share(lun["space"], "free_inodes", "inodes", lambda count: f"{count:,}")),
    )


def _slots(lun):
    if not lun["slots"]:
        return "not known"
    taken, slots = lun["mounted"], lun["slots"]
    boxes = (tag("i", class_=GOOD if at < taken else DIM) for at in range(slots))
    text = f"{'at least ' if lun['unknown'] else ''}{taken} of {slots} taken"
    return join((tag("span", boxes, class_="slots", aria_hidden="true"), tag("small", text)))


def _share(space, free, total, show):
    if not space:
        return "not known: mounted on none of the nodes that answered"
    if not space[total]:
        return "none"
    used = 1 - space[free] / space[total]
    level = BAD if used > _FULL else WARN if used > _FILLED else GOOD
    text = f"{used:.0%} used, {show(space[free])} of {show(space[total])} free"
    return join((elements.bar(used, level), tag("small", text)))


def settings(status):
    """Return what has to be the same on all nodes, and who has something else."""
    rows = status["nodes"]
    live = {minion: row["settings"] for minion, row in rows.items() if row.get("settings")}
    answered = {minion: row for minion, row in rows.items() if row["answers"]}
    found = []
    for name, unit in _SETTINGS.items():
        found += _setting(name, unit, {minion: each[name] for minion, each in live.items()})
    for name in _SOFTWARE:
        found += _setting(name, "", {minion: row[name] for minion, row in answered.items()})
    missing = [minion for minion in rows if minion not in live]
    return (
        elements.table(("setting", "value", "who"), found, "settings"),
        tag("p", f"Not known of: {', '.join(missing)}.", class_="none") if missing else None,
    )


def _setting(name, unit, values):
    """Return a row for each value that some node has."""
    groups = _agreement(values)
    if not groups:
        return [[name, tag("td", "not known", class_="dim"), tag("td", "nobody", class_="dim")]]
    if len(groups) == 1:
        return [_value(name, unit, groups[0][0], f"all {len(values)} that are known", False)]
    # Without a majority, everybody is marked.
    has_majority = len(groups[0][1]) * 2 > len(values)
    return [
        _value(name, unit, value, ", ".join(who), not has_majority or at > 0)
        for at, (value, who) in enumerate(groups)
    ]


def _agreement(values):
    """
    Return who has which value, those that most have first: ``[(value, [minion id, ...])]``.

    values
        ``{minion id: value}``
    """
    groups = {}
    for minion, value in values.items():
        groups.setdefault(str(value), []).append(minion)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _value(name, unit, value, who, differs):
    mark = (elements.badge("differs", WARN), " ") if differs else None
    shown = (tag("code", value), f" {unit}")
    return [name, tag("td", shown, class_=WARN if differs else None), tag("td", mark, who)]
