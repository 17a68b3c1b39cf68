from ocfs2lib.adoption import statement
from ocfs2lib.adoption.statement import issue


def test_a_statement_names_its_subjects_first():
    assert str(issue("a", "it is down.")) == "a: it is down."
    assert str(issue(["a", "b"], "they differ.")) == "a, b: they differ."
    assert str(issue((), "x is 0: a node hangs.")) == "x is 0: a node hangs."


def test_what_is_said_of_several_subjects_is_one_text():
    said = [issue("a", "no line."), issue("c", "x: y."), issue(("b", "d"), "no line.")]
    assert statement.grouped(said) == ["a, b, d: no line.", "c: x: y."]


def test_statements_without_a_subject_stay_apart_whatever_their_texts_share():
    said = [issue((), "has a cluster a: take it out."), issue((), "has a cluster b: take it out.")]
    assert statement.grouped(said) == [each.text for each in said]
