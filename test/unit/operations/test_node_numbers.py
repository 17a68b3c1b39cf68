import pytest

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import RecordUnreadable
from ocfs2lib.operations import node_numbers
from ocfs2lib.operations.node_numbers import ACTIVE
from ocfs2lib.operations.node_numbers import RETIRED
from ocfs2lib.operations.node_numbers import Entry
from ocfs2lib.operations.node_numbers import NodeNumbers
from support import roster
from support.simulated import SimulatedCache

PILLAR = roster.desired()
THEN, NOW = "2026-01-01T00:00:00Z", "2026-01-31T23:59:59Z"


def entry(number=0, minion=None, address=None, state=ACTIVE, **changes):
    minion = minion or f"host{number}.example.com"
    named = {"name": minion.partition(".")[0], "time": THEN, **changes}
    return Entry(number, minion, address=address or f"10.1.0.{number + 1}", state=state, **named)


def numbers(*entries):
    return NodeNumbers("ocfs2", {each.number: each for each in entries})


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((), []),
        ([entry(0), entry(1), entry(2)], []),
        ([entry(7)], []),
        # The same host under another minion id, or at another address.
        ([entry(0, "old.example.com", "10.1.0.1")], []),
        ([entry(0, address="10.9.9.9")], []),
        ([entry(0, state=RETIRED)], []),
        ([entry(0, "gone.example.com", "10.9.9.9")], ["which was last seen"]),
        ([entry(0, "gone.example.com", "10.9.9.9", RETIRED)], ["which was removed"]),
        # Its address is another host's by now.
        ([entry(0, "gone.example.com", "10.1.0.1", RETIRED)], ["which was removed"]),
        ([entry(9, "host1.example.com", "10.1.0.2")], ["write number: 9"]),
        # Whoever was removed may come back with another number.
        ([entry(9, "host1.example.com", "10.1.0.2", RETIRED)], []),
        (
            [entry(0, "gone.example.com", "10.9.9.9"), entry(9, "host0.example.com")],
            ["which was last seen", "write number: 9"],
        ),
    ],
)
def test_what_pillar_asks_of_numbers(entries, words):
    found = list(numbers(*entries).problems(PILLAR))
    assert len(found) == len(words)
    for problem, expected in zip(found, words, strict=True):
        assert expected in problem


def test_the_host_that_had_a_number_and_the_way_out_are_named():
    (problem,) = numbers(entry(0, "gone.example.com", "10.9.9.9")).problems(PILLAR)
    assert "number 0 is that of gone.example.com (10.9.9.9)" in problem
    assert "write a number for host0.example.com that no host ever had" in problem
    assert 'salt-run ocfs2.free_number cluster=ocfs2 number=0 reason="..."' in problem


def test_members_are_put_down():
    found = numbers().seen(PILLAR.nodes, NOW)
    assert found.entries == {number: entry(number, time=NOW) for number in range(3)}
    assert found.seen(PILLAR.nodes, "later").entries == found.entries


def test_a_member_that_has_another_name_or_address_is_put_down_anew():
    old = numbers(entry(0, address="10.9.9.9"), entry(1, name="db1"), entry(2))
    found = old.seen(PILLAR.nodes, NOW).entries
    assert found == {0: entry(0, time=NOW), 1: entry(1, time=NOW), 2: entry(2)}


def test_a_removed_node_that_came_back_is_active_again():
    found = numbers(entry(0, state=RETIRED)).seen(PILLAR.nodes, NOW)
    assert found.entries[0] == entry(0, time=NOW)


@pytest.mark.parametrize("state", [ACTIVE, RETIRED])
def test_a_member_with_the_number_of_another_host_does_not_take_its_place(state):
    gone = entry(0, "gone.example.com", "10.9.9.9", state)
    found = numbers(gone).seen(PILLAR.nodes, NOW)
    assert found.entries[0] == gone
    assert len(list(found.problems(PILLAR))) == 1


def test_a_removed_node_keeps_its_number_until_it_is_freed():
    found = numbers(entry(0), entry(1)).retired(entry(1), NOW)
    assert found.entries == {0: entry(0), 1: entry(1, state=RETIRED, time=NOW)}
    assert found.freed(1).entries == {0: entry(0)}


@pytest.mark.parametrize(
    ("number", "words"), [(0, "remove the node first"), (7, "number 7 of cluster ocfs2 is free")]
)
def test_the_number_of_a_member_is_not_freed(number, words):
    with pytest.raises(ArgumentInvalid, match=words):
        numbers(entry(0)).freed(number)


def test_only_a_member_is_found_by_its_minion():
    found = numbers(entry(0), entry(1, state=RETIRED))
    assert found.of_minion("host0.example.com") == entry(0)
    assert found.of_minion("host1.example.com") is None


def test_a_roll_is_kept_for_its_cluster():
    cache = SimulatedCache()
    kept = numbers(entry(2), entry(0, state=RETIRED))
    node_numbers.store(cache, kept)
    assert node_numbers.load(cache, "ocfs2").entries == kept.entries
    assert node_numbers.load(cache, "web").entries == {}


@pytest.mark.parametrize(
    "data",
    [
        {"entries": None},
        {"entries": [{}]},
        {"entries": [{**vars(entry(0)), "more": 1}]},
        {"entries": [{**vars(entry(0)), "number": "0"}]},
        {"entries": [{**vars(entry(0)), "number": True}]},
        {"nothing": []},
    ],
)
def test_what_was_not_written_by_the_formula_is_an_error(data):
    cache = SimulatedCache()
    cache.store(node_numbers.BANK, "ocfs2", data)
    with pytest.raises(RecordUnreadable, match="cannot be read"):
        node_numbers.load(cache, "ocfs2")


def test_a_roll_that_does_not_read_back_is_an_error():
    class SimulatedLoss(SimulatedCache):
        def store(self, bank, key, data):
            """The disk is full, and nobody says so."""

    with pytest.raises(RecordUnreadable, match="does not read back"):
        node_numbers.store(SimulatedLoss(), numbers(entry(0)))
