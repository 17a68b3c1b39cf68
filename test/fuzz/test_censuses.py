"""Whatever a node returns for a census is one, or refused with the reason."""

import copy

import hypothesis
from hypothesis import strategies as st

from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.plan import decide
from ocfs2lib.plan import plan_text
from support import answers
from support.places import at
from support.places import places

from . import cases
from . import conf_texts
from . import garbage
from . import tree_damage
from . import wrong_values
from .findings import Findings

PILLAR = answers.desired()
MINION = PILLAR.nodes[1].minion
HOST = "host0.example.com"
KEYS = {"primary": "/dev/mapper/primary"}
GOOD = answers.node(
    PILLAR,
    HOST,
    volume=answers.volume(PILLAR),
    mounts=[{"path": "/san/primary", "options": ["rw"]}],
)
CENSUSES = {
    "blank": answers.census(PILLAR),
    "in use": answers.census(
        PILLAR,
        volume=answers.volume(PILLAR),
        mounts=[{"path": "/san/primary", "options": ["rw", "nointr"]}],
        slot=1,
        holders=["dm-9"],
        written=None,
    ),
    "foreign": answers.census(
        PILLAR,
        signature={"PTTYPE": "gpt", "PTUUID": "a"},
        written=[0, 4096],
        error=None,
        busy=True,
    ),
}
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@hypothesis.given(st.data(), st.sampled_from([(), *places(GOOD)]), JSON)
@cases.examples(5)
def test_no_answer_gives_anything_but_a_census_or_the_reason(data, path, value):
    answer = copy.deepcopy(GOOD)
    if not path:
        answer = value
    elif data.draw(st.booleans()):
        at(answer, path[:-1])[path[-1]] = value
    else:
        del at(answer, path[:-1])[path[-1]]
    try:
        checked = census.checked(answer, KEYS)
    except AnswerMalformed as err:
        assert str(err).startswith("its ")
    else:
        assert checked is answer
        assert set(checked["luns"]) == set(KEYS)


def damaged_census(number):
    """The answers of all nodes, of which that of one is damaged; and what was done."""
    dice = cases.chance("census", number)
    everybody = copy.deepcopy(CENSUSES[dice.choice(list(CENSUSES))])
    if dice.random() < 0.02:
        everybody[MINION] = wrong_values.anything(dice)
        return everybody, [f"nothing but {wrong_values.brief(everybody[MINION])}"]
    lun, done = everybody[MINION]["luns"]["primary"], []
    if dice.random() < 0.1:
        text = garbage.garbled(
            dice, dice.choice(conf_texts.CONFS), (*conf_texts.PIECES, "9" * 5000)
        )
        everybody[MINION]["o2cb"]["conf"]["text"] = text
        done.append(f"cluster.conf is {text!a}")
    if dice.random() < 0.2:
        table = dice.choice(open_tables(everybody[MINION]))
        name = dice.choice((dice.choice(wrong_values.TEXTS), *table))
        table[name] = wrong_values.anything(dice)
        done.append(f"{wrong_values.brief(name)} is {wrong_values.brief(table[name])}")
    if not done or dice.random() < 0.5:
        parts = (everybody[MINION], lun, lun["signature"] or lun, lun["paths"])
        done += tree_damage.damaged(dice, dice.choice(parts))
    return everybody, done


def open_tables(answer):
    """The dicts of an answer whose keys are not given."""
    (lun,), clusters = answer["luns"].values(), answer["o2cb"]["clusters"]
    inner = [each["nodes"] for each in clusters.values()]
    rest = (answer["fstab"], answer["luns"], answer["o2cb"]["settings"]["values"], *inner)
    return [clusters, lun["paths"], lun["signature"], *rest]


def accepted(answer):
    """The answer, if the check takes it for a census."""
    try:
        checked = census.checked(answer, KEYS)
    except AnswerMalformed as err:
        assert 0 < len(str(err).encode("utf-8", "replace")) < 1000
        return None
    assert checked is answer
    return checked


def test_any_answer_is_a_census_or_refused_in_few_words():
    found, taken = Findings(), 0
    for number in cases.share(2):
        everybody, done = damaged_census(number)
        with found.watch(f"census {number}: {'; '.join(done)}"):
            taken += accepted(everybody[MINION]) is not None
    found.none()
    assert not cases.ENOUGH or 0.1 < taken / len(cases.share(2)) < 0.9


def test_whatever_is_accepted_can_be_planned_and_printed():
    found = Findings()
    for number in cases.share(4):
        everybody, done = damaged_census(number)
        try:
            census.checked(everybody[MINION], KEYS)
        except AnswerMalformed:
            continue
        with found.watch(f"census {number}: {'; '.join(done)}"):
            records = {"primary": answers.record(PILLAR)}
            plan = decide.plan(PILLAR, everybody, {}, answers.FORMULA, records)
            lines = plan_text.lines(plan)
            assert all(isinstance(line, str) for line in lines)
            assert all(isinstance(line, str) for line in plan.failures() + plan.differences())
    found.none()
