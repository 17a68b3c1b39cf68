"""A Salt master and the rest of a cluster, simulated around real planning, guard and stage code."""

import copy
import itertools

from ocfs2lib.lun import ledger
from ocfs2lib.operations.format_luns import FormatLuns
from ocfs2lib.plan import decide
from support import answers

#: No two masters give the same UUID or token.
_NUMBERS = itertools.count(1)


class SimulatedCache(dict):
    """A ledger's cache in memory, which outlives every master."""

    def fetch(self, bank, key):
        return copy.deepcopy(self.get((bank, key), {}))

    def store(self, bank, key, data):
        self[bank, key] = copy.deepcopy(data)

    def list(self, bank):
        return [key for found, key in self if found == bank]


class SimulatedMaster:
    """
    One master with one cluster.

    nodes
        ``{minion id: node}``. A node has ``census_of(lun)``, the facts of the LUN, None if it does
        not answer, and ``carry_out(fun, arg, kwarg)``, which returns what its minion would, None
        if it falls silent.
    """

    def __init__(self, pillar, nodes, cache):
        self.pillar, self.nodes = pillar, nodes
        self.ledger = ledger.Ledger(cache, sync=lambda: None)
        self.audited, self.said = [], []

    def orchestrate(self):
        """The format stage; ``(volumes, failures)``."""
        return FormatLuns(self.pillar, self).run()

    def plan(self):
        luns = self.pillar.luns
        seen = {
            minion: {lun.key: node.census_of(lun) for lun in luns}
            for minion, node in self.nodes.items()
        }
        silent = {
            minion: "did not answer" for minion, facts in seen.items() if None in facts.values()
        }
        census = {
            minion: self._answer(minion, facts)
            for minion, facts in seen.items()
            if minion not in silent
        }
        records = {lun.key: self.ledger.fetch(lun.wwid) for lun in luns}
        return decide.plan(self.pillar, census, silent, answers.FORMULA, records)

    def _answer(self, minion, facts):
        answer = answers.node(self.pillar, minion)
        at_work = [each.pop("formatting", None) for each in facts.values()]
        answer["formatting"] = next(filter(None, at_work), None)
        for each in facts.values():
            answer["formats"].update(each.pop("formats", {}))
        answer["luns"] = facts
        return answer

    def ask(self, minions, fun, *arg, limit, progress="", **kwarg):
        returns, silent = {}, {}
        for minion in minions:
            answer = self.nodes[minion].carry_out(fun, arg, kwarg)
            if answer is None:
                silent[minion] = f"did not answer {fun}"
            else:
                returns[minion] = answer
        return returns, silent

    @staticmethod
    def attempts(seconds):
        return range(3)

    def say(self, text):
        self.said.append(text)

    def audit(self, verdict, lun, reasons, evidence):
        self.audited.append((verdict, lun.key, [str(each) for each in reasons]))

    def stamp(self):
        return {"time": "2026-01-31T23:59:59Z", "job": "1", "operator": "root"}

    @staticmethod
    def new_uuid():
        return f"{next(_NUMBERS):032X}"

    @staticmethod
    def new_token():
        return f"{next(_NUMBERS):032x}"

    @staticmethod
    def failures(answer):
        return [] if answer["result"] is not False else [answer["comment"]]

    @staticmethod
    def format_refused(answer):
        return answer.get("format_refused", {}).get("contents")
