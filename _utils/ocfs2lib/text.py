"""Texts for an operator: any value as a short one, and nothing that a terminal would obey."""

import re

LONGEST = 20_000  # characters of what a node said in one go
SHOWN = 128  # characters of a wrong value that a message repeats

_KINDS = (
    (bool, lambda value: str(value).lower()),
    (int, lambda value: str(value) if abs(value) < 10**SHOWN else "a huge number"),
    (float, repr),
    (str, lambda value: ascii(value if len(value) <= SHOWN else value[:SHOWN] + "...")),
    (dict, lambda _: "a mapping"),
    ((list, tuple), lambda _: "a list"),
    (type(None), lambda _: "nothing"),
)


def shown(value):
    """Return any value as a short text of one line."""
    for kind, show in _KINDS:
        if isinstance(value, kind):
            return show(value)
    return f"a value of the type {type(value).__name__}"


def quoted(names):
    """Return the choices as text, each in quotes."""
    return " or ".join(f"'{name}'" for name in names)


def one_of(names):
    """Return the fix for a name that is none of ``names``."""
    return f"use one of: {', '.join(names)}"


def few(names, count=5):
    """Return the first of some names, and how many more there are; a reader need not see all."""
    names = list(names)
    more = len(names) - count
    return names[:count] + ([f"{more} more"] if more > 0 else [])


def duration(seconds):
    """Seconds in the largest unit of which there are two, rounded."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


def printable(text):
    """A text from a node, not too long and without what a terminal would obey."""
    return re.sub(r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]", "?", text[:LONGEST])
