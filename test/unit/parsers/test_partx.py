import pytest

from ocfs2lib.parsers import partx


def test_an_entry_of_a_table():
    assert partx.entry(" 2048 614400\n") == (2048, 614400)


@pytest.mark.parametrize(
    "text", ["", "\n", "2048\n", "2048 614400\n83968 2048\n", "a b\n", "1 -1\n", "1 2 3\n"]
)
def test_anything_else_is_none(text):
    assert partx.entry(text) is None
