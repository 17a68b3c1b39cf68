"""What is odd about a cluster that was built by hand, and what its nodes agree on."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Oddity:
    """
    One sentence or two: where it is, what, why it matters, what to do.

    ``obstacle`` is whether it has to be put right, or looked at, before the pillar can be applied.
    """

    text: str
    obstacle: bool = False


def agreed(values):
    """
    What most nodes have, and who has something else.

    values
        ``{minion id: value}`` of one node at least; values can be hashed. Of two that equally many
        have, the one of the first node is taken.
    """
    value = Counter(values.values()).most_common(1)[0][0]
    return value, [minion for minion, other in values.items() if other != value]


def is_clear(values):
    """Whether more nodes have one value of ``values`` than any other."""
    counts = [count for _, count in Counter(values.values()).most_common(2)]
    return len(counts) < 2 or counts[0] > counts[1]


def named(minions):
    """Minion ids as text."""
    return ", ".join(minions)
