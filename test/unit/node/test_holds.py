import pytest

from ocfs2lib.node import holds
from ocfs2lib.node import units
from ocfs2lib.platform import debian
from support import answers

HOLDS = {"cluster": "retune", "luns": {"a": "slots", "b": "fsck"}}
NONE = {"cluster": None, "luns": {}}


def test_where_holds_are():
    assert holds.path() == "/etc/ocfs2/hold"
    assert holds.path("primary") == "/etc/ocfs2/hold.d/primary"


def test_the_unit_of_the_cluster_asserts_that_its_hold_is_away():
    unit = units.files(answers.desired(), debian.PLATFORM)[units.UNIT_PATH]
    assert f"\nAssertPathExists=!{holds.path()}\n" in unit


def test_a_hold_names_what_ends_it():
    text = holds.reason("fsck of LUN a", "salt-run x")
    assert text == "fsck of LUN a is under way. Fix: run salt-run x again, which ends it"
    node, lun = holds.of({"cluster": text, "luns": {"a": text}})
    assert (node.what, node.lun) == ("fsck of LUN a is under way", "")
    assert (lun.what, lun.lun) == ("LUN a: fsck of LUN a is under way", "a")
    assert node.fix == lun.fix == "run salt-run x again, which ends it"
    assert (str(node), str(lun)) == (text, f"LUN a: {text}")
    assert node.finding == "held"


@pytest.mark.parametrize(
    ("present", "lun", "found"),
    [
        (NONE, None, []),
        (NONE, "a", []),
        (HOLDS, None, ["retune", "LUN a: slots", "LUN b: fsck"]),
        (HOLDS, "a", ["retune", "LUN a: slots"]),
        (HOLDS, "c", ["retune"]),
        ({**HOLDS, "cluster": None}, "b", ["LUN b: fsck"]),
    ],
)
def test_what_holds_a_lun_holds_the_node_too(present, lun, found):
    assert list(map(str, holds.of(present, lun))) == found


@pytest.mark.parametrize(
    ("present", "lun", "found"),
    [
        (NONE, "", []),
        (HOLDS, "", ["retune"]),
        (HOLDS, "a", ["LUN a: slots"]),
        (HOLDS, "c", []),
        ({**HOLDS, "cluster": None}, "", []),
    ],
)
def test_one_hold_alone(present, lun, found):
    assert list(map(str, holds.exactly(present, lun))) == found
