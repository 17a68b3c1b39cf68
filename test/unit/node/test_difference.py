import pytest

from ocfs2lib.findings import kinds
from ocfs2lib.node import difference
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import NODE
from ocfs2lib.node.difference import ONLINE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (Difference(Part.LIVE_VALUE, "a", 1, 2), "live:a: 1 -> 2"),
        (Difference(Part.SETTING, "a", None, 2), "settings:a: absent -> 2"),
        (Difference(Part.DEBCONF, "a", 1, None), "debconf:a: 1 -> absent"),
        (Difference(Part.UNIT, "a", 0, "", why="so"), "a: 0 ->  (so)"),
        (Difference(Part.CONF, None, None, "3 nodes"), "conf: absent -> 3 nodes"),
        (Difference(Part.CONF_CLUSTER, "c", 1, 2), "conf:c: 1 -> 2"),
        (Difference(Part.CONF_NODE, "a", 1, 2, cluster="c"), "conf:c:a: 1 -> 2"),
        (Difference(Part.CONF_STRAY, "", 1, None), "conf:: 1 -> absent"),
        (Difference(Part.LIVE_NODE, "a", 1, None), "live:node:a: 1 -> absent"),
        (Difference(Part.LIVE_LOCAL, None, "a", "b"), "live:local: a -> b"),
        (Difference(Part.MOUNT, "/a", "mounted", None), "mount:/a: mounted -> absent"),
        (Difference(Part.SIZE_SEEN, "a", 1, 2), "size on a: 1 -> 2"),
        (Difference(Part.FIREWALL_RULES, None, "none", "loaded"), "rules: none -> loaded"),
    ],
)
def test_a_difference_as_text(gap, text):
    assert str(gap) == text


@pytest.mark.parametrize(
    ("gap", "name"),
    [
        (Difference(Part.CONF, None, 1, 2), "conf"),
        (Difference(Part.CONF_NODE, "a", 1, 2, cluster="c"), "c:a"),
        (Difference(Part.LIVE_NODE, "a", 1, 2), "node:a"),
    ],
)
def test_its_name_leaves_the_place_out(gap, name):
    assert gap.name == name


def test_the_same_thing_is_found_again_with_other_values():
    one, other = (Difference(Part.CONF_NODE, "a", 1, old, cluster="c") for old in (2, 3))
    assert one.thing == other.thing
    assert one.thing != Difference(Part.CONF_NODE, "a", 1, 2, cluster="d").thing
    assert one.thing != Difference(Part.LIVE_NODE, "a", 1, 2).thing


@pytest.mark.parametrize("part", Part)
def test_each_part_has_its_finding(part):
    assert Difference(part, "a", 1, 2).finding in kinds.KINDS


@pytest.mark.parametrize(
    ("gap", "kind"),
    [
        (Difference(Part.CONF_NODE, "a", 1, 2, IMPOSSIBLE), "renumbered"),
        (Difference(Part.CONF_NODE, "a", 1, None), "conf-stale"),
        (Difference(Part.CONF_NODE, "a", None, 1), "conf-differs"),
        (Difference(Part.LIVE_NODE, "a", 1, 2, IMPOSSIBLE), "renumbered"),
        (Difference(Part.LIVE_NODE, "a", 1, None, ONLINE, "remove_node"), "conf-stale"),
        (Difference(Part.LIVE_NODE, "a", 1, None, OUTAGE, "retune"), "live-differs"),
        (Difference(Part.STACK, None, None, "o2cb"), "cluster-offline"),
        (Difference(Part.STACK, None, "pcmk", "o2cb", IMPOSSIBLE), "stack-other"),
        (Difference(Part.SLOTS, None, 4, 2, IMPOSSIBLE), "volume-differs"),
    ],
)
def test_what_a_difference_is_as_a_finding(gap, kind):
    assert gap.finding == kind


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
    gap = Difference(Part.LIVE_VALUE, "a", 1, 2, kind, verb)
    assert gap.refused is refused
    assert bool(difference.refusals([gap])) is refused


def test_what_takes_the_same_is_refused_in_one_sentence():
    gaps = [
        Difference(Part.LIVE_VALUE, "threshold", 31, 61, OUTAGE, "retune"),
        Difference(Part.LIVE_VALUE, "free", 1, 2),
        Difference(Part.LIVE_NODE, "a", "x", None, ONLINE, "remove_node"),
        Difference(Part.LIVE_VALUE, "timeout", 1, 2, OUTAGE, "retune"),
        Difference(Part.LIVE_NODE, "b", 1, 2, IMPOSSIBLE, why="write number: 1"),
    ]
    orchestrate = "salt-run state.orchestrate ocfs2.orch"
    assert difference.refusals(gaps) == [
        "live:threshold: 31 -> 61; live:timeout: 1 -> 2 needs the whole cluster down. "
        f"Fix: run {orchestrate}.retune, or set pillar back",
        f"live:node:a: x -> absent concerns every node. Fix: run {orchestrate}.remove_node, or set "
        "pillar back",
        "live:node:b: 1 -> 2 (write number: 1). Impossible in a cluster that exists. Fix: set "
        "pillar back",
    ]


def test_two_dicts_are_compared_key_by_key():
    have, want = {"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 4, "d": 5}
    found = difference.compare(Part.SETTING, have, want)
    assert [str(gap) for gap in found] == [
        "settings:a: 1 -> 4",
        "settings:d: absent -> 5",
        "settings:c: 3 -> absent",
    ]


def test_the_subjects_of_a_part():
    gaps = [
        Difference(Part.UNIT, "a", 1, 2),
        Difference(Part.FILE, "b", 1, 2),
        Difference(Part.SETTING, "c", 1, 2),
    ]
    assert difference.subjects(gaps, Part.UNIT, Part.FILE) == {"a", "b"}
