import pytest

from ocfs2lib.errors import FileInvalid
from ocfs2lib.parsers import ocfs2_tools

# fsck.ocfs2 -fn of ocfs2-tools 1.8.7, and what -fy says of the same volume.
START = """\
Checking OCFS2 filesystem in /dev/loop0:
  Label:              vol
  UUID:               74D65DB93F5F44BF886D977364096351
  Number of blocks:   262144
  Block size:         4096
  Number of clusters: 262144
  Cluster size:       4096
  Number of slots:    4

** Skipping slot recovery because -n was given. **
/dev/loop0 was run with -f, check forced.
Pass 0a: Checking cluster allocation chains
Pass 0b: Checking inode allocation chains
Pass 0c: Checking extent block allocation chains
Pass 1: Checking inodes and blocks
Pass 2: Checking directory entries
Pass 3: Checking directory connectivity
Pass 4a: Checking for orphaned inodes
Pass 4b: Checking inodes link counts
"""
END = "All passes succeeded.\n\nfsck.ocfs2 1.8.7\n"
COUNT = (
    "[INODE_COUNT] Inode {} has a link count of 7 on disk but directory entry references come to "
    "3. Update the count on disk to match? {}\n"
)
ORPHAN = "[ORPHAN_DELETE] Inode 70166 was found in the orphan directory. Delete its contents? n\n"
NO_CLUSTER = "fsck.ocfs2: Unable to access cluster service while initializing the cluster\n"
BAD_MAGIC = 'fsck.ocfs2: I/O error on channel while opening "/dev/null"\n'


@pytest.mark.parametrize(
    ("text", "ended", "findings", "count"),
    [
        (START + END, True, (), 0),
        (START + COUNT.format(5, "n") + END, True, ("INODE_COUNT",), 1),
        (START + COUNT.format(5, "y") + COUNT.format(9, "y") + END, True, ("INODE_COUNT",), 2),
        (
            START + ORPHAN + COUNT.format(5, "n") + ORPHAN + END,
            True,
            ("ORPHAN_DELETE", "INODE_COUNT"),
            3,
        ),
        (START, False, (), 0),
        (START + COUNT.format(5, "y"), False, ("INODE_COUNT",), 1),
        ("fsck.ocfs2 1.8.7\n" + NO_CLUSTER, False, (), 0),
        ("fsck.ocfs2 1.8.7\n" + BAD_MAGIC, False, (), 0),
        ("", False, (), 0),
    ],
)
def test_what_fsck_found(text, ended, findings, count):
    found = ocfs2_tools.check(text)
    assert (found.ended, found.findings, found.count) == (ended, findings, count)
    assert found.clean == (ended and not findings)


EMPTY = """\
debugfs: slotmap
\tSlot#   Node#
debugfs: hb
\tnode: node              seq       generation checksum deadms

"""
MEMBERS = """\
debugfs: slotmap
\tSlot#   Node#
\t    0       0
\t    1       3
debugfs: hb
\tnode: node              seq       generation checksum deadms
\t   0:    0 000000006b030a75 0000deadbeefcafe 00000000  62000
\t   3:    3 000000006b030a70 0000000000000000 00000000  62000
\t2032:  254 000000006b030a75 0000deadbeefcaff 00000000  62000

"""


def test_nobody_is_on_a_fresh_volume():
    assert ocfs2_tools.members(EMPTY) == {"slots": {}, "heartbeats": {}}
    assert ocfs2_tools.members("") == {"slots": {}, "heartbeats": {}}


def test_who_is_on_a_volume():
    found = ocfs2_tools.members(MEMBERS)
    assert found["slots"] == {0: 0, 1: 3}
    assert list(found["heartbeats"]) == [0, 3, 254]
    assert found["heartbeats"][0] == ("000000006b030a75", "0000deadbeefcafe")


@pytest.mark.parametrize(
    ("old", "new", "numbers"),
    [
        ("", "", []),
        ("6b030a75 0000deadbeefcafe", "6b030a7b 0000deadbeefcafe", [0]),
        ("6b030a75", "6b030a7b", [0, 254]),
        ("6b030a70", "6b030a76", [3]),
    ],
)
def test_who_beats_between_two_looks(old, new, numbers):
    first = ocfs2_tools.members(MEMBERS)["heartbeats"]
    second = ocfs2_tools.members(MEMBERS.replace(old, new))["heartbeats"]
    assert ocfs2_tools.beating(first, second) == numbers


def test_one_that_begins_to_beat_between_two_looks_is_seen():
    second = ocfs2_tools.members(MEMBERS)["heartbeats"]
    assert ocfs2_tools.beating({}, second) == [0, 3, 254]
    assert ocfs2_tools.beating(second, {}) == []


ROOM = """\
debugfs: stat //global_bitmap
\tInode: 11   Mode: 0644   Generation: 1645548529 (0x621513f1)
\tType: Regular   Attr: 0x0   Flags: Valid System Allocbitmap Chain
\tLinks: 1   Clusters: 262144
\tSub Alloc Slot: Global   Sub Alloc Bit: 7
\tBitmap Total: 262144   Used: 71194   Free: 190950
\tClusters per Group: 32256   Bits per Cluster: 1
\t##   Total        Used         Free         Block#
\t0    32256        32256        0            3
debugfs: ls -l //
\t23              -rw-r--r--   1     0     0               0 25-Nov-2026 14:36 inode_alloc:0003
\t24              -rw-r--r--   1     0     0        67108864 25-Nov-2026 14:36 journal:0000
\t25              -rw-r--r--   1     0     0        67108864 25-Nov-2026 14:36 journal:0001
\t28              -rw-r--r--   1     0     0               0 25-Nov-2026 14:36 local_alloc:0000
"""


def test_room_is_in_clusters_and_a_slot_takes_a_journal():
    assert ocfs2_tools.room(ROOM, 4096) == {"free": 190950 * 4096, "journal": 67108864}
    assert ocfs2_tools.room(ROOM, 1 << 20)["free"] == 190950 << 20


def test_room_is_told_on_each_day_of_a_month():
    """debugfs.ocfs2 1.8.7 writes the first day as `` 1-Dec-2026``."""
    first = ROOM.replace(" 25-Nov-2026", "  1-Dec-2026")
    assert ocfs2_tools.room(first, 4096) == ocfs2_tools.room(ROOM, 4096)


@pytest.mark.parametrize("word", ["Bitmap Total:", "journal:0000"])
def test_room_that_is_not_told_is_an_error(word):
    with pytest.raises(FileInvalid, match="does not tell the room"):
        ocfs2_tools.room(ROOM.replace(word, "x"), 4096)


ROOT = "debugfs: ls /\n\t5 16 1 2 .\n\t5 16 2 2 ..\n"
FOUND = ROOT + "\t6 20 10 2 lost+found\n"
SLOT_NAMES = ("orphan_dir", "extent_alloc", "inode_alloc", "journal", "local_alloc", "truncate_log")
NAMES = [
    *("bad_blocks", "global_inode_alloc", "slot_map", "heartbeat", "global_bitmap"),
    *(f"{name}:{slot}" for name in SLOT_NAMES for slot in ("0000", "0001")),
]
SYSTEM = "debugfs: ls //\n" + "".join(f"\t9 20 8 1 {name}\n" for name in NAMES)
NO_SLOT = "debugfs: slotmap\n\tSlot#\tNode#\n"
NO_BEAT = "debugfs: hb\n\tnode: node              seq       generation checksum\n"
SLOT = NO_SLOT + "\t    0\t    3\n"
BEAT = NO_BEAT + "\t  0:    3 000000005f0 2b2e0bb21fd6a5a1 6a5d1b6c\n"
#: What debugfs.ocfs2 1.8.7 prints of a journal, in part.
JOURNALS = "".join(
    f"debugfs: stat //journal:000{slot}\n"
    f"\tInode: {78 + slot}   Mode: 0644   Generation: 3493743418 (0xd03e4b3a)\n"
    "\tType: Regular   Attr: 0x0   Flags: Valid System Journal \n"
    "\tUser: 0 (root)   Group: 0 (root)   Size: 33554432\n"
    "\tJournal Flags: \n"
    "\tTree Depth: 0   Count: 243   Next Free Rec: 1\n"
    "\t## Offset        Clusters       Block#          Flags\n"
    "\t0  0             256            608             0x0 \n"
    for slot in range(2)
)


@pytest.mark.parametrize(
    ("text", "half_made"),
    [
        (ROOT + SYSTEM + NO_SLOT + NO_BEAT, True),
        (FOUND + SYSTEM + NO_SLOT + NO_BEAT + JOURNALS, False),
        (FOUND + SYSTEM + SLOT + BEAT + JOURNALS, False),
        (ROOT + SYSTEM + SLOT + NO_BEAT, None),
        (ROOT + SYSTEM + NO_SLOT + BEAT, None),
        (ROOT + SYSTEM + NO_SLOT, None),
        (ROOT + SYSTEM + "debugfs: slotmap\n" + NO_BEAT, True),
        (ROOT + SYSTEM + NO_SLOT + "debugfs: hb\n", None),
        ("debugfs: ls /\n" + NO_SLOT + NO_BEAT, None),
        ("", None),
    ],
)
def test_whole_and_half_made_each_need_a_proof(text, half_made):
    assert ocfs2_tools.half_made(text, slots=2) is half_made


@pytest.mark.parametrize("name", NAMES)
def test_a_volume_without_one_of_its_system_files_is_not_known_to_be_whole(name):
    text = FOUND + SYSTEM.replace(f" {name}\n", " other\n") + NO_SLOT + NO_BEAT
    assert ocfs2_tools.half_made(text + JOURNALS, slots=2) is None


def test_the_bytes_of_each_journal():
    larger = JOURNALS.replace("Size: 33554432", "Size: 4293918720", 1)
    assert ocfs2_tools.journals(JOURNALS, 2) == [33554432, 33554432]
    assert ocfs2_tools.journals(FOUND + SYSTEM + larger, 2) == [4293918720, 33554432]
    assert ocfs2_tools.journals(JOURNALS, 3) is None
    assert ocfs2_tools.journals(JOURNALS.replace("Size: 3", "Size: x"), 2) is None
    assert ocfs2_tools.journals("", 1) is None
    commands = ocfs2_tools.journal_commands(2).splitlines()
    assert commands == ["stat //journal:0000", "stat //journal:0001"]


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("stat //journal:0001", "stat //journal:0002"),
        ("Inode: 79", "stat: Bad magic number in inode\ndebugfs: x"),
        ("Valid System Journal", "System Journal"),
        ("0  0             256", "0  0             0"),
        ("\t0  0 ", "\t1  1 "),
    ],
)
def test_a_volume_with_a_journal_that_is_none_is_not_known_to_be_whole(known, other):
    text = FOUND + SYSTEM + NO_SLOT + NO_BEAT
    assert ocfs2_tools.half_made(text + JOURNALS, slots=2) is False
    assert ocfs2_tools.half_made(text + JOURNALS.replace(known, other), slots=2) is None
