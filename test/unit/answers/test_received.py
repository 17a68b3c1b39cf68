import hypothesis
from hypothesis import strategies

from ocfs2lib.answers.received import TOO_LARGE
from ocfs2lib.answers.received import cleaned

LINE = "".join(map(chr, range(32, 127))) + "äöü€漢"


def test_what_a_line_may_hold_stays():
    for value in (LINE, "a\tb", "", {"a": [1, 2.5, None, True]}, [], 10**30):
        assert cleaned(value) == value


def test_nothing_reaches_a_terminal_that_it_would_obey():
    evil = "\x1b[2J\x07\x9b31m\x00a\u202eb\u200bc\u2066d\ufeffe\x85f\ud800g\U000e0041h"
    assert cleaned(evil) == "?[2J??31m?a?b?c?d?e?f?g?h"
    assert cleaned({evil: evil}) == {cleaned(evil): cleaned(evil)}


def test_one_line_stays_one_line():
    assert cleaned("all is well\n  fix: rm -rf /") == "all is well fix: rm -rf /"
    assert cleaned({"a\nb": ["c\r\nd"]}) == {"a b": ["c? d"]}


def test_files_keep_their_lines():
    answer = {
        "o2cb": {"conf": {"path": "/a\nb", "text": "c\n\td\x1b\n"}},
        "setup": {"files": {"/e\nf": "g\nh\n"}, "services": {"/i": "j\nk\n"}},
    }
    assert cleaned(answer) == {
        "o2cb": {"conf": {"path": "/a b", "text": "c\n\td?\n"}},
        "setup": {"files": {"/e f": "g\nh\n"}, "services": {"/i": "j\nk\n"}},
    }


def test_what_is_too_large_is_nothing_but_that():
    deep = value = {}
    for _ in range(100):
        value["next"] = value = {}
    for answer in (deep, ["x" * 10_000] * 1000, [0] * 300_000, {"a": "x" * 10_000_000}):
        assert cleaned(answer) == TOO_LARGE


PLAIN = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(),
    lambda each: strategies.lists(each) | strategies.dictionaries(strategies.text(), each),
)


@hypothesis.given(PLAIN)
def test_an_answer_that_is_clean_is_not_changed_again(answer):
    once = cleaned(answer)
    assert cleaned(once) == once
