"""
The log of a node, and the events that its lines tell of.

A minion is free to answer anything. Of an answer that does not have the shape of that of
``ocfs2_logs.kernel``, only what has the shape is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field

from ocfs2lib.parsers import kernel_log

# Kinds of events: of the heartbeat of the node that says so,
WRITE_TIMEOUT, WRITE_ERROR = "write timeout", "write error"
HUNG, ASKED, APPROVED = "hung", "asked", "approved"
# of a connection, each about another node,
IDLE, BROKEN, LOST, LINKED, UNREACHABLE = "idle", "broken", "lost", "linked", "unreachable"
# of the quorum,
TOO_FEW, HALF, STAYS, SORRY = "too few", "half", "stays", "sorry"
# of membership, each about another node,
LEFT, JOINED, EVICTED, LOCK_LOST = "left", "joined", "evicted", "lock lost"
# of the filesystem and of its journal,
ABORTED, DAMAGED, JOURNAL_ABORTED = "aborted", "damaged", "journal aborted"
# of the host, and of how it went down.
PATH, LINK, BLOCKED, STALLED = "path", "link", "blocked", "stalled"
CRASHED, PANIC, STOPPED, ASKED_TO = "crashed", "panic", "stopped", "asked to"

_PEER = r"node \S{1,64} \(num (?P<node>\d{1,3})\)"
_NUMBER = r"(?P<node>\d{1,3})"
#: Kind, how the line begins, and what follows; as Linux 6.1 and 6.12 write it.
_CLUSTER = (
    # fs/ocfs2/cluster/heartbeat.c
    (WRITE_TIMEOUT, "Heartbeat write timeout to device ", r"(?P<device>\S+) after (?P<ms>\d+) "),
    (WRITE_ERROR, "Write error ", r'-?\d+ on device "(?P<device>[^"]+)"'),
    (HUNG, "o2hb: node ", r"\d{1,3} hb write hung for (?P<seconds>\d+)s on region"),
    (ASKED, "o2hb: receive negotiate timeout message from node ", _NUMBER),
    (APPROVED, "o2hb: negotiate timeout approved by master node", ""),
    (APPROVED, "o2hb: all nodes hb write hung", ""),
    # fs/ocfs2/cluster/tcp.c; it prints 30012 ms as 30.12
    (IDLE, "o2net: Connection to ", rf"{_PEER} at \S+ has been idle for (?P<s>\d+)\.(?P<ms>\d+) "),
    (BROKEN, "o2net: Connection to ", rf"{_PEER} at \S+ shutdown, state"),
    (LOST, "o2net: No longer connected to ", _PEER),
    (LINKED, "o2net: Connected to ", _PEER),
    (LINKED, "o2net: Accepted connection from ", _PEER),
    (UNREACHABLE, "o2net: No connection established with node ", rf"{_NUMBER} after"),
    # fs/ocfs2/cluster/quorum.c
    (
        TOO_FEW,
        "fencing this node because it is only connected to ",
        r"(?P<connected>\d+) nodes and (?P<needed>\d+) is needed to make a quorum out of"
        r" (?P<beating>\d+) ",
    ),
    (
        HALF,
        "fencing this node because it is connected to a half-quorum of ",
        r"(?P<connected>\d+) out of (?P<beating>\d+) nodes which doesn't include the lowest"
        r" active node (?P<lowest>\d+)",
    ),
    (STAYS, "not fencing this node, heartbeating: ", r"(?P<beating>\d+), connected: "),
    (SORRY, "*** ocfs2 is very sorry to be fencing this system by ", ""),
    # fs/ocfs2/dlm, fs/ocfs2/stack_o2cb.c
    (LEFT, "o2dlm: Node ", rf"{_NUMBER} leaves domain"),
    (JOINED, "o2dlm: Node ", rf"{_NUMBER} joins domain"),
    (EVICTED, "o2cb: o2dlm has evicted node ", _NUMBER),
    (EVICTED, "o2dlm: Begin recovery on domain ", rf"\S{{1,64}} for node {_NUMBER}"),
    (LOCK_LOST, "did not find lock to convert on grant queue! cookie=", rf"{_NUMBER}:"),
    # fs/ocfs2/super.c, fs/jbd2/journal.c
    (ABORTED, "OCFS2: abort ", r"\(device (?P<device>[^)]+)\): (?P<reason>.+)"),
    (DAMAGED, "OCFS2: ERROR ", r"\(device (?P<device>[^)]+)\): (?P<reason>.+)"),
    (JOURNAL_ABORTED, "Aborting journal on device ", r"(?P<device>\S+)\."),
    # systemd
    (STOPPED, "Journal stopped", ""),
    (ASKED_TO, "System is ", "rebooting|powering down|halting"),
)
#: Kind, text that may be anywhere in the line, and what follows it.
_ANYWHERE = (
    # What a heartbeat says whose read fails, which is before it could write.
    (WRITE_ERROR, "o2hb_do_disk_heartbeat:", r"\d+ ERROR: status = -\d+"),
    (PANIC, "Kernel panic - not syncing: ", r"(?P<reason>.+)"),
    (STALLED, "BUG: soft lockup", ""),
    (STALLED, "hard LOCKUP", ""),
    (STALLED, "rcu", r".*stall"),
    (CRASHED, "BUG: ", r"(?P<reason>.+)"),
    (CRASHED, "Oops: ", r"(?P<reason>.+)"),
    (CRASHED, "kernel BUG at ", r"(?P<reason>.+)"),
    (CRASHED, "general protection fault", r"(?P<reason>.*)"),
    (BLOCKED, "INFO: task ", r".* blocked for more than \d+ seconds"),
    (PATH, "multipath: ", r".*Failing path"),
    (PATH, "I/O error", ""),
    (PATH, "rejecting I/O to ", ""),
    (PATH, "FAILED Result: ", ""),
    (PATH, "session recovery timed out", ""),
    (PATH, "detected conn error", ""),
    (PATH, "blocked FC remote port time out", ""),
    (LINK, "ink ", r"(?i:(?:is |status (?:definitely )?)?down)"),
)
_PATTERNS = tuple(
    (kind, start, re.compile(rest, re.ASCII), first)
    for table, first in ((_CLUSTER, True), (_ANYWHERE, False))
    for kind, start, rest in table
)
#: In a panic that the cluster caused to fence the node, in one of fs/ocfs2, and in one that a hung
#: task caused.
_FENCING, _FILESYSTEM, _HUNG_TASK = "very sorry", "OCFS2: (device ", "hung_task"
#: No node has more of each to tell; of a longer answer the newest are read.
_BOOTS, _LINES, _RECORDS = slice(-64, None), slice(-8192, None), slice(64)
#: What mlog puts before a text: "(o2hb-458E997A48,1234,0):o2hb_write_timeout:301 ERROR: ".
_MLOG = re.compile(r"^\([^,]{1,16},\d+,\d+\):\w+:\d+ (?:ERROR: )?", re.ASCII)


@dataclass(frozen=True)
class Event:
    """
    What one line of a log tells of.

    ``node`` is the number of the node that it is about, ``values`` what else is in it, ``time``
    that of the node that wrote it, None for what pstore kept.
    """

    kind: str
    text: str
    time: float | None = None
    boot: str | None = None
    node: int | None = None
    values: dict = field(default_factory=dict)

    @property
    def is_fencing(self):
        """Return whether this is the panic by which a node fences itself."""
        return self.kind == PANIC and _FENCING in self.text

    @property
    def is_of_filesystem(self):
        """Return whether this is the panic by which the filesystem stops the node."""
        return self.kind == PANIC and _FILESYSTEM in self.text

    @property
    def is_hung_task(self):
        """Return whether this is a panic that the kernel is set to for tasks that hang."""
        return self.kind == PANIC and _HUNG_TASK in self.text


@dataclass(frozen=True)
class Boot:
    """A boot, with the times of its first and last message of any kind."""

    id: str
    first: float
    last: float


@dataclass(frozen=True)
class Crash:
    """What pstore kept of one crash, with the time of its file."""

    time: float
    events: tuple


@dataclass(frozen=True)
class Log:
    """The log of one node; boots and events oldest first."""

    boots: tuple = ()
    events: tuple = ()
    crashes: tuple = ()
    cut: bool = False
    persistent: bool = True


def read(answer):
    """Return what ``ocfs2_logs.kernel`` returned on a node, which may be anything, as a Log."""
    answer = answer if isinstance(answer, dict) else {}
    crashes = (_crash(**each) for each in _newest(answer, "pstore", _CRASH, _RECORDS))
    lines = _newest(answer, "lines", _LINE, _LINES)
    return Log(
        boots=tuple(Boot(**each) for each in _newest(answer, "boots", _BOOT, _BOOTS)),
        events=tuple(filter(None, (event(**each) for each in lines))),
        crashes=tuple(each for each in crashes if each.events),
        cut=answer.get("cut") is True,
        persistent=answer.get("persistent") is not False,
    )


_BOOT = {"id": str, "first": float, "last": float}
_LINE = {"boot": str, "time": float, "text": str}
_CRASH = {"time": float, "text": str}


def _newest(answer, name, shape, part):
    """Yield the entries of one list that have the fields of a shape, and nothing else of them."""
    entries = answer.get(name)
    for entry in entries[part] if isinstance(entries, list) else ():
        if isinstance(entry, dict) and all(_has_type(entry.get(key), shape[key]) for key in shape):
            yield {key: entry[key] for key in shape}


def _has_type(value, kind):
    if kind is float:
        # A time that is no number, or beyond what a calendar has, is none.
        return type(value) in (int, float) and 0 <= value < 1 << 33
    return isinstance(value, kind)


def _crash(time, text):
    return Crash(time, tuple(filter(None, map(event, text.splitlines()))))


def event(text, time=None, boot=None):
    """
    Return the :class:`Event` that one line tells of, None if it tells of none.

    text
        The line.
    time
        Seconds since the epoch, by the clock of the node that wrote it; None if not known.
    boot
        The id of its boot, None if not known.
    """
    text = kernel_log.clean(text)
    message = _MLOG.sub("", text)
    for kind, start, rest, first in _PATTERNS:
        before, found, after = (message if first else text).partition(start)
        match = rest.match(after) if found and not (first and before) else None
        if match:
            values = {key: _value(value) for key, value in match.groupdict().items()}
            return Event(kind, text, time, boot, values.pop("node", None), values)
    return None


def _value(text):
    return int(text) if text.isdecimal() else text
