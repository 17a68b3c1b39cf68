"""What one key of the pillar may hold: its kind, its bounds, its default."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

TEXT = "text"
INTEGER = "integer"
BOOLEAN = "boolean"
SIZE = "size"
OPTIONS = "options"
NAMES = "names"
SECTION = "section"
TABLE = "table"

REQUIRED = object()

#: Why a value is refused that the formula may take one day.
UNTESTED = "it is not built and tested yet"


@dataclass(frozen=True)
class Key:
    """One key of the pillar.

    ``kind`` is one of TEXT, INTEGER, BOOLEAN, SIZE, OPTIONS, NAMES (a list of
    different texts, each an ``entry``), SECTION (a mapping with the keys ``keys``)
    and TABLE (a mapping from ``entry`` to sections with the keys ``keys``). ``minimum``
    and ``maximum`` bound a number, the bytes of a size, or the entries of a table.
    ``pattern`` matches the whole text, ``rule`` says the same in words, and ``check`` raises
    :class:`pillar.problem.WrongValue` for what a pattern cannot say well, also of the bytes of a
    size. A default of
    None is derived from other keys as ``derived`` says, and may be written as ``~``.
    A SECTION without ``derived`` is then one whose keys all have their defaults; with it,
    it may be left out, and is None. ``refused`` maps values that an operator may well try to
    the reason why they are not accepted. A ``secret`` is never shown, also not a wrong one.
    """

    name: str
    kind: str
    doc: str
    default: object = REQUIRED
    derived: str = ""
    example: str = ""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    rule: str = ""
    check: Callable[[object], None] | None = None
    keys: tuple = ()
    entry: object = None
    secret: bool = False

    @property
    def required(self):
        return self.default is REQUIRED

    def matches(self, text):
        """Return whether the whole of ``text`` matches the pattern."""
        return re.fullmatch(self.pattern, text) is not None

    def as_yaml(self):
        """Return the smallest piece of YAML that is right for this key."""
        return f"{self.name}: {self._yaml_value()}"

    def _yaml_value(self):
        if self.kind == TABLE:
            return f"{{{self.entry_section().as_yaml()}}}"
        if self.kind == SECTION:
            return f"{{{', '.join(sub.as_yaml() for sub in self.keys if sub.required)}}}"
        return f"[{self.entry.example}]" if self.kind == NAMES else self.example

    def entry_section(self):
        """Return the Key of one entry of this table, as a section of its own."""
        return Key(self.entry.example, SECTION, "", keys=self.keys)
