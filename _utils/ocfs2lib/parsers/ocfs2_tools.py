"""
Parsers for what fsck.ocfs2 and debugfs.ocfs2 print about a volume.
"""

import re
from dataclasses import dataclass

from ocfs2lib.errors import FileInvalid

#: What to ask debugfs.ocfs2, one command a line, for :func:`members`.
MEMBERS_COMMANDS = "slotmap\nhb\n"
#: What to ask debugfs.ocfs2 for :func:`room`.
ROOM_COMMANDS = "stat //global_bitmap\nls -l //\n"
#: What to ask debugfs.ocfs2 for :func:`has_block64`: the superblock of the first journal.
JOURNAL_COMMANDS = "logdump 0\n"
_FEATURES = re.compile(r"^\s*Feature Incompat: (.*)$", re.MULTILINE)
#: The inode of a journal that has its room.
_JOURNAL_INODE = re.compile(
    r"Flags: Valid System Journal\b.*?^\s*0 +0 +[1-9]", re.DOTALL | re.MULTILINE
)
#: The system files of each volume, and those of each slot (ocfs2_fs.h, ocfs2_system_inodes).
_SYSTEM_FILES = ("bad_blocks", "global_inode_alloc", "slot_map", "heartbeat", "global_bitmap")
_SLOT_FILES = (
    "orphan_dir",
    "extent_alloc",
    "inode_alloc",
    "journal",
    "local_alloc",
    "truncate_log",
)
_FREE = re.compile(r"Bitmap Total: \d+\s+Used: \d+\s+Free: (\d+)")
#: Size, day, time and name: a day of one digit has a blank more before it.
_JOURNAL = re.compile(r"(\d+) +\S+ +\S+ journal:0000$", re.MULTILINE)
#: Of the inode of a file, its bytes.
_SIZE = re.compile(r"^\s*User: .* Size: (\d+)\s*$", re.MULTILINE)
_FINDING = re.compile(r"^\[([A-Z0-9_]+)\]", re.MULTILINE)
_CLEAN = "All passes succeeded."


@dataclass(frozen=True)
class Check:
    """
    What fsck.ocfs2 found. ``ended`` tells whether it came to its end, ``findings`` are the codes of
    what it found, each once, in their order; ``count`` is how many it found in all.
    """

    ended: bool
    findings: tuple
    count: int

    @property
    def clean(self):
        """Return whether the volume was checked to the end and nothing was found."""
        return self.ended and not self.findings


def check(text):
    """
    Return the :class:`Check` in the output of ``fsck.ocfs2 -f``.

    Its exit code says nothing: it is 0 with errors found and with errors fixed (fsck.c, main).
    """
    codes = _FINDING.findall(text)
    return Check(_CLEAN in text, tuple(dict.fromkeys(codes)), len(codes))


def members(text):
    """
    Return who is on a volume, from what debugfs.ocfs2 printed for :data:`MEMBERS_COMMANDS`.

    That is ``{"slots": {slot: node number}, "heartbeats": {node number: (sequence, generation)}}``.
    A sequence that changes from one look to the next is a node at work; a generation of 0 is one
    that has left.
    """
    slots, heartbeats, rows = {}, {}, None
    for line in text.splitlines():
        fields = line.replace("debugfs: ", "").split()
        if fields[:1] == ["Slot#"]:
            rows = slots
        elif fields[:1] == ["node:"]:
            rows = heartbeats
        elif rows is slots and len(fields) == 2 and all(map(str.isdigit, fields)):
            slots[int(fields[0])] = int(fields[1])
        elif rows is heartbeats and len(fields) == 6 and fields[0].endswith(":"):
            heartbeats[int(fields[1])] = (fields[2], fields[3])
    return {"slots": slots, "heartbeats": heartbeats}


def beating(first, second):
    """Return the numbers of the nodes that wrote a heartbeat between two :func:`members`."""
    return sorted(number for number, heartbeat in second.items() if first.get(number) != heartbeat)


def room(text, cluster_size):
    """
    Return how much room a volume has, and what one more slot takes of it, in bytes.

    text
        What debugfs.ocfs2 printed for :data:`ROOM_COMMANDS`.
    cluster_size
        Bytes of a cluster of the volume.

    Returns ``{"free", "journal"}``. Raises ``FileInvalid`` if the text does not say.
    """
    free, journal = _FREE.search(text), _JOURNAL.search(text)
    if not (free and journal):
        raise FileInvalid("debugfs.ocfs2 does not tell the room of the volume")
    return {"free": int(free[1]) * cluster_size, "journal": int(journal[1])}


def has_block64(text):
    """
    Return whether a journal can hold the numbers of more than 2^32 blocks.

    text
        What debugfs.ocfs2 printed for :data:`JOURNAL_COMMANDS`.

    Raises ``FileInvalid`` if the text does not say.
    """
    features = _FEATURES.search(text)
    if not features:
        raise FileInvalid("debugfs.ocfs2 does not tell the features of the journal")
    return "block64" in features[1].split()


def half_made_commands(slots):
    """Return what to ask debugfs.ocfs2, one command a line, for :func:`half_made`."""
    return "".join(f"{command}\n" for command in ("ls /", "ls //", "slotmap", "hb", *_stats(slots)))


def journal_commands(slots):
    """Return what to ask debugfs.ocfs2, one command a line, for :func:`journals`."""
    return "".join(f"{command}\n" for command in _stats(slots))


def journals(text, slots):
    """
    Return the bytes of the journal of each slot of a volume, None if one of them is not told.

    text
        What debugfs.ocfs2 printed for :func:`journal_commands` or :func:`half_made_commands`.
    slots
        How many node slots the superblock has.
    """
    answers = _answers(text)
    found = [_SIZE.search(answers.get(stat, "")) for stat in _stats(slots)]
    return [int(each[1]) for each in found] if all(found) else None


def half_made(text, slots):
    """
    Return whether a volume is what a format leaves that was cut short; None if it is not known.

    text
        What debugfs.ocfs2 printed for :func:`half_made_commands`.
    slots
        How many node slots the superblock has.

    A volume is whole if it has ``lost+found``, which mkfs.ocfs2 makes last of all (mkfs.c, main and
    finish_normal_format), each system file, and a journal for each slot. It is half made if it has
    no ``lost+found``, its heartbeat could be read and names no node, and neither does its slot map,
    which has no blocks before mkfs.ocfs2 has come to it. Anything else is not known: users may have
    removed ``lost+found``, or somebody has written over the heartbeat.
    """
    answers = _answers(text)
    root, system = answers.get("ls /", "").split(), answers.get("ls //", "").split()
    taken, beats = _rows(answers.get("slotmap", "")), answers.get("hb", "")
    if "lost+found" in root:
        journals = all(_JOURNAL_INODE.search(answers.get(stat, "")) for stat in _stats(slots))
        return False if journals and _system_files(slots) <= set(system) else None
    unused = beats.strip() and not _rows(beats) and not taken
    return True if root and unused else None


def _stats(slots):
    """Return the commands that show the inode of each journal."""
    return [f"stat //journal:{slot:04}" for slot in range(slots)]


def _system_files(slots):
    """Return the names of the system files that a volume with ``slots`` slots has."""
    return {*_SYSTEM_FILES, *(f"{name}:{slot:04}" for name in _SLOT_FILES for slot in range(slots))}


def _answers(text):
    """Return ``{command: text}``; reading commands from a file, debugfs.ocfs2 repeats each."""
    answers, command = {}, None
    for line in text.splitlines(keepends=True):
        if line.startswith("debugfs: "):
            command = line[len("debugfs: ") :].strip()
            answers[command] = ""
        elif command is not None:
            answers[command] += line
    return answers


def _rows(table):
    """Return the rows of a table below its header: they begin with a number."""
    return [line for line in table.splitlines() if line.strip()[:1].isdigit()]
