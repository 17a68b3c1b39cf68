import pytest

from ocfs2lib.node import difference
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import NODE
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import Difference


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (Difference("a", 1, 2), "a: 1 -> 2"),
        (Difference("a", None, 2), "a: absent -> 2"),
        (Difference("a", 1, None), "a: 1 -> absent"),
        (Difference("a", 0, "", why="so"), "a: 0 ->  (so)"),
    ],
)
def test_a_difference_in_words(gap, text):
    assert str(gap) == text


@pytest.mark.parametrize(
    ("kind", "verb", "refused"),
    [
        (ONLINE, "", False),
        (NODE, "", False),
        (ONLINE, "grow", True),
        (OUTAGE, "retune", True),
        (OUTAGE, "", True),
        (IMPOSSIBLE, "", True),
    ],
)
def test_what_a_highstate_leaves_alone(kind, verb, refused):
    gap = Difference("a", 1, 2, kind, verb)
    assert gap.refused is refused
    assert bool(difference.refusals([gap])) is refused


def test_what_takes_the_same_is_refused_in_one_sentence():
    gaps = [
        Difference("threshold", 31, 61, OUTAGE, "retune"),
        Difference("free", 1, 2),
        Difference("node:a", "x", None, ONLINE, "remove_node"),
        Difference("timeout", 1, 2, OUTAGE, "retune"),
        Difference("number", 1, 2, IMPOSSIBLE, why="write number: 1"),
    ]
    orchestrate = "salt-run state.orchestrate ocfs2.orch"
    assert difference.refusals(gaps) == [
        "threshold: 31 -> 61; timeout: 1 -> 2 needs the whole cluster down. "
        f"Fix: run {orchestrate}.retune, or set pillar back",
        f"node:a: x -> absent concerns every node. Fix: run {orchestrate}.remove_node, or set "
        "pillar back",
        "number: 1 -> 2 (write number: 1). Impossible in a cluster that exists. Fix: set pillar "
        "back",
    ]


def test_two_dicts_are_compared_key_by_key():
    found = difference.compare("x", {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 4, "d": 5})
    assert [str(gap) for gap in found] == ["x:a: 1 -> 4", "x:d: absent -> 5", "x:c: 3 -> absent"]
