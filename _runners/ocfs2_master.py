"""
This Salt master, as the stages and operations of one cluster see it.

They are pure and reach the world through the object that :func:`of` makes. Nothing here is of use
on a command line.

.. versionadded:: 1.0.0
"""

import contextlib
import fcntl
import os
import secrets
import time
import uuid

import salt.cache
import salt.utils.files
import salt.utils.user
from salt.exceptions import SaltException

from ocfs2lib import text as wording
from ocfs2lib import timeouts
from ocfs2lib import version
from ocfs2lib.answers import census as answers_census
from ocfs2lib.answers import examination
from ocfs2lib.answers import returns as answers_returns
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.errors import MasterBusy
from ocfs2lib.findings.snapshot import Snapshot
from ocfs2lib.lun import audit as lun_audit
from ocfs2lib.lun.ledger import Ledger
from ocfs2lib.node import setup as node_setup
from ocfs2lib.operations import node_numbers
from ocfs2lib.pillar import clusters
from ocfs2lib.plan import plan as plan_plan

#: Seconds between two questions how far a full read has come.
_PROGRESS_INTERVAL = 15
#: Seconds between two questions whether something has come true.
_PAUSE = 2
#: Seconds that a state run of one node may take; a slow host installs packages in it. One of which
#: nothing is heard is given up long before.
_APPLY_LIMIT = 3600
#: Where it is kept which nodes a run of restarts has left behind, and for how many seconds.
_REBOOTS, _REBOOTS_AGE = "ocfs2/reboots", 86400
#: Where it is kept how long looks took, and what was last seen.
_TOOK, _SEEN = "ocfs2/took", "ocfs2/seen"


def of(desired=None, absent=None):
    """
    The master: an object with what a stage or operation may do.

    desired
        The cluster, :class:`pillar.desired.Desired`; None where no cluster is looked at.
    absent
        ``{minion id: reason}`` of nodes that could not take part a moment ago: they are not
        waited for once more.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_master.of
    """
    return _Master(desired, absent or {})


def each(cluster, stage, absent=None, failed=1):
    """
    Run a stage for the clusters asked for; what fails in one does not stop the others.

    cluster
        The name of one cluster; None for all in pillar.
    stage
        Takes the master of one cluster; returns ``{"result", "lines", "changes", ...}``, or raises
        ValueError with the reason, one sentence a line.
    absent
        As for :func:`of`.
    failed
        The exit code if a stage raises, or returns False as its result and no ``retcode``.

    Returns ``{"outputter", "retcode", "clusters": {name: what the stage returned}}``.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_master.each ''
    """
    found, errors = clusters.described(__salt__["ocfs2_nodes.rosters"](), cluster)
    return _answer(found, errors, stage, absent, failed)


def one(cluster, stage, failed=1):
    """
    Run an operation on one cluster; as :func:`each`, but one of several has to be named.

    cluster
        The name of the cluster; None if pillar describes only one.
    stage, failed
        As for :func:`each`.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_master.one ''
    """
    found, errors = clusters.described(__salt__["ocfs2_nodes.rosters"](), cluster)
    names = [*found, *(name for name, _ in errors)]
    if len(names) > 1:
        reason = f"pillar describes {', '.join(names)}: name one of them as ocfs2_cluster"
        errors, found = [("none", [reason])], {}
    return _answer(found, errors, stage, None, failed)


def _answer(found, errors, stage, absent, failed):
    results = {name: {"result": False, "lines": lines, "changes": {}} for name, lines in errors}
    for name, desired in found.items():
        results[name] = _carried_out(stage, of(desired, absent))
    return {
        "outputter": "ocfs2",
        "retcode": max(
            each.get("retcode", failed if each["result"] is False else 0)
            for each in results.values()
        ),
        "clusters": results,
    }


def _carried_out(stage, master):
    try:
        result = stage(master)
    except (ValueError, SaltException) as err:
        result = {"result": False, "lines": str(err).splitlines(), "changes": {}}
    result["lines"] = [wording.printable(line) for line in result["lines"]]
    return result


def _texts(errors):
    return {minion: str(error) for minion, error in errors.items()}


def _milliseconds():
    return time.time_ns() // 1_000_000


class _Master:
    """This Salt master, for one cluster."""

    def __init__(self, desired, absent):
        self.desired, self._absent = desired, absent
        # Not what another process has kept in memory: a record must never be older than the last.
        self._cache = salt.cache.factory(__opts__, memcache_expire_seconds=0)
        self.ledger = Ledger(self._cache, sync=os.sync)
        self.testing = bool(__opts__.get("test"))

    def plan(self, sync=False):
        """
        Ask every node of the roster but the absent, and decide: the plan as of now.

        With ``sync``, a node that has another build of the formula than the master, or none, gets
        the master's first. One of the absent that is free again by the time in which the others
        have answered is asked, too.
        """
        desired, formula = self.desired, self._formula()
        probes = __salt__["ocfs2_nodes.probe"](list(self._absent)) if self._absent else {}
        answers, silent = self._census(self._present(), formula if sync else None)
        silent.update(self._absent)
        back = __salt__["ocfs2_nodes.settled"](probes) if probes else []
        if back:
            self.say(f"{', '.join(back)} took longer, and can take part again")
            more, lost = self._census(back, formula)
            answers.update(more)
            for minion in more:
                # In the next look too, and in the next stage.
                del silent[minion], self._absent[minion]
            silent.update(lost)
        census, malformed = self._checked(answers, silent, answers_census.checked)
        silent.update(_texts(malformed))
        return plan_plan.plan(desired, census, silent, formula, self._records(), self.numbers())

    def _census(self, minions, formula):
        concern = node_setup.firewall_arguments(self.desired)
        return __salt__["ocfs2_nodes.census"](minions, self._devices(), concern, formula)

    def snapshot(self, timeout=None, patient=False):
        """
        Everything that can be seen of the cluster now (:class:`findings.snapshot.Snapshot`).

        timeout
            Seconds after which the look ends, whoever has answered by then; None for patience.
        patient
            Have the patience of a run that changes something.
        """
        desired, formula, asked = self.desired, self._formula(), _milliseconds()
        concern = node_setup.firewall_arguments(desired)
        arguments = (self._devices(), concern)
        found = self._look("ocfs2_node.examine", arguments, timeout, patient)
        heard = _milliseconds()
        seen, malformed = self._checked(found["answers"], found["silent"], examination.checked)
        plan = plan_plan.plan(
            desired,
            seen,
            {**found["silent"], **_texts(malformed)},
            formula,
            self._records(),
            self.numbers(),
            proof=False,
        )
        return Snapshot(plan, seen, malformed, formula, asked, heard, tuple(found["slow"]))

    def logs(self, since, timeout=None):
        """
        What the kernels have logged: ``{minion id: answer}``, not checked, None for no answer.

        since
            Seconds since the epoch.
        timeout
            As for :meth:`snapshot`.
        """
        answers = self._look("ocfs2_logs.kernel", (since,), timeout)["answers"]
        return {minion: answers.get(minion) for minion in self._present()}

    def _look(self, fun, arguments, timeout, patient=False):
        """Have all nodes look, with the patience that their last looks ask for."""
        bank, minions = f"{_TOOK}/{fun}", self._present()
        times = timeouts.Times(self._cache.fetch(bank, self.desired.cluster.name))
        usual = times.usual()
        found = __salt__["ocfs2_nodes.look"](minions, fun, arguments, timeout, usual, patient)
        self._cache.store(bank, self.desired.cluster.name, times.with_more(found["took"]))
        return found

    def last_seen(self):
        """What was last seen of the cluster, as :meth:`keep_seen` kept it; not checked."""
        return self._cache.fetch(_SEEN, self.desired.cluster.name)

    def keep_seen(self, seen):
        """Keep what was seen, for a look without answers; nothing is ever decided by it."""
        self._cache.store(_SEEN, self.desired.cluster.name, seen)

    @staticmethod
    def _formula():
        return version.build(__opts__["extension_modules"])

    def _present(self):
        return [node.minion for node in self.desired.nodes if node.minion not in self._absent]

    def _devices(self):
        return {lun.key: lun.device for lun in self.desired.luns}

    def _checked(self, answers, silent, checked):
        """Return the answers that are of use, and for each other an AnswerMalformed."""
        facts, malformed = {}, {}
        for minion in answers.keys() - silent.keys():
            try:
                facts[minion] = checked(answers[minion], self._devices())
            except AnswerMalformed as err:
                malformed[minion] = err
        return facts, malformed

    def numbers(self, cluster=None):
        """Who has and had which node number (:class:`operations.node_numbers.Roll`)."""
        return node_numbers.load(self._cache, cluster or self.desired.cluster.name)

    def keep_numbers(self, change, cluster=None):
        """Put down what ``change(roll, time)`` makes of the roll of node numbers."""
        roll = self.numbers(cluster)
        new = change(roll, lun_audit.now())
        if new.entries != roll.entries:
            node_numbers.store(self._cache, new)
            os.sync()

    def reboots(self, boots):
        """
        The run of restarts that has not ended, ``{"time", "boots": {minion id: boot id}}``.

        boots
            The boot ids as of now, with which a new run begins if there is none.
        """
        begun = self._cache.fetch(_REBOOTS, self.desired.cluster.name)
        if not begun or time.time() - begun["seconds"] > _REBOOTS_AGE:
            begun = {"time": lun_audit.now(), "seconds": time.time(), "boots": boots}
            if not self.testing:
                self._cache.store(_REBOOTS, self.desired.cluster.name, begun)
        return begun

    def end_reboots(self):
        """The run of restarts has ended."""
        self._cache.flush(_REBOOTS, self.desired.cluster.name)

    def _records(self):
        """What the ledger has of each LUN of the cluster, or why it can not be read."""
        found = {}
        for lun in self.desired.luns:
            try:
                found[lun.key] = self.ledger.fetch(lun.wwid)
            except ValueError as err:
                found[lun.key] = str(err)
        return found

    def apply(self, minions, sls, limit=_APPLY_LIMIT, **arguments):
        """
        Apply an sls to nodes, all in parallel; in test mode only look.

        Returns ``(changes, failures)``: ``{minion id: changes}``, and what went wrong as sentences.
        """
        self.say(f"state.apply {sls} on {len(minions)} nodes")
        returns, silent = self.ask(
            minions, "state.apply", sls, test=self.testing, limit=limit, **arguments
        )
        changes, failures = answers_returns.state_runs(returns, silent)
        for failure in failures:
            self.say(failure)
        return changes, failures

    def ask(self, minions, fun, *arg, limit, progress="", **kwarg):
        """``ocfs2_nodes.ask``; ``progress`` names the LUN whose full read is to be followed."""
        meanwhile = _Progress(self, progress, minions[0]) if progress else None
        return __salt__["ocfs2_nodes.ask"](
            minions, fun, arg, kwarg, limit=limit, meanwhile=meanwhile
        )

    @staticmethod
    def attempts(seconds):
        """Goes on until so many seconds are over, not too fast: each question costs the nodes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield
            time.sleep(_PAUSE)

    def say(self, text):
        """Show progress."""
        __salt__["ocfs2_nodes.say"](f"[{self.desired.cluster.name}] {wording.printable(text)}")

    def audit(self, verdict, lun, reasons, evidence):
        """Put a decision about a LUN of the cluster down."""
        cluster = self.desired.cluster.name
        self.record_decision(verdict, lun.key, lun.wwid, cluster, reasons, evidence)

    def record_decision(self, verdict, lun, wwid, cluster, reasons, evidence=None):
        """Put a decision about any LUN down; the arguments of :func:`lun.audit.line`."""
        stamp = self.stamp()
        text = lun_audit.line(
            verdict,
            lun,
            wwid,
            cluster,
            reasons,
            evidence,
            job=stamp["job"],
            operator=stamp["operator"],
        )
        lun_audit.append(__opts__["log_file"], text)

    @staticmethod
    def stamp():
        """This moment, Salt's job (the orchestration's, or salt-run's own) and its operator."""
        job = __context__.get("ocfs2_job") or globals().get("__jid__") or ""
        operator = salt.utils.user.get_specific_user()
        return {"time": lun_audit.now(), "job": str(job), "operator": operator}

    @staticmethod
    def new_uuid():
        return uuid.uuid4().hex.upper()

    @staticmethod
    def new_token():
        return secrets.token_hex(16)

    @staticmethod
    def failures(answer):
        """Of a state run, as sentences."""
        return answers_returns.state_run(answer)[1]

    @staticmethod
    @contextlib.contextmanager
    def exclusive():
        """No two runs on this master decide about a format, or change a cluster, at once."""
        path = os.path.join(__opts__["cachedir"], "ocfs2-format.lock")
        with salt.utils.files.fopen(path, "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise MasterBusy(
                    "another run on this master is changing a cluster. Wait for it, then run again"
                ) from None
            yield


class _Progress:
    """Ask the leader, now and then, how far its full read has come, and show it."""

    def __init__(self, master, lun, leader):
        self._master, self._lun, self._leader = master, lun, leader
        self._next = time.monotonic() + _PROGRESS_INTERVAL

    def __call__(self):
        if time.monotonic() < self._next:
            return
        returns, _ = self._master.ask(
            [self._leader], "ocfs2_format.running", limit=_PROGRESS_INTERVAL
        )
        running = returns.get(self._leader)
        read = running.get("read") if isinstance(running, dict) else None
        if isinstance(read, int) and read:
            self._master.say(f"{self._lun}: {read >> 20} MiB read, all zeros so far")
        self._next = time.monotonic() + _PROGRESS_INTERVAL
