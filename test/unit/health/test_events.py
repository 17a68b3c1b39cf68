"""From the health of a node to events."""

from pathlib import Path

import pytest

from ocfs2lib.health import beacon_config
from ocfs2lib.health import events
from ocfs2lib.health import health
from support import node_facts
from support.node_facts import PATH
from support.node_facts import UUID

DOCUMENT = Path(__file__).parents[3] / "docs" / "monitoring.rst"


class WatchedNode:
    """A node that is looked at again and again; ``volume`` and ``peers`` are there to be broken."""

    def __init__(self, **limits):
        self.facts = node_facts.facts()
        self.volume = node_facts.volume(self.facts)
        self.peers = self.facts["health"]["peers"]
        self.limits = beacon_config.limits([limits])
        self.memory = events.NO_MEMORY

    def events(self, space=None):
        """The events of a look that finds so much of the room taken; None: it was not asked."""
        seen = health.of(self.facts)
        shares = {} if space is None else {PATH: space}
        found, self.memory = events.events(seen, self.limits, self.memory, shares)
        return found

    def tags(self, space=None):
        return [each["tag"] for each in self.events(space)]


@pytest.fixture
def node():
    """A healthy node that was looked at once."""
    node = WatchedNode()
    assert node.events() == []
    return node


def unmounted(node):
    node.facts["mounts"] = []


def read_only(node):
    node.volume["read_only"] = True


def disconnected(node):
    del node.peers["host3"]


def late(node):
    node.volume["late_ms"] = 30_000


def full(node):
    node.volume["slots"] = 3


def drifted(node):
    node.facts["settings"]["O2CB_HEARTBEAT_THRESHOLD"] = "61"


def nothing(_):
    pass


TROUBLES = [
    ("mount-lost", unmounted, 0.5, ("path", PATH)),
    ("read-only", read_only, 0.5, ("path", PATH)),
    ("peer-lost", disconnected, 0.5, ("peer", "host3")),
    ("heartbeat-late", late, 0.5, ("path", PATH)),
    ("slots-high", full, 0.5, ("path", PATH)),
    ("space-high", nothing, 0.95, ("path", PATH)),
    ("drift", drifted, 0.5, ("setting", "heartbeat_threshold")),
]


@pytest.mark.parametrize(("kind", "break_it", "space", "about"), TROUBLES)
def test_each_trouble_is_an_event_when_it_begins_and_when_it_ends(
    node, kind, break_it, space, about
):
    break_it(node)
    (event,) = node.events(space)
    assert event["tag"] == kind
    assert event[about[0]] == about[1]
    what, _, fix = event["message"].partition(". Next: ")
    assert about[1] in what
    assert "; " in what
    assert fix == "salt-run ocfs2.status"
    assert node.events(space) == node.events(space) == []

    memory, node = node.memory, WatchedNode()
    node.memory = memory
    (event,) = node.events(0.5)
    assert event["tag"] == events.KINDS[kind]
    assert about[1] in event["message"]
    assert node.events(0.5) == []


@pytest.mark.parametrize(("kind", "break_it", "space", "about"), TROUBLES)
def test_the_first_look_tells_what_is_wrong_already(kind, break_it, space, about):
    node = WatchedNode()
    break_it(node)
    assert node.tags(space) == [kind]
    assert node.tags(space) == []


def test_every_kind_is_watched():
    assert [kind for kind, *_ in TROUBLES] == list(events.KINDS)


def test_two_troubles_of_one_kind_are_two(node):
    node.peers.clear()
    assert [each["peer"] for each in node.events()] == ["host2", "host3"]
    node.peers["host2"] = {"handshake": True, "quiet_ms": 0}
    assert [(each["tag"], each["peer"]) for each in node.events()] == [("peer-returned", "host2")]


# Values near their limits


@pytest.mark.parametrize(
    ("late_ms", "tags"),
    [
        ([30_000, 29_000, 31_000, 16_000], [["heartbeat-late"], [], [], []]),
        ([29_999], [[]]),
        ([30_000, 14_000, 29_000], [["heartbeat-late"], ["heartbeat-back"], []]),
    ],
)
def test_a_heartbeat_is_back_only_when_it_is_well_below_its_limit(node, late_ms, tags):
    found = []
    for each in late_ms:
        node.volume["late_ms"] = each
        found.append(node.tags())
    assert found == tags


def test_room_must_be_free_by_some_before_there_is_an_event(node):
    assert node.tags(0.90) == ["space-high"]
    assert node.tags(0.89) == node.tags(0.90) == []
    assert node.tags(0.879) == ["space-back"]
    assert node.tags(0.89) == []


def test_room_that_was_not_asked_for_stays_as_it_was(node):
    assert node.tags(0.95) == ["space-high"]
    assert node.tags() == node.tags() == []
    assert node.tags(0.5) == ["space-back"]


@pytest.mark.parametrize(
    ("limit", "break_it", "space"),
    [({"heartbeat_late": 0.6}, late, None), ({"space": 0.96}, nothing, 0.95)],
)
def test_limits_are_the_operators(limit, break_it, space):
    node = WatchedNode(**limit)
    break_it(node)
    assert node.tags(space) == []


def test_a_limit_for_slots():
    node = WatchedNode(slots=0.6)
    assert node.tags() == ["slots-high"]
    node.volume["beating"] = [0, 1]
    assert node.tags() == ["slots-back"]


def test_only_the_mounts_that_are_named_are_watched():
    node = WatchedNode(mounts=["/san/other"])
    unmounted(node)
    assert node.tags() == []


# What a trouble is not


def test_a_peer_that_has_just_begun_to_beat_is_about_to_connect():
    node = WatchedNode()
    del node.peers["host3"]
    node.volume["beating"] = [0, 1]
    assert node.tags() == []
    node.volume["beating"] = [0, 1, 2]
    assert node.tags() == []
    node.peers["host3"] = {"handshake": True, "quiet_ms": 0}
    assert node.tags() == []


def test_a_peer_that_beats_and_does_not_connect_is_lost():
    node = WatchedNode()
    del node.peers["host3"]
    node.volume["beating"] = [0, 1]
    node.events()
    node.volume["beating"] = [0, 1, 2]
    node.events()
    assert node.tags() == ["peer-lost"]


def test_a_dead_peer_is_lost_once_and_returns_once(node):
    del node.peers["host3"]
    (lost,) = node.events()
    assert "beats, and there is no connection" in lost["message"]
    node.volume["beating"] = [0, 1]
    assert node.events() == []
    node.volume["beating"] = [0, 1, 2]
    assert node.events() == []
    node.peers["host3"] = {"handshake": True, "quiet_ms": 0}
    assert node.tags() == ["peer-returned"]


def test_a_peer_that_left_is_said_to_be_gone(node):
    del node.peers["host3"]
    node.volume["beating"] = [0, 1]
    (event,) = node.events()
    assert "host3 is gone" in event["message"]


def test_a_node_without_a_volume_misses_no_peer(node):
    node.peers.clear()
    node.facts["health"]["volumes"].clear()
    unmounted(node)
    assert node.tags() == ["mount-lost"]
    assert node.memory["connected"] == []


def test_a_peer_that_is_no_node_any_more_is_forgotten(node):
    disconnected(node)
    assert node.tags() == ["peer-lost"]
    del node.facts["live"]["clusters"]["web"]["nodes"]["host3"]
    node.facts["conf"] = node_facts.conf(nodes=2)
    assert node.tags() == []
    assert node.memory["wrong"] == []


def test_the_trouble_of_a_volume_goes_with_it(node):
    late(node)
    assert node.tags() == ["heartbeat-late"]
    node.facts["health"]["volumes"].clear()
    assert node.tags() == []
    node.facts["health"]["volumes"][UUID] = node.volume
    assert node.tags() == ["heartbeat-late"]


def test_what_the_kernel_does_not_show_changes_nothing(node):
    read_only(node)
    assert node.tags() == ["read-only"]
    node.volume.update(read_only=None, late_ms=None, slots=None, beating=[])
    assert node.tags() == []


def test_an_error_in_the_volume_is_named(node):
    node.volume.update(read_only=True, failed=True)
    (event,) = node.events()
    assert "because of an error in the volume" in event["message"]


# When to ask for the room


def test_the_room_is_asked_for_at_the_first_of_each_twenty_looks():
    node, asked = WatchedNode(), []
    for _ in range(41):
        asked.append(events.paths_to_measure(health.of(node.facts), node.memory))
        node.events()
    assert [number for number, paths in enumerate(asked) if paths] == [0, 20, 40]
    assert asked[0] == [PATH]


@pytest.mark.parametrize(
    "changes", [{"late_ms": 20_000}, {"recovering": [1]}, {"failed": True}, {"paths": []}]
)
def test_a_volume_that_may_not_answer_is_not_asked(changes):
    node = WatchedNode()
    node.volume.update(changes)
    assert events.paths_to_measure(health.of(node.facts), node.memory) == []
