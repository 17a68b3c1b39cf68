"""What was last seen: kept, shown as old, and never more than that."""

import copy
import json

import pytest

from ocfs2lib.status import last_seen
from ocfs2lib.status.states import RETCODES
from support import answers
from support import statuses

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (node.minion for node in PILLAR.nodes)


def silent(*minions):
    seen = {
        minion: each
        for minion, each in answers.examinations(PILLAR).items()
        if minion not in minions
    }
    return statuses.status(PILLAR, seen, silent=dict.fromkeys(minions, "did not answer"))


@pytest.fixture
def memory():
    return last_seen.kept(None, silent(), 1000)


def test_of_who_answers_nothing_old_is_shown(memory):
    shown = last_seen.shown(memory, silent(), 2000)
    assert [row["last_seen"] for row in shown["nodes"].values()] == [None] * 3
    assert shown["luns"]["primary"]["last_seen"] is None


def test_of_who_is_silent_what_was_seen_is_shown_with_its_age(memory):
    shown = last_seen.shown(memory, silent(TWO), 1090)
    assert shown["nodes"][TWO]["last_seen"] == {
        "time": statuses.TIME,
        "seconds_ago": 90,
        "cluster": "online",
        "up": 2,
        "of": 2,
        "luns": {"primary": "mounted"},
    }
    # Others have seen the LUN now.
    assert shown["luns"]["primary"]["last_seen"] is None


def test_what_was_seen_outlives_looks_without_answers(memory):
    for now in (1100, 1200, 1300):
        memory = last_seen.kept(memory, silent(ONE, TWO, THREE), now)
    shown = last_seen.shown(memory, silent(ONE, TWO, THREE), 1400)
    assert {row["last_seen"]["seconds_ago"] for row in shown["nodes"].values()} == {400}
    assert shown["luns"]["primary"]["last_seen"] == {
        "time": statuses.TIME,
        "seconds_ago": 400,
        "uuid": answers.UUID,
        "mounted": 3,
    }


def test_it_survives_the_cache_of_the_master(memory):
    assert json.loads(json.dumps(memory)) == memory


def test_a_node_that_has_left_pillar_is_forgotten(memory):
    memory["nodes"]["left.example.com"] = memory["nodes"][ONE]
    kept = last_seen.kept(memory, silent(ONE), 1100)
    assert list(kept["nodes"]) == [ONE, TWO, THREE]


@pytest.mark.parametrize("gone", [(), (TWO,), (ONE, TWO, THREE)])
def test_nothing_is_decided_by_it(memory, gone):
    now = silent(*gone)
    shown = last_seen.shown(memory, copy.deepcopy(now), 5000)
    for part in ("nodes", "luns"):
        for each in shown[part].values():
            each.pop("last_seen")
    assert shown == now
    assert RETCODES[now["state"]] == (2 if gone else 0)


@pytest.mark.parametrize(
    "memory",
    [
        None,
        [],
        "x",
        {},
        {"nodes": 1, "luns": []},
        {"nodes": {ONE: None, TWO: {"seconds": "x"}}, "luns": {"primary": {"mounted": 3}}},
    ],
)
def test_what_is_no_memory_shows_nothing(memory):
    shown = last_seen.shown(memory, silent(ONE, TWO, THREE), 5000)
    assert [row["last_seen"] for row in shown["nodes"].values()] == [None] * 3
    kept = last_seen.kept(memory, silent(ONE, TWO, THREE), 5000)
    assert kept == {"nodes": {}, "luns": {}}
