"""The ledger and the node numbers, looked at and changed by hand."""

import dataclasses

from ocfs2lib import timeouts
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import ChangeRefused
from ocfs2lib.errors import FormulaError
from ocfs2lib.errors import RecordUnreadable
from ocfs2lib.lun import ledger
from ocfs2lib.master.master import Master

#: Characters of a reason for a change of the ledger by hand.
_REASON = 10


def show(context, wwid=None):
    """
    Return what is on record of one LUN, or of all.

    context
        The :class:`master.context.Context`.
    wwid
        As for the runner.
    """
    known, lines, records = Master(context).ledger, [], {}
    for each in [wwid] if wwid else known.wwids():
        try:
            record = known.fetch(each)
        except RecordUnreadable as err:
            lines.append(f"{each}: {err}")
            continue
        records[each] = {**dataclasses.asdict(record), "token": ""}
        lines.append(f"{each}: {record.description()}")
    unreadable = len(lines) > len(records)
    return _answer(lines or ["Nothing is on record."], not unreadable, ledger=records)


def forget(context, wwid, reason):
    """
    Take a LUN's record out of the ledger.

    context, wwid, reason
        As for :func:`show` and for the runner.
    """

    def forgotten(master, record, stamp):
        new = record.becomes(ledger.NEVER, stamp["time"])
        return new.with_event(
            stamp["time"], f"forgotten: {record.description()},", stamp["operator"], reason
        )

    change = _Change("forget", "forgotten", forgotten, unreadable=True)
    return change.carry_out(
        context, wwid, reason, f"Next: {ORCHESTRATE}, which looks at the LUN anew."
    )


def resume(context, wwid, reason):
    """
    Let another leader be elected for a format whose outcome is unknown.

    context, wwid, reason
        As for :func:`show` and for the runner.
    """

    def released(master, record, stamp):
        if record.state != ledger.FORMATTING:
            raise ChangeRefused(
                f"no format of it is on record as begun, but: {record.description()}"
            )
        new = record.released(master.new_token())
        event = f"released, was begun on {record.leader or 'nobody'},"
        return new.with_event(stamp["time"], event, stamp["operator"], reason)

    change = _Change("resume", "resumed", released)
    return change.carry_out(
        context, wwid, reason, f"Next: {ORCHESTRATE}, which elects a leader for it."
    )


def free_number(context, cluster, number, reason):
    """
    Let another host have the number of a node that was removed.

    context, cluster, number, reason
        As for :func:`show` and for the runner.
    """
    about = f"number {number} of cluster {cluster}"
    try:
        if type(number) is not int or not isinstance(cluster, str) or not _is_reason(reason):
            raise ArgumentInvalid(
                f"type out cluster=NAME, number=N and a reason=... of {_REASON} characters or more"
            )
        master = Master(context)
        with master.exclusive():
            old = master.numbers(cluster)
            new = old.freed(number)
            words = f"was that of {old.entries[number].minion}"
            master.record_decision("freed", f"node number {number}", "", cluster, [reason], words)
            master.keep_numbers(lambda numbers, time: new, cluster)
    except FormulaError as err:
        return _refused(about, err)
    return _answer([f"{about} {words} and is free.", "Next: give it to a node in pillar."], True)


@dataclasses.dataclass(frozen=True)
class _Change:
    """
    A change of one record by hand.

    verb, verdict
        What the operator types, and what the audit log says of it.
    change
        Takes the master, the record and the stamp; returns the new record, or raises
        ChangeRefused.
    unreadable
        Whether a record that cannot be read may be changed as well.
    """

    verb: str
    verdict: str
    change: object
    unreadable: bool = False

    def carry_out(self, context, wwid, reason, what_next):
        """Change the record, with the reason, and say what comes next."""
        # On the command line, digits alone are taken for a number.
        wwid = str(wwid) if type(wwid) is int else wwid
        try:
            _check(wwid, reason)
            master = Master(context)
            if ledger.key(wwid) not in master.ledger.wwids():
                raise ChangeRefused("it is not on record (salt-run ocfs2.ledger lists what is)")
            with master.exclusive():
                old = self._old(master.ledger, wwid)
                warnings = _of_the_leader(master, old)
                self._apply(master, old, wwid, reason)
        except FormulaError as err:
            return _refused(f"{self.verb} {wwid}", err)
        return _answer([f"{wwid} was on record: {old.description()}", *warnings, what_next], True)

    def _apply(self, master, old, wwid, reason):
        new = self.change(master, old, master.stamp())
        evidence = dataclasses.asdict(old)
        master.record_decision(self.verdict, old.lun, wwid, old.cluster, [reason], evidence)
        master.ledger.store(new)

    def _old(self, known, wwid):
        try:
            return known.fetch(wwid)
        except RecordUnreadable as err:
            if not self.unreadable:
                raise
            return ledger.Record(ledger.key(wwid), ledger.HELD, found=str(err))


def _check(wwid, reason):
    if not isinstance(wwid, str) or not _is_reason(reason):
        raise ArgumentInvalid(
            f"type out the whole wwid=... of the LUN and a reason=... of {_REASON} characters "
            "or more (salt-run ocfs2.ledger lists what is on record)"
        )


def _is_reason(reason):
    return isinstance(reason, str) and len(reason) >= _REASON


def _of_the_leader(master, record):
    """
    Return what has to be known of the leader of a format that is on record as begun, as sentences.
    Raises ChangeRefused while it formats.
    """
    leader = record.leader
    if record.state != ledger.FORMATTING or not leader:
        return []
    answers, _ = master.ask([leader], "ocfs2_format.running", limit=timeouts.WORK)
    running = answers.get(leader)
    if not isinstance(running, dict) or "wwid" not in running:
        return [
            f"{leader}, which was to format it, has not said whether it is at work on that. Make "
            "sure that it is switched off before anything else is done with this LUN."
        ]
    if running["wwid"]:
        raise ChangeRefused(f"{leader} is formatting right now; wait for it")
    return []


def _refused(what, err):
    return _answer([f"{what}: refused, {err}. Nothing was changed."], False)


def _answer(lines, good, **data):
    return {"outputter": "ocfs2", "retcode": 0 if good else 1, "lines": lines, **data}
