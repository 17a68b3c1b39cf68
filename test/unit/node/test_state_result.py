import pytest

from ocfs2lib.errors import StepFailed
from ocfs2lib.node import state_result
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.state_result import Comments

COMMENTS = Comments("{subjects} would change.", "{subjects} changed.", "Left: {gaps}.")


class Host:
    """A host on which settings are 1 and ought to be 2."""

    def __init__(self, *names, stuck=()):
        self.values = dict.fromkeys(names, 1)
        self.stuck = stuck

    def find(self):
        return [
            Difference(Part.UNIT, name, value, 2)
            for name, value in self.values.items()
            if value != 2
        ]

    def close(self, found):
        for gap in found:
            if gap.subject == "error":
                raise OSError("no space")
            if gap.subject not in self.stuck:
                self.values[gap.subject] = gap.new

    def run(self, test=False, **more):
        self.result = state_result.new("x", "Fine.")
        return state_result.converge(self.result, self.find, self.close, test=test, **more)


def test_nothing_is_said_of_what_is_as_described():
    assert Host().run() == {"name": "x", "result": True, "changes": {}, "comment": "Fine."}


def test_what_was_changed_is_named():
    result = Host("a", "b").run()
    assert result["result"] is True
    assert result["changes"] == {"a": {"old": 1, "new": 2}, "b": {"old": 1, "new": 2}}
    assert result["comment"] == "Fine. Changed: a: 1 -> 2; b: 1 -> 2."


def test_test_mode_changes_nothing():
    host = Host("a")
    result = host.run(test=True)
    assert (result["result"], result["comment"]) == (None, "Would change a: 1 -> 2.")
    assert result["changes"] == {"a": {"old": 1, "new": 2}}
    assert host.values == {"a": 1}


def test_a_state_has_comments_of_its_own():
    assert Host("a", "b").run(test=True, comments=COMMENTS)["comment"] == "a, b would change."
    assert Host("a", "b").run(comments=COMMENTS)["comment"] == "a, b changed."
    with pytest.raises(StepFailed, match=r"^Left: b: 1 -> 2\.$"):
        Host("a", "b", stuck="b").run(comments=COMMENTS)


def test_what_is_left_fails_the_state_and_is_no_change():
    host = Host("a", "b", stuck="b")
    with pytest.raises(StepFailed, match=r"^After the change there is still b: 1 -> 2\.$"):
        host.run()
    assert host.result["changes"] == {"a": {"old": 1, "new": 2}}


def test_what_was_done_before_an_error_is_a_change():
    host = Host("a", "error", "b")
    with pytest.raises(OSError, match="no space"):
        host.run()
    assert host.result["changes"] == {"a": {"old": 1, "new": 2}}


@pytest.mark.parametrize("test", [False, True])
def test_what_is_not_permitted_is_left_alone(test):
    def permit(found):
        raise StepFailed(f"{len(found)} refused")

    host = Host("a")
    with pytest.raises(StepFailed, match="1 refused"):
        host.run(test=test, permit=permit)
    assert (host.values, host.result["changes"]) == ({"a": 1}, {})


def test_a_refusal_is_the_comment():
    result = state_result.refused(state_result.new("x", "Fine."), StepFailed("no"))
    assert result == {"name": "x", "result": False, "changes": {}, "comment": "no"}
