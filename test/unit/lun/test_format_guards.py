import dataclasses
import inspect

import pytest

from ocfs2lib.lun import format_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node.reasons import Reason
from ocfs2lib.node.reasons import Silence
from support import answers

PILLAR = answers.desired()
SMALL = answers.desired(size="600MiB", type="mail", slots=4)
NODE = "host1.example.com"
OTHER_WWID = "3600a0b8000123456000abcd099999999"


def unwrapped(guard):
    """The function that judges, of a guard that asks it about each node."""
    return inspect.unwrap(guard)


def case(pillar=PILLAR, silent=None, record=None, formatting=None, formats=None, **changes):
    """A blank LUN on three nodes; one of them sees what ``changes`` say."""
    seen = {node.minion: answers.lun(pillar) for node in pillar.nodes}
    seen[NODE].update(changes)
    record = record or answers.record(pillar)
    known = {node.minion: {} for node in pillar.nodes} | (formats or {})
    return LunCase(pillar, pillar.luns[0], seen, silent or {}, record, formatting or {}, known)


def record(state, **changes):
    return answers.record(PILLAR, state, **changes)


def with_volume(**changes):
    volume = answers.volume(PILLAR, **changes)
    return case(volume=volume, written=None)


PART = f"{PILLAR.luns[0].wwid}-partuuid-1a2b3c4d-01"
#: Each fault is seen by one guard alone: (guard, its number, code, case, words of the refusal).
FAULTS = {
    "no such device": (
        format_guards.identity,
        "G1",
        Code.LUN_MISSING,
        case(error="/dev/mapper/primary: No such file or directory"),
        "No such file",
    ),
    "another LUN under the name": (
        format_guards.identity,
        "G1",
        Code.OTHER_LUN,
        case(wwid=OTHER_WWID),
        f"is {OTHER_WWID}, not {PILLAR.luns[0].wwid}",
    ),
    "no WWID": (format_guards.identity, "G1", Code.OTHER_LUN, case(wwid=None), "without a WWID"),
    "empty WWID": (format_guards.identity, "G1", Code.OTHER_LUN, case(wwid=""), "without a WWID"),
    "one path leads elsewhere": (
        format_guards.identity,
        "G1",
        Code.OTHER_PATH,
        case(paths={"sda": PILLAR.luns[0].wwid, "sdb": OTHER_WWID}),
        f"path sdb of /dev/mapper/primary leads to {OTHER_WWID}",
    ),
    "one path without a name": (
        format_guards.identity,
        "G1",
        Code.OTHER_PATH,
        case(paths={"sda": PILLAR.luns[0].wwid, "sdb": None}),
        "path sdb of /dev/mapper/primary leads to an unnamed LUN",
    ),
    "one byte too many": (
        format_guards.size,
        "G1",
        Code.SIZE_DIFFERS,
        case(size=PILLAR.luns[0].size + 1),
        f"pillar says {PILLAR.luns[0].size}",
    ),
    "sectors of 4 KiB, blocks of 1": (
        format_guards.sectors,
        "G1",
        Code.SECTORS_LARGE,
        case(answers.desired(block_size=1024), sector_size=4096),
        "has sectors of 4096 bytes, and the volume would have blocks of 1024",
    ),
    "sectors of 4 KiB, a LUN below 1 GiB": (
        format_guards.sectors,
        "G1",
        Code.SECTORS_LARGE,
        case(SMALL, sector_size=4096),
        "has sectors of 4096 bytes, and the volume would have blocks of 2048",
    ),
    "I/O error": (
        format_guards.readable,
        "G2",
        Code.UNREADABLE,
        case(unreadable="/dev/mapper/primary: Input/output error", written=None),
        "Input/output error",
    ),
    "not even opened": (
        format_guards.readable,
        "G2",
        Code.UNREADABLE,
        case(unreadable="/dev/mapper/primary: Input/output error", size=0, written=None),
        "Input/output error",
    ),
    "OCFS2": (format_guards.blank, "G3", Code.NOT_BLANK, with_volume(), f"uuid {answers.UUID}"),
    "ext4": (
        format_guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(signature={"TYPE": "ext4", "LABEL": "mail"}, written=None),
        "it holds ext4 (mail)",
    ),
    "partition table": (
        format_guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(signature={"PTTYPE": "gpt", "PTUUID": "77"}, written=None),
        "it holds gpt partition table (77)",
    ),
    "no zero": (
        format_guards.blank,
        "G3",
        Code.NOT_BLANK,
        case(written=[4096, 1 << 30]),
        "at byte 4096, 1073741824",
    ),
    "first byte": (format_guards.blank, "G3", Code.NOT_BLANK, case(written=[0]), "data at byte 0"),
    "not sampled": (format_guards.blank, "G3", Code.NOT_READ, case(written=None), "was not read"),
    "format never": (
        format_guards.permission,
        "G5",
        Code.NOT_PERMITTED,
        case(answers.desired(format="never")),
        "luns:primary:format is never",
    ),
    "pinned": (
        format_guards.permission,
        "G5",
        Code.PINNED,
        case(answers.desired(uuid=answers.UUID, format="once")),
        f"pins volume {answers.UUID}",
    ),
    "formatted before": (
        format_guards.ledger,
        "G4",
        Code.ON_RECORD,
        case(record=record("formatted")),
        f"formatted as volume {answers.UUID}",
    ),
    "seen full before": (
        format_guards.ledger,
        "G4",
        Code.ON_RECORD,
        case(record=record("held", found=f"ext4 (mail) on {NODE}")),
        f"held ext4 (mail) on {NODE}",
    ),
    "formatting for another cluster": (
        format_guards.ledger,
        "G4",
        Code.OTHER_CLUSTER,
        case(record=record("formatting", cluster="web")),
        "of cluster web",
    ),
    "made to its end and gone": (
        format_guards.outcome,
        "G4",
        Code.ON_RECORD,
        case(
            record=answers.record(PILLAR, "formatting", leader=NODE),
            formats={NODE: {answers.UUID: "done"}},
        ),
        "to its end, and nobody sees it now",
    ),
    "a log that cannot be read": (
        format_guards.outcome,
        "G4",
        Code.OUTCOME_UNKNOWN,
        case(record=answers.record(PILLAR, "formatting", leader=NODE), formats={NODE: None}),
        f"what became of volume {answers.UUID} is not known",
    ),
    "a partition of it formatted before": (
        format_guards.ledger,
        "G4",
        Code.ON_RECORD,
        dataclasses.replace(case(), overlaps={PART: "held ext4"}),
        f"LUN {PART}, which has the same blocks, is on record: held ext4",
    ),
    "no ledger": (
        format_guards.ledger,
        "G4",
        Code.RECORD_UNREADABLE,
        case(record="the record cannot be read: no such device"),
        "cannot be read",
    ),
    "being formatted": (
        format_guards.one_writer,
        "G6",
        Code.BEING_FORMATTED,
        case(formatting={NODE: PILLAR.luns[0].wwid.upper()}),
        "is being formatted",
    ),
    "the leader is lost": (
        format_guards.one_writer,
        "G6",
        Code.OUTCOME_UNKNOWN,
        case(record=record("formatting", leader="host9.example.com")),
        "UNKNOWN outcome",
    ),
    "somebody beats": (
        format_guards.in_use,
        "G7",
        Code.IN_USE,
        case(changing=True),
        "somebody writes to it",
    ),
    "mounted": (
        format_guards.in_use,
        "G7",
        Code.IN_USE,
        case(mounts=[{"path": "/srv", "options": []}]),
        "mounted on /srv",
    ),
    "held": (format_guards.in_use, "G7", Code.IN_USE, case(holders=["dm-7"]), "held by dm-7"),
    "open": (
        format_guards.in_use,
        "G7",
        Code.IN_USE,
        case(writers=["qemu-system-x86 (pid 7)"]),
        "open for writing in qemu-system-x86 (pid 7)",
    ),
    "busy": (format_guards.in_use, "G7", Code.IN_USE, case(busy=True), "opened exclusively"),
    "read-only": (
        format_guards.writable,
        "G7",
        Code.READ_ONLY,
        case(read_only=True),
        "is read-only",
    ),
    "silent node": (
        format_guards.roster,
        "G8",
        Code.NODE_ABSENT,
        case(silent={NODE: Silence((Reason("did not answer", "", "node-silent"),))}),
        "takes no part: did not answer",
    ),
}
#: Guards whose refusal has no one node.
OF_ALL = (format_guards.permission, format_guards.ledger)

#: Refusals that are about another node than the one with the fault.
LOST = {"the leader is lost": "host9.example.com"}

faults = pytest.mark.parametrize("name", FAULTS)


def test_a_blank_lun_that_all_nodes_agree_on_may_be_formatted():
    assert format_guards.refusals(case()) == []


@faults
def test_one_fault_gives_the_one_refusal_of_its_guard(name):
    guard, number, code, faulty, words = FAULTS[name]
    (refusal,) = format_guards.refusals(faulty)
    assert (refusal.guard, refusal.code) == (number, code)
    assert refusal.node == ("" if guard in OF_ALL else LOST.get(name, NODE))
    assert words in refusal.found
    assert refusal.fix
    assert str(refusal).startswith(f"{number}: ")


@faults
def test_without_its_guard_the_fault_would_pass(name, monkeypatch):
    guard, _, _, faulty, _ = FAULTS[name]
    others = tuple(each for each in format_guards.FORMAT_GUARDS if unwrapped(each) is not guard)
    assert len(others) == len(format_guards.FORMAT_GUARDS) - 1
    monkeypatch.setattr(format_guards, "FORMAT_GUARDS", others)
    assert format_guards.refusals(faulty) == []


@pytest.mark.parametrize("guard", format_guards.FORMAT_GUARDS, ids=lambda guard: guard.__name__)
def test_no_guard_is_without_a_fault(guard):
    assert unwrapped(guard) in {each[0] for each in FAULTS.values()}


def test_the_leader_proves_again_all_that_one_node_can_see():
    of_the_master = (
        format_guards.ledger,
        format_guards.outcome,
        format_guards.permission,
        format_guards.one_writer,
        format_guards.roster,
    )
    every = {unwrapped(guard) for guard in format_guards.FORMAT_GUARDS}
    assert set(format_guards.LEADER_GUARDS) | set(of_the_master) == every


def test_every_node_that_objects_is_named():
    seen = {node.minion: answers.lun(PILLAR, read_only=True) for node in PILLAR.nodes}
    refusals = format_guards.refusals(LunCase(PILLAR, PILLAR.luns[0], seen))
    assert [refusal.node for refusal in refusals] == [node.minion for node in PILLAR.nodes]


@pytest.mark.parametrize(
    ("pillar", "sector"),
    [
        (PILLAR, 4096),
        (PILLAR, None),
        (answers.desired(block_size=4096, size="600MiB", type="mail", slots=4), 4096),
        (answers.desired(block_size=512), 512),
    ],
)
def test_sectors_that_are_no_larger_than_blocks_are_no_objection(pillar, sector):
    assert format_guards.refusals(case(pillar, sector_size=sector)) == []


def test_hex_digits_of_a_wwid_may_differ_in_case():
    assert format_guards.refusals(case(wwid=PILLAR.luns[0].wwid.upper())) == []


def left(**changes):
    """What the format on record left on the LUN, as all nodes see it; one sees ``changes``."""
    seen = {
        node.minion: {**answers.lun(PILLAR, volume=answers.volume(PILLAR)), "half_made": True}
        for node in PILLAR.nodes
    }
    seen[NODE].update(changes)
    return LunCase(PILLAR, PILLAR.luns[0], seen, record=record("formatting"))


def test_what_our_own_format_left_may_be_formatted_over():
    assert format_guards.refusals(left()) == []


@pytest.mark.parametrize(
    ("changes", "guard"),
    [
        ({"half_made": False}, "G3"),
        ({"half_made": None}, "G3"),
        ({"volume": answers.volume(PILLAR, uuid="0" * 32)}, "G3"),
        ({"volume": None, "signature": {"TYPE": "ext4"}, "half_made": None}, "G3"),
        ({"written": [16384]}, "G3"),
        ({"written": None}, "G3"),
        ({"changing": True}, "G7"),
        ({"mounts": [{"path": "/srv", "options": []}]}, "G7"),
    ],
)
def test_one_node_that_sees_anything_else_is_enough(changes, guard):
    refusals = format_guards.refusals(left(**changes))
    assert (refusals[0].guard, refusals[0].node) == (guard, NODE)


def test_what_lies_beside_a_cut_format_is_said_with_the_way_out():
    seen = left(written=[16384]).seen
    begun = record("formatting", leader=NODE)
    for verdict, words in (("granted", "a power cut can leave half of one"), ("", "No node is")):
        formats = {NODE: {answers.UUID: verdict} if verdict else {}}
        other = LunCase(PILLAR, PILLAR.luns[0], seen, record=begun, formats=formats)
        (refusal,) = format_guards.refusals(other)
        assert "beside a format that was cut short, data at byte 16384" in refusal.found
        assert words in refusal.fix


@pytest.mark.parametrize("state", ["never", "held", "formatted"])
def test_a_half_made_volume_is_ours_only_while_its_format_is_on_record(state):
    seen = left().seen
    other = LunCase(PILLAR, PILLAR.luns[0], seen, record=record(state))
    assert "G3" in [refusal.guard for refusal in format_guards.refusals(other)]


def test_data_without_a_superblock_names_the_one_thing_to_do():
    begun = record("formatting", leader=NODE)
    for verdict in ("granted", "failed"):
        formats = {NODE: {answers.UUID: verdict}}
        (refusal,) = format_guards.refusals(case(record=begun, formats=formats, written=[4096]))
        assert "blkdiscard --zeroout /dev/mapper/primary), then run again" in refusal.fix


@pytest.mark.parametrize(
    "formats", [{}, {NODE: {"F" * 32: "granted"}}, {"other": {answers.UUID: "done"}}]
)
def test_a_command_that_destroys_needs_a_format_that_has_begun_to_write(formats):
    begun = record("formatting", leader=NODE)
    (refusal,) = format_guards.refusals(case(record=begun, formats=formats, written=[4096]))
    assert "blkdiscard" not in refusal.fix
    assert "find out whose it is" in refusal.fix


def test_a_path_of_a_partition_leads_to_its_lun():
    whole = PILLAR.luns[0].wwid
    pillar = answers.desired(wwid=PART, device="/dev/mapper/primary-part1")
    good = case(pillar, paths={"sda": whole, "sdb": whole.upper()})
    for facts in good.seen.values():
        facts["paths"] = {"sda": whole}
    assert format_guards.refusals(good) == []
    good.seen[NODE]["paths"] = {"sda": whole, "sdb": "36001"}
    (refusal,) = format_guards.refusals(good)
    assert (refusal.code, refusal.node) == (Code.OTHER_PATH, NODE)
    assert f"path sdb of /dev/mapper/primary-part1 leads to 36001, not {whole}" in refusal.found


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("/dev/loop0", "(a loop device: it is a file of one host)"),
        ("/dev/vdb", "(a virtual disk without a serial number: "),
        ("/dev/sdb", "is without a WWID, not"),
    ],
)
def test_a_device_without_an_identity_is_named(node, words):
    (refusal,) = format_guards.refusals(case(wwid=None, node=node, paths={}))
    assert words in refusal.found


def test_drbd_that_is_not_ready_is_told_what_to_do():
    pillar = answers.desired(wwid="drbd-r0-0", device="/dev/drbd/by-res/r0/0")
    views = case(pillar, unreadable="DRBD r0/0 is Secondary here")
    for facts in views.seen.values():
        facts["paths"] = {}
    (refusal,) = format_guards.refusals(views)
    assert refusal.code is Code.UNREADABLE
    assert "drbdadm status r0" in refusal.fix
