"""How an error of a pillar is worded: where it is, why it is one, what to type instead."""

import re
from dataclasses import dataclass

from ocfs2lib.pillar import model

LONGEST = 20_000  # characters of what a node said in one go
SHOWN = 128  # characters of a wrong value that a message repeats


@dataclass(frozen=True)
class Problem:
    """One error: where it is ("ocfs2:nodes:host1:number"), why, and what to type."""

    path: str
    reason: str
    fix: str

    def __str__(self):
        return f"{self.path}: {self.reason}. Fix: {self.fix}."


_KINDS = (
    (bool, lambda value: str(value).lower()),
    (int, lambda value: str(value) if abs(value) < 10**30 else "a huge number"),
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


def in_path(name):
    """Return a key of the pillar as it appears in a path."""
    if isinstance(name, str) and re.fullmatch(rf"[\w.@+-]{{1,{SHOWN}}}", name, re.ASCII):
        return name
    return shown(name)


def quoted(names):
    """Return the choices as text, each in quotes."""
    return " or ".join(f"'{name}'" for name in names)


def one_of(names):
    """Return the fix for a name that is none of ``names``."""
    return f"use one of: {', '.join(names)}"


def human(size):
    """Return a number of bytes with the largest unit that keeps it whole."""
    name, unit = max(
        ((name, unit) for name, unit in model.UNITS.items() if "i" in name and not size % unit),
        key=lambda item: item[1],
        default=("B", 1),
    )
    return f"{size // unit}{name}"


def typed(key):
    """Return the smallest piece of YAML that is right for ``key``."""
    return f"'{key.name}: {_example(key)}'"


def _example(key):
    if key.kind == model.TABLE:
        return f"{{{typed(entry_section(key))[1:-1]}}}"
    if key.kind == model.SECTION:
        return f"{{{', '.join(typed(sub)[1:-1] for sub in key.keys if sub.required)}}}"
    return key.example


def entry_section(table):
    """Return the Key of one entry of ``table``, as a section of its own."""
    return model.Key(table.entry.example, model.SECTION, "", keys=table.keys)


def duration(seconds):
    """Seconds in the largest unit of which there are two, rounded."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


def harmless(text):
    """A text from a node, not too long and without what a terminal would obey."""
    return re.sub(r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]", "?", text[:LONGEST])
