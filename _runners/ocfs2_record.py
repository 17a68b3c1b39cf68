"""
The ledger, looked at and changed by hand: a part of the runner ``ocfs2``.

.. versionadded:: 1.0.0
"""

import dataclasses

from ocfs2lib import timeouts
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.lun import ledger as lun_ledger
from ocfs2lib.lun.ledger import FORMATTING
from ocfs2lib.lun.ledger import NEVER

__virtualname__ = "ocfs2"

#: Characters of a reason for a change of the ledger by hand.
_REASON = 10
_VERBS = {"forget": "forgotten", "resume": "resumed"}


def __virtual__():
    return __virtualname__


def ledger(wwid=None):
    """
    What is on record of the LUNs: what each was seen to hold, and what was formatted there.

    wwid
        One LUN; without it, all on record.

    Returns, besides ``lines`` and ``retcode``, ``ledger``: ``{WWID: record}``, each with the fields
    of :class:`lun.ledger.Record` but the token.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.ledger
        salt-run ocfs2.ledger wwid=3600a0b8000123456000abcd012345678 --out=json
    """
    known, lines, records = _master().ledger, [], {}
    for each in [wwid] if wwid else known.wwids():
        try:
            record = known.fetch(each)
        except ValueError as err:
            lines.append(f"{each}: {err}")
            continue
        records[each] = {**dataclasses.asdict(record), "token": ""}
        lines.append(f"{each}: {record.words()}")
    unreadable = len(lines) > len(records)
    return _said(lines or ["Nothing is on record."], not unreadable, ledger=records)


def forget(wwid=None, reason=None):
    """
    Take a LUN's record out of the ledger, so that it may be formatted if it is blank.

    The only way back for a LUN that was formatted, or seen to hold something, and was then cleared
    on purpose. Changes nothing on any LUN.

    wwid
        The whole WWID of the LUN, typed out.
    reason
        Why, for the ledger and the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.forget wwid=3600a0b8000123456000abcd012345678 reason="cleared for reuse"
    """

    def forgotten(record, stamp):
        _refuse_at_work(record)
        new = record.becomes(NEVER, stamp["time"])
        return new.noted(stamp["time"], f"forgotten: {record.words()},", stamp["operator"], reason)

    return _on_record(
        "forget", wwid, reason, forgotten, f"Next: {ORCHESTRATE}, which looks at the LUN anew."
    )


def resume(wwid=None, reason=None):
    """
    Let the next orchestration elect another leader for a format whose outcome is UNKNOWN.

    For a leader that is gone for good, once it is certain that it is switched off: one that wakes
    up later could still write to the LUN. What its format left is made again only if it bears the
    UUID on record. Refused while the leader is at work.

    wwid
        The whole WWID of the LUN, typed out.
    reason
        Why, for the ledger and the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.resume wwid=3600a0b8000123456000abcd012345678 reason="host1 was scrapped"
    """

    def resumed(record, stamp):
        if record.state != FORMATTING:
            raise ValueError(f"no format of it is on record as begun, but: {record.words()}")
        _refuse_at_work(record)
        new = record.released(_master().new_token())
        event = f"released, was begun on {record.leader or 'nobody'},"
        return new.noted(stamp["time"], event, stamp["operator"], reason)

    return _on_record(
        "resume", wwid, reason, resumed, f"Next: {ORCHESTRATE}, which elects a leader for it."
    )


def free_number(cluster=None, number=None, reason=None):
    """
    Let another host have the number of a node that was removed.

    Only for a host that is gone for good: one that wakes up with the cluster.conf it had would be
    taken for whoever has its number by then. Changes nothing on any node.

    number
        The node number, 0 to 254.
    reason
        Why, for the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.free_number cluster=web number=2 reason="host3 was scrapped"
    """
    about = f"number {number} of cluster {cluster}"
    try:
        if type(number) is not int or not isinstance(cluster, str) or not _is_reason(reason):
            raise ValueError(
                f"type out cluster=NAME, number=N and a reason=... of {_REASON} characters or more"
            )
        master = _master()
        with master.exclusive():
            old = master.numbers(cluster)
            new = old.freed(number)
            words = f"was that of {old.entries[number].minion}"
            master.record_decision("freed", f"node number {number}", "", cluster, [reason], words)
            master.keep_numbers(lambda roll, time: new, cluster)
    except ValueError as err:
        return _said([f"{about}: refused, {err}. Nothing was changed."], False)
    return _said([f"{about} {words} and is free.", "Next: give it to a node in pillar."], True)


def _is_reason(reason):
    return isinstance(reason, str) and len(reason) >= _REASON


def _refuse_at_work(record):
    """A record is not changed under a leader that formats."""
    if record.state == FORMATTING and record.leader:
        limit = timeouts.WORK
        returns, _ = _master().ask([record.leader], "ocfs2_format.running", limit=limit)
        running = returns.get(record.leader)
        if isinstance(running, dict) and running.get("wwid"):
            raise ValueError(f"{record.leader} is formatting right now; wait for it")


def _on_record(verb, wwid, reason, change, what_next):
    """Change one record by hand, with the reason, and say what comes next."""
    # On the command line, digits alone are taken for a number.
    wwid = str(wwid) if type(wwid) is int else wwid
    try:
        if not isinstance(wwid, str) or not _is_reason(reason):
            raise ValueError(
                f"type out the whole wwid=... of the LUN and a reason=... of {_REASON} characters "
                "or more (salt-run ocfs2.ledger lists what is on record)"
            )
        master = _master()
        known = master.ledger
        if lun_ledger.key(wwid) not in known.wwids():
            raise ValueError("it is not on record (salt-run ocfs2.ledger lists what is)")
        with master.exclusive():
            old = _old(known, wwid, verb)
            new = change(old, master.stamp())
            evidence = dataclasses.asdict(old)
            master.record_decision(_VERBS[verb], old.lun, wwid, old.cluster, [reason], evidence)
            known.store(new)
    except ValueError as err:
        return _said([f"{verb} {wwid}: refused, {err}. Nothing was changed."], False)
    return _said([f"{wwid} was on record: {old.words()}", what_next], True)


def _old(known, wwid, verb):
    """The record to be changed; one that can not be read can still be forgotten."""
    try:
        return known.fetch(wwid)
    except ValueError as err:
        if verb != "forget":
            raise
        return lun_ledger.Record(lun_ledger.key(wwid), lun_ledger.HELD, found=str(err))


def _said(lines, good, **data):
    return {"outputter": "ocfs2", "retcode": 0 if good else 1, "lines": lines, **data}


def _master():
    return __salt__["ocfs2_master.of"]()
