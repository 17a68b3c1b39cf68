"""
What keeps a node from taking part, or from being changed. The texts are made last.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Blocked:
    """
    What an operator has to put right on a node first.

    ``what`` is wrong, and ``fix`` is what to do, both without a full stop. ``finding`` is the kind
    of the finding that tells it (a key of ``findings.kinds.KINDS``).
    """

    what: str
    fix: str
    finding: str = ""

    def __str__(self):
        return f"{self.what}. Fix: {self.fix}."


@dataclass(frozen=True)
class Reason:
    """
    One reason why a node takes no part.

    ``what`` is wrong, and ``fix`` is what to do, ``""`` if nothing more is to be said. ``finding``
    is the kind of the finding that tells it (a key of ``findings.kinds.KINDS``).
    """

    what: str
    fix: str
    finding: str

    def __str__(self):
        return f"{self.what}; {self.fix}" if self.fix else self.what


@dataclass(frozen=True)
class Silence:
    """Why a node takes no part: each :class:`Reason`, none if it does."""

    reasons: tuple = ()

    def __bool__(self):
        return bool(self.reasons)

    def __str__(self):
        return "; ".join(map(str, self.reasons))

    @property
    def short(self):
        """The first reason, without what to do."""
        return self.reasons[0].what if self.reasons else ""
