import pytest

from ocfs2lib.node import holds as node_holds
from ocfs2lib.node import units
from ocfs2lib.platform import debian
from support import answers

HOLDS = {"cluster": "retune", "luns": {"a": "slots", "b": "fsck"}}
NONE = {"cluster": None, "luns": {}}


def test_where_holds_are():
    assert node_holds.path() == "/etc/ocfs2/hold"
    assert node_holds.path("primary") == "/etc/ocfs2/hold.d/primary"


def test_the_unit_of_the_cluster_asserts_that_its_hold_is_away():
    unit = units.files(answers.desired(), debian.PLATFORM)[units.UNIT_PATH]
    assert f"\nAssertPathExists=!{node_holds.path()}\n" in unit


def test_a_hold_names_what_ends_it():
    text = node_holds.reason("fsck of LUN a", "salt-run x")
    assert text == "fsck of LUN a is under way. Fix: run salt-run x again, which ends it"


@pytest.mark.parametrize(
    ("holds", "lun", "found"),
    [
        (NONE, None, []),
        (NONE, "a", []),
        (HOLDS, None, ["retune", "LUN a: slots", "LUN b: fsck"]),
        (HOLDS, "a", ["retune", "LUN a: slots"]),
        (HOLDS, "c", ["retune"]),
        ({**HOLDS, "cluster": None}, "b", ["LUN b: fsck"]),
    ],
)
def test_what_holds_a_lun_holds_the_node_too(holds, lun, found):
    assert node_holds.sentences(holds, lun) == found


@pytest.mark.parametrize(
    ("holds", "lun", "found"),
    [
        (NONE, "", []),
        (HOLDS, "", ["retune"]),
        (HOLDS, "a", ["LUN a: slots"]),
        (HOLDS, "c", []),
        ({**HOLDS, "cluster": None}, "", []),
    ],
)
def test_one_hold_alone(holds, lun, found):
    assert node_holds.own(holds, lun) == found
