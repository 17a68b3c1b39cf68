"""
What needs the whole cluster: who takes part, what has to happen, who formats, and whether it is so.

:func:`plan` and :func:`status` only look. The other functions are the stages of
``salt-run state.orchestrate ocfs2.orch``. Each asks all nodes anew before it acts, so none acts on
an old answer, each is safe on its own, and running all of them again continues after any crash.

Every function takes ``cluster``, the name of one cluster; without it, it works on all that the
pillar of this master's minions describes. The stages between plan and status take ``absent``,
``{minion id: reason}`` of nodes that could not take part a moment ago: they are not waited for
once more.

Every function returns a dict with ``clusters`` (one entry each), ``retcode`` (0 or 1, the exit code
of salt-run) and ``outputter``.

.. versionadded:: 1.0.0
"""

import contextlib
import dataclasses
import fcntl
import os
import secrets
import time
import uuid

import salt.cache
import salt.utils.files
import salt.utils.user

import ocfs2_audit
import ocfs2_clusters
import ocfs2_facts
import ocfs2_firewall
import ocfs2_ledger
import ocfs2_plan
import ocfs2_report
import ocfs2_version
import ocfs2_words
from ocfs2_commands import ORCHESTRATE
from ocfs2_ledger import FORMATTING
from ocfs2_ledger import NEVER
from ocfs2_ledger import Ledger
from ocfs2_stage import FormatStage

_PING_LIMIT = 45
_APPLY_LIMIT = 1200
#: Characters of a reason for a change of the ledger by hand.
_REASON = 10
_VERBS = {"forget": "forgotten", "resume": "resumed"}
#: Seconds between two questions how far a full read has come.
_PROGRESS_INTERVAL = 15


def plan(cluster=None):
    """
    What the orchestration would do, and what it would refuse and why.

    Changes nothing but the formula's own modules on the nodes: those that have another build of
    them than the master, or none, are synced.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.plan
        salt-run ocfs2.plan cluster=web --out=json
    """
    return _each(cluster, _plan_stage)


def status(cluster=None):
    """
    The table of truth: every node and LUN as it is now, held against pillar. Changes nothing.

    The exit code is 0 only if everything is as described.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.status
        salt-run ocfs2.status --out=json
    """
    return _each(cluster, _status_stage)


def converge(cluster=None, absent=None):
    """
    Bring packages, kernel, configuration, firewall and service of every node to what pillar says.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.converge
    """
    return _each(cluster, _converge_stage, absent)


def format(cluster=None, absent=None):
    """
    Format, on the leader alone, every LUN that the plan allows, and read it back on every node.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.format
    """
    return _each(cluster, _format_stage, absent)


def mount(cluster=None, absent=None):
    """
    Mount every volume on every node, now and at each boot.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.mount
    """
    return _each(cluster, _mount_stage, absent)


def ledger(wwid=None):
    """
    What is on record of the LUNs: what each was seen to hold, and what was formatted there.

    wwid
        One LUN; without it, all on record.

    Returns, besides ``lines`` and ``retcode``, ``ledger``: ``{WWID: record}``, each with the fields
    of :class:`ocfs2_ledger.Record` but the token.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.ledger
        salt-run ocfs2.ledger wwid=3600a0b8000123456000abcd012345678 --out=json
    """
    known, lines, records = _ledger(), [], {}
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
        new = record.released(_Master.new_token())
        event = f"released, was begun on {record.leader or 'nobody'},"
        return new.noted(stamp["time"], event, stamp["operator"], reason)

    return _on_record(
        "resume", wwid, reason, resumed, f"Next: {ORCHESTRATE}, which elects a leader for it."
    )


def _refuse_at_work(record):
    """A record is not changed under a leader that formats."""
    if record.state == FORMATTING and record.leader:
        returns, _ = _ask([record.leader], "ocfs2_format.running", limit=_PING_LIMIT)
        running = returns.get(record.leader)
        if isinstance(running, dict) and running.get("wwid"):
            raise ValueError(f"{record.leader} is formatting right now; wait for it")


def _on_record(verb, wwid, reason, change, what_next):
    """Change one record by hand, with the reason, and say what comes next."""
    # On the command line, digits alone are taken for a number.
    wwid = str(wwid) if type(wwid) is int else wwid
    try:
        if not isinstance(wwid, str) or not isinstance(reason, str) or len(reason) < _REASON:
            raise ValueError(
                f"type out the whole wwid=... of the LUN and a reason=... of {_REASON} characters "
                "or more (salt-run ocfs2.ledger lists what is on record)"
            )
        known = _ledger()
        if ocfs2_ledger.key(wwid) not in known.wwids():
            raise ValueError("it is not on record (salt-run ocfs2.ledger lists what is)")
        with _alone():
            old = _old(known, wwid, verb)
            new = change(old, _Master.stamp())
            _audit(_VERBS[verb], old.lun, wwid, old.cluster, [reason], dataclasses.asdict(old))
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
        return ocfs2_ledger.Record(ocfs2_ledger.key(wwid), ocfs2_ledger.HELD, found=str(err))


def _said(lines, good, **data):
    return {"outputter": "ocfs2", "retcode": 0 if good else 1, "lines": lines, **data}


def _each(cluster, stage, *arguments):
    """Run a stage for the clusters asked for; what fails in one does not stop the others."""
    found, errors = ocfs2_clusters.described(__salt__["ocfs2_nodes.rosters"](), cluster)
    results = {name: {"result": False, "lines": lines, "changes": {}} for name, lines in errors}
    for name, desired in found.items():
        results[name] = stage(desired, *arguments)
        results[name]["lines"] = [ocfs2_words.harmless(line) for line in results[name]["lines"]]
    return {
        "outputter": "ocfs2",
        "retcode": 0 if all(each["result"] is not False for each in results.values()) else 1,
        "clusters": results,
    }


def _look(desired, absent=None, sync=False):
    """
    Ask every node of the roster but the absent, and decide: the plan as of now.

    With ``sync``, a node that has another build of the formula than the master, or none, gets the
    master's first.
    """
    formula = ocfs2_version.build(__opts__["extension_modules"])
    absent = absent or {}
    roster = [node.minion for node in desired.nodes if node.minion not in absent]
    answers, silent = __salt__["ocfs2_nodes.census"](
        roster, _devices(desired), ocfs2_firewall.concern(desired), formula if sync else None
    )
    silent.update(absent)
    census = {}
    for minion in answers.keys() - silent.keys():
        try:
            census[minion] = ocfs2_facts.checked(answers[minion], _devices(desired))
        except ValueError as err:
            silent[minion] = str(err)
    return ocfs2_plan.plan(desired, census, silent, formula, _records(desired))


def _ask(minions, fun, *arg, limit, meanwhile=None, **kwarg):
    return __salt__["ocfs2_nodes.ask"](minions, fun, arg, kwarg, limit=limit, meanwhile=meanwhile)


def _devices(desired):
    return {lun.key: lun.device for lun in desired.luns}


def _say(desired, text):
    __salt__["ocfs2_nodes.say"](f"[{desired.cluster.name}] {ocfs2_words.harmless(text)}")


def _plan_stage(desired):
    _say(desired, f"asking {len(desired.nodes)} nodes")
    found = _look(desired, sync=True)
    lines = ocfs2_report.plan_text(found)
    _say(desired, "\n".join(lines))
    failures, differences = found.failures() + _settled(desired, found), found.differences()
    result = False if failures else (None if differences else True)
    return {"result": result, "lines": lines, "changes": {}, "status": ocfs2_report.status(found)}


def _settled(desired, found):
    """Put down what was seen, for the day a LUN reads as blank; what went wrong, as sentences."""
    if _testing():
        return []
    try:
        with _alone():
            return FormatStage(desired, _Master(desired, {})).settle(found)[1]
    except _BusyError:
        return []  # the other run puts it down
    except ValueError as err:
        return [str(err)]


def _status_stage(desired):
    data = ocfs2_report.status(_look(desired))
    lines = ocfs2_report.status_text(desired.cluster.name, data)
    return {"result": data["healthy"], "lines": lines, "changes": {}, "status": data}


def _converge_stage(desired, absent):
    return _apply_stage(desired, absent, "ocfs2.node", "configured")


def _mount_stage(desired, absent):
    return _apply_stage(desired, absent, "ocfs2.mount", "mounted")


def _apply_stage(desired, absent, sls, done):
    """Apply one sls to every node that takes part, all in parallel."""
    found = _look(desired, absent)
    minions = found.answering()
    _say(desired, f"state.apply {sls} on {len(minions)} nodes")
    returns, silent = _ask(
        minions,
        "state.apply",
        sls,
        test=_testing(),
        exclude=_excluded(found),
        limit=_APPLY_LIMIT,
    )
    changes, lines = {}, [f"{minion}: {reason}" for minion, reason in silent.items()]
    for minion, answer in returns.items():
        changed, failed = _states(answer)
        if changed:
            changes[minion] = changed
        lines += [f"{minion}: {each}" for each in failed]
    for line in lines:
        _say(desired, line)
    lines += [f"{node.minion}: {node.silent}" for node in found.nodes if node.silent]
    pending = _testing() and (changes or found.differences())
    return {
        "result": False if lines else (None if pending else True),
        "lines": lines or [f"{len(minions)} nodes {_would(done)}."],
        "changes": changes,
    }


def _excluded(found):
    """In test mode, the mounts that would only be possible after the format."""
    return [{"id": f"ocfs2-mount-{lun.key}"} for lun in found.to_format()] if _testing() else []


def _would(done):
    return f"would be {done}" if _testing() else done


def _states(answer):
    """``(changes, failures)`` of one minion's state run; anything but a state run is a failure."""
    if not isinstance(answer, dict):
        text = "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
        return {}, [text]
    changes, failures = {}, []
    for tag, state in answer.items():
        if not isinstance(state, dict):
            failures.append(f"{tag}: {state}")
            continue
        name = str(state.get("__id__", tag))
        if state.get("changes"):
            changes[name] = state["changes"]
        if state.get("result") is False:
            failures.append(f"{name}: {state.get('comment')}")
    return changes, failures


def _testing():
    return bool(__opts__.get("test"))


def _format_stage(desired, absent):
    if _testing():
        return _format_tested(_look(desired, absent))
    try:
        with _alone():
            volumes, failures = FormatStage(desired, _Master(desired, absent)).run()
    except ValueError as err:
        volumes, failures = {}, [str(err)]
    made = [f"LUN {key} formatted on {record.leader}." for key, record in volumes.items()]
    return {
        "result": not failures,
        "lines": failures + made or ["No LUN waits to be formatted."],
        "changes": {
            key: {"old": "blank", "new": f"volume {record.uuid} of {desired.cluster.name}"}
            for key, record in volumes.items()
        },
    }


def _format_tested(found):
    failures = found.failures()
    lines = [f"LUN {lun.key} would be formatted on {lun.leader}." for lun in found.to_format()]
    return {
        "result": False if failures else (None if lines else True),
        "lines": failures + lines,
        "changes": {},
    }


class _Master:
    """This Salt master, as the format stage of one cluster sees it."""

    def __init__(self, desired, absent):
        self._desired, self._absent = desired, absent
        self.ledger = _ledger()

    def look(self):
        return _look(self._desired, self._absent)

    def ask(self, minions, fun, *arg, limit, progress="", **kwarg):
        meanwhile = _Progress(self.say, progress, minions[0]) if progress else None
        return _ask(minions, fun, *arg, limit=limit, meanwhile=meanwhile, **kwarg)

    @staticmethod
    def patience(seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield

    def say(self, text):
        _say(self._desired, text)

    def audit(self, verdict, lun, reasons, evidence):
        _audit(verdict, lun.key, lun.wwid, self._desired.cluster.name, reasons, evidence)

    @staticmethod
    def stamp():
        return {"time": ocfs2_audit.now(), "job": _job(), "operator": _operator()}

    @staticmethod
    def new_uuid():
        return uuid.uuid4().hex.upper()

    @staticmethod
    def new_token():
        return secrets.token_hex(16)

    @staticmethod
    def failures(answer):
        return _states(answer)[1]


class _Progress:
    """Ask the leader, now and then, how far its full read has come, and show it."""

    def __init__(self, say, lun, leader):
        self._say, self._lun, self._leader = say, lun, leader
        self._next = time.monotonic() + _PROGRESS_INTERVAL

    def __call__(self):
        if time.monotonic() < self._next:
            return
        returns, _ = _ask([self._leader], "ocfs2_format.running", limit=_PROGRESS_INTERVAL)
        running = returns.get(self._leader)
        read = running.get("read") if isinstance(running, dict) else None
        if isinstance(read, int) and read:
            self._say(f"{self._lun}: {read >> 20} MiB read, all zeros so far")
        self._next = time.monotonic() + _PROGRESS_INTERVAL


class _BusyError(ValueError):
    """Another run of this master is at the formats."""


@contextlib.contextmanager
def _alone():
    """No two runs on this master decide about a format at once."""
    path = os.path.join(__opts__["cachedir"], "ocfs2-format.lock")
    with salt.utils.files.fopen(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _BusyError(
                "another run on this master is at the formats. Wait for it, then run again"
            ) from None
        yield


def _ledger():
    # Not what another process has kept in memory: a record must never be older than the last one.
    cache = salt.cache.factory(__opts__, memcache_expire_seconds=0)
    return Ledger(cache, sync=os.sync)


def _records(desired):
    """What the ledger has of each LUN of a cluster, or why it can not be read."""
    ledger, found = _ledger(), {}
    for lun in desired.luns:
        try:
            found[lun.key] = ledger.fetch(lun.wwid)
        except ValueError as err:
            found[lun.key] = str(err)
    return found


def _audit(verdict, lun, wwid, cluster, reasons, evidence=None):
    text = ocfs2_audit.line(
        verdict, lun, wwid, cluster, reasons, evidence, job=_job(), operator=_operator()
    )
    ocfs2_audit.append(__opts__["log_file"], text)


def _job():
    """Salt's job: the orchestration's, or the one that salt-run itself has made."""
    return str(__context__.get("ocfs2_job") or globals().get("__jid__") or "")


def _operator():
    return salt.utils.user.get_specific_user()
