"""What a cluster, a node and a LUN can be in a status."""

import pytest

from ocfs2lib.findings.kinds import KINDS
from ocfs2lib.findings.kinds import SEVERITIES
from ocfs2lib.status import states


def test_every_state_has_a_level():
    levels = {each.level for each in states.LUN_STATES.values()}
    levels |= {*states.STATE_LEVELS.values(), *states.MEMBERSHIP_LEVELS.values()}
    assert levels <= set(states.LEVELS)
    assert states.STATE_LEVELS.keys() == {states.HEALTHY, *SEVERITIES}
    assert states.RETCODES.keys() <= states.STATE_LEVELS.keys()


def test_what_a_finding_says_of_a_lun_is_a_kind_of_finding():
    assert {each.finding for each in states.LUN_STATES.values()} <= {"", *KINDS}


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (["heartbeat-late", "evicted", "slots-few"], "evicted"),
        (["recovering"], "recovering"),
        (["not-mounted"], None),
        ([], None),
    ],
)
def test_the_worst_that_was_found_is_shown(kinds, state):
    assert states.lun_state(kinds) == state


def test_the_level_that_needs_a_look_most():
    assert states.worst([states.GOOD, states.NOTED, states.DIM]) == states.NOTED
    assert states.worst([]) == states.DIM
