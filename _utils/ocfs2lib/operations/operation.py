"""
A change of a whole cluster, as a list of steps: everything is checked before the first of them.

An operation reaches the world through the master that it is given
(:class:`master.master.Master`), like the format stage. What it has to do follows from what all
nodes show, and nothing is remembered between two runs but what the nodes keep themselves (holds)
and the master has on record. So whatever cuts a run, running it again goes on from what is there by
then.
"""

import logging
from dataclasses import dataclass

from ocfs2lib import commands
from ocfs2lib.answers import returns
from ocfs2lib.commands import RETIRE_LUN
from ocfs2lib.commands import RETUNE
from ocfs2lib.errors import FormulaError
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.plan.cluster_plan import USE

_LOG = logging.getLogger(__name__)

#: Seconds for a job that only writes a file or reads a few.
QUICK = 120
#: Seconds for a job that may have to wait for others: an unmount, an offline.
SLOW = 900
#: Seconds for a tool that works on a whole volume; a check reads every inode of it.
LONG = 86400


@dataclass(frozen=True)
class Step:
    """One step: what it does, as text, and the function that does it or raises StepFailed."""

    text: str
    do: object


class Operation:
    """
    What all operations share.

    master
        The master (:class:`master.master.Master`) of the cluster.

    A subclass has ``verb``, its name as an orchestration; ``steps()``, which raises
    :class:`Refused` with every reason at once; and ``arguments()``, those of its orchestration.
    """

    verb = ""

    def __init__(self, master):
        self.master, self.desired = master, master.desired

    @property
    def minions(self):
        """The whole roster."""
        return [node.minion for node in self.desired.nodes]

    def arguments(self):
        """Return the arguments of the orchestration, to be typed again."""
        return {}

    @property
    def command(self):
        """What to type to run it, or to run it again."""
        cluster = self.desired.cluster.name
        return commands.orchestrate(self.verb, cluster=cluster, **self.arguments())

    def run(self):
        """Carry it out, or in test mode say what would be done; return a stage's result."""
        with self.master.exclusive():
            steps = self._checked_steps()
            if not steps:
                return _result(True, [f"{self.verb}: nothing to do."])
            if self.master.testing:
                return _result(None, [f"would: {step.text}" for step in steps])
            return self._carry_out(steps)

    def _checked_steps(self):
        try:
            return self.steps()
        except StepFailed as err:  # a question that nobody answered
            raise Refused(*err.args) from err

    def _carry_out(self, steps):
        done = []
        for step in steps:
            self.master.say(f"{self.verb}: {step.text}")
            reasons = reasons_of(step.do)
            if reasons:
                lines = [*map(_did, done), f"STOPPED at: {step.text}: {'; '.join(reasons)}"]
                return _result(False, lines + self._retreat(step), done)
            done.append(step.text)
        failures = self.failures()
        lines = [*map(_did, done), *failures, *self.notes()]
        return _result(not failures, lines, done)

    def _retreat(self, step):
        """The lines of :meth:`retreat`, which may fail in any way itself."""
        lines = []
        reasons = reasons_of(lambda: lines.extend(self.retreat(step)))
        return lines or [f"Not all is as before: {'; '.join(reasons)}", f"Next: {self.command}"]

    def failures(self):
        """Return what is wrong although every step has reached its end, as lines."""
        return []

    def retreat(self, step):
        """Clean up after a step that failed. Returns lines that end with what to do next."""
        return [f"Next: put that right, then {self.command}, which goes on from there."]

    def notes(self):
        """Return what an operator has to know in the end, as lines."""
        return []

    # ---- what steps are made of

    def call(self, minions, fun, *arguments, limit=QUICK):
        """Call a function on nodes, in parallel. Raises StepFailed if one does not return True."""
        answers, silent = self.master.ask(minions, fun, *arguments, limit=limit)
        _, failures = returns.of_calls(answers, silent)
        if failures:
            raise StepFailed(*failures)

    def answer(self, minion, fun, *arguments, read, limit=QUICK):
        """
        Return what one node returns, as ``read`` (of :mod:`answers.calls`) takes it. Raises
        StepFailed if it returns anything else.
        """
        answers, silent = self.master.ask([minion], fun, *arguments, limit=limit)
        found, failures = returns.of_calls(answers, silent, read)
        if failures:
            raise StepFailed(*failures)
        return found[minion]

    def apply(self, minions, sls, **arguments):
        """Apply an sls to nodes, in parallel. Raises StepFailed if it fails on one."""
        _, failures = self.master.apply(minions, sls, **arguments)
        if failures:
            raise StepFailed(*failures)

    def mount_by_hand(self, mounts):
        """Mount again what :func:`mounted_by_hand` returned; a highstate would not."""
        for path, minions in mounts.items():
            if minions:
                self.call(minions, "ocfs2_mount.mount", path, limit=SLOW)

    def single(self, minions, state):
        """Apply one state that needs no arguments. Raises StepFailed if it fails on one."""
        answers, silent = self.master.ask(minions, "state.single", state, name="ocfs2", limit=SLOW)
        _, failures = returns.state_runs(answers, silent)
        if failures:
            raise StepFailed(*failures)

    def complete_plan(self):
        """Return the plan as of now. Raises StepFailed if a node takes no part."""
        plan = self.master.plan()
        if plan.silent():
            raise StepFailed(*plan.silent())
        return plan


def reasons_of(do):
    """
    Do something that may fail in any way, and return why it failed, as sentences; none if it has
    not. A master that is too busy, an answer of a kind that nobody foresaw and a Ctrl-C leave a
    cluster as a failed step does, and have to be cleaned up after like one.
    """
    try:
        do()
    except StepFailed as err:
        return [str(each) for each in err.args] or ["it failed"]
    except FormulaError as err:
        return [str(err)]
    except KeyboardInterrupt:
        return ["interrupted"]
    except Exception as err:
        # What it was is for who mends the formula; what to do now, for the operator.
        _LOG.exception("A step of an operation failed in a way that was not foreseen")
        return [f"{type(err).__name__}: {err}".removesuffix(": ")]
    return []


def obstacles(plan, *, own=None):
    """
    Return why the cluster cannot be changed as a whole, as sentences.

    plan
        The :class:`plan.cluster_plan.Plan`.
    own
        What an earlier run of the same operation may hold: the key of a LUN, or ``""`` for the
        cluster. What others hold is always a reason.
    """
    reasons = plan.silent() + plan.impossible()
    for node in plan.nodes:
        holds = () if own is None else node.held(own)
        reasons += [f"{node.minion}: {each}" for each in node.blocked if each not in holds]
    return reasons


def volume_obstacles(plan, key):
    """
    Return why the volume of a LUN cannot be worked on, as sentences.

    plan
        The :class:`plan.cluster_plan.Plan`.
    key
        The LUN's key in pillar, as the operator typed it.
    """
    lun = plan.lun(key)
    if not lun:
        known = ", ".join(each.key for each in plan.luns)
        return [f"pillar has no LUN {key or ''}: name one of {known} as ocfs2_lun"]
    if lun.action != USE or lun.refusals:
        reasons = lun.refusals or ("it holds no volume yet",)
        return [f"LUN {key}: {each}" for each in reasons]
    return []


def stray_mounts(plan):
    """
    Return, as sentences, where an OCFS2 is mounted that keeps a node from going offline: one that
    is no LUN of this node, which would be unmounted before.

    plan
        The :class:`plan.cluster_plan.Plan`.
    """
    cluster = plan.desired.cluster.name
    return [
        f"{node.minion}: {path} is mounted, and is no LUN that pillar has there, so the cluster "
        "cannot go offline there. First: "
        + commands.orchestrate(RETIRE_LUN, cluster=cluster, path=path)
        for node in plan.nodes
        if node.facts
        for path in node.facts["mounts"]
        if path not in [lun.mount.path for lun in plan.desired.luns_of(node.minion)]
    ]


def mounted_by_hand(plan, key=None):
    """
    Return ``{mount point: [minions]}`` of what is mounted although nothing but an operator mounts
    it (``mount:auto`` false), of one LUN or of all.

    plan
        The :class:`plan.cluster_plan.Plan`.
    key
        The key of the LUN.
    """
    found = {}
    for lun in plan.desired.luns:
        if not lun.mount.auto and key in (None, lun.key):
            mounted = plan.lun(lun.key).case.mounted
            found[lun.mount.path] = [minion for minion in lun.nodes if minion in mounted]
    return found


def unconfirmed(outage, name, what, command):
    """
    Return why an outage has not been asked for, as sentences: its name has to be typed.

    outage
        What the operator typed, or None.
    name
        What has to be typed.
    what
        What goes down, as text.
    command
        The whole command.
    """
    if outage == name:
        return []
    return [f"{what}. To have that, type its name: {command}"]


def prerequisites(plan, *verbs):
    """Return what some other orchestrations have to do first, as sentences."""
    return [
        f"{where}: {gap}. First: {commands.orchestrate(gap.verb)}"
        for where, gap in plan.gaps()
        if gap.verb in verbs
    ]


def waiting_for_lines(plan):
    """Return the minions on which a volume has another line in fstab than pillar describes."""
    waiting = {minion for lun in plan.luns for minion in lun.fstab_on}
    return [node.minion for node in plan.nodes if node.minion in waiting]


def is_outage(plan):
    """Tell whether anything differs that needs the whole cluster down."""
    return any(gap.kind == OUTAGE and gap.verb == RETUNE for _, gap in plan.gaps())


def retune_pending(plan):
    """Return why what the nodes have agreed on has to be settled first, as sentences."""
    if not is_outage(plan):
        return []
    return ["the cluster waits for its retune: run that first, or set pillar back"]


def _did(text):
    return f"done: {text}"


def _result(result, lines, done=()):
    changes = {f"{number}": {"old": "", "new": text} for number, text in enumerate(done, 1)}
    return {"result": result, "lines": lines, "changes": changes}
