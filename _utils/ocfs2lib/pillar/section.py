"""What a section of the pillar is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ocfs2lib.pillar.key import Key


@dataclass(frozen=True)
class Section:
    """
    One key right below ``ocfs2``, and all that is known of it alone.

    key
        Its table.
    build
        Returns what :class:`pillar.desired.Desired` has of it, made of its checked value.
    derive
        Fills in the defaults that depend on other keys. It takes the good part of the pillar, where
        any key may be absent and a section that may be left out may be None, and the list of
        problems, to which it may add.
    rules
        What its own keys mean for each other. Each takes the good part of the pillar as well and
        yields problems. The docstrings are what the key reference tells the operator.
    """

    key: Key
    build: Callable
    derive: Callable | None = None
    rules: tuple[Callable, ...] = ()

    @property
    def name(self):
        return self.key.name

    def fill_in(self, good, found):
        """Fill the derived defaults in; add to ``found`` what cannot be derived."""
        if self.derive:
            self.derive(good, found)

    def built(self, good):
        """Return the object of a pillar without problems; None if the operator left it out."""
        value = good[self.name]
        return None if value is None else self.build(value)
