"""Whatever a node returns for a census is one, or refused with the reason."""

import copy

import hypothesis
from hypothesis import strategies as st

from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from support import answers
from support.places import at
from support.places import places

from . import cases

PILLAR = answers.desired()
HOST = "host0.example.com"
KEYS = {"primary": "/dev/mapper/primary"}
GOOD = answers.node(
    PILLAR,
    HOST,
    volume=answers.volume(PILLAR),
    mounts=[{"path": "/san/primary", "options": ["rw"]}],
)
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
