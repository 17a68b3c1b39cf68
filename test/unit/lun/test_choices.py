import pytest

from ocfs2lib.lun import choices
from ocfs2lib.lun.case import LunCase
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.pillar import features
from support import answers

MIB = 1 << 20


def gaps(volume=(), journals=None, **lun):
    """What separates a volume, which is ``volume``, from what pillar has chosen for it."""
    pillar = answers.desired(**lun)
    made = answers.volume(pillar, **dict(volume))
    seen = {node.minion: answers.lun(pillar, volume=made, journals=None) for node in pillar.nodes}
    seen["host1.example.com"]["journals"] = journals
    return choices.differences(LunCase(pillar, pillar.luns[0], seen), made)


def test_what_pillar_does_not_say_is_not_compared():
    odd = {"block_size": 512, "cluster_size": 4096, "features": []}
    assert gaps(odd, [4 * MIB] * 5) == []


@pytest.mark.parametrize(
    ("chosen", "volume", "journals"),
    [
        ({"block_size": 4096}, {}, None),
        ({"cluster_size": "1MiB"}, {}, None),
        ({"journal_size": "64MiB"}, {}, [64 * MIB] * 5),
        # Rounded up to whole clusters.
        ({"journal_size": 64 * MIB - 512}, {}, [64 * MIB] * 5),
        # Nobody could read it.
        ({"journal_size": "64MiB"}, {}, None),
        ({"features": ["refcount", "metaecc"]}, {"features": ["refcount", "metaecc"]}, None),
        ({"features": ["norefcount"]}, {"features": []}, None),
    ],
)
def test_a_volume_that_is_as_chosen(chosen, volume, journals):
    assert gaps(volume, journals, **chosen) == []


@pytest.mark.parametrize(
    ("chosen", "volume", "journals", "text"),
    [
        (
            {"block_size": 4096},
            {"block_size": 1024},
            None,
            "block size: 1KiB -> 4KiB (the block size of a volume is never changed: write "
            "block_size: 1024, or make another LUN)",
        ),
        (
            {"cluster_size": "4KiB"},
            {},
            None,
            "cluster size: 1MiB -> 4KiB (the cluster size of a volume is never changed: write "
            "cluster_size: 1048576, or make another LUN)",
        ),
        (
            {"journal_size": "64MiB"},
            {},
            [64 * MIB, 128 * MIB, 32 * MIB],
            "journal size: 32MiB and 128MiB -> 64MiB (a journal is never changed by the formula: "
            "take journal_size out of pillar, or change it by hand while no node has the volume "
            "mounted (tunefs.ocfs2 -J size=67108864,block64 /dev/mapper/primary))",
        ),
        (
            {"features": ["usrquota"]},
            {},
            None,
            "feature usrquota: off -> on (a feature is never switched by the formula: take "
            "usrquota out of features, or switch it by hand while no node has the volume mounted "
            "(tunefs.ocfs2 --fs-features=usrquota /dev/mapper/primary))",
        ),
        (
            {"features": ["norefcount"]},
            {},
            None,
            "feature refcount: on -> off (a feature is never switched by the formula: take "
            "norefcount out of features, or switch it by hand while no node has the volume mounted "
            "(tunefs.ocfs2 --fs-features=norefcount /dev/mapper/primary))",
        ),
    ],
)
def test_a_volume_that_is_not_as_chosen(chosen, volume, journals, text):
    (gap,) = gaps(volume, journals, **chosen)
    assert (gap.kind, gap.verb, gap.finding) == (IMPOSSIBLE, "", "volume-differs")
    assert str(gap) == text


def test_each_feature_is_told_by_itself():
    found = gaps({"features": []}, features=["usrquota", "refcount", "noxattr"])
    assert [gap.subject for gap in found] == ["usrquota", "refcount"]


def test_the_opposite_of_a_feature():
    assert features.opposite("refcount") == "norefcount"
    assert features.opposite("norefcount") == "refcount"
