"""Who is waited for, and how long."""

import pytest

from ocfs2lib.timeouts import LONGEST
from ocfs2lib.timeouts import LOOK
from ocfs2lib.timeouts import WORK
from ocfs2lib.timeouts import PastDurations
from ocfs2lib.timeouts import WaitPolicy

LIMIT = 600


def looking(*minions, **changes):
    return WaitPolicy(minions, LOOK, LIMIT, **changes)


def is_given_up_at(policy, minion, last=0):
    """The first second in which a node of which nothing more comes is given up."""
    return next(now for now in range(last, LIMIT + 2) if minion in policy.given_up(now))


def test_beside_quick_nodes_a_silent_one_is_given_up_soon():
    policy = looking("quick", "silent")
    policy.note_answer("quick", 0.7)
    assert is_given_up_at(policy, "silent") == LOOK
    assert policy.took == {"quick": 0.7}


def test_while_nobody_has_answered_all_are_waited_for_longer():
    policy = looking("one", "other")
    assert is_given_up_at(policy, "one") == is_given_up_at(policy, "other") == WORK


def test_beside_slow_nodes_all_are_waited_for_three_times_as_long():
    policy = looking("slow", "silent")
    policy.note_answer("slow", 20)
    assert is_given_up_at(policy, "silent") == 60


def test_a_node_that_always_took_long_may_take_it_again():
    policy = looking("quick", "slow", usual={"slow": 25})
    policy.note_answer("quick", 0.7)
    assert is_given_up_at(policy, "slow") == 75


def test_what_took_very_long_once_does_not_hold_everybody_up():
    policy = looking("quick", "slow", usual={"slow": 500})
    policy.note_answer("quick", 0.7)
    assert is_given_up_at(policy, "slow") == LONGEST


def test_who_is_heard_is_waited_for():
    policy = looking("quick", "busy")
    policy.note_answer("quick", 0.7)
    policy.note_sign_of_life("busy", 14)
    assert is_given_up_at(policy, "busy") == 14 + WORK
    for now in range(20, LIMIT, 20):
        policy.note_sign_of_life("busy", now)
        assert policy.given_up(now) == []
    assert policy.given_up(LIMIT) == ["busy"]
    assert policy.is_slow("busy")


def test_who_says_twice_that_it_is_not_at_work_will_never_return():
    policy = looking("lost")
    policy.note_at_work("lost", False, 50)
    assert (policy.given_up(51), policy.is_lost("lost")) == ([], False)
    policy.note_at_work("lost", True, 60)
    policy.note_at_work("lost", False, 70)
    assert policy.given_up(71) == []
    policy.note_at_work("lost", False, 80)
    assert (policy.given_up(81), policy.is_lost("lost")) == (["lost"], True)


@pytest.mark.parametrize("heard", [True, False])
def test_a_bound_ends_it_whatever_is_heard(heard):
    policy = looking("one", bound=5, usual={"one": 100})
    if heard:
        policy.note_sign_of_life("one", 4)
    assert is_given_up_at(policy, "one") == 5
    assert policy.is_slow("one") is heard


def test_nobody_is_asked_whether_it_is_at_work_before_it_is_late():
    policy = looking("one", "other")
    assert policy.to_probe(WORK / 3 - 1) == []
    assert policy.to_probe(WORK / 3 + 1) == ["one", "other"]


def test_a_node_that_has_not_answered_that_is_not_asked_again_at_once():
    policy = looking("quick", "late")
    policy.note_answer("quick", 0.7)
    asked = [now for now in range(LOOK) if policy.to_probe(now)]
    # A third of the policy, and once more should the first have been lost.
    assert asked == [6, 14]


def test_who_was_busy_with_something_else_has_its_time_from_then_on():
    policy = looking("quick", "busy")
    policy.note_answer("quick", 0.7)
    policy.note_asked("busy", 100)
    policy.note_answer("busy", 101)
    assert policy.took["busy"] == 1


def test_who_can_not_be_asked_is_not_waited_for():
    policy = looking("stranger")
    policy.forget("stranger")
    assert policy.given_up(LIMIT) == []


def test_the_longest_of_the_last_looks_counts():
    record = None
    for seconds in (90, 1, 2, 3, 4):
        record = PastDurations(record).with_more({"one": seconds})
    assert PastDurations(record).usual() == {"one": 90}
    record = PastDurations(record).with_more({"one": 5.04, "other": 7})
    assert record == {"one": [1, 2, 3, 4, 5.0], "other": [7]}
    assert PastDurations(record).usual() == {"one": 5.0, "other": 7}


@pytest.mark.parametrize("record", [None, {}, [], "x", {"one": "x"}, {"one": ["x", None]}])
def test_a_record_of_times_that_is_none_tells_nothing(record):
    assert PastDurations(record).usual() == {}
