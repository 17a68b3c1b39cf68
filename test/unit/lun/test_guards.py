import dataclasses

import pytest

from ocfs2lib.lun import guards
from ocfs2lib.lun.refusal import Code
from support import answers

PILLAR = answers.desired()
NODE = "host1.example.com"
OTHER_WWID = "3600a0b8000123456000abcd099999999"


def case(pillar=PILLAR, silent=None, record=None, formatting=None, **changes):
    """A blank LUN on three nodes; one of them sees what ``changes`` say."""
    seen = {node.minion: answers.lun(pillar) for node in pillar.nodes}
    seen[NODE].update(changes)
    record = record or answers.record(pillar)
    return guards.Case(pillar, pillar.luns[0], seen, silent or {}, record, formatting or {})


def record(state, **changes):
    return answers.record(PILLAR, state, **changes)


def with_volume(**changes):
    volume = answers.volume(PILLAR, **changes)
    return case(volume=volume, written=None)


#: Each fault is seen by one guard alone: (guard, its number, code, case, words of the refusal).
FAULTS = {
    "no such device": (
        guards.identity,
        "G1",
        Code.LUN_MISSING,
        case(error="/dev/mapper/primary: No such file or directory"),
        "No such file",
    ),
    "another LUN under the name": (
        guards.identity,
        "G1",
        Code.OTHER_LUN,
        case(wwid=OTHER_WWID),
        f"is {OTHER_WWID}, not {PILLAR.luns[0].wwid}",
    ),
    "no WWID": (guards.identity, "G1", Code.OTHER_LUN, case(wwid=None), "without a WWID"),
    "empty WWID": (guards.identity, "G1", Code.OTHER_LUN, case(wwid=""), "without a WWID"),
    "one path leads elsewhere": (
        guards.identity,
        "G1",
        Code.OTHER_PATH,
        case(paths={"sda": PILLAR.luns[0].wwid, "sdb": OTHER_WWID}),
        f"path sdb of /dev/mapper/primary leads to {OTHER_WWID}",
    ),
    "one path without a name": (
        guards.identity,
        "G1",
        Code.OTHER_PATH,
        case(paths={"sda": PILLAR.luns[0].wwid, "sdb": None}),
        "path sdb of /dev/mapper/primary leads to an unnamed LUN",
    ),
    "one byte too many": (
        guards.size,
        "G1",
        Code.SIZE_DIFFERS,
        case(size=PILLAR.luns[0].size + 1),
        f"pillar says {PILLAR.luns[0].size}",
    ),
    "I/O error": (
        guards.readable,
        "G2",
        Code.UNREADABLE,
        case(unreadable="/dev/mapper/primary: Input/output error", written=None),
        "Input/output error",
    ),
    "not even opened": (
        guards.readable,
        "G2",
        Code.UNREADABLE,
        case(unreadable="/dev/mapper/primary: Input/output error", size=0, written=None),
        "Input/output error",
    ),
    "OCFS2": (guards.blank, "G3", Code.NOT_BLANK, with_volume(), f"uuid {answers.UUID}"),
    "ext4": (
        guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(signature={"TYPE": "ext4", "LABEL": "mail"}, written=None),
        "it holds ext4 (mail)",
    ),
    "partition table": (
        guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(signature={"PTTYPE": "gpt", "PTUUID": "77"}, written=None),
        "it holds gpt partition table (77)",
    ),
    "no zero": (
        guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(written=[4096, 1 << 30]),
        "at byte 4096, 1073741824",
    ),
    "first byte": (guards.blank, "G3", Code.NOT_BLANK, case(written=[0]), "data at byte 0"),
    "not sampled": (guards.blank, "G3", Code.NOT_READ, case(written=None), "was not read"),
    "format never": (
        guards.permission,
        "G5",
        Code.NOT_PERMITTED,
        case(answers.desired(format="never")),
        "luns:primary:format is never",
    ),
    "pinned": (
        guards.permission,
        "G5",
        Code.PINNED,
        case(answers.desired(uuid=answers.UUID, format="once")),
        f"pins volume {answers.UUID}",
    ),
    "formatted before": (
        guards.ledger,
        "G4",
        Code.ON_RECORD,
        case(record=record("formatted")),
        f"formatted as volume {answers.UUID}",
    ),
    "seen full before": (
        guards.ledger,
        "G4",
        Code.ON_RECORD,
        case(record=record("held", found=f"ext4 (mail) on {NODE}")),
        f"held ext4 (mail) on {NODE}",
    ),
    "formatting for another cluster": (
        guards.ledger,
        "G4",
        Code.OTHER_CLUSTER,
        case(record=record("formatting", cluster="web")),
        "of cluster web",
    ),
    "no ledger": (
        guards.ledger,
        "G4",
        Code.RECORD_UNREADABLE,
        case(record="the record can not be read: no such device"),
        "can not be read",
    ),
    "being formatted": (
        guards.one_writer,
        "G6",
        Code.BEING_FORMATTED,
        case(formatting={NODE: PILLAR.luns[0].wwid.upper()}),
        "is being formatted",
    ),
    "the leader is lost": (
        guards.one_writer,
        "G6",
        Code.OUTCOME_UNKNOWN,
        case(record=record("formatting", leader="host9.example.com")),
        "UNKNOWN outcome",
    ),
    "somebody beats": (guards.in_use, "G7", Code.IN_USE, case(beats=True), "somebody writes to it"),
    "mounted": (
        guards.in_use,
        "G7",
        Code.IN_USE,
        case(mounts=[{"path": "/srv", "options": []}]),
        "mounted on /srv",
    ),
    "held": (guards.in_use, "G7", Code.IN_USE, case(holders=["dm-7"]), "held by dm-7"),
    "busy": (guards.in_use, "G7", Code.IN_USE, case(busy=True), "opened exclusively"),
    "read-only": (guards.writable, "G7", Code.READ_ONLY, case(read_only=True), "is read-only"),
    "silent node": (
        guards.roster,
        "G8",
        Code.NODE_ABSENT,
        case(silent={NODE: "did not answer"}),
        "takes no part: did not answer",
    ),
}
#: Guards whose refusal has no one node.
OF_ALL = (guards.permission, guards.ledger)

#: Refusals that are about another node than the one with the fault.
LOST = {"the leader is lost": "host9.example.com"}

faults = pytest.mark.parametrize("name", FAULTS)


def test_a_blank_lun_that_all_nodes_agree_on_may_be_formatted():
    assert guards.format_refusals(case()) == []


@faults
def test_one_fault_gives_the_one_refusal_of_its_guard(name):
    guard, number, code, faulty, words = FAULTS[name]
    (refusal,) = guards.format_refusals(faulty)
    assert (refusal.guard, refusal.code) == (number, code)
    assert refusal.node == ("" if guard in OF_ALL else LOST.get(name, NODE))
    assert words in refusal.found
    assert refusal.fix
    assert str(refusal).startswith(f"{number}: ")


@faults
def test_without_its_guard_the_fault_would_pass(name, monkeypatch):
    guard, _, _, faulty, _ = FAULTS[name]
    others = tuple(each for each in guards.FORMAT_GUARDS if each is not guard)
    monkeypatch.setattr(guards, "FORMAT_GUARDS", others)
    assert guards.format_refusals(faulty) == []


@pytest.mark.parametrize("guard", guards.FORMAT_GUARDS, ids=lambda guard: guard.__name__)
def test_no_guard_is_without_a_fault(guard):
    assert guard in {each[0] for each in FAULTS.values()}


def test_the_leader_proves_again_all_that_one_node_can_see():
    of_the_master = (
        guards.ledger,
        guards.permission,
        guards.one_writer,
        guards.roster,
    )
    assert set(guards.LEADER_GUARDS) | set(of_the_master) == set(guards.FORMAT_GUARDS)


def test_every_node_that_objects_is_named():
    seen = {node.minion: answers.lun(PILLAR, read_only=True) for node in PILLAR.nodes}
    refusals = guards.format_refusals(guards.Case(PILLAR, PILLAR.luns[0], seen))
    assert [refusal.node for refusal in refusals] == [node.minion for node in PILLAR.nodes]


def test_hex_digits_of_a_wwid_may_differ_in_case():
    assert guards.format_refusals(case(wwid=PILLAR.luns[0].wwid.upper())) == []


def existing(pillar=PILLAR, **changes):
    """The described volume on three nodes; one of them sees what ``changes`` say."""
    seen = {
        node.minion: answers.lun(pillar, volume=answers.volume(pillar)) for node in pillar.nodes
    }
    seen[NODE]["volume"] = answers.volume(pillar, **changes)
    return guards.Case(pillar, pillar.luns[0], seen)


def test_the_described_volume_may_be_mounted_everywhere():
    assert guards.mount_refusals(existing()) == []


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
    (refusal,) = guards.mount_refusals(existing(**changes))
    assert refusal.node == NODE
    assert words in refusal.found


def test_a_pinned_volume_is_the_only_one_that_mounts():
    pinned = answers.desired(uuid=answers.UUID, format="never")
    assert guards.mount_refusals(existing(pinned)) == []
    (refusal,) = guards.mount_refusals(existing(pinned, uuid="0" * 32))
    assert f"pillar pins uuid {answers.UUID}" in refusal.found


def test_a_volume_without_a_slot_for_every_node_is_not_mounted_anew():
    case = existing(slots=2)
    assert guards.mount_refusals(case) == []
    for node in case.seen.keys() - {NODE}:
        case.seen[node]["mounts"] = [{"path": case.lun.mount.path, "options": []}]
    (refusal,) = guards.mount_refusals(case)
    assert refusal.node == NODE
    assert refusal.code is Code.SLOTS_TOO_FEW
    assert "2 slots for 3 nodes" in refusal.found
    assert "ocfs2.orch.slots" in refusal.fix


def test_where_it_is_down_a_volume_without_slots_for_all_comes_back():
    assert guards.mount_refusals(existing(slots=2)) == []


def test_where_it_is_mounted_already_a_volume_without_slots_for_all_stays():
    case = existing(slots=2)
    case.seen[NODE]["mounts"] = [{"path": case.lun.mount.path, "options": []}]
    assert guards.mount_refusals(case) == []


@pytest.mark.parametrize(
    ("changes", "guard"),
    [({"wwid": OTHER_WWID}, "G1"), ({"unreadable": "Input/output error"}, "G2")],
)
def test_a_lun_that_is_not_ours_or_not_readable_is_not_mounted(changes, guard):
    good = existing()
    good.seen[NODE].update(changes)
    (refusal,) = guards.mount_refusals(good)
    assert (refusal.guard, refusal.node) == (guard, NODE)


def test_a_blank_lun_is_not_mounted():
    assert "no OCFS2 volume" in guards.mount_refusals(case())[0].found


def test_a_case_can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        case().lun = None


def left(**changes):
    """What the format on record left on the LUN, as all nodes see it; one sees ``changes``."""
    seen = {
        node.minion: {**answers.lun(PILLAR, volume=answers.volume(PILLAR)), "half_made": True}
        for node in PILLAR.nodes
    }
    seen[NODE].update(changes)
    return guards.Case(PILLAR, PILLAR.luns[0], seen, record=record("formatting"))


def test_what_our_own_format_left_may_be_formatted_over():
    assert guards.format_refusals(left()) == []


@pytest.mark.parametrize(
    ("changes", "guard"),
    [
        ({"half_made": False}, "G3"),
        ({"half_made": None}, "G3"),
        ({"volume": answers.volume(PILLAR, uuid="0" * 32)}, "G3"),
        ({"volume": None, "signature": {"TYPE": "ext4"}, "half_made": None}, "G3"),
        ({"beats": True}, "G7"),
        ({"mounts": [{"path": "/srv", "options": []}]}, "G7"),
    ],
)
def test_one_node_that_sees_anything_else_is_enough(changes, guard):
    refusals = guards.format_refusals(left(**changes))
    assert (refusals[0].guard, refusals[0].node) == (guard, NODE)


@pytest.mark.parametrize("state", ["never", "held", "formatted"])
def test_a_half_made_volume_is_ours_only_while_its_format_is_on_record(state):
    seen = left().seen
    other = guards.Case(PILLAR, PILLAR.luns[0], seen, record=record(state))
    assert "G3" in [refusal.guard for refusal in guards.format_refusals(other)]


def test_data_without_a_superblock_names_the_one_thing_to_do():
    (refusal,) = guards.format_refusals(case(record=record("formatting"), written=[4096]))
    assert "blkdiscard --zeroout /dev/mapper/primary), then run again" in refusal.fix


def test_a_half_made_volume_is_not_mounted():
    on_a_node = guards.Case(PILLAR, PILLAR.luns[0], left().seen)
    refusals = guards.mount_refusals(on_a_node)
    assert {refusal.guard for refusal in refusals} == {"G9"}
    assert "salt-run state.orchestrate ocfs2.orch" in refusals[0].fix
    on_the_master = guards.Case(PILLAR, PILLAR.luns[0], left().seen, record=record("never"))
    assert "clear the LUN by hand" in guards.mount_refusals(on_the_master)[0].fix


def test_another_volume_than_the_one_on_record_as_begun_is_not_mounted():
    other = existing(uuid="0" * 32)
    begun = guards.Case(PILLAR, PILLAR.luns[0], other.seen, record=record("formatting"))
    (refusal,) = guards.mount_refusals(begun)
    assert (refusal.guard, refusal.node) == ("G4", NODE)
