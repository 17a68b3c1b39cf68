import dataclasses

import pytest

from ocfs2lib.lun.case import LunCase
from support import answers

PILLAR = answers.desired()
ONE, TWO, THREE = (node.minion for node in PILLAR.nodes)
OTHER_WWID = "3600a0b8000123456000abcd099999999"


def case(record=None, **changes):
    """A LUN as three nodes see it; the first sees what ``changes`` say."""
    seen = {node.minion: answers.lun(PILLAR) for node in PILLAR.nodes}
    seen[ONE].update(changes)
    return LunCase(PILLAR, PILLAR.luns[0], seen, record=record)


def test_a_case_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        case().lun = None


def test_there_is_a_view_of_every_node_that_answered():
    lun = PILLAR.luns[0]
    views = case().views()
    assert [view.minion for view in views] == [ONE, TWO, THREE]
    assert {(view.device, view.wwid, view.size) for view in views} == {
        (lun.device, lun.wwid, lun.size)
    }


@pytest.mark.parametrize(
    ("changes", "shown"),
    [({}, True), ({"wwid": None}, False), ({"wwid": OTHER_WWID}, False), ({"error": "no"}, False)],
)
def test_a_node_shows_the_lun_only_under_its_wwid(changes, shown):
    assert case(**changes).views()[0].shows_lun is shown


@pytest.mark.parametrize(
    ("state", "changes", "cut"),
    [
        ("formatting", {}, True),
        ("formatting", {"half_made": False}, False),
        ("formatting", {"half_made": None}, False),
        ("formatting", {"volume": answers.volume(PILLAR, uuid="0" * 32)}, False),
        ("formatting", {"volume": None}, False),
        ("formatted", {}, False),
        ("held", {}, False),
    ],
)
def test_a_cut_format_is_known_by_the_uuid_on_record(state, changes, cut):
    facts = {"volume": answers.volume(PILLAR), "half_made": True, **changes}
    found = case(answers.record(PILLAR, state), **facts)
    assert found.views()[0].is_cut_format is cut


def test_without_a_record_no_volume_is_a_cut_format():
    for record in (None, "the record cannot be read"):
        found = case(record, volume=answers.volume(PILLAR), half_made=True)
        assert not found.views()[0].is_cut_format


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"written": [0]}, f"data at byte 0 on {ONE}"),
        ({"signature": {"TYPE": "ext4"}}, f"ext4 on {ONE}"),
        # What another LUN holds says nothing of this one.
        ({"written": [0], "wwid": OTHER_WWID}, ""),
    ],
)
def test_what_the_lun_holds_is_told_with_the_node_that_saw_it(changes, words):
    assert case(**changes).foreign_contents == words


def test_what_lies_beside_our_own_cut_format_is_of_somebody_else():
    facts = {"volume": answers.volume(PILLAR), "half_made": True}
    begun = answers.record(PILLAR, "formatting")
    assert case(begun, **facts, written=[]).foreign_contents == ""
    told = "beside a format that was cut short, data at byte 4096 on "
    assert case(begun, **facts, written=[4096]).foreign_contents == told + ONE


def test_it_is_observed_if_one_node_can_read_it():
    faulty = case(unreadable="Input/output error")
    assert faulty.observed
    for facts in faulty.seen.values():
        facts["unreadable"] = "Input/output error"
    assert not faulty.observed


def test_who_sees_less_than_another_is_behind():
    assert case(size=1).behind == {ONE: 1}
    assert case(size=1, wwid=OTHER_WWID).behind == {}
