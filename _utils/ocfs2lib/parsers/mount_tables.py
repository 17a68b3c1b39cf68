"""
Parsers for the tables of mounts: /proc/self/mountinfo, and /etc/fstab as it stands.
"""

import re


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
    options = dict.fromkeys(fields[5].split(",") + tail[2].split(","))
    return {
        "id": fields[0],
        "device": fields[2],
        "path": _unescaped(fields[4]),
        "fstype": tail[0],
        "source": _unescaped(tail[1]),
        "options": list(options),
    }


def fstab(text):
    """
    Return every line of /etc/fstab with a source and a mount point, whatever else it lacks.

    Each is ``{"source", "path", "fstype", "options": [...]}``, by the place in the line: where the
    type was left out, the options stand in its place.
    """
    lines = (line.split() for line in text.split("\n") if not line.lstrip().startswith("#"))
    return [_fstab_line(*fields[:4]) for fields in lines if len(fields) > 1]


def _fstab_line(source, path, fstype="", options=""):
    return {
        "source": _unescaped(source),
        "path": _unescaped(path),
        "fstype": fstype,
        "options": [each for each in options.split(",") if each],
    }


def _unescaped(text):
    # Blanks, tabs, newlines and backslashes stand in both tables as octal escapes.
    return re.sub(r"\\([0-7]{3})", lambda m: chr(int(m.group(1), 8)), text)
