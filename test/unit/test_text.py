import pytest

from ocfs2lib import text


@pytest.mark.parametrize(
    ("names", "few"),
    [
        ([], []),
        (["a", "b"], ["a", "b"]),
        ("abcde", ["a", "b", "c", "d", "e"]),
        ("abcdefg", ["a", "b", "c", "d", "e", "2 more"]),
    ],
)
def test_of_many_names_the_first_are_shown_and_the_others_counted(names, few):
    assert text.few(iter(names)) == few
