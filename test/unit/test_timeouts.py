"""Who is waited for, and how long."""

import pytest

from ocfs2lib.timeouts import LOOK
from ocfs2lib.timeouts import LOST
from ocfs2lib.timeouts import WORK
from ocfs2lib.timeouts import Patience
from ocfs2lib.timeouts import Times

LIMIT = 600


def looking(*minions, **changes):
    return Patience(minions, LOOK, LIMIT, **changes)


def is_given_up_at(patience, minion, last=0):
    """The first second in which a node of which nothing more comes is given up."""
    return next(now for now in range(last, LIMIT + 2) if minion in patience.given_up(now))


def test_beside_quick_nodes_a_silent_one_is_given_up_soon():
    patience = looking("quick", "silent")
    patience.answered("quick", 0.7)
    assert is_given_up_at(patience, "silent") == LOOK
    assert patience.took == {"quick": 0.7}


def test_while_nobody_has_answered_all_are_waited_for_longer():
    patience = looking("one", "other")
    assert is_given_up_at(patience, "one") == is_given_up_at(patience, "other") == WORK


def test_beside_slow_nodes_all_are_waited_for_three_times_as_long():
    patience = looking("slow", "silent")
    patience.answered("slow", 20)
    assert is_given_up_at(patience, "silent") == 60


def test_a_node_that_always_took_long_may_take_it_again():
    patience = looking("quick", "slow", usual={"slow": 25})
    patience.answered("quick", 0.7)
    assert is_given_up_at(patience, "slow") == 75


def test_what_took_very_long_once_does_not_hold_everybody_up():
    patience = looking("quick", "slow", usual={"slow": 500})
    patience.answered("quick", 0.7)
    assert is_given_up_at(patience, "slow") == LOST


def test_who_is_heard_is_waited_for():
    patience = looking("quick", "busy")
    patience.answered("quick", 0.7)
    patience.heard("busy", 14)
    assert is_given_up_at(patience, "busy") == 14 + WORK
    for now in range(20, LIMIT, 20):
        patience.heard("busy", now)
        assert patience.given_up(now) == []
    assert patience.given_up(LIMIT) == ["busy"]
    assert patience.is_slow("busy")


def test_who_says_twice_that_it_is_not_at_work_will_never_return():
    patience = looking("lost")
    patience.found("lost", False, 50)
    assert (patience.given_up(51), patience.is_lost("lost")) == ([], False)
    patience.found("lost", True, 60)
    patience.found("lost", False, 70)
    assert patience.given_up(71) == []
    patience.found("lost", False, 80)
    assert (patience.given_up(81), patience.is_lost("lost")) == (["lost"], True)


@pytest.mark.parametrize("heard", [True, False])
def test_a_bound_ends_it_whatever_is_heard(heard):
    patience = looking("one", bound=5, usual={"one": 100})
    if heard:
        patience.heard("one", 4)
    assert is_given_up_at(patience, "one") == 5
    assert patience.is_slow("one") is heard


def test_nobody_is_asked_whether_it_is_at_work_before_it_is_late():
    patience = looking("one", "other")
    assert patience.to_ask(WORK / 3 - 1) == []
    assert patience.to_ask(WORK / 3 + 1) == ["one", "other"]


def test_a_node_that_has_not_answered_that_is_not_asked_again_at_once():
    patience = looking("quick", "late")
    patience.answered("quick", 0.7)
    asked = [now for now in range(LOOK) if patience.to_ask(now)]
    # A third of the patience, and once more should the first have been lost.
    assert asked == [6, 14]


def test_who_was_busy_with_something_else_has_its_time_from_then_on():
    patience = looking("quick", "busy")
    patience.answered("quick", 0.7)
    patience.put("busy", 100)
    patience.answered("busy", 101)
    assert patience.took["busy"] == 1


def test_who_can_not_be_asked_is_not_waited_for():
    patience = looking("stranger")
    patience.forget("stranger")
    assert patience.given_up(LIMIT) == []


def test_the_longest_of_the_last_looks_counts():
    record = None
    for seconds in (90, 1, 2, 3, 4):
        record = Times(record).with_more({"one": seconds})
    assert Times(record).usual() == {"one": 90}
    record = Times(record).with_more({"one": 5.04, "other": 7})
    assert record == {"one": [1, 2, 3, 4, 5.0], "other": [7]}
    assert Times(record).usual() == {"one": 5.0, "other": 7}


@pytest.mark.parametrize("record", [None, {}, [], "x", {"one": "x"}, {"one": ["x", None]}])
def test_a_record_of_times_that_is_none_tells_nothing(record):
    assert Times(record).usual() == {}
