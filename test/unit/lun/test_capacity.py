import pytest

from ocfs2lib.lun import capacity
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.node.difference import OUTAGE
from support import answers

GIB, TIB = 1 << 30, 1 << 40


def gaps(volume, sizes=(), nodes=3, **lun):
    """What separates a volume, which is ``volume``, on nodes that see ``sizes``, from pillar."""
    pillar = answers.desired(nodes, **lun)
    sizes = [*sizes, *[pillar.luns[0].size] * (nodes - len(sizes))]
    seen = {
        node.minion: answers.lun(pillar, size=size)
        for node, size in zip(pillar.nodes, sizes, strict=True)
    }
    case = LunCase(pillar, pillar.luns[0], seen)
    return capacity.differences(case, answers.volume(pillar, **volume))


@pytest.mark.parametrize(
    ("size", "cluster", "usable"),
    [
        (TIB, 1 << 20, TIB),
        (TIB + 1, 1 << 20, TIB),
        (TIB - 1, 1 << 20, TIB - (1 << 20)),
        ((1 << 20) - 1, 1 << 20, 0),
    ],
)
def test_a_volume_fills_whole_clusters_only(size, cluster, usable):
    assert capacity.usable(size, {"cluster_size": cluster}) == usable


@pytest.mark.parametrize(
    ("volume", "sizes", "lun", "found"),
    [
        ({}, (), {}, []),
        # The array may give a LUN a tail that is no whole cluster.
        ({"size": 2 * TIB}, [2 * TIB + 512] * 3, {"size": 2 * TIB + 512}, []),
        ({"size": TIB}, (), {}, [("size", ONLINE, "grow")]),
        # Before anybody has seen the new size: as soon as pillar says so.
        ({"size": TIB}, [TIB] * 3, {}, [("size", ONLINE, "grow")]),
        (
            {"size": 2 * TIB},
            [2 * TIB, TIB],
            {},
            [("size on host1.example.com", ONLINE, "grow")],
        ),
        ({"size": 3 * TIB}, [3 * TIB] * 3, {}, [("size", IMPOSSIBLE, "")]),
        ({"size": 2 * TIB}, [2 * TIB, 3 * TIB], {}, [("size", ONLINE, "grow")]),
        # A node whose LUN could not be opened tells no size.
        ({"size": 2 * TIB}, [0], {}, []),
        ({"slots": 2}, (), {}, [("slots", OUTAGE, "slots")]),
        ({"slots": 3}, (), {}, []),
        ({"slots": 3}, (), {"slots": 4}, [("slots", OUTAGE, "slots")]),
        ({"slots": 4}, (), {"slots": 4}, []),
        ({"slots": 5}, (), {"slots": 4}, [("slots", IMPOSSIBLE, "")]),
        ({"slots": 200}, (), {}, []),
        (
            {"slots": 2, "size": TIB},
            (),
            {},
            [("size", ONLINE, "grow"), ("slots", OUTAGE, "slots")],
        ),
    ],
)
def test_what_separates_a_volume_from_pillar(volume, sizes, lun, found):
    assert [(gap.what, gap.kind, gap.verb) for gap in gaps(volume, sizes, **lun)] == found


@pytest.mark.parametrize(
    ("size", "seen", "outgrown"),
    [
        (2 * TIB, [3 * TIB] * 3, True),
        (2 * TIB, [2 * TIB, 3 * TIB, 2 * TIB], True),
        (2 * TIB, [2 * TIB] * 3, False),
        # The volume does not fill yet what pillar says.
        (TIB, [3 * TIB] * 3, False),
        (3 * TIB, [3 * TIB] * 3, False),
    ],
)
def test_what_the_array_has_grown_beyond_pillar(size, seen, outgrown):
    pillar = answers.desired()
    facts = {
        node.minion: answers.lun(pillar, size=each)
        for node, each in zip(pillar.nodes, seen, strict=True)
    }
    volume = answers.volume(pillar, size=size)
    assert capacity.is_outgrown(LunCase(pillar, pillar.luns[0], facts), volume) is outgrown


@pytest.mark.parametrize(
    ("volume", "sizes", "lun", "words"),
    [
        ({"size": 3 * TIB}, [3 * TIB] * 3, {}, f"never shrinks: write size: {3 * TIB}"),
        ({"size": 2 * TIB}, [3 * TIB], {}, f"has grown the LUN: write size: {3 * TIB} first"),
        ({"slots": 2}, (), {}, "there are 3 nodes, and each takes a slot"),
        ({"slots": 5}, (), {"slots": 4}, "not taken away from a volume: write slots: 5"),
    ],
)
def test_what_to_write_is_named(volume, sizes, lun, words):
    (gap,) = gaps(volume, sizes, **lun)
    assert words in str(gap)
