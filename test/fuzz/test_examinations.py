"""Whatever a node answers to an examination, the status says what is wrong, and nothing fails."""

import copy

from ocfs2lib.answers import examination
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.findings import find
from ocfs2lib.status import table
from ocfs2lib.status.changes import change_lines
from ocfs2lib.status.data import status_data
from ocfs2lib.status.lines import status_lines
from support import answers
from support.places import at
from support.places import places

from . import cases
from . import wrong_values
from .findings import Findings

PILLAR = answers.desired(slots=6)
MINION = PILLAR.nodes[1].minion
KEYS = {"primary": PILLAR.luns[0].device}
HEALTHY = answers.examinations(PILLAR)
PLACES = list(places(HEALTHY[MINION]))


def examinations(number):
    """The answers of all nodes, of which that of one is damaged; and what was done."""
    dice = cases.chance("examination", number)
    everybody, done = copy.deepcopy(HEALTHY), []
    for place in dice.sample(PLACES, dice.choice((1, 1, 2, 5))):
        try:
            container = at(everybody[MINION], place[:-1])
            container[place[-1]] = _another(dice, container[place[-1]])
        except (KeyError, IndexError, TypeError):
            continue  # an earlier damage took it away
        done.append(f"{place}: {wrong_values.brief(container[place[-1]])}")
    return everybody, done


def _another(dice, old):
    """Another value, as a rule of the same type: those keep the shape."""
    if dice.random() < 0.25:
        return wrong_values.anything(dice)
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return dice.choice((0, -1, old + 1, old * 1000, 1 << 63))
    if isinstance(old, str):
        return dice.choice(wrong_values.TEXTS)
    return type(old)()


def test_whatever_has_the_shape_of_an_answer_becomes_a_status():
    found, accepted, states = Findings(), 0, set()
    numbers = cases.share(4)
    for number in numbers:
        everybody, done = examinations(number)
        with found.watch(f"examination {number}: {'; '.join(done)}"):
            malformed = {}
            try:
                examination.checked(everybody[MINION], KEYS)
                accepted += 1
            except AnswerMalformed as err:
                assert 0 < len(str(err).encode("utf-8", "replace")) < 1000
                malformed[MINION] = err
                del everybody[MINION]
            states.add(status(everybody, malformed))
    found.none()
    if cases.ENOUGH:
        assert 0.1 < accepted / len(numbers) < 0.95
        assert states == {"healthy", "degraded", "broken", "unknown"}


def status(everybody, malformed):
    snapshot = answers.snapshot(PILLAR, everybody, malformed=malformed)
    findings = find.all_findings(snapshot)
    data = status_data(snapshot, findings, "2026-01-31T23:59:59Z")
    lines = status_lines(data)
    assert all(isinstance(table.coloured(line), str) for line in lines)
    assert change_lines(data, data) == []
    if malformed:
        assert "node-odd-answer" in [each.kind for each in findings]
    if snapshot.plan.failures() or snapshot.plan.differences():
        assert data["state"] != "healthy"
    return data["state"]
