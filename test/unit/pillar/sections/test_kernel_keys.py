"""The section ``kernel``: its values."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import changed
from support.pillars import refuses

WRONG = [
    (("kernel", "panic"), 0, "0 leaves a node hanging", "type 30"),
    (("kernel", "panic"), -1, "-1 is out of range", "from 0 to 3600 (s)"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kernel",), {"panic": 0, "panic_on_oops": False}),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []
