import pytest

from ocfs2lib.adoption import majority


@pytest.mark.parametrize(
    ("values", "value", "others", "exists"),
    [
        ({"a": 1}, 1, [], True),
        ({"a": 1, "b": 2, "c": 2}, 2, ["a"], True),
        ({"a": 2, "b": 1}, 2, ["b"], False),
        ({"a": 1, "b": 2, "c": 3, "d": 3}, 3, ["a", "b"], True),
    ],
)
def test_what_most_nodes_have(values, value, others, exists):
    assert majority.of(values) == (value, others)
    assert majority.exists(values) is exists
