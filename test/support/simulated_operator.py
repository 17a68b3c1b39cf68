"""The operator of a simulated cluster: the master through which an operation reaches it."""

from ocfs2lib.answers import census
from ocfs2lib.answers import returns
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.lun import audit
from ocfs2lib.lun import ledger
from ocfs2lib.operations import node_numbers
from ocfs2lib.plan import decide
from support import answers
from support.simulated_node import RESTART

_TIME = "2026-01-31T23:59:59Z"


class SimulatedMasterDied(BaseException):
    """The master's process has ended in the middle of a run: nothing can catch that."""


class SimulatedTimeout(Exception):  # noqa: N818 - what it is
    """The master's own processes are too busy: whether a call has reached anybody is not said."""


class SimulatedOperator:
    """The master of the cluster, for one run of an operation."""

    def __init__(self, world, testing=False):
        self.world, self.testing, self.desired = world, testing, world.pillar
        self.section = world.section
        self.ledger = ledger.Ledger(world.cache, sync=lambda: None)
        self.said = []

    def exclusive(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def plan(self, sync=False):
        self.world.tick("plan", self._roster())
        key, device = self.desired.luns[0].key, self.desired.luns[0].device
        seen, silent = {}, {}
        for minion in self._roster():
            if self.world.reachable(minion):
                facts = self.world.nodes[minion].census(self.desired)
                facts = self.world.answer(self.world.calls, minion, facts)
                try:
                    seen[minion] = census.checked(facts, {key: device})
                except AnswerMalformed as err:
                    silent[minion] = str(err)
            else:
                silent[minion] = "did not answer ocfs2_node.census"
        records = {key: self.ledger.fetch(self.desired.luns[0].wwid)}
        found = decide.plan(self.desired, seen, silent, answers.FORMULA, records, self.numbers())
        self.world.after(self.world.calls, "plan", self._roster())
        return found

    def _roster(self):
        return [node.minion for node in self.desired.nodes]

    def ask(self, minions, fun, *arguments, limit, **named):
        call = lambda node: node.run(fun, [*arguments, *named.values()])  # noqa: E731
        return self._reach(minions, fun, call)

    def _reach(self, minions, fun, call):
        self.world.tick(fun, minions)
        returned, silent = {}, {}
        for minion in minions:
            if self.world.half and returned:
                raise SimulatedMasterDied
            if self.world.reachable(minion):
                answer = call(self.world.nodes[minion])
                returned[minion] = self.world.answer(self.world.calls, minion, answer)
            else:
                silent[minion] = f"did not answer {fun}"
        if self.world.half:
            raise SimulatedMasterDied
        self.world.after(self.world.calls, fun, minions)
        for minion in [minion for minion in returned if minion in self.world.unreached]:
            del returned[minion]
            silent[minion] = f"did not answer {fun}"
        return returned, silent

    def apply(self, minions, sls, limit=0, **arguments):
        call = lambda node: node.apply(sls, self.section, self.testing)  # noqa: E731
        returned, silent = self._reach(minions, sls, call)
        return returns.state_runs(returned, silent)

    def numbers(self):
        return node_numbers.load(self.world.cache, self.desired.cluster.name)

    def keep_numbers(self, change):
        self.world.tick("keep_numbers", [])
        numbers = self.numbers()
        new = change(numbers, _TIME)
        if new.entries != numbers.entries:
            node_numbers.store(self.world.cache, new)

    def reboots(self, boots):
        name = self.desired.cluster.name
        begun = self.world.cache.fetch("ocfs2/reboots", name)
        if not begun:
            begun = {"time": _TIME, "boots": boots}
            if not self.testing:
                self.world.cache.store("ocfs2/reboots", name, begun)
        return begun

    def end_reboots(self):
        self.world.tick("end_reboots", [])
        self.world.cache.pop(("ocfs2/reboots", self.desired.cluster.name), None)

    @staticmethod
    def attempts(seconds):
        return range(2 * RESTART + 2)

    def say(self, text):
        self.said.append(text)

    @staticmethod
    def stamp():
        return {"time": audit.now(), "job": "1", "operator": "root"}
