"""
Why a node restarted, or the others evicted it: a case, made of the logs of all nodes.

From the logs to events (``fence.log``), to what belongs together (``fence.incident``),
to the cause (``fence.cause``), to what to do about it (``fence.advice``).
"""

import dataclasses
from dataclasses import dataclass

from ocfs2lib.fence import advice as fence_advice
from ocfs2lib.fence import cause
from ocfs2lib.fence import incident as fence_incident
from ocfs2lib.fence import log as words
from ocfs2lib.fence import settings as fence_settings
from ocfs2lib.fence import text as fence_text

_AHEAD = 1  # seconds by which a clock may be wrong without a word
_LINES, _WITNESSES = 16, 3  # lines of the node, other nodes whose lines are shown
#: What is said of every volume.
_ONCE = (words.LOST, words.EVICTED)
#: What other nodes say that bears on one of them, beside what is about it.
_ABOUT_ALL = (words.HUNG, words.STAYS)


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
class Case:
    """
    Why a node restarted.

    ``verdict`` is one of ``fence.text.TITLES``, ``sure`` whether it is proved by what was
    said at the time. ``last`` is the time of the last message before, or of the eviction, and
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


def case(node, logs, settings):
    """
    Why a node restarted last; a shutdown in order only counts if there is nothing else.

    node
        Its name.
    logs
        ``{name: what ocfs2_logs.kernel returned}``; None for a node that did not answer.
    settings
        The cluster's, see :func:`fence.settings.read`.
    """
    read = {name: words.read(answer) for name, answer in logs.items() if answer is not None}
    settings = fence_settings.read(settings)
    notes = tuple(_notes(node, logs, read, settings))
    incidents = fence_incident.incidents(node, read, settings)
    if not incidents:
        summary = "Nothing in the logs says that it restarted, or that another node evicted it."
        nothing = fence_advice.NOTHING
        return Case(node, cause.UNKNOWN, False, None, None, summary, advice=nothing, notes=notes)
    found = [(each, cause.find(each, settings)) for each in incidents]
    incident, finding = next(
        (pair for pair in found if pair[1].verdict != cause.SHUTDOWN),
        found[0],
    )
    persistent = read.get(node, words.Log()).persistent
    return Case(
        node=node,
        verdict=finding.verdict,
        sure=finding.sure,
        last=incident.when if incident.began is None else incident.ended,
        back=incident.began,
        summary=finding.summary,
        margins=finding.margins,
        evidence=tuple(_evidence(incident, settings)),
        advice=fence_advice.advice(finding, incident, settings, persistent),
        notes=(*notes, *_more(incident)),
        others=tuple(Other(each.when, why.verdict) for each, why in found if each is not incident),
    )


def facts(case):
    """A case as plain data."""
    return dataclasses.asdict(case)


def _evidence(incident, settings):
    """What tells most, of each node in the order of its own clock."""
    for each in _telling(incident.own)[-_LINES:]:
        yield Evidence(incident.node, each.time, each.text)
    for each in _telling(incident.kept)[-_LINES:]:
        yield Evidence(incident.node, None, each.text)
    told = {name: _told(sight, incident.number, settings) for name, sight in incident.seen.items()}
    for name in _witnesses(told):
        for each in told[name]:
            yield Evidence(name, each.time, each.text)


def _told(sight, number, settings):
    """What another node said about the one with a number, around the time that it left."""
    before = settings.idle + settings.decision_delay + settings.dead_after
    near = [
        each
        for each in sight.events
        if (each.node == number or each.kind in _ABOUT_ALL)
        and -before <= each.time - sight.left.time <= settings.dead_after
    ]
    return _telling(near)


def _witnesses(told):
    """The names of those who tell most."""
    most = sorted(told, key=lambda name: len(told[name]), reverse=True)[:_WITNESSES]
    return [name for name in told if name in most]


def _telling(events):
    """Of each kind of event the first and, where a repetition tells more, the last."""
    first, last = {}, {}
    for each in events:
        key = (each.kind, each.node)
        first.setdefault(key, each)
        if each.kind not in _ONCE:
            last[key] = each
    chosen = {id(each) for each in (*first.values(), *last.values())}
    return [each for each in events if id(each) in chosen]


def _notes(node, logs, read, settings):
    for name, answer in logs.items():
        if answer is None:
            yield f"{name} did not answer, so its log is not in this."
    if node not in logs:
        yield f"The log of {node} was not asked for."
    for name, log in read.items():
        if log.cut:
            yield f"The log of {name} is long; its older lines are not in this."
    for name, ahead in settings.ahead.items():
        if abs(ahead) >= _AHEAD:
            word = "ahead of" if ahead > 0 else "behind"
            yield f"The clock of {name} is {abs(ahead):.1f} s {word} the master's."


def _more(incident):
    if incident.boot is None and incident.began is None:
        yield f"{incident.node} has not come back or did not answer; its own log may say more."
    others = len(incident.seen) - _WITNESSES
    if others > 0:
        yield f"{others} more nodes saw it go; their lines are not shown."


def text(case):
    """A case as an operator reads it, as lines of 80 columns; a longer command stays whole."""
    return fence_text.lines(case)
