import pytest

from ocfs2lib.answers import calls
from ocfs2lib.errors import AnswerMalformed

BOOT = "0f8fad5b-d9cb-469f-a165-70867728950e"
CHECK = {"ended": True, "findings": ["ORPHAN"], "count": 1, "log": "/l", "said": "s"}
GOOD = {
    calls.done: [True],
    calls.flag: [True, False],
    calls.members: [{"beating": [], "slots": [0, 3]}],
    calls.room: [{"free": 0, "journal": 1 << 40}],
    calls.check: [CHECK],
    calls.size: [0, 1 << 50],
    calls.mounts: [[], [{"path": "/san", "source": "x"}]],
    calls.fstabs: [{}, {"/san": {"fstype": "ocfs2", "device": "/dev/x", "options": []}}],
    calls.users: [{}, {"/san": ["qemu (pid 7)"]}],
    calls.kernels: [{"6.1.0-9": []}, {"6.1.0-9": ["ocfs2"]}],
    calls.boot_id: [BOOT],
    calls.at_work: [[], [{"volume": "0" * 32, "task": "check"}]],
}
#: What a minion returns that cannot, and what none returns.
ODD = (None, False, 1, "", "ERROR: no", [None], [{}], {"x": None}, {"x": [1]}, {"": {}}, 1.5)


@pytest.mark.parametrize("read", GOOD)
def test_an_answer_of_its_shape_is_taken(read):
    for answer in GOOD[read]:
        assert read(answer) is answer


@pytest.mark.parametrize("read", GOOD)
def test_any_other_is_refused_with_the_reason(read):
    others = [answer for each in GOOD if each is not read for answer in GOOD[each]]
    for answer in (*ODD, *others):
        if answer in ([], {}, 1, [{}]) or answer in GOOD[read]:
            continue
        if read in (calls.users, calls.kernels) and isinstance(answer, list | dict):
            continue
        with pytest.raises(AnswerMalformed) as refused:
            read(answer)
        assert str(refused.value)


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (calls.check, {**CHECK, "findings": None}),
        (calls.check, {**CHECK, "findings": [1]}),
        (calls.check, {name: value for name, value in CHECK.items() if name != "ended"}),
        (calls.members, {"beating": None, "slots": []}),
        (calls.members, {"beating": ["1"], "slots": []}),
        (calls.members, {}),
        (calls.users, {"/san": None}),
        (calls.users, {"/san": "nobody"}),
        (calls.kernels, {}),
        (calls.boot_id, "this node has restarted"),
        (calls.boot_id, BOOT.upper()),
        (calls.at_work, {}),
        (calls.at_work, [{"volume": "0" * 32}]),
        (calls.at_work, "ERROR: no"),
        (calls.mounts, [{}]),
        (calls.fstabs, {"/san": None}),
        (calls.size, True),
        (calls.done, 1),
    ],
)
def test_what_is_nearly_right_is_refused(read, answer):
    with pytest.raises(AnswerMalformed):
        read(answer)


def test_the_error_of_a_minion_is_the_reason():
    assert calls.reason("ERROR: no room") == "ERROR: no room"
    for answer in (None, "", {}, 7):
        assert calls.reason(answer) == f"its answer is of no use: {answer}"
