"""
Why a node restarted, or the others evicted it, made of the logs of all nodes.

From the logs to events (``fence.log``), to what belongs together (``fence.incident``),
to the cause (``fence.cause``), to what to do about it (``fence.advice``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ocfs2lib.fence import advice
from ocfs2lib.fence import cause
from ocfs2lib.fence import incident
from ocfs2lib.fence import log
from ocfs2lib.fence import settings

_AHEAD = 1  # seconds by which a clock may be wrong without a note
_LINES, _WITNESSES = 16, 3  # lines of the node, other nodes whose lines are shown
#: What is logged for every volume.
_ONCE = (log.LOST, log.EVICTED)
#: What other nodes log that may concern the node, beside what is about it.
_ABOUT_ALL = (log.HUNG, log.STAYS)


@dataclass(frozen=True)
class Evidence:
    """One line of a node's log, with the time of its own clock, None for what pstore kept."""

    node: str
    time: float | None
    text: str


@dataclass(frozen=True)
class Other:
    """Another restart or eviction that the logs tell of."""

    time: float
    verdict: str


@dataclass(frozen=True)
class Explanation:
    """
    Why a node restarted.

    ``verdict`` is one of ``fence.explanation_text.TITLES``, ``sure`` whether it is proved by what
    was logged at the time. ``last`` is the time of the last message before, or of the eviction, and
    ``back`` that of the first message after, by the node's clock; None where there is none.
    ``margins`` are the times that were exceeded, ``notes`` what is to be known about the logs.
    """

    node: str
    verdict: str
    sure: bool
    last: float | None
    back: float | None
    summary: str
    margins: tuple = ()
    evidence: tuple = ()
    advice: tuple = ()
    notes: tuple = ()
    others: tuple = ()


def explain(node, answers, cluster):
    """
    Return why a node restarted last; a shutdown in order only counts if there is nothing else.

    node
        Its name.
    answers
        ``{name: what ocfs2_logs.kernel returned}``; None for a node that did not answer.
    cluster
        The settings of the cluster, see :func:`fence.settings.read`.
    """
    logs = {name: log.read(answer) for name, answer in answers.items() if answer is not None}
    cluster = settings.read(cluster)
    notes = tuple(_notes(node, answers, logs, cluster))
    incidents = incident.incidents(node, logs, cluster)
    if not incidents:
        summary = "Nothing in the logs says that it restarted, or that another node evicted it."
        return Explanation(
            node,
            cause.UNKNOWN,
            sure=False,
            last=None,
            back=None,
            summary=summary,
            advice=advice.NOTHING,
            notes=notes,
        )
    causes = [(each, cause.find(each, cluster)) for each in incidents]
    chosen, why = next((pair for pair in causes if pair[1].verdict != cause.SHUTDOWN), causes[0])
    persistent = logs.get(node, log.Log()).persistent
    return Explanation(
        node=node,
        verdict=why.verdict,
        sure=why.sure,
        last=chosen.when if chosen.began is None else chosen.ended,
        back=chosen.began,
        summary=why.summary,
        margins=why.margins,
        evidence=tuple(_evidence(chosen, cluster)),
        advice=advice.advice(why, chosen, cluster, persistent),
        notes=(*notes, *_incident_notes(chosen)),
        others=tuple(Other(each.when, its.verdict) for each, its in causes if each is not chosen),
    )


def data(explanation):
    """Return an explanation as plain data."""
    return dataclasses.asdict(explanation)


def _evidence(chosen, cluster):
    """Yield what tells most, of each node in the order of its own clock."""
    for each in _most_telling(chosen.own)[-_LINES:]:
        yield Evidence(chosen.node, each.time, each.text)
    for each in _most_telling(chosen.kept)[-_LINES:]:
        yield Evidence(chosen.node, None, each.text)
    events = {
        name: _events_about(observation, chosen.number, cluster)
        for name, observation in chosen.seen.items()
    }
    for name in _witnesses(events):
        for each in events[name]:
            yield Evidence(name, each.time, each.text)


def _events_about(observation, number, cluster):
    """Return what another node logged about the one with a number, around the time it left."""
    before = cluster.idle + cluster.decision_delay + cluster.dead_after
    near = [
        each
        for each in observation.events
        if (each.node == number or each.kind in _ABOUT_ALL)
        and -before <= each.time - observation.left.time <= cluster.dead_after
    ]
    return _most_telling(near)


def _witnesses(events):
    """Return the names of the nodes that logged most."""
    most = sorted(events, key=lambda name: len(events[name]), reverse=True)[:_WITNESSES]
    return [name for name in events if name in most]


def _most_telling(events):
    """Return of each kind of event the first and, where a repetition tells more, the last."""
    first, last = {}, {}
    for each in events:
        key = (each.kind, each.node)
        first.setdefault(key, each)
        if each.kind not in _ONCE:
            last[key] = each
    chosen = {id(each) for each in (*first.values(), *last.values())}
    return [each for each in events if id(each) in chosen]


def _notes(node, answers, logs, cluster):
    for name, answer in answers.items():
        if answer is None:
            yield f"{name} did not answer, so its log is not in this."
    if node not in answers:
        yield f"The log of {node} was not asked for."
    for name, each in logs.items():
        if each.cut:
            yield f"The log of {name} is long; its older lines are not in this."
    for name, ahead in cluster.ahead.items():
        if abs(ahead) >= _AHEAD:
            word = "ahead of" if ahead > 0 else "behind"
            yield f"The clock of {name} is {abs(ahead):.1f} s {word} the master's."


def _incident_notes(chosen):
    if chosen.boot is None and chosen.began is None:
        yield f"{chosen.node} has not come back or did not answer; its own log may say more."
    others = len(chosen.seen) - _WITNESSES
    if others > 0:
        yield f"{others} more nodes saw it go; their lines are not shown."
