"""The plan of a LUN that only some nodes have, and of one that only an operator mounts."""

import pytest

from ocfs2lib.lun import ledger
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node import fstab
from ocfs2lib.plan import cluster_plan
from ocfs2lib.plan import decide
from ocfs2lib.plan import plan_text
from support import answers

OUTSIDE, SECOND, THIRD = (f"host{number}.example.com" for number in range(3))
PILLAR = answers.desired(nodes=[THIRD, SECOND])
PATH = PILLAR.luns[0].mount.path
MOUNTED = [{"path": PATH, "options": ["rw"]}]
BY_HAND = answers.desired(mount={"path": PATH, "auto": False})
ABSENT = {
    "error": "/dev/mapper/primary: No such file or directory",
    "wwid": None,
    "paths": {},
    "size": 0,
    "written": None,
}


def plan(census, silent=None, pillar=PILLAR, record=None):
    records = {"primary": record or answers.record(pillar)}
    return decide.plan(pillar, census, silent or {}, answers.FORMULA, records)


def census(pillar=PILLAR, outside=ABSENT, **changes):
    """What the nodes answer; the first one sees what ``outside`` says."""
    found = answers.census(pillar, **changes)
    found[OUTSIDE]["luns"]["primary"] = answers.lun(pillar, **outside)
    return found


def existing(pillar=PILLAR, outside=ABSENT, **changes):
    return census(pillar, outside, volume=answers.volume(pillar), written=None, **changes)


def codes(found):
    return {(each.code, each.node) for each in found.luns[0].refusals}


def test_a_node_that_does_not_see_it_keeps_nobody_from_the_format():
    found = plan(census())
    (lun,) = found.luns
    assert (lun.action, lun.leader, found.failures()) == (cluster_plan.FORMAT, SECOND, [])
    assert lun.mount_on == (SECOND, THIRD)
    assert lun.fstab_on == ()
    text = "\n".join(plan_text.lines(found))
    assert f"then mount it on {PATH} of {SECOND}, {THIRD}" in text


def test_every_node_of_the_roster_has_to_answer_before_a_format():
    answered = census()
    del answered[OUTSIDE]
    assert codes(plan(answered)) == {(Code.NODE_ABSENT, OUTSIDE)}


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"holders": ["dm-7"]}, Code.IN_USE),
        ({"mounts": [{"path": "/data", "options": []}]}, Code.IN_USE),
        ({"signature": {"TYPE": "ext4"}, "written": None}, Code.NOT_BLANK),
        ({"read_only": True}, Code.READ_ONLY),
        ({"unreadable": "EIO", "size": 0, "written": None}, Code.UNREADABLE),
        ({"written": [4096]}, Code.NOT_BLANK),
        ({"size": 1 << 40}, Code.SIZE_DIFFERS),
    ],
)
def test_what_another_node_sees_of_it_counts_for_the_format(seen, code):
    found = plan(census(outside=seen))
    assert found.to_format() == []
    assert codes(found) == {(code, OUTSIDE)}


def test_another_lun_under_its_name_on_another_node_does_not_count():
    seen = {"wwid": "3600a0b8000999", "signature": {"TYPE": "ext4"}, "written": None}
    assert plan(census(outside=seen)).luns[0].action == cluster_plan.FORMAT


def test_its_own_nodes_have_to_see_it():
    answered = census()
    answered[THIRD]["luns"]["primary"] = answers.lun(PILLAR, **ABSENT)
    assert codes(plan(answered)) == {(Code.LUN_MISSING, THIRD)}


def test_a_format_is_not_continued_by_a_leader_that_has_left_its_nodes():
    record = answers.record(PILLAR, ledger.FORMATTING)
    assert record.leader == OUTSIDE
    for outside in (ABSENT, {}):
        found = plan(census(outside=outside), record=record)
        assert found.to_format() == []
        assert (Code.OUTCOME_UNKNOWN, OUTSIDE) in codes(found)


def test_a_node_that_need_not_see_it_is_neither_asked_to_mount_it_nor_refused():
    for outside in (ABSENT, {"volume": answers.volume(PILLAR), "written": None}):
        found = plan(existing(outside=outside))
        (lun,) = found.luns
        assert (lun.action, lun.mount_on, found.failures()) == (
            cluster_plan.USE,
            (SECOND, THIRD),
            [],
        )


def test_a_node_that_need_not_see_it_may_be_unable_to_read_a_volume():
    found = plan(existing(outside={"unreadable": "EIO", "written": None}))
    assert found.failures() == []
    assert found.luns[0].volume["uuid"] == answers.UUID


def test_a_mount_or_a_line_on_another_node_is_a_stray():
    volume = {"volume": answers.volume(PILLAR), "written": None}
    answered = existing(outside={**volume, "mounts": MOUNTED})
    answered[OUTSIDE]["mounts"] = [PATH]
    why = "LUN primary is for other nodes"
    assert f"{OUTSIDE}: mount:{PATH}: mounted -> absent ({why})" in plan(answered).differences()
    answered = existing()
    answered[OUTSIDE]["fstab"][PATH] = fstab.line(PILLAR.luns[0], SECOND)
    assert f"{OUTSIDE}: mount:{PATH}: in fstab -> absent ({why})" in plan(answered).differences()


def test_slots_are_those_for_its_own_nodes():
    assert PILLAR.luns[0].slots == 4
    volume = {"volume": answers.volume(PILLAR, slots=2), "written": None}
    found = plan(census(**volume))
    assert (found.luns[0].gaps, found.failures()) == ((), [])
    # But a node that has it mounted all the same takes one of them.
    answered = census(outside={**volume, "mounts": MOUNTED}, **volume)
    answered[SECOND]["luns"]["primary"]["mounts"] = MOUNTED
    assert codes(plan(answered)) == {(Code.SLOTS_TOO_FEW, THIRD)}
    volume["volume"] = answers.volume(PILLAR, slots=1)
    (gap,) = plan(census(**volume)).luns[0].gaps
    assert gap.why == "there are 2 nodes, and each takes a slot"


def test_what_an_operator_mounts_is_neither_missing_nor_to_be_mounted():
    volume = {"volume": answers.volume(BY_HAND), "written": None}
    answered = answers.census(BY_HAND, **volume)
    answered[THIRD]["luns"]["primary"]["mounts"] = MOUNTED
    found = plan(answered, pillar=BY_HAND)
    assert (found.differences(), found.failures()) == ([], [])
    assert f"mounted by hand (mount:auto is false) on {THIRD}" in "\n".join(plan_text.lines(found))
    answered[SECOND]["fstab"] = {}
    assert plan(answered, pillar=BY_HAND).differences() == [f"{SECOND}: mount LUN primary at boot"]


def test_what_an_operator_mounts_is_formatted_all_the_same():
    found = plan(answers.census(BY_HAND), pillar=BY_HAND)
    assert found.differences() == [f"LUN primary: format on {OUTSIDE}"]
    assert f"then leave it to you to mount it on {PATH}" in "\n".join(plan_text.lines(found))
