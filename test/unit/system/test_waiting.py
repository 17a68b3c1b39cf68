"""Waiting for a condition."""

from ocfs2lib.system import waiting


def test_what_is_missing_is_asked_for_until_nothing_is():
    answers = [["a", "b"], ["b"], []]
    assert waiting.until_empty(lambda: answers.pop(0), 60) == []
    assert answers == []


def test_after_the_limit_what_is_missing_is_returned():
    assert waiting.until_empty(lambda: ["a"], -1) == ["a"]
