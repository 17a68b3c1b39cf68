import pytest

from ocfs2lib.answers.returns import of_calls
from ocfs2lib.answers.returns import state_run

NO_USE = "its answer is of no use:"
GOOD = {"result": True, "changes": {}, "comment": "fine"}
CHANGED = {"result": True, "changes": {"a": 1}, "comment": "done", "__id__": "ocfs2-a"}
WOULD = {**CHANGED, "result": None}
FAILED = {"result": False, "changes": {}, "comment": "no room", "__id__": "ocfs2-b"}
HALF = {**FAILED, "changes": {"b": 2}}


@pytest.mark.parametrize(
    ("answer", "changes", "failures"),
    [
        ({}, {}, [f"{NO_USE} {{}}"]),
        ([], {}, [f"{NO_USE} []"]),
        ({"x": {}}, {}, [f"x: {NO_USE} {{}}"]),
        ({"x": {"result": 1}}, {}, [f"x: {NO_USE} {{'result': 1}}"]),
        ({"x": GOOD}, {}, []),
        ({"x": CHANGED, "y": GOOD}, {"ocfs2-a": {"a": 1}}, []),
        ({"x": WOULD}, {"ocfs2-a": {"a": 1}}, []),
        ({"x": CHANGED, "y": FAILED}, {"ocfs2-a": {"a": 1}}, ["ocfs2-b: no room"]),
        ({"x": HALF}, {"ocfs2-b": {"b": 2}}, ["ocfs2-b: no room"]),
        ({"x": {"result": False}}, {}, ["x: None"]),
        ({"x": "nonsense"}, {}, ["x: nonsense"]),
        (["Rendering failed", "line 3"], {}, ["Rendering failed; line 3"]),
        ("ERROR: no", {}, ["ERROR: no"]),
        (None, {}, [f"{NO_USE} None"]),
        (False, {}, [f"{NO_USE} False"]),
    ],
)
def test_a_state_run(answer, changes, failures):
    assert state_run(answer) == (changes, failures)


@pytest.mark.parametrize(
    ("returns", "silent", "failures"),
    [
        ({}, {}, []),
        ({"a": True, "b": True}, {}, []),
        ({"a": True, "b": "ERROR: in use"}, {}, ["b: ERROR: in use"]),
        ({"a": 1}, {}, [f"a: {NO_USE} 1"]),
        (
            {"a": None, "b": False},
            {},
            [f"a: {NO_USE} None", f"b: {NO_USE} False"],
        ),
        ({"a": True}, {"b": "did not answer"}, ["b: did not answer"]),
    ],
)
def test_only_true_is_a_success(returns, silent, failures):
    assert of_calls(returns, silent)[1] == failures
