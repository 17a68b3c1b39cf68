"""
Parsers for what multipathd prints, and how long it keeps I/O waiting for a path.
"""

import re

#: One line a map and one a path, fields parted by what no name of theirs holds.
MAPS = "%w|%n|%d|%Q|%f|%N|%s"
PATHS = "%w|%d|%t|%T"

#: What multipathd calls a path that works (libmultipath, print.c and checkers.c).
_GOOD = (("active", "ready"), ("active", "ghost"))


def parse_maps(text):
    """
    Parse ``multipathd show maps raw format`` with :data:`MAPS`.

    Returns ``{WWID: {"name", "node", "queueing", "living", "array"}}``; ``queueing`` is what a map
    without a path does with I/O, as :func:`seconds_without_path` reads it, ``living`` whether it
    has a path that works, and ``array`` vendor and product with a comma between.
    """
    found = {}
    for wwid, name, node, queueing, features, living, array in _rows(text, 7):
        # "-" says that no setting is in force, and the kernel goes on as it was told last.
        if queueing == "-":
            queueing = "on" if "queue_if_no_path" in features else "off"
        found[wwid] = {
            "name": name,
            "node": f"/dev/{node}",
            "queueing": queueing,
            "living": living != "0",
            "array": array,
        }
    return found


def parse_paths(text):
    """
    Parse ``multipathd show paths raw format`` with :data:`PATHS`.

    Returns ``{WWID: {disk: state}}``; a state is ``"ok"`` or what is wrong, as multipathd says it.
    """
    found = {}
    for wwid, disk, kernel, checker in _rows(text, 4):
        good = (kernel, checker) in _GOOD
        found.setdefault(wwid, {})[disk] = "ok" if good else f"{kernel} {checker}"
    return found


def polling_interval(text):
    """Return the seconds between two checks of a path, by ``multipathd show config``, or None."""
    match = re.search(r"^\s*polling_interval\s+\"?([0-9]{1,6})\b", text, re.MULTILINE)
    return int(match[1]) if match else None


def seconds_without_path(queueing, interval):
    """
    Return how many seconds a map without any path keeps I/O waiting before it fails.

    queueing
        ``off``, ``on``, ``12 chk`` (so many checks) or, while it waits, ``40 sec`` (so many are
        left).
    interval
        Seconds between two checks, None if unknown.

    Returns the seconds; infinity for ``on``, None if it is not known.
    """
    if queueing in ("off", "on"):
        return 0 if queueing == "off" else float("inf")
    match = re.fullmatch(r"([0-9]{1,6}) (chk|sec)", queueing)
    if not match or (match[2] == "chk" and not interval):
        return None
    return int(match[1]) * (interval if match[2] == "chk" else 1)


def _rows(text, count):
    rows = ([field.strip() for field in line.split("|")] for line in text.splitlines())
    return [row for row in rows if len(row) == count and row[0]]


def retries_of(text):
    """Return ``{WWID: no_path_retry}`` of the sections ``multipath`` in a configuration, as text.

    text
        A file, or what ``multipathd show config`` prints.
    """
    found = {}
    for section in re.findall(r"^\s*multipath \{(.*?)\}", text, re.MULTILINE | re.DOTALL):
        words = dict(re.findall(r"^\s*(\w+)\s+\"?([^\"\n]+)\"?\s*$", section, re.MULTILINE))
        if {"wwid", "no_path_retry"} <= words.keys():
            found[words["wwid"]] = words["no_path_retry"]
    return found


def is_queueing(queueing, retries):
    """
    Return whether a map does what ``no_path_retry`` says. Only one with a path that works tells:
    the others count their checks, or have ended to.

    queueing
        As :func:`seconds_without_path` takes it.
    retries
        A number of checks as text, or ``fail``.
    """
    return queueing == ("off" if retries == "fail" else f"{retries} chk")
