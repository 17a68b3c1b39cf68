"""What a mutant is: one line of the code made wrong, and the test that has to notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """``old`` in ``path`` becomes ``new``; ``kills`` is the test that must fail then."""

    path: str
    old: str
    new: str
    kills: str
