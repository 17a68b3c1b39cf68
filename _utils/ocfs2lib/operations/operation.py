"""
A change of a whole cluster, as a list of steps: everything is checked before the first of them.

An operation reaches the world through the master that it is given (``ocfs2_master.of``), like the
format stage. What it has to do follows from what all nodes show, and nothing is remembered between
two runs but what the nodes keep themselves (holds) and the master has on record. So whatever cuts
a run, running it again goes on from what is there by then.
"""

from dataclasses import dataclass

from ocfs2lib import commands
from ocfs2lib.answers import returns as answers_returns
from ocfs2lib.errors import Refused
from ocfs2lib.errors import StepFailed
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import RETUNE

#: Seconds for a job that only writes a file or reads a few.
QUICK = 120
#: Seconds for a job that may have to wait for others: an unmount, an offline, a tool on a volume.
SLOW = 900


@dataclass(frozen=True)
class Step:
    """One step: what it does, in words, and the function that does it or raises StepFailed."""

    words: str
    do: object


class Operation:
    """
    What all operations share.

    master
        The master (``ocfs2_master.of``) of the cluster.

    A subclass has ``verb``, its name as an orchestration; ``steps()``, which raises
    :class:`Refused` with every reason at once; and ``told()``, what its orchestration was told.
    """

    verb = ""

    def __init__(self, master):
        self.master, self.desired = master, master.desired

    @property
    def minions(self):
        """The whole roster."""
        return [node.minion for node in self.desired.nodes]

    def told(self):
        """What the orchestration was told, to be told again."""
        return {}

    @property
    def command(self):
        """What to type to run it, or to run it again."""
        cluster = self.desired.cluster.name
        return commands.orchestrate(self.verb, cluster=cluster, **self.told())

    def run(self):
        """Carry it out, or in test mode say what would be done. Returns a stage's result."""
        with self.master.exclusive():
            steps = self._checked_steps()
            if not steps:
                return _result(True, [f"{self.verb}: nothing to do."])
            if self.master.testing:
                return _result(None, [f"would: {step.words}" for step in steps])
            return self._carry_out(steps)

    def _checked_steps(self):
        try:
            return self.steps()
        except StepFailed as err:  # a question that nobody answered
            raise Refused(*err.args) from err

    def _carry_out(self, steps):
        done = []
        for step in steps:
            self.master.say(f"{self.verb}: {step.words}")
            try:
                step.do()
            except StepFailed as err:
                lines = [*map(_did, done), f"STOPPED at: {step.words}: {err}"]
                return _result(False, lines + self.retreat(step), done)
            done.append(step.words)
        failures = self.failures()
        lines = [*map(_did, done), *failures, *self.farewell()]
        return _result(not failures, lines, done)

    def failures(self):
        """What is wrong although every step has reached its end, as lines."""
        return []

    def retreat(self, step):
        """What becomes of it after a step has broken; lines that end with what to do next."""
        return [f"Next: put that right, then {self.command}, which goes on from there."]

    def farewell(self):
        """What an operator has to know in the end, as lines."""
        return []

    # ---- what steps are made of

    def call(self, minions, fun, *arguments, limit=QUICK):
        """Call a function that returns True on nodes, in parallel; StepFailed if one does not."""
        returns, silent = self.master.ask(minions, fun, *arguments, limit=limit)
        failures = answers_returns.failed_calls(returns, silent)
        if failures:
            raise StepFailed(*failures)

    def answer(self, minion, fun, *arguments, kind=dict, limit=QUICK):
        """What one node returns, which is of a ``kind``; StepFailed if it is not."""
        returns, silent = self.master.ask([minion], fun, *arguments, limit=limit)
        found = silent.get(minion, returns.get(minion))
        if type(found) is not kind or silent:
            raise StepFailed(f"{minion}: {found}")
        return found

    def apply(self, minions, sls, **arguments):
        """Apply an sls to nodes, in parallel; StepFailed if one fails."""
        _, failures = self.master.apply(minions, sls, **arguments)
        if failures:
            raise StepFailed(*failures)

    def single(self, minions, state):
        """Apply one state that needs no arguments; StepFailed if it fails."""
        returns, silent = self.master.ask(minions, "state.single", state, name="ocfs2", limit=SLOW)
        _, failures = answers_returns.state_runs(returns, silent)
        if failures:
            raise StepFailed(*failures)

    def look(self):
        """The plan as of now; StepFailed if a node takes no part."""
        found = self.master.plan()
        if found.silent():
            raise StepFailed(*found.silent())
        return found


def whole(found, *, own=None):
    """
    Why the cluster can not be changed as a whole, as sentences.

    found
        The plan.
    own
        What an earlier run of the same operation may hold: the key of a LUN, or ``""`` for the
        cluster. What others hold is always a reason.
    """
    reasons = found.silent() + found.impossible()
    for node in found.nodes:
        holds = () if own is None else node.held(own)
        reasons += [f"{node.minion}: {each}" for each in node.blocked if each not in holds]
    return reasons


def named(outage, name, what, command):
    """
    Why an outage has not been asked for, as sentences: its name has to be typed.

    outage
        What the operator typed, or None.
    name
        What has to be typed.
    what
        What goes down, in words.
    command
        The whole command.
    """
    if outage == name:
        return []
    return [f"{what}. To have that, type its name: {command}"]


def pending(found, *verbs):
    """What other orchestrations have to do first, as sentences."""
    return [
        f"{where}: {gap}. First: {commands.orchestrate(gap.verb)}"
        for where, gap in found.gaps()
        if gap.verb in verbs
    ]


def is_outage(found):
    """Whether anything differs that needs the whole cluster down."""
    return any(gap.kind == OUTAGE and gap.verb == RETUNE for _, gap in found.gaps())


def unretuned(found):
    """Why what the nodes have agreed on has to be settled first, as sentences."""
    if not is_outage(found):
        return []
    return ["the cluster waits for its retune: run that first, or set pillar back"]


def _did(words):
    return f"done: {words}"


def _result(result, lines, done=()):
    changes = {f"{number}": {"old": "", "new": words} for number, words in enumerate(done, 1)}
    return {"result": result, "lines": lines, "changes": changes}
