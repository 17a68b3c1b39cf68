"""
This Salt master, as the stages and operations of one cluster see it.

They are pure and reach the world through a :class:`Master`.
"""

import contextlib
import fcntl
import os
import secrets
import time
import uuid

import salt.utils.files

from ocfs2lib import timeouts
from ocfs2lib.answers import census
from ocfs2lib.answers import examination
from ocfs2lib.answers import returns
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.errors import FunctionMissing
from ocfs2lib.errors import MasterBusy
from ocfs2lib.errors import RecordUnreadable
from ocfs2lib.findings.snapshot import Snapshot
from ocfs2lib.lun import audit
from ocfs2lib.lun.ledger import Ledger
from ocfs2lib.master import salt_cache
from ocfs2lib.master.nodes import Nodes
from ocfs2lib.master.progress import FullRead
from ocfs2lib.master.progress import say
from ocfs2lib.node import setup
from ocfs2lib.operations import node_numbers
from ocfs2lib.plan import decide
from ocfs2lib.system import audit_log
from ocfs2lib.system import formula_code
from ocfs2lib.system import login

#: Seconds between two questions whether something has come true.
_PAUSE = 2
#: Seconds that a state run of one node may take; a slow host installs packages in it. One of which
#: nothing is heard is given up long before.
_APPLY_LIMIT = 3600
#: Where it is kept which nodes a run of restarts has left behind, and for how many seconds.
_REBOOTS, _REBOOTS_AGE = "ocfs2/reboots", 86400
#: What has a node examine itself.
_EXAMINE = "ocfs2_node.examine"
#: Where it is kept how long looks took, and what was last seen.
_TOOK, _SEEN = "ocfs2/took", "ocfs2/seen"


class Master:
    """
    What a stage or an operation may do on this master, for one cluster.

    context
        The :class:`master.context.Context` of the runner.
    desired
        The cluster, :class:`pillar.desired.Desired`; None where no cluster is looked at.
    absent
        ``{minion id: reason}`` of nodes that could not take part a moment ago: they are not
        waited for once more.
    strangers
        Minion ids that have the cluster's pillar and are none of its nodes.
    """

    def __init__(self, context, desired=None, absent=None, strangers=()):
        self.desired, self.testing = desired, context.testing
        self._context, self._opts = context, context.opts
        self._absent, self._strangers = absent or {}, tuple(strangers)
        self._nodes = Nodes(context.opts)
        # A record must never be older than the last.
        self._cache = salt_cache.opened(context.opts)
        self.ledger = Ledger(self._cache, sync=os.sync)

    # ---- what can be seen

    def plan(self, sync=False):
        """
        Ask every node of the roster but the absent, and decide: the plan as of now.

        With ``sync``, a node that has another build of the formula than the master, or none, gets
        the master's first. One of the absent that is free again by the time in which the others
        have answered is asked, too.
        """
        desired, formula = self.desired, self._formula()
        probes = self._nodes.probe(list(self._absent)) if self._absent else {}
        answers, silent = self._census(self._present(), formula if sync else None)
        silent.update(self._absent)
        back = self._nodes.settled(probes) if probes else []
        if back:
            self.say(f"{', '.join(back)} took longer, and can take part again")
            more, lost = self._census(back, formula)
            answers.update(more)
            for minion in more:
                # In the next look too, and in the next stage.
                del silent[minion], self._absent[minion]
            silent.update(lost)
        facts, malformed = self._checked(answers, silent, census.checked)
        silent.update(_texts(malformed))
        records, overlaps = self._records()
        return decide.plan(
            desired, facts, silent, formula, records, self.numbers(), overlaps=overlaps
        )

    def _census(self, minions, formula):
        arguments = setup.arguments_for(self.desired)
        return self._nodes.census(minions, self._devices(), arguments, formula)

    def snapshot(self, timeout=None, patient=False):
        """
        Everything that can be seen of the cluster now (:class:`findings.snapshot.Snapshot`).

        timeout
            Seconds after which the look ends, whoever has answered by then; None for no such end.
        patient
            Wait as long as a run that changes something does.
        """
        desired, formula, asked = self.desired, self._formula(), _milliseconds()
        arguments = (self._devices(), setup.arguments_for(desired))
        found = self._look(_EXAMINE, arguments, timeout, patient)
        answered = _milliseconds()
        facts, malformed = self._checked(found["answers"], found["silent"], examination.checked)
        records, overlaps = self._records()
        for minion in self._nodes.lacking(list(malformed), _EXAMINE, timeout):
            malformed[minion] = FunctionMissing(str(malformed[minion]))
        decided = decide.plan(
            desired,
            facts,
            {**found["silent"], **_texts(malformed)},
            formula,
            records,
            self.numbers(),
            proof=False,
            overlaps=overlaps,
        )
        slow = tuple(found["slow"])
        return Snapshot(decided, facts, malformed, asked, answered, slow, self._strangers)

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
        """Have all nodes look, and wait for each as long as its last looks suggest."""
        bank, minions = f"{_TOOK}/{fun}", self._present()
        times = timeouts.PastDurations(self._cache.fetch(bank, self.desired.cluster.name))
        usual = times.usual()
        found = self._nodes.look(minions, fun, arguments, timeout, usual, patient)
        self._cache.store(bank, self.desired.cluster.name, times.with_more(found["took"]))
        return found

    def last_seen(self):
        """What was last seen of the cluster, as :meth:`keep_seen` kept it; not checked."""
        return self._cache.fetch(_SEEN, self.desired.cluster.name)

    def keep_seen(self, seen):
        """Keep what was seen, for a look without answers; nothing is ever decided by it."""
        self._cache.store(_SEEN, self.desired.cluster.name, seen)

    def _formula(self):
        return formula_code.build(self._opts["extension_modules"])

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

    # ---- what is on record

    def numbers(self, cluster=None):
        """Who has and had which node number (:class:`operations.node_numbers.NodeNumbers`)."""
        return node_numbers.load(self._cache, cluster or self.desired.cluster.name)

    def keep_numbers(self, change, cluster=None):
        """Store what ``change(numbers, time)`` makes of the list of node numbers."""
        numbers = self.numbers(cluster)
        new = change(numbers, audit.now())
        if new.entries != numbers.entries:
            node_numbers.store(self._cache, new)
            os.sync()

    def reboots(self, boots):
        """
        The run of restarts that has not ended, ``{"time", "boots": {minion id: boot id}}``.

        boots
            The boot ids as of now, with which a new run begins if there is none.
        """
        begun = self._cache.fetch(_REBOOTS, self.desired.cluster.name)
        # One of a clock that was ahead would never end.
        if not begun or not 0 <= time.time() - begun["seconds"] <= _REBOOTS_AGE:
            begun = {"time": audit.now(), "seconds": time.time(), "boots": boots}
            if not self.testing:
                self._cache.store(_REBOOTS, self.desired.cluster.name, begun)
        return begun

    def end_reboots(self):
        """The run of restarts has ended."""
        self._cache.flush(_REBOOTS, self.desired.cluster.name)

    def _records(self):
        """
        What the ledger has of each LUN of the cluster, or why it cannot be read; and what it has of
        their partitions or, of a partition, of its whole LUN.
        """
        found, overlaps = {}, {}
        for lun in self.desired.luns:
            try:
                found[lun.key] = self.ledger.fetch(lun.wwid)
                overlaps[lun.key] = self.ledger.overlapping(lun.wwid)
            except RecordUnreadable as err:
                found[lun.key] = str(err)
        return found, overlaps

    def audit(self, verdict, lun, reasons, evidence):
        """Record a decision about a LUN of the cluster."""
        cluster = self.desired.cluster.name
        self.record_decision(verdict, lun.key, lun.wwid, cluster, reasons, evidence)

    def record_decision(self, verdict, lun, wwid, cluster, reasons, evidence=None):
        """Record a decision about any LUN; the arguments of :func:`lun.audit.line`."""
        stamp = self.stamp()
        line = audit.line(
            verdict,
            lun,
            wwid,
            cluster,
            reasons,
            evidence,
            job=stamp["job"],
            operator=stamp["operator"],
        )
        audit_log.append(audit.path(self._opts["log_file"]), line)

    def stamp(self):
        """This moment, Salt's job and its operator."""
        return {"time": audit.now(), "job": self._context.job, "operator": login.operator()}

    # ---- what can be done

    def apply(self, minions, sls, limit=_APPLY_LIMIT, **arguments):
        """
        Apply an sls to nodes, all in parallel; in test mode only look.

        Return ``(changes, failures)``: ``{minion id: changes}``, and what went wrong as sentences.
        """
        self.say(f"state.apply {sls} on {len(minions)} nodes")
        answers, silent = self.ask(
            minions, "state.apply", sls, test=self.testing, limit=limit, **arguments
        )
        changes, failures = returns.state_runs(answers, silent)
        for failure in failures:
            self.say(failure)
        return changes, failures

    def ask(self, minions, fun, *arg, limit, progress="", **kwarg):
        """:meth:`Nodes.ask`; ``progress`` names the LUN whose full read is to be followed."""
        meanwhile = FullRead(self, progress, minions[0]) if progress else None
        return self._nodes.ask(minions, fun, arg, kwarg, limit=limit, meanwhile=meanwhile)

    def say(self, line):
        """Show progress."""
        say(f"[{self.desired.cluster.name}] {line}")

    @contextlib.contextmanager
    def exclusive(self):
        """No two runs on this master decide about a format, or change a cluster, at once."""
        path = os.path.join(self._opts["cachedir"], "ocfs2-format.lock")
        with salt.utils.files.fopen(path, "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise MasterBusy(
                    "another run on this master is changing a cluster. Wait for it, then run again"
                ) from None
            yield

    @staticmethod
    def attempts(seconds):
        """Goes on until so many seconds are over, not too fast: each question costs the nodes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield
            time.sleep(_PAUSE)

    @staticmethod
    def new_uuid():
        """Return the UUID of a new volume, as the kernel writes it."""
        return uuid.uuid4().hex.upper()

    @staticmethod
    def new_token():
        """Return the token of a new format, which nobody can guess."""
        return secrets.token_hex(16)

    @staticmethod
    def failures(answer):
        """Of a state run, as sentences."""
        return returns.state_run(answer)[1]

    @staticmethod
    def format_refused(answer):
        """:func:`answers.returns.format_refused`."""
        return returns.format_refused(answer)


def _texts(errors):
    return {minion: str(error) for minion, error in errors.items()}


def _milliseconds():
    return time.time_ns() // 1_000_000
