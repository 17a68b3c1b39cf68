import pytest

from ocfs2lib.node import fstab
from support import answers

PILLAR = answers.desired()
PATH = PILLAR.luns[0].mount.path
OCFS2 = {"device": "/dev/mapper/old", "fstype": "ocfs2", "options": []}
EXT4 = {"device": "/dev/sda1", "fstype": "ext4", "options": []}


@pytest.mark.parametrize(
    ("lines", "mounts", "found"),
    [
        ({}, [], []),
        ({PATH: OCFS2, "/": EXT4}, [PATH], []),
        ({"/san/old": OCFS2}, [], [("mount:/san/old", "in fstab")]),
        ({}, ["/san/old"], [("mount:/san/old", "mounted")]),
        ({"/san/old": OCFS2}, ["/san/old"], [("mount:/san/old", "mounted")]),
        (
            {"/san/b": OCFS2},
            ["/san/a", PATH],
            [("mount:/san/a", "mounted"), ("mount:/san/b", "in fstab")],
        ),
        ({"/san/old": "nonsense"}, [], []),
    ],
)
def test_a_volume_that_is_no_lun_of_pillar_is_named(lines, mounts, found):
    gaps = fstab.strays(PILLAR, PILLAR.nodes[0].minion, lines, mounts)
    assert [(gap.what, gap.old) for gap in gaps] == found
    assert {gap.verb for gap in gaps} <= {"retire_lun"}
    assert all(gap.refused and gap.new is None for gap in gaps)


@pytest.mark.parametrize(
    ("entry", "ours"), [(OCFS2, True), (EXT4, False), (None, False), ("ocfs2", False), ({}, False)]
)
def test_what_mounts_an_ocfs2(entry, ours):
    assert fstab.is_ocfs2(entry) is ours


def test_one_node_alone_trims_a_volume():
    lun = PILLAR.luns[0]
    lines = [fstab.line(lun, minion)["options"] for minion in lun.nodes]
    assert ["X-fstrim.notrim" in each for each in lines] == [False, True, True]
    own = answers.desired(mount={"path": PATH, "options": ["noatime", "X-fstrim.notrim"]}).luns[0]
    for minion in own.nodes:
        assert fstab.line(own, minion)["options"].count("X-fstrim.notrim") == 1


def test_a_lun_that_only_an_operator_mounts_is_not_mounted_at_boot():
    by_hand = answers.desired(mount={"path": PATH, "auto": False}).luns[0]
    for minion in by_hand.nodes:
        assert "noauto" in fstab.line(by_hand, minion)["options"]
        assert "noauto" not in fstab.line(PILLAR.luns[0], minion)["options"]


def test_drbd_is_mounted_once_its_service_has_made_it_primary():
    lun = answers.desired(device="/dev/drbd/by-res/r0/0", wwid="drbd-r0-0").luns[0]
    option = "x-systemd.after=drbd.service"
    assert all(option in fstab.line(lun, minion)["options"] for minion in lun.nodes)
    lun = PILLAR.luns[0]
    assert not any(option in fstab.line(lun, minion)["options"] for minion in lun.nodes)


def test_a_lun_for_other_nodes_is_named_as_such():
    first, second, _ = PILLAR.luns[0].nodes
    pillar = answers.desired(nodes=[first])
    (gap,) = fstab.strays(pillar, second, {PATH: OCFS2}, [])
    assert (gap.old, gap.why) == ("in fstab", "LUN primary is for other nodes")
    assert fstab.strays(pillar, first, {PATH: OCFS2}, [PATH]) == []


def test_only_the_whole_line_agrees():
    lun = PILLAR.luns[0]
    first, second, *_ = lun.nodes
    line = fstab.line(lun, first)
    assert fstab.agrees(lun, first, {PATH: line})
    assert not fstab.agrees(lun, second, {PATH: line})
    assert not fstab.agrees(lun, first, {})
    assert not fstab.agrees(lun, first, {PATH: {**line, "options": line["options"][1:]}})
    assert not fstab.agrees(lun, first, {PATH: {**line, "device": "/dev/sdb"}})
