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


@pytest.mark.parametrize("raw", ["\x1b[2J", "a\rb", "\x9b1m", "\udcff"])
def test_what_a_terminal_would_obey_is_not_shown(raw):
    assert "?" in text.printable(raw)
    assert not set(raw) - set("a[2J1mb") & set(text.printable(raw))
