"""One error of a pillar: where it is, why it is one, what to type instead."""

import re
from dataclasses import dataclass

from ocfs2lib.text import SHOWN
from ocfs2lib.text import shown


@dataclass(frozen=True)
class Problem:
    """One error: where it is ("ocfs2:nodes:host1:number"), why, and what to type."""

    path: str
    reason: str
    fix: str

    def __str__(self):
        return f"{self.path}: {self.reason}. Fix: {self.fix}."


class WrongValue(Exception):  # noqa: N818 - what it is, not that it is an error
    """A value is not acceptable: ``args`` is (reason, fix)."""


def in_path(name):
    """Return a key of the pillar as it appears in a path."""
    if isinstance(name, str) and re.fullmatch(rf"[\w.@+-]{{1,{SHOWN}}}", name, re.ASCII):
        return name
    return shown(name)


def typed(key):
    """Return the smallest piece of YAML that is right for ``key``, in quotes."""
    return f"'{key.as_yaml()}'"
