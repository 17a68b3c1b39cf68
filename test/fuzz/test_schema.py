"""Whatever stands in pillar, the schema for editors agrees with the check."""

import copy

import hypothesis
import jsonschema
import pytest
from hypothesis import strategies as st

from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import check
from ocfs2lib.pillar import reference
from ocfs2lib.pillar.keys import PILLAR
from support.places import at
from support.places import places

from . import cases
from . import valid_pillars

VALIDATOR = jsonschema.Draft202012Validator(reference.json_schema())

NUMBERS = st.integers() | st.floats() | st.integers(0, 300) | st.just(10**60)
WORDS = st.sampled_from(
    ["ocfs2", "yes", "010", "0x1F", "2T", "2TiB", "/dev/sda", "/san/b", "10.0.0.1", "::1", "once"]
)
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS | st.text() | st.binary() | st.dates()
KEY_NAMES = st.sampled_from(
    sorted({sub.name for key in (PILLAR, *PILLAR.keys) for sub in key.keys})
)
NAMES = KEY_NAMES | WORDS | st.text() | st.integers() | st.none() | st.booleans()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES, inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


@st.composite
def mutations(draw):
    """Draw a valid pillar with one to three things replaced, removed or added."""
    section = copy.deepcopy(valid_pillars.EXAMPLE)
    for _ in range(draw(st.integers(1, 3))):
        options = list(places(section))
        if not options:
            break
        *above, last = draw(st.sampled_from(options))
        place = at(section, above)
        action = draw(st.sampled_from(("replace", "remove", "add")))
        if action == "replace":
            place[last] = draw(SCALARS | ANYTHING)
        elif action == "remove":
            del place[last]
        elif isinstance(place, dict):
            place[draw(NAMES)] = copy.deepcopy(place[last])
        else:
            place.append(draw(SCALARS))
    return section


def judge(section):
    """Check ``section`` in every way that holds for any object."""
    problems = check.check(section)
    for problem in problems:
        assert problem.path.startswith("ocfs2")
        assert problem.reason
        assert problem.fix
        assert str(problem).isascii()
        assert str(problem).isprintable()
    if problems:
        with pytest.raises(PillarInvalid) as caught:
            check.parse(section)
        assert caught.value.problems == tuple(problems)
    else:
        assert check.parse(section).nodes
        assert not list(VALIDATOR.iter_errors({"ocfs2": section}))


@hypothesis.given(ANYTHING)
@cases.examples(1)
def test_any_object_gives_problems_and_never_a_traceback(section):
    judge(section)


@hypothesis.given(mutations())
@cases.examples(1)
def test_any_change_of_a_pillar_gives_problems_or_a_valid_pillar(section):
    judge(section)
