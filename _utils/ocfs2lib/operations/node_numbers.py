"""
The node numbers of one cluster: who has each, and who had it.

Heartbeats and journals go by number. A node that was removed may wake up one day with the
cluster.conf it had, and would then be taken for whoever has its number by then. So the master keeps
who had which, and gives no number to another host until an operator says that it is free.
"""

from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace

from ocfs2lib import commands
from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import RecordUnreadable

#: The bank of Salt's cache in which they are kept, by cluster.
BANK = "ocfs2/numbers"
ACTIVE, RETIRED = "active", "retired"
_FIELDS = {"number": int, "minion": str, "name": str, "address": str, "state": str, "time": str}


@dataclass(frozen=True)
class Entry:
    """
    One number: the minion id, name and address of its node, and its ``state`` since ``time``, as
    ``2026-01-31T23:59:59Z``.
    """

    number: int
    minion: str
    name: str
    address: str
    state: str
    time: str


class NodeNumbers:
    """
    All numbers of a cluster.

    cluster
        Its name.
    entries
        ``{number: Entry}``.
    """

    def __init__(self, cluster, entries=None):
        self.cluster, self.entries = cluster, dict(entries or {})

    def problems(self, desired):
        """Yield what pillar asks of numbers and cannot have, as sentences with the fix."""
        for node in desired.nodes:
            entry = self.entries.get(node.number)
            if entry and not _same(entry, node):
                yield self._taken(node, entry)
            for other in self.entries.values():
                if other.minion == node.minion and other.number != node.number:
                    yield from self._moved(node, other)

    def _taken(self, node, entry):
        since = "was removed" if entry.state == RETIRED else "was last seen"
        return (
            f"number {node.number} is that of {entry.minion} ({entry.address}), which {since} "
            f"{entry.time}: write a number for {node.minion} that no host ever had. If that host "
            f"is gone for good: {commands.free_number(self.cluster, node.number)}"
        )

    @staticmethod
    def _moved(node, other):
        if other.state == ACTIVE:
            yield (
                f"{node.minion} has number {other.number}, and a node number is for ever: write "
                f"number: {other.number}"
            )

    def seen(self, nodes, time):
        """
        Return the numbers after these :class:`pillar.sections.nodes_keys.Node` were seen to be
        members. One that has the number of another host does not take its place: that stays a
        problem.
        """
        entries = dict(self.entries)
        for node in nodes:
            known = entries.get(node.number)
            now = Entry(node.number, node.minion, node.name, node.address, ACTIVE, time)
            if not known or (_same(known, node) and replace(known, time=time) != now):
                entries[node.number] = now
        return NodeNumbers(self.cluster, entries)

    def retired(self, entry, time):
        """Return the numbers after a node was removed."""
        gone = replace(entry, state=RETIRED, time=time)
        return NodeNumbers(self.cluster, {**self.entries, entry.number: gone})

    def freed(self, number):
        """Return the numbers with one free. Raises ArgumentInvalid if a member has it."""
        entry = self.entries.get(number)
        if not entry:
            raise ArgumentInvalid(f"number {number} of cluster {self.cluster} is free")
        if entry.state == ACTIVE:
            raise ArgumentInvalid(
                f"number {number} is that of {entry.minion}, a member of cluster {self.cluster}; "
                "remove the node first"
            )
        return NodeNumbers(
            self.cluster, {key: each for key, each in self.entries.items() if key != number}
        )

    def of_minion(self, minion):
        """Return the active :class:`Entry` of a minion, or None."""
        return next(
            (
                entry
                for entry in self.entries.values()
                if entry.minion == minion and entry.state == ACTIVE
            ),
            None,
        )


def _same(entry, node):
    """
    Tell whether an entry is about this node; the name or the address of a member may have changed.
    The address of a node that was removed may be another host's by now.
    """
    is_member_there = entry.state == ACTIVE and entry.address == node.address
    return entry.minion == node.minion or is_member_there


def load(cache, cluster):
    """
    Return the :class:`NodeNumbers` of a cluster. Raises RecordUnreadable for anything that
    :func:`store` has not written.

    cache
        Has ``fetch(bank, key)`` and ``store(bank, key, data)``, like Salt's.
    """
    data = cache.fetch(BANK, cluster) or {"entries": []}
    try:
        entries = [Entry(**each) for each in data["entries"]]
        for entry in entries:
            for name, kind in _FIELDS.items():
                if type(getattr(entry, name)) is not kind:
                    raise TypeError(name)
    except (KeyError, TypeError) as err:
        raise RecordUnreadable(
            f"the list of node numbers of {cluster} cannot be read: {err}"
        ) from err
    return NodeNumbers(cluster, {entry.number: entry for entry in entries})


def store(cache, numbers):
    """Keep a :class:`NodeNumbers`. Raises RecordUnreadable if it does not read back."""
    entries = [asdict(entry) for _, entry in sorted(numbers.entries.items())]
    cache.store(BANK, numbers.cluster, {"entries": entries})
    if load(cache, numbers.cluster).entries != numbers.entries:
        raise RecordUnreadable(f"the list of node numbers of {numbers.cluster} does not read back")
