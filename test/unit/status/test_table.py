"""Tables that fit a terminal."""

import pytest

from ocfs2lib.status import table

HEADER = ("node", "cluster", "one", "two")
ROWS = [("a", "online", "mounted", "missing!"), ("b", "?", "?", "?")]


def test_a_table():
    assert table.lines(HEADER, ROWS, 80) == [
        "node  cluster  one      two",
        "a     online   mounted  missing!",
        "b     ?        ?        ?",
    ]


def test_what_does_not_fit_goes_on_below():
    assert table.lines(HEADER, ROWS, 24, fixed=2) == [
        "node  cluster  one",
        "a     online   mounted",
        "b     ?        ?",
        "",
        "node  two",
        "a     missing!",
        "b     ?",
    ]


@pytest.mark.parametrize("count", [1, 8, 64])
def test_no_line_is_longer_than_the_terminal(count):
    header = ("node", "cluster", *(f"volume{number}" for number in range(count)))
    row = ("host" * 20, "online", *("unreadable!" for _ in range(count)))
    found = table.lines(header, [row], 80, fixed=2)
    assert max(map(len, found)) <= 80
    assert " ".join(found).count("unreadable!") == count


def test_colours_stand_where_they_mean_something():
    line = table.coloured("host1!  online  mounted!  missing!  online-ish  other")
    assert line == (
        "\033[33mhost1!\033[0m  \033[32monline\033[0m  \033[33mmounted!\033[0m  "
        "\033[31mmissing!\033[0m  online-ish  \033[31mother\033[0m"
    )
    assert table.coloured("  what  one node is missing") == "  what  one node is missing"
