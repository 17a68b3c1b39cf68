"""
The format stage of one cluster: what is written down, ordered and read back, and in which order.

It reaches the world only through the master that it is given, so the same code that formats is
run against thousands of simulated histories of crashes and delays.

The order is what makes a crash anywhere recoverable: the format is on record before the leader is
marked, the leader is marked before the job is sent, and the record says ``formatted`` only once
every node has read the volume back. Until then the outcome counts as unknown: the next run looks,
and goes on with the same leader, the same token and the same UUID.
"""

import dataclasses

from ocfs2lib import commands
from ocfs2lib.answers import returns
from ocfs2lib.errors import FormulaError
from ocfs2lib.lun import ledger
from ocfs2lib.lun.format_order import LEADER_GRAIN
from ocfs2lib.plan.cluster_plan import FORMAT
from ocfs2lib.plan.cluster_plan import REFUSE
from ocfs2lib.plan.cluster_plan import USE
from ocfs2lib.plan.cluster_plan import WAIT

#: Seconds for the leader to take its mark, and to make a volume of which it reads only samples.
_MARK_LIMIT, _FORMAT_LIMIT = 300, 4200
#: Bytes a second that the slowest array is expected to read.
_SLOWEST = 10 << 20


class FormatLuns:
    """
    Carry out what a plan allows.

    desired
        The cluster, :class:`pillar.desired.Desired`.
    master
        Has ``plan()`` (the plan as of now), ``ask(minions, fun, *arg, limit, progress, **kwarg)``
        (``(returns, silent)``; ``progress`` names the LUN whose full read is to be followed),
        ``say(text)``, ``audit(verdict, lun, reasons, evidence)``, ``ledger``, ``stamp()``
        (``{"time", "job", "operator"}``), ``new_uuid()``, ``new_token()`` and ``failures(answer)``
        (of a state run, as sentences).
    """

    def __init__(self, desired, master):
        self._desired, self._master = desired, master

    def run(self):
        """
        Format one LUN after the other and read all back.

        Each LUN is judged by itself. After a failure the rest waits for the next run: what broke
        one format may break another.

        Returns ``({key: record}, failures)``: of the volumes that were made or found to be made,
        and what went wrong, as sentences.
        """
        plan = self._master.plan()
        volumes, failures = self.update_ledger(plan)
        failures += plan.failures() + self._audit_refusals(plan)
        ordered = []
        for lun in plan.to_format() if not self._not_ready(plan) else ():
            failure = self._format(lun) if not ordered else self._look_and_format(lun.key)
            if failure:
                failures.append(f"LUN {lun.key}: {failure}")
                break
            ordered.append(lun.key)
        if ordered:
            made, failed = self._read_back(ordered)
            volumes.update(made)
            failures += failed
        return volumes, failures

    def update_ledger(self, plan):
        """
        Bring the ledger up to what every node sees.

        Returns ``({key: record}, failures)``, of the formats that are now known to be done.
        """
        volumes, failures = {}, []
        for lun in plan.luns:
            try:
                if self._is_made(lun):
                    volumes[lun.key] = self._store_record(lun, ledger.FORMATTED)
                    self._audit("done", lun, ())
                else:
                    self._record_contents(lun, lun.case.foreign_contents)
            except FormulaError as err:
                failures.append(f"LUN {lun.key}: {err}")
        return volumes, failures

    @staticmethod
    def _is_made(lun):
        started = lun.case.started_format
        return (
            started
            and lun.action == USE
            and not lun.refusals
            and lun.volume["uuid"] == started.uuid
        )

    def _record_contents(self, lun, contents):
        """
        Record what a LUN was seen to hold that is not ours, in case it ever reads as blank; also
        beside a format that is on record as begun, which then is not continued.
        """
        record = lun.case.record
        if not contents or not isinstance(record, ledger.Record) or record.found:
            return
        if record.state == ledger.NEVER:
            self._store_record(lun, ledger.HELD, found=contents)
        elif record.state == ledger.FORMATTING:
            self._store_record(lun, ledger.FORMATTING, found=contents)

    def _store_record(self, lun, state, **changes):
        """Store and return a LUN's record in another state. Raises RecordUnwritable."""
        record, stamp = lun.case.record, self._master.stamp()
        started = lun.case.started_format
        if started:
            names = ("uuid", "label", "leader", "token", "found")
            kept = {name: getattr(started, name) for name in names}
            changes = {**kept, **changes}
        new = record.becomes(
            state,
            stamp["time"],
            cluster=self._desired.cluster.name,
            lun=lun.key,
            operator=stamp["operator"],
            job=stamp["job"],
            **changes,
        )
        self._master.ledger.store(new)
        return new

    def _audit_refusals(self, plan):
        """Audit each refusal; return, as sentences, those that the plan itself does not have."""
        not_ready = self._not_ready(plan)
        for lun in plan.luns:
            if lun.action in (REFUSE, WAIT):
                self._audit("refused", lun, lun.refusals)
            elif lun.action == FORMAT and not_ready:
                self._audit("refused", lun, not_ready)
        return [
            f"LUN {lun.key}: not formatted, {each}"
            for lun in plan.to_format()
            for each in not_ready
        ]

    @staticmethod
    def _not_ready(plan):
        """Return which nodes are not online as described, so that nothing is formatted for them."""
        return [
            f"{node.minion} is not ready: " + "; ".join(map(str, (*node.gaps, *node.blocked)))
            for node in plan.nodes
            if node.gaps or node.blocked
        ] + list(plan.misnumbered)

    def _look_and_format(self, key):
        """Look at a LUN once more right before its order, and format it; return what went wrong, or
        None. While the LUNs before it were formatted, somebody may have begun to use it."""
        plan = self._master.plan()
        lun, not_ready = plan.lun(key), self._not_ready(plan)
        if lun.action == FORMAT and not not_ready:
            return self._format(lun)
        self._record_contents(lun, lun.case.foreign_contents)
        reasons = [*lun.refusals, *not_ready] or ["it holds a volume by now"]
        return self._failed("refused", lun, f"not formatted: {'; '.join(map(str, reasons))}")

    def _format(self, lun):
        """Order the leader to format one LUN; return what went wrong, or None."""
        try:
            self._audit("granted", lun, ())
            record = self._record_start(lun)
        except FormulaError as err:
            return f"not formatted: {err}"
        self._master.say(f"LUN {lun.key}: formatting on {lun.leader}")
        unmarked = self._mark(record, self._desired.lun(lun.key).wwid, record.token)
        if unmarked:
            self._master.ledger.store(lun.case.record)
            return self._failed(
                "failed",
                lun,
                f"the leader did not take its grain {LEADER_GRAIN}: {'; '.join(unmarked)}. Nothing "
                f"was formatted. Run {commands.ORCHESTRATE} again",
            )
        answers, silent = self._order(lun, record)
        if silent:
            return self._failed(
                "unknown",
                lun,
                f"{lun.leader} went silent while it formatted: the outcome is UNKNOWN and no other "
                f"node takes over. Bring {lun.leader} back and run again",
            )
        failed = self._master.failures(answers[lun.leader])
        if failed:
            # It may not have been used.
            self._mark(record)
            self._note_refusal(lun, self._master.format_refused(answers[lun.leader]))
            return self._failed("failed", lun, "; ".join(failed))
        return None

    def _note_refusal(self, lun, contents):
        """
        Bring the ledger up to what a leader has said that refused before it wrote anything.

        contents
            What it saw on the LUN that is not ours, ``""`` for nothing; None if it may have
            written.
        """
        if contents is None:
            return
        if contents:
            self._record_contents(lun, f"{contents} on {lun.leader}")
        elif not lun.case.started_format:
            self._master.ledger.store(lun.case.record)

    def _record_start(self, lun):
        """Record the format before anything of it can happen."""
        if lun.case.started_format:
            return self._store_record(lun, ledger.FORMATTING, leader=lun.leader)
        return self._store_record(
            lun,
            ledger.FORMATTING,
            uuid=self._master.new_uuid(),
            token=self._master.new_token(),
            label=self._desired.lun(lun.key).label,
            leader=lun.leader,
        )

    def _mark(self, record, *permission):
        """
        Mark the leader, with or without its permission: the WWID and the token. Returns why it has
        not taken the mark, as sentences.
        """
        answers, silent = self._master.ask(
            [record.leader], "ocfs2_format.mark", record.cluster, *permission, limit=_MARK_LIMIT
        )
        return returns.of_calls(answers, silent)[1]

    def _order(self, lun, record):
        desired, stamp = self._desired.lun(lun.key), self._master.stamp()
        grant = {
            "uuid": record.uuid,
            "token": record.token,
            "leader": lun.leader,
            "again": lun.again,
            "job": stamp["job"],
            "operator": stamp["operator"],
        }
        full = desired.verify == "full"
        return self._master.ask(
            [lun.leader],
            "state.apply",
            "ocfs2.format",
            pillar={"ocfs2_format": {"lun": lun.key, "grant": grant}},
            limit=_FORMAT_LIMIT + (desired.size // _SLOWEST if full else 0),
            progress=f"LUN {lun.key}" if full else "",
        )

    def _failed(self, verdict, lun, reason):
        self._audit(verdict, lun, [reason])
        return reason

    def _audit(self, verdict, lun, reasons):
        self._master.audit(verdict, self._desired.lun(lun.key), reasons, _evidence(lun.case))

    def _read_back(self, keys):
        """Ask every node again; return as :meth:`run` does, for the LUNs that were ordered."""
        volumes, failures = self.update_ledger(self._master.plan())
        failures += [
            f"LUN {key}: the new volume does not read back on every node; run "
            f"{commands.ORCHESTRATE} again, which looks at it anew"
            for key in keys
            if key not in volumes
        ]
        return volumes, failures


def _evidence(case):
    """Return what a decision was based on, as plain data."""
    known = isinstance(case.record, ledger.Record)
    return {
        "seen": case.seen,
        "silent": {minion: str(silence) for minion, silence in case.silent.items()},
        "record": dataclasses.asdict(case.record) if known else case.record,
    }
