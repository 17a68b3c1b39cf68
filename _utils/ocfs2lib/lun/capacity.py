"""What separates a volume that is in use from pillar: its size and its slots."""

from ocfs2lib import sizes
from ocfs2lib.commands import GROW
from ocfs2lib.commands import SLOTS
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part


def usable(size, volume):
    """Return how much of a LUN of ``size`` bytes a volume can fill: whole clusters only."""
    return size // volume["cluster_size"] * volume["cluster_size"]


def differences(case, volume):
    """
    Return every :class:`Difference` of a volume.

    case
        The LUN as all nodes see it (:class:`lun.case.LunCase`).
    volume
        The facts of the volume on it.
    """
    return [*_size(case, volume), *_slots(case, volume)]


def is_outgrown(case, volume):
    """Whether the array has grown a LUN whose volume fills all that pillar says."""
    want = case.lun.size
    return usable(want, volume) == volume["size"] and max(case.sizes.values(), default=want) > want


def _size(case, volume):
    want, have = case.lun.size, volume["size"]
    seen = case.sizes
    largest = max(seen.values(), default=want)
    human = sizes.human
    if usable(want, volume) < have:
        why = f"a volume never shrinks: write size: {largest}"
        yield Difference(Part.SIZE, None, human(have), human(want), IMPOSSIBLE, why=why)
    elif usable(want, volume) > have:
        yield Difference(Part.SIZE, None, human(have), human(want), ONLINE, GROW)
    elif is_outgrown(case, volume):
        why = f"the array has grown the LUN: write size: {largest} first"
        yield Difference(Part.SIZE, None, human(largest), human(want), ONLINE, GROW, why)
    for minion, size in sorted(seen.items()):
        if size < min(have, want):
            why = f"{minion} has not seen that the LUN was grown"
            yield Difference(Part.SIZE_SEEN, minion, human(size), human(want), ONLINE, GROW, why)


def _slots(case, volume):
    want, have, nodes = case.lun.slots, volume["slots"], len(case.lun.nodes)
    if have < nodes or (case.lun.slots_given and have < want):
        why = "" if have >= nodes else f"there are {nodes} nodes, and each takes a slot"
        yield Difference(Part.SLOTS, None, have, want, OUTAGE, SLOTS, why)
    elif case.lun.slots_given and have > want:
        why = f"slots are not taken away from a volume: write slots: {have}"
        yield Difference(Part.SLOTS, None, have, want, IMPOSSIBLE, why=why)
