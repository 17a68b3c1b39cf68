"""
The ledger: what the master knows of each LUN, by WWID, whatever the LUN itself shows.

An array can return zeros for a while from a LUN that is full of data; no look at the LUN can tell.
So what was seen there, and what was formatted there, is written down, and a LUN that is on record
is not formatted even if it reads blank. The volume's UUID is chosen and written down before
mkfs.ocfs2 starts: that makes a volume left by a cut format known as ours.

A lost ledger allows nothing: a LUN that holds anything, or whose UUID is pinned in pillar, is not
formatted, and a blank one still needs ``format: once``.
"""

import dataclasses
from dataclasses import dataclass

from ocfs2lib.errors import RecordUnreadable
from ocfs2lib.errors import RecordUnwritable
from ocfs2lib.pillar.identities import is_overlap

#: Nothing is on record.
NEVER = "never"
#: The LUN was seen to hold something that this formula did not put there.
HELD = "held"
#: A format was ordered; whether it reached its end is not known.
FORMATTING = "formatting"
#: The format was read back.
FORMATTED = "formatted"
STATES = (NEVER, HELD, FORMATTING, FORMATTED)

#: The bank of Salt's cache in which the records are kept.
BANK = "ocfs2/ledger"
#: How many events of a record's past are kept, and what is kept of each.
_EVENTS = 50
_EVENT = {"time", "event", "operator", "reason"}


@dataclass(frozen=True)
class Record:
    """
    What is on record of one LUN.

    wwid
        As the ledger's key, in lower case.
    state
        One of :data:`STATES`.
    time
        When it entered the state, as ``2026-01-31T23:59:59Z``.
    cluster, lun
        Whose pillar it was, and under which key the LUN stood there.
    uuid, label, leader, token
        Of the format: the volume's UUID and label, the minion that formats (``""``: the next
        one elected) and the token with which it may.
    found
        What the LUN was seen to hold that this formula did not put there, and by which node, as
        text; also beside a format that was begun.
    operator, job
        Who had it done, in which job of Salt.
    events
        The past, oldest first: ``{"time", "event", "operator", "reason"}``.
    """

    wwid: str
    state: str = NEVER
    time: str = ""
    cluster: str = ""
    lun: str = ""
    uuid: str = ""
    label: str = ""
    leader: str = ""
    token: str = ""
    found: str = ""
    operator: str = ""
    job: str = ""
    events: tuple = ()

    def becomes(self, state, time, **changes):
        """Return the record in another state, without what described the old one."""
        kept = {"wwid": self.wwid, "events": self.events}
        return Record(**{**kept, "state": state, "time": time, **changes})

    def with_event(self, time, event, operator, reason):
        """Return the record with one more event in its past."""
        entry = {"time": time, "event": event, "operator": operator, "reason": reason}
        return dataclasses.replace(self, events=(*self.events, entry)[-_EVENTS:])

    def released(self, token):
        """Return the record of a format that any leader may finish, with a new token."""
        return dataclasses.replace(self, leader="", token=token)

    def description(self):
        """Return one line for a person."""
        where = f"LUN {self.lun} of cluster {self.cluster}"
        if self.state == HELD:
            return f"held {self.found}, seen {self.time} ({where})"
        if self.state == FORMATTING:
            who = f"begun on {self.leader}" if self.leader else "released for another leader"
            seen = f", but held {self.found} since" if self.found else ""
            return f"formatting as volume {self.uuid}, {who} {self.time} ({where}){seen}"
        if self.state == FORMATTED:
            return (
                f"formatted as volume {self.uuid} (label {self.label}) on {self.leader}, "
                f"read back {self.time} ({where})"
            )
        last = self.events[-1] if self.events else None
        return "never" + (
            f" ({last['event']} {last['time']} by {last['operator']}: {last['reason']})"
            if last
            else ""
        )


def key(wwid):
    """Return the key of a LUN in the ledger; arrays and tools differ in the case of WWIDs."""
    return wwid.lower()


def parse(data, wwid):
    """
    Return the :class:`Record` that was stored, a ``NEVER`` for nothing stored. Raises
    RecordUnreadable for anything that no ledger has written.
    """
    if data in ({}, None):
        return Record(key(wwid))
    if not _has_shape(data):
        raise RecordUnreadable(f"the record of {wwid} has another shape than the ledger writes")
    record = Record(**{**data, "events": tuple(data["events"])})
    if record.wwid != key(wwid):
        raise RecordUnreadable(f"the record of {wwid} is about {record.wwid}")
    return record


def _has_shape(data):
    names = [field.name for field in dataclasses.fields(Record)]
    if not isinstance(data, dict) or set(data) != set(names):
        return False
    texts = [data[name] for name in names if name != "events"]
    events = data["events"]
    return (
        all(isinstance(text, str) for text in texts)
        and data["state"] in STATES
        and isinstance(events, (list, tuple))
        and all(isinstance(event, dict) and set(event) == _EVENT for event in events)
    )


class Ledger:
    """
    The records in a cache.

    cache
        Has ``fetch(bank, key)``, ``store(bank, key, data)`` and ``list(bank)``, like Salt's.
    sync
        Called after each store; returns once what was stored would survive a power cut.
    """

    def __init__(self, cache, sync):
        self._cache, self._sync = cache, sync

    def fetch(self, wwid):
        """Return the record of a LUN. Raises RecordUnreadable if it cannot be read."""
        try:
            data = self._cache.fetch(BANK, key(wwid))
        except Exception as err:
            raise RecordUnreadable(f"the record of {wwid} cannot be read: {err}") from err
        return parse(data, wwid)

    def wwids(self):
        """Return every WWID on record, sorted."""
        # What a store that was killed has left is listed too, and nothing is stored under it.
        return sorted(name for name in self._cache.list(BANK) if self._has_data(name))

    def _has_data(self, name):
        try:
            return self._cache.fetch(BANK, name) != {}
        except Exception:
            # A record that cannot be read is one.
            return True

    def overlapping(self, wwid):
        """
        Return what is on record of a partition of a LUN or, of a partition, of its whole LUN:
        ``{WWID: text}`` of all that were formatted, held something, or cannot be read. Raises
        RecordUnreadable if the records cannot be listed.
        """
        try:
            names = sorted(name for name in self._cache.list(BANK) if is_overlap(name, key(wwid)))
        except Exception as err:
            raise RecordUnreadable(f"the records cannot be listed: {err}") from err
        found = {name: self._text(name) for name in names}
        return {name: text for name, text in found.items() if text}

    def _text(self, wwid):
        try:
            record = self.fetch(wwid)
        except RecordUnreadable as err:
            return str(err)
        return "" if record.state == NEVER else record.description()

    def store(self, record):
        """
        Write a record and read it back. Raises RecordUnwritable, or RecordUnreadable if it is not
        there afterwards.
        """
        data = dataclasses.asdict(record)
        data["events"] = list(record.events)
        try:
            self._cache.store(BANK, record.wwid, data)
            self._sync()
        except Exception as err:
            raise RecordUnwritable(f"the record of {record.wwid} cannot be written: {err}") from err
        if self.fetch(record.wwid) != record:
            raise RecordUnreadable(
                f"the record of {record.wwid} does not read back as it was written"
            )
