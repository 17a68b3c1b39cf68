import pytest

import ocfs2_boot
import ocfs2_holds

from . import answers

HOLDS = {"cluster": "retune", "luns": {"a": "slots", "b": "fsck"}}
NONE = {"cluster": None, "luns": {}}


def test_where_holds_are():
    assert ocfs2_holds.path() == "/etc/ocfs2/hold"
    assert ocfs2_holds.path("primary") == "/etc/ocfs2/hold.d/primary"


def test_the_unit_of_the_cluster_asserts_that_its_hold_is_away():
    unit = ocfs2_boot.files(answers.desired())[ocfs2_boot.UNIT_PATH]
    assert f"\nAssertPathExists=!{ocfs2_holds.path()}\n" in unit


def test_a_hold_names_what_ends_it():
    text = ocfs2_holds.reason("fsck of LUN a", "salt-run x")
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
    assert ocfs2_holds.sentences(holds, lun) == found


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
    assert ocfs2_holds.own(holds, lun) == found
