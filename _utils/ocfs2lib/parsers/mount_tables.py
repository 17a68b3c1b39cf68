"""
Parser for the table of mounts, /proc/self/mountinfo.
"""

from ocfs2lib.parsers.fstab_file import unescaped


def mountinfo(text):
    """
    Return ``/proc/self/mountinfo`` as a list of mounts.

    Each is ``{"id": "36", "device": "253:0", "path": ..., "fstype": ..., "source": ...,
    "options": [...]}``, options being the mount's and the superblock's together (proc(5)).
    """
    return [mount for mount in map(_mount, text.split("\n")) if mount]


def _mount(line):
    """Return one mount, or None for a line that lacks a field."""
    # Only blanks part the fields, whatever a name holds.
    left, _, right = line.partition(" - ")
    fields, tail = left.split(" "), right.split(" ")
    if len(fields) < 6 or len(tail) < 3:
        return None
    # The kernel writes commas around "localflocks".
    options = dict.fromkeys(filter(None, fields[5].split(",") + tail[2].split(",")))
    return {
        "id": fields[0],
        "device": fields[2],
        "path": unescaped(fields[4]),
        "fstype": tail[0],
        "source": unescaped(tail[1]),
        "options": list(options),
    }
