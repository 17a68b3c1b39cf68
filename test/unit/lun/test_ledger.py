import dataclasses

import pytest

from ocfs2lib.errors import RecordUnreadable
from ocfs2lib.errors import RecordUnwritable
from ocfs2lib.lun import audit
from ocfs2lib.lun import ledger
from support import answers
from support.simulated import SimulatedCache

PILLAR = answers.desired()
WWID = PILLAR.luns[0].wwid


def opened(cache=None, synced=None):
    sync = (lambda: synced.append(True)) if synced is not None else (lambda: None)
    return ledger.Ledger(SimulatedCache() if cache is None else cache, sync)


def test_what_was_never_stored_is_never():
    assert opened().fetch(WWID) == ledger.Record(WWID)
    assert opened().wwids() == []


@pytest.mark.parametrize("state", ledger.STATES)
def test_a_record_reads_back_whatever_the_case_of_the_wwid(state):
    cache, synced = SimulatedCache(), []
    record = answers.record(PILLAR, state).with_event(
        "now", "forgotten", "root", "cleared for reuse"
    )
    opened(cache, synced).store(record)
    assert synced == [True]
    assert opened(cache).fetch(WWID.upper()) == record
    assert opened(cache).wwids() == [WWID.lower()]


@pytest.mark.parametrize(
    "stored",
    [
        "formatted",
        {"state": "formatted"},
        {**dataclasses.asdict(answers.record(PILLAR)), "state": "blank"},
        {**dataclasses.asdict(answers.record(PILLAR)), "uuid": None},
        {**dataclasses.asdict(answers.record(PILLAR)), "wwid": "36another"},
        {**dataclasses.asdict(answers.record(PILLAR)), "more": ""},
        {**dataclasses.asdict(answers.record(PILLAR)), "events": 7},
    ],
)
def test_what_no_ledger_has_written_is_not_read_as_never(stored):
    cache = SimulatedCache()
    cache.store(ledger.BANK, WWID, stored)
    with pytest.raises(RecordUnreadable, match="the record of"):
        opened(cache).fetch(WWID)


class BrokenCache(SimulatedCache):
    def fetch(self, bank, key):
        raise OSError("Input/output error")

    def store(self, bank, key, data):
        raise OSError("No space left on device")


class ForgetfulCache(SimulatedCache):
    def store(self, bank, key, data):
        pass


def test_a_cache_that_fails_is_named():
    with pytest.raises(RecordUnreadable, match=r"cannot be read: Input/output error"):
        opened(BrokenCache()).fetch(WWID)
    with pytest.raises(RecordUnwritable, match=r"cannot be written: No space left"):
        opened(BrokenCache()).store(answers.record(PILLAR, "held"))


def test_a_store_that_does_not_read_back_is_no_store():
    with pytest.raises(RecordUnreadable, match="does not read back"):
        opened(ForgetfulCache()).store(answers.record(PILLAR, "held"))


def test_the_past_of_a_record_goes_with_it_and_does_not_grow_for_ever():
    record = answers.record(PILLAR, "formatted")
    for number in range(100):
        record = record.with_event(str(number), "forgotten", "root", "again and again")
    assert [event["time"] for event in record.events][-1] == "99"
    assert len(record.events) == 50
    assert record.becomes("never", "now").events == record.events


def test_a_released_format_keeps_its_uuid_and_loses_leader_and_token():
    begun = answers.record(PILLAR, "formatting")
    released = begun.released("f" * 32)
    assert (released.leader, released.token) == ("", "f" * 32)
    assert (released.uuid, released.state) == (begun.uuid, begun.state)


def test_the_same_evidence_has_the_same_digest():
    one, other = {"a": 1, "b": [2]}, {"b": [2], "a": 1}
    assert audit.digest(one) == audit.digest(other)
    assert audit.digest(one) != audit.digest({**one, "a": 2})


def test_what_a_killed_store_left_is_not_on_record():
    """Salt's cache lists its temporary file by its name."""
    cache = SimulatedCache()
    opened(cache).store(answers.record(PILLAR, ledger.FORMATTED))
    cache[ledger.BANK, "tmp3x_a1b2"] = {}
    assert opened(cache).wwids() == [WWID]
    # One that cannot be read is on record all the same.
    cache[ledger.BANK, "3600b"] = "damaged"
    assert opened(cache).wwids() == sorted(["3600b", WWID])


PART = f"{WWID}-partuuid-1a2b3c4d-01"


@pytest.mark.parametrize(("stored", "asked"), [(PART, WWID), (WWID, PART), (WWID, PART.upper())])
def test_a_lun_and_its_partition_overlap(stored, asked):
    known = opened()
    known.store(ledger.Record(stored, ledger.HELD, found="ext4"))
    assert list(known.overlapping(asked)) == [stored]
    assert "held ext4" in known.overlapping(asked)[stored]
    assert known.fetch(asked).state == ledger.NEVER


def test_what_does_not_overlap_or_is_free_is_not_in_the_way():
    known = opened()
    for wwid in (WWID, f"{WWID}-partuuid-1a2b3c4d-02", "35000c50000000001"):
        known.store(ledger.Record(wwid, ledger.HELD, found="ext4"))
    known.store(ledger.Record(PART))
    assert known.overlapping("35000c50000000001") == {}
    assert list(known.overlapping(PART)) == [WWID]
    assert list(known.overlapping(WWID)) == [f"{WWID}-partuuid-1a2b3c4d-02"]


def test_a_record_of_a_partition_that_cannot_be_read_is_in_the_way():
    cache = SimulatedCache()
    cache.store(ledger.BANK, PART, "garbage")
    assert "another shape" in opened(cache).overlapping(WWID)[PART]


class UnlistedCache(SimulatedCache):
    def list(self, bank):
        raise OSError("Input/output error")


def test_records_that_cannot_be_listed_are_not_taken_for_none():
    with pytest.raises(RecordUnreadable, match="cannot be listed: Input/output error"):
        opened(UnlistedCache()).overlapping(WWID)
