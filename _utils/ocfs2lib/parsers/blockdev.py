"""
Parsers for what the kernel, udev and util-linux print about block devices and mounts.
"""

import re


def wwid(sysfs_text):
    """
    The WWID that multipath and udev would give a disk, from its sysfs ``wwid`` file.

    ``naa.5000c5...`` becomes ``35000c5...`` and ``eui.0025...`` becomes ``20025...``: the leading
    digit is the designator type of SCSI page 0x83, as scsi_id prints it. Anything else (NVMe
    names, T10 strings) is returned as it stands, blanks as ``_``.
    """
    text = sysfs_text.strip()
    for prefix, digit in (("naa.", "3"), ("eui.", "2")):
        if text.startswith(prefix):
            return digit + text[len(prefix) :].lower()
    return re.sub(r"\s+", "_", text)


def same_wwid(one, other):
    """Whether two WWIDs name one LUN; arrays and tools differ in the case of hex digits."""
    return one.lower() == other.lower()


def blkid(text):
    """``blkid -p -o export`` as a dict, without the device's own name."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value for key, value in pairs if key != "DEVNAME"}


def mountinfo(text):
    """
    ``/proc/self/mountinfo`` as a list of mounts.

    Each is ``{"id": "36", "device": "253:0", "path": ..., "fstype": ..., "source": ...,
    "options": [...]}``, options being the mount's and the superblock's together (proc(5)).
    """
    return [mount for mount in map(_mount, text.split("\n")) if mount]


def _mount(line):
    """One line, or None if it lacks a field: only blanks part them, whatever a name holds."""
    left, _, right = line.partition(" - ")
    fields, tail = left.split(" "), right.split(" ")
    if len(fields) < 6 or len(tail) < 3:
        return None
    options = dict.fromkeys(fields[5].split(",") + tail[2].split(","))
    return {
        "id": fields[0],
        "device": fields[2],
        "path": unescaped(fields[4]),
        "fstype": tail[0],
        "source": unescaped(tail[1]),
        "options": list(options),
    }


def unescaped(text):
    """Blanks, tabs, newlines and backslashes stand in /proc as octal escapes."""
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), text)


#: What to ask debugfs.ocfs2, one command a line, so that :func:`half_made` can tell.
HALF_MADE_COMMANDS = "ls /\nslotmap\nhb\n"


def half_made(text):
    """
    Whether a volume is what a format leaves that was cut short; None if that can not be told.

    text
        What debugfs.ocfs2 printed for :data:`HALF_MADE_COMMANDS`.

    mkfs.ocfs2 makes ``lost+found`` last of all, and has zeroed the heartbeat before the superblock
    (mkfs.c, main and finish_normal_format). Users may remove ``lost+found`` later; but who mounted
    the volume has left his heartbeat or his slot.
    """
    answers = _answers(text)
    if not answers.get("ls /", "").strip():
        return None
    used = _rows(answers.get("slotmap", "")) or _rows(answers.get("hb", ""))
    return "lost+found" not in answers["ls /"].split() and not used


def _answers(text):
    """``{command: text}``; reading commands from a file, debugfs.ocfs2 repeats each."""
    answers, command = {}, None
    for line in text.splitlines(keepends=True):
        if line.startswith("debugfs: "):
            command = line[len("debugfs: ") :].strip()
            answers[command] = ""
        elif command is not None:
            answers[command] += line
    return answers


def _rows(table):
    """The rows of a table below its header: they begin with a number."""
    return [line for line in table.splitlines() if line.strip()[:1].isdigit()]
