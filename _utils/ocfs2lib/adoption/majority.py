"""
What most nodes of a cluster have.
"""

from collections import Counter


def of(values):
    """
    Return what most nodes have, and a list of the nodes that have something else.

    values
        ``{minion id: value}`` of one node at least; values can be hashed. Of two that equally many
        have, the one of the first node is taken.
    """
    value = Counter(values.values()).most_common(1)[0][0]
    return value, [minion for minion, other in values.items() if other != value]


def exists(values):
    """Return whether more nodes have one value of ``values`` than any other."""
    counts = [count for _, count in Counter(values.values()).most_common(2)]
    return len(counts) < 2 or counts[0] > counts[1]
