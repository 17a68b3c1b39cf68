"""
Parsers for what the kernel shows of a cluster at work under /sys/kernel/debug.
"""

import re

#: The bits of a volume's flags that :func:`fs_state` names (fs/ocfs2/ocfs2.h, OCFS2_OSB_*).
_FLAGS = {"read_only": 0x3, "failed": 0x4}


def fs_state(text):
    """
    Parse ``ocfs2/UUID/fs_state``, one mounted volume (fs/ocfs2/super.c, ocfs2_osb_dump).

    Returns ``{"device", "read_only", "failed", "recovering", "slot", "slots"}``: the device as
    ``253:0``; whether the kernel writes no more, and whether because of an error in the volume; the
    numbers of the nodes it recovers right now; this node's slot, and how many there are, None where
    the table is missing. Without such a text, everything is None, and nothing recovers.
    """
    device = _search(r"^\s*Device => Id: (\d{1,5}),(\d{1,7})\b", text)
    flags = _search(r"^\s*Volume => .*\bFlags: 0x([0-9a-fA-F]{1,8})\b", text)
    bits = int(flags[1], 16) if flags else None
    recovery = _search(r"^\s*Recovery => .*\bNodes:([0-9 ]+)$", text)
    table = text.partition("Slots =>")[2]
    slots = re.findall(r"^\s*(\*?)\s*(\d{1,3})\s+\d+\s*$", table, re.ASCII | re.MULTILINE)
    return {
        "device": f"{device[1]}:{device[2]}" if device else None,
        **{name: None if bits is None else bool(bits & mask) for name, mask in _FLAGS.items()},
        "recovering": numbers(recovery[1]) if recovery else [],
        "slot": next((int(number) for star, number in slots if star), None),
        "slots": len(slots) or None,
    }


def numbers(text):
    """Return the numbers in a list of them, such as ``o2hb/livenodes``."""
    return [int(word) for word in text.split() if re.fullmatch(r"[0-9]{1,3}", word)]


def members(text):
    """
    Return the numbers of the nodes that share the locks of a volume, by ``o2dlm/UUID/dlm_state``.

    The ``Domain Map`` of fs/ocfs2/dlm/dlmdebug.c; a node that was evicted is in it only once it
    has mounted the volume anew, whether its heartbeat is seen or not.
    """
    found = _search(r"^Domain Map: ([0-9 ]*)$", text)
    return numbers(found[1]) if found else []


def _search(pattern, text):
    return re.search(pattern, text, re.ASCII | re.MULTILINE)
