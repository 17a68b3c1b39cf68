"""
The tables of the page of a cluster; each function takes what :func:`status.report.data` returned.
"""

from ocfs2lib.findings.heartbeat import LATE
from ocfs2lib.status import table
from ocfs2lib.status.page import colours as words
from ocfs2lib.status.page.colours import BAD
from ocfs2lib.status.page.colours import DIM
from ocfs2lib.status.page.colours import GOOD
from ocfs2lib.status.page.colours import WARN
from ocfs2lib.status.page.html import join
from ocfs2lib.status.page.html import tag

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
    """Every LUN on every node, one word each."""
    about = words.concerned(status)

    def made(minion, key):
        found = words.cell(status, minion, key)
        if found is None:
            return words.unknown()
        marked = (minion, key) in about
        title = f"{found['device'] or 'no device'}, slot {_or(found['slot'])}"
        colour = words.lun_colour(found, marked)
        word = found["state"] + (" !" if marked else "")
        return tag("td", words.badge(word, colour), class_="mid", title=title)

    return words.by_lun(status, made, "words")


def nodes(status):
    """What each node is."""
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
    return words.table(head, [_node(minion, row) for minion, row in status["nodes"].items()])


def _node(minion, row):
    links = (row["connections"] or {}).values()
    up = sum(each["state"] == "up" for each in links)
    said = row["cluster"] if row["answers"] else words.mute(row)
    return [
        (minion, tag("small", f" {row['name']}") if row["name"] != minion else None),
        tag("td", words.badge(row["state"], words.STATES[row["state"]])),
        tag("td", words.badge(said, words.STATES.get(said, BAD))),
        tag("td", str(row["number"]), class_="number"),
        tag("td", tag("code", row["address"])),
        tag("td", f"{up} of {len(links)}" if row["answers"] else "?"),
        *(tag("td", _or(row.get(name), "?")) for name in ("kernel", "platform")),
        tag("td", tag("code", _or(row.get("boot"), "?")), class_="small"),
    ]


def _or(value, instead="none"):
    return instead if value is None else str(value)


def connections(status):
    """Who sees whom, with the seconds since anything came."""
    rows = status["nodes"]
    if len(rows) < 2:
        return tag("p", "One node has nobody to be connected to.", class_="none")
    head = [
        "node sees",
        *(tag("abbr", str(row["number"]), title=minion) for minion, row in rows.items()),
    ]
    return words.table(
        head,
        [
            [
                (tag("b", str(row["number"])), f" {minion}"),
                *(_link(status, minion, other) for other in rows),
            ]
            for minion, row in rows.items()
        ],
        "matrix many" if len(rows) > 8 else "matrix",
    )


def _link(status, one, other):
    if one == other:
        return tag("td", class_="self")
    colour, word = words.link_colour(status, one, other)
    links = status["nodes"][one]["connections"]
    if links is None:
        return words.unknown()
    quiet = (links.get(status["nodes"][other]["name"]) or {}).get("quiet_ms")
    title = f"{one} sees {other}: {word}" + (f", {quiet} ms quiet" if quiet is not None else "")
    known = word in ("up", "quiet") and quiet is not None
    return tag("td", words.seconds(quiet) if known else word, class_=f"{colour} mid", title=title)


def heartbeat(status):
    """How long ago each node wrote its heartbeat, against what it may take."""

    def made(minion, key):
        found = words.cell(status, minion, key)
        if found is None:
            return words.unknown()
        late, limit = found["late_ms"], found["limit_ms"]
        if late is None or not limit:
            return tag("td", "no heartbeat", class_="dim mid")
        share = late / limit
        colour = BAD if share >= 1 else WARN if share > LATE else GOOD
        said = f"{words.seconds(late)} of {limit / 1000:g} s"
        return tag("td", words.bar(share, colour, LATE), tag("small", said))

    return words.by_lun(status, made, "bars")


def paths(status):
    """The paths to each LUN, by node."""

    def made(minion, key):
        found = words.cell(status, minion, key)
        if found is None:
            return words.unknown()
        if not found["paths"]:
            return tag("td", "none seen", class_="dim mid")
        return tag("td", join(map(_path, *zip(*sorted(found["paths"].items()), strict=True)), " "))

    return words.by_lun(status, made, "paths")


def _path(disk, state):
    good = state == "ok"
    return words.badge(disk if good else f"{disk} {state}", GOOD if good else BAD)


def facts(status):
    """What each LUN is, how much of it is taken."""
    if not status["luns"]:
        return tag("p", "Pillar describes no LUN.", class_="none")
    return tag("div", (_facts(key, lun) for key, lun in status["luns"].items()), class_="cards")


def _facts(key, lun):
    told = (
        ("mounted at", tag("code", lun["path"])),
        ("device", tag("code", lun["device"])),
        ("WWID", tag("code", lun["wwid"])),
        ("size", tag("span", table.amount(lun["size"]), title=f"{lun['size']} bytes")),
        *(_unseen() if lun["mounted"] is None else _seen(lun)),
    )
    rows = ((tag("dt", name), tag("dd", value)) for name, value in told)
    return tag("div", tag("h4", key), tag("dl", rows), class_="card")


def _unseen():
    """Of a LUN about which nobody answered."""
    return [(name, "?") for name in ("volume", "label", "slots", "space", "inodes")]


def _seen(lun):
    return (
        ("volume", tag("code", lun["uuid"]) if lun["uuid"] else "none seen"),
        ("label", lun["label"] or "none"),
        ("slots", _slots(lun)),
        ("space", _share(lun["space"], "free_bytes", "bytes", table.amount)),
        ("inodes", _share(lun["space"], "free_inodes", "inodes", lambda count: f"{count:,}")),
    )


def _slots(lun):
    if not lun["slots"]:
        return "not known"
    taken, slots = lun["mounted"], lun["slots"]
    boxes = (tag("i", class_=GOOD if at < taken else DIM) for at in range(slots))
    said = f"{'at least ' if lun['unknown'] else ''}{taken} of {slots} taken"
    return join((tag("span", boxes, class_="slots", aria_hidden="true"), tag("small", said)))


def _share(space, free, whole, shown):
    if not space:
        return "not known: mounted on none of the nodes that answered"
    if not space[whole]:
        return "none"
    used = 1 - space[free] / space[whole]
    colour = BAD if used > _FULL else WARN if used > _FILLED else GOOD
    said = f"{used:.0%} used, {shown(space[free])} of {shown(space[whole])} free"
    return join((words.bar(used, colour), tag("small", said)))


def settings(status):
    """What has to be the same on all nodes, and who has something else."""
    rows = status["nodes"]
    live = {minion: row.get("settings") for minion, row in rows.items()}
    known = {minion: found for minion, found in live.items() if found}
    heard = {minion: row for minion, row in rows.items() if row["answers"]}
    found = []
    for name, unit in _SETTINGS.items():
        found += _setting(name, unit, {minion: each[name] for minion, each in known.items()})
    for name in _SOFTWARE:
        found += _setting(name, "", {minion: row[name] for minion, row in heard.items()})
    missing = [minion for minion in rows if minion not in known]
    return (
        words.table(("setting", "value", "who"), found, "settings"),
        tag("p", f"Not known of: {', '.join(missing)}.", class_="none") if missing else None,
    )


def _setting(name, unit, values):
    """A row for each value that some node has."""
    groups = words.agreement(values)
    if not groups:
        return [[name, tag("td", "not known", class_="dim"), tag("td", "nobody", class_="dim")]]
    if len(groups) == 1:
        return [_value(name, unit, groups[0][0], f"all {len(values)} that are known", None)]
    # Without a majority, everybody is marked.
    usual = len(groups[0][1]) * 2 > len(values)
    return [
        _value(name, unit, value, ", ".join(who), None if usual and not at else "differs")
        for at, (value, who) in enumerate(groups)
    ]


def _value(name, unit, value, who, mark):
    colour = WARN if mark else None
    marked = (words.badge(mark, WARN), " ") if mark else None
    said = (tag("code", value), f" {unit}")
    return [name, tag("td", said, class_=colour), tag("td", marked, who)]
