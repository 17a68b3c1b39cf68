"""The words of a status."""

import pytest

from ocfs2lib.findings.kinds import KINDS
from ocfs2lib.findings.kinds import SEVERITIES
from ocfs2lib.status import words


def test_every_word_has_a_level():
    levels = {each.level for each in words.LUN_STATES.values()}
    assert levels | {*words.STATES.values(), *words.MEMBERSHIP.values()} <= set(words.LEVELS)
    assert words.STATES.keys() == {words.HEALTHY, *SEVERITIES}
    assert words.RETCODES.keys() <= words.STATES.keys()


def test_what_a_finding_says_of_a_lun_is_a_kind_of_finding():
    assert {each.finding for each in words.LUN_STATES.values()} <= {"", *KINDS}


@pytest.mark.parametrize(
    ("kinds", "word"),
    [
        (["heartbeat-late", "evicted", "slots-few"], "evicted"),
        (["recovering"], "recovering"),
        (["not-mounted"], None),
        ([], None),
    ],
)
def test_the_worst_that_was_found_is_the_word(kinds, word):
    assert words.lun_word(kinds) == word


def test_the_level_that_needs_a_look_most():
    assert words.worst([words.GOOD, words.NOTED, words.DIM]) == words.NOTED
    assert words.worst([]) == words.DIM
