"""
Everything that was seen of a cluster at one moment, for findings to be made of.
"""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """
    plan
        What separates the cluster from pillar (:class:`plan.plan.Plan`).
    seen
        ``{minion id: examination}`` of the nodes that answered, as :mod:`answers.examination`
        checks them.
    odd_answers
        ``{minion id: reason}`` of those whose answer can not be used.
    formula
        The formula's build on the master.
    asked_ms, heard_ms
        The master's clock before the nodes were asked and after the last had answered,
        milliseconds since the epoch.
    slow
        The ids of the minions that did not answer in time but are at work: they were heard.
    """

    plan: object
    seen: dict
    odd_answers: dict
    formula: str
    asked_ms: int
    heard_ms: int
    slow: tuple = ()

    @property
    def desired(self):
        """Pillar (:class:`pillar.desired.Desired`)."""
        return self.plan.desired

    @property
    def cluster(self):
        """The name of the cluster."""
        return self.desired.cluster.name

    def nodes(self):
        """``(node, examination)`` of each node that answered; ``node`` is the pillar's."""
        return [
            (node, self.seen[node.minion])
            for node in self.desired.nodes
            if node.minion in self.seen
        ]

    def plans(self):
        """``(node plan, examination)`` of each node that answered."""
        return [(each, self.seen[each.minion]) for each in self.plan.nodes if each.facts]

    def live(self, examination):
        """The cluster in a node's kernel, as ``o2cb.facts`` has it, or None."""
        return examination["o2cb"]["clusters"].get(self.cluster)

    def ahead(self, examination):
        """Seconds by which a node's clock is ahead of the master's (below 0: behind), or more."""
        time = examination["vitals"]["time_ms"]
        if time > self.heard_ms:
            return (time - self.heard_ms) / 1000
        return min(0, time - self.asked_ms) / 1000

    def mounting(self, uuid):
        """``(node, volume)`` of each node whose kernel has the volume mounted."""
        return [
            (node, facts["vitals"]["volumes"][uuid])
            for node, facts in self.nodes()
            if uuid in facts["vitals"]["volumes"]
        ]


def paths(examination, key):
    """``{disk: state}`` of what leads to the LUN that a node sees under the name of a LUN."""
    seen = examination["luns"][key]
    known = examination["multipath"]["paths"] if examination["multipath"] else {}
    return known.get(seen["wwid"]) or dict.fromkeys(seen["paths"], "ok")


def odd(values):
    """
    Who is the odd one out.

    values
        ``{minion id: value}``

    Returns ``(usual, {minion id: value})``: what most have, and those that have another. Without a
    majority, ``usual`` is None and everybody is odd; if all agree, nobody is.
    """
    if not values:
        return None, {}
    usual, count = Counter(values.values()).most_common(1)[0]
    if count * 2 <= len(values) and len(set(values.values())) > 1:
        return None, dict(values)
    return usual, {key: value for key, value in values.items() if value != usual}
