import dataclasses

import pytest

from ocfs2lib.lun import mount_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.lun.refusal import Code
from support import answers

PILLAR = answers.desired()
NODE = "host1.example.com"
OTHER_WWID = "3600a0b8000123456000abcd099999999"


def existing(pillar=PILLAR, **changes):
    """The described volume on three nodes; one of them sees what ``changes`` say."""
    seen = {
        node.minion: answers.lun(pillar, volume=answers.volume(pillar)) for node in pillar.nodes
    }
    seen[NODE]["volume"] = answers.volume(pillar, **changes)
    return LunCase(pillar, pillar.luns[0], seen)


def test_the_described_volume_may_be_mounted_everywhere():
    assert mount_guards.refusals(existing()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cluster": "web", "stamp": "o2cb/web"}, "it belongs to o2cb/web"),
        ({"stack": "pcmk", "stamp": "pcmk/ocfs2"}, "it belongs to pcmk/ocfs2"),
        ({"stack": "local", "cluster": "", "stamp": "local mount, no cluster"}, "local mount"),
        ({"stack": "", "cluster": "", "stamp": "unstamped"}, "it belongs to unstamped"),
        ({"global_heartbeat": True}, "global heartbeat"),
        ({"label": "other"}, f"pillar gives the label {PILLAR.luns[0].label}"),
    ],
)
def test_another_volume_is_not_mounted(changes, words):
    (refusal,) = mount_guards.refusals(existing(**changes))
    assert refusal.node == NODE
    assert words in refusal.found


def test_a_pinned_volume_is_the_only_one_that_mounts():
    pinned = answers.desired(uuid=answers.UUID, format="never")
    assert mount_guards.refusals(existing(pinned)) == []
    (refusal,) = mount_guards.refusals(existing(pinned, uuid="0" * 32))
    assert f"pillar pins uuid {answers.UUID}" in refusal.found


def test_a_volume_without_a_slot_for_every_node_is_not_mounted_anew():
    case = existing(slots=2)
    assert mount_guards.refusals(case) == []
    for node in case.seen.keys() - {NODE}:
        case.seen[node]["mounts"] = [{"path": case.lun.mount.path, "options": []}]
    (refusal,) = mount_guards.refusals(case)
    assert refusal.node == NODE
    assert refusal.code is Code.SLOTS_TOO_FEW
    assert "2 slots for 3 nodes" in refusal.found
    assert "ocfs2.orch.slots" in refusal.fix


def test_where_it_is_down_a_volume_without_slots_for_all_comes_back():
    assert mount_guards.refusals(existing(slots=2)) == []


def test_where_it_is_mounted_already_a_volume_without_slots_for_all_stays():
    case = existing(slots=2)
    case.seen[NODE]["mounts"] = [{"path": case.lun.mount.path, "options": []}]
    assert mount_guards.refusals(case) == []


@pytest.mark.parametrize(
    ("changes", "guard"),
    [({"wwid": OTHER_WWID}, "G1"), ({"unreadable": "Input/output error"}, "G2")],
)
def test_a_lun_that_is_not_ours_or_not_readable_is_not_mounted(changes, guard):
    good = existing()
    good.seen[NODE].update(changes)
    (refusal,) = mount_guards.refusals(good)
    assert (refusal.guard, refusal.node) == (guard, NODE)


def test_a_blank_lun_is_not_mounted():
    seen = {node.minion: answers.lun(PILLAR) for node in PILLAR.nodes}
    refusals = mount_guards.refusals(LunCase(PILLAR, PILLAR.luns[0], seen))
    assert "no OCFS2 volume" in refusals[0].found


def test_a_half_made_volume_is_not_mounted():
    seen = existing().seen
    for facts in seen.values():
        facts["half_made"] = True
    on_a_node = LunCase(PILLAR, PILLAR.luns[0], seen)
    refusals = mount_guards.refusals(on_a_node)
    assert {(refusal.guard, refusal.code) for refusal in refusals} == {("G9", Code.CUT_SHORT)}
    assert "salt-run state.orchestrate ocfs2.orch" in refusals[0].fix
    never = answers.record(PILLAR, "never")
    on_the_master = LunCase(PILLAR, PILLAR.luns[0], seen, record=never)
    assert "clear the LUN by hand" in mount_guards.refusals(on_the_master)[0].fix


def test_a_volume_on_record_as_begun_is_mounted_only_if_it_is_known_to_be_whole():
    seen = existing().seen
    begun = answers.record(PILLAR, "formatting")
    assert mount_guards.refusals(LunCase(PILLAR, PILLAR.luns[0], seen, record=begun)) == []
    seen[NODE]["half_made"] = None
    (refusal,) = mount_guards.refusals(LunCase(PILLAR, PILLAR.luns[0], seen, record=begun))
    assert (refusal.guard, refusal.code) == ("G9", Code.OUTCOME_UNKNOWN)
    # Of any other volume, users may have removed lost+found long ago.
    assert mount_guards.refusals(LunCase(PILLAR, PILLAR.luns[0], seen)) == []


def test_another_volume_than_the_one_on_record_as_begun_is_not_mounted():
    other = existing(uuid="0" * 32)
    record = answers.record(PILLAR, "formatting")
    begun = LunCase(PILLAR, PILLAR.luns[0], other.seen, record=record)
    (refusal,) = mount_guards.refusals(begun)
    assert (refusal.guard, refusal.node) == ("G4", NODE)
    assert refusal.code is Code.OTHER_THAN_BEGUN


@pytest.mark.parametrize("guard", mount_guards.MOUNT_GUARDS, ids=lambda guard: guard.__name__)
def test_each_guard_objects_to_something(guard):
    faulty = existing(slots=2, label="other", uuid="0" * 32)
    faulty = dataclasses.replace(faulty, record=answers.record(PILLAR, "formatting"))
    for node in faulty.seen.keys() - {NODE}:
        faulty.seen[node]["mounts"] = [{"path": faulty.lun.mount.path, "options": []}]
    faulty.seen[NODE]["half_made"] = True
    unseen = existing()
    unseen.seen[NODE].update(error="no such device", unreadable="Input/output error")
    assert [*guard(faulty), *guard(unseen)]
