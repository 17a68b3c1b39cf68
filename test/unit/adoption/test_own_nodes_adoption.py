"""A volume that only some members use, and one that no boot mounts, become LUNs that say so."""

import pytest

from ocfs2lib.node.fstab import NO_TRIM
from ocfs2lib.pillar import check
from support import by_hand
from support.adoption import HOST
from support.adoption import LAST
from support.adoption import OTHER
from support.adoption import adopted
from support.adoption import facts
from support.adoption import line


@pytest.fixture
def nodes():
    return by_hand.surveys()


def primary(nodes):
    """The LUN in a pillar that can be applied."""
    adoption = adopted(nodes)
    assert adoption.obstacles == ()
    return check.parse(adoption.pillar["ocfs2"]).lun("primary"), adoption


def test_a_volume_that_all_use_is_for_all(nodes):
    lun, adoption = primary(nodes)
    assert lun.nodes == (HOST, OTHER, LAST)
    assert "nodes" not in adoption.pillar["ocfs2"]["luns"]["primary"]


@pytest.mark.parametrize("sees", [False, True])
def test_a_node_that_neither_mounts_it_nor_has_a_line_is_left_out(nodes, sees):
    nodes[OTHER]["fstab"].clear()
    facts(nodes[OTHER])["mounts"] = []
    if not sees:
        nodes[OTHER]["luns"].clear()
    lun, adoption = primary(nodes)
    assert lun.nodes == (HOST, LAST)
    (issue,) = [each for each in adoption.issues if "leaves this node out" in str(each)]
    assert issue.subjects == (OTHER,)
    assert not any("mount" in str(each) for each in adoption.changes if OTHER in each.subjects)


def test_its_slots_are_enough_for_those_that_use_it(nodes):
    nodes[OTHER]["luns"].clear()
    nodes[OTHER]["fstab"].clear()
    for minion in (HOST, LAST):
        facts(nodes[minion])["volume"]["slots"] = 2
    lun, _ = primary(nodes)
    assert (lun.slots, lun.nodes) == (2, (HOST, LAST))


def test_a_node_with_a_line_for_what_it_does_not_see_is_an_obstacle_still(nodes):
    nodes[OTHER]["luns"].clear()
    (obstacle,) = adopted(nodes).obstacles
    assert "and no OCFS2 is there" in str(obstacle)


def test_a_volume_that_no_boot_mounts(nodes):
    for survey in nodes.values():
        line(survey)["options"].append("noauto")
    facts(nodes[OTHER])["mounts"] = []
    lun, adoption = primary(nodes)
    assert (lun.mount.auto, lun.mount.options) == (False, ("nointr",))
    assert lun.nodes == (HOST, OTHER, LAST)
    assert not any("mount LUN" in str(each) for each in adoption.changes)


def test_a_volume_that_some_boots_mount_is_mounted_by_all(nodes):
    line(nodes[OTHER])["options"].append("noauto")
    lun, adoption = primary(nodes)
    assert lun.mount.auto is True
    assert any("has the mount option noauto" in str(each) for each in adoption.issues)


def test_that_one_node_trims_is_what_the_formula_does_too(nodes):
    for minion in (OTHER, LAST):
        line(nodes[minion])["options"].append(NO_TRIM)
    assert primary(nodes)[0].mount.options == ("nointr",)
    line(nodes[HOST])["options"].append(NO_TRIM)
    assert primary(nodes)[0].mount.options == ("nointr", NO_TRIM)
