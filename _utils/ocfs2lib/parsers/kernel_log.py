"""
Lines of a kernel's log: which of them matter to a cluster, and how many of them are enough.
"""

import json
import re

from ocfs2lib.text import printable

#: Whether a line matters, for :mod:`re` and for ``journalctl --grep``; capitals make no difference.
PATTERN = "|".join(
    (
        # The cluster itself. What the DLM complains about begins with the name of a function.
        "o2hb|o2net|o2quo|o2dlm|o2cb|ocfs2|heartbeat|fencing|:dlm_[a-z_]+:[0-9]",
        # The journal of a volume.
        "aborting journal|jbd2: ",
        # The way to the LUN.
        "multipath: |i/o error|rejecting i/o|failed result: |hostbyte=",
        "session recovery timed out|detected conn error|remote port time out|nvme.* timeout",
        # The way to the other nodes.
        r"\blink (?:is |status (?:definitely )?)?(?:down|up)\b",
        # The host.
        r"kernel panic|kernel bug at|\bbug: |\boops: |general protection fault",
        "soft lockup|hard lockup|rcu.*stall|blocked for more than|out of memory|clocksource: ",
        "hardware error|machine check|critical temperature",
        # How it went down.
        "journal stopped|system is (?:rebooting|powering down|halting)|^reboot: ",
        # The heading that pstore gives what it kept.
        r"^(?:panic|oops|emergency)#[0-9]",
    )
)

_LONGEST = 400  # characters of one line; the kernel's own have no more than 250
_SAME = 10  # how many of the lines that differ in numbers alone are kept at either end of a boot
_LINES, _RECORD = 128 * 1024, 6 * 1024  # bytes of JSON
_BOOTS = 64
_MATTERS = re.compile(PATTERN, re.IGNORECASE | re.ASCII)
_BOOT = re.compile(r"[0-9a-f]{32}", re.ASCII)
_STAMP = re.compile(r"^(?:<\d{1,3}>)?\[ *\d{1,9}\.\d{6}\](?:\[ *[TC]\d{1,9}\])? ", re.ASCII)


def matters(text):
    """Return whether one line of a kernel's log may help to tell why a node restarted."""
    return bool(_MATTERS.search(text))


def clean(text):
    """Return one line as it is kept and shown: bounded, and without what a terminal would obey."""
    return re.sub(r"\s", " ", printable(text[:_LONGEST])).strip()


def rows(text):
    """
    Parse what ``journalctl --output=json`` printed.

    Returns ``[{"boot", "time", "text"}]`` in its order: the id of the boot, the seconds since the
    epoch, the line. What is no such row is left out.
    """
    found = (_row(line) for line in text.splitlines())
    return [row for row in found if row]


def _row(line):
    fields = _json(line)
    if not isinstance(fields, dict):
        return None
    boot, time = _boot(fields.get("_BOOT_ID")), _seconds(fields.get("__REALTIME_TIMESTAMP"))
    text = _message(fields.get("MESSAGE"))
    return {"boot": boot, "time": time, "text": text} if boot and time and text else None


def _message(value):
    # A text, or the numbers of the bytes of one that is no UTF-8; one too long is null.
    if isinstance(value, list):
        try:
            value = bytes(value[:_LONGEST]).decode("utf-8", "replace")
        except (TypeError, ValueError):
            return ""
    return clean(value) if isinstance(value, str) else ""


def boots(text, lines, since):
    """
    Return when each boot began and ended.

    text
        What ``journalctl --list-boots --output=json`` printed; before systemd 251 it was no JSON,
        and a boot is then as long as what is known of it.
    lines
        What :func:`rows` returned, in order.
    since
        Seconds since the epoch.

    Returns ``[{"id", "first", "last"}]``, oldest first, in seconds since the epoch. The oldest may
    have ended before ``since``: a restart is known by the boots on both sides of it.
    """
    known = _listed(text)
    for line in lines:
        new = {"id": line["boot"], "first": line["time"], "last": line["time"]}
        boot = known.setdefault(line["boot"], new)
        boot["first"] = min(boot["first"], line["time"])
        boot["last"] = max(boot["last"], line["time"])
    ordered = list(known.values())
    stale = {boot["id"] for boot, after in zip(ordered, ordered[1:]) if after["first"] < since}
    return [boot for boot in ordered if boot["id"] not in stale][-_BOOTS:]


def _listed(text):
    listed = _json(text)
    known = {}
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict):
            continue
        boot = _boot(each.get("boot_id"))
        first, last = _seconds(each.get("first_entry")), _seconds(each.get("last_entry"))
        if boot and first and last:
            known[boot] = {"id": boot, "first": first, "last": last}
    return known


def kept(text):
    """Return what matters of a dmesg that pstore kept, and whether lines had to go."""
    lines = [clean(_STAMP.sub("", line)) for line in text.splitlines()]
    last, cut = _last([line for line in lines if matters(line)], _RECORD)
    return "\n".join(last), cut


def fitted(lines):
    """
    Return as many lines as an answer has room for.

    lines
        What :func:`rows` returned, oldest first.

    A fault repeats itself: of the lines of a boot that differ in numbers alone, the first and the
    last ten are enough. If that is still too much, the oldest go. Returns the lines, and whether
    any had to go.
    """
    wanted = [line for line in lines if matters(line["text"])]
    groups = {}
    for place, line in enumerate(wanted):
        shape = re.sub(r"\b(?:0x[0-9a-f]+|\d+)\b", "", line["text"])
        groups.setdefault((line["boot"], shape), []).append(place)
    places = sorted({each for group in groups.values() for each in group[:_SAME] + group[-_SAME:]})
    return _last([wanted[place] for place in places], _LINES)


def _last(items, room):
    """Return the last items that fit in so many bytes of JSON, and whether any had to go."""
    last = []
    for item in reversed(items):
        room -= len(json.dumps(item)) + 2
        if room < 0:
            break
        last.append(item)
    return last[::-1], len(last) < len(items)


def _json(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _boot(value):
    return value if isinstance(value, str) and _BOOT.fullmatch(value) else None


def _seconds(value):
    # Microseconds, which are a number in one answer of journalctl and a text in the other.
    return int(value) / 1e6 if re.fullmatch(r"[0-9]{1,17}", str(value)[:20], re.ASCII) else None
