"""A node is empty only if its own account says so, after the operator's hook has run."""

from types import SimpleNamespace

import pytest

from ocfs2lib.errors import StepFailed
from ocfs2lib.operations import drain
from ocfs2lib.operations.operation import Operation
from support import answers
from support import roster

MINIONS = ["host0.example.com", "host1.example.com"]
PATHS = {"/san/primary": ["libvirtd.service"]}
COMMAND = {"command": "/usr/local/sbin/drain", "limit": 60}


class SimulatedDrains:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, desired, answers, silent=()):
        self.desired, self._answers, self._silent = desired, answers, silent
        self.asked = []

    def ask(self, minions, fun, *arguments, limit):
        self.asked.append((fun, *arguments))
        silent = {minion: "did not answer" for minion in minions if minion in self._silent}
        given = self._answers.get(fun, {})
        return {each: given.get(each, True) for each in minions if each not in silent}, silent

    def apply(self, minions, sls, limit):
        self.asked.append((sls, limit))
        return {}, self._answers.get(sls, [])


def operation(busy=None, hook=None, silent=(), **more):
    section = roster.section(**({"drain": hook} if hook else {}))
    desired = answers.check.parse(section)
    free = {minion: {} for minion in MINIONS}
    return Operation(
        SimulatedDrains(desired, {"ocfs2_users.busy": {**free, **(busy or {})}, **more}, silent)
    )


def test_mount_points_of_all_or_some_luns():
    section = roster.section()
    section["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    desired = answers.check.parse(section)
    assert drain.mounts(desired) == PATHS
    assert drain.mounts(desired, ["primary"]) == PATHS
    assert drain.mounts(desired, ["other"]) == {}


@pytest.mark.parametrize(
    ("busy", "silent", "found"),
    [
        ({}, (), []),
        (
            {MINIONS[1]: {"/san/primary": ["qemu (pid 7)", "sh (8)"]}},
            (),
            [f"{MINIONS[1]}: /san/primary is in use by qemu (pid 7), sh (8); stop them first"],
        ),
        ({}, MINIONS[:1], [f"{MINIONS[0]}: did not answer"]),
        ({MINIONS[0]: "ERROR: no"}, (), [f"{MINIONS[0]}: ERROR: no"]),
    ],
)
def test_who_keeps_a_node_from_being_empty(busy, silent, found):
    each = operation(busy, silent=silent)
    assert drain.users(each, MINIONS, PATHS) == found
    assert drain.not_drainable(each, MINIONS, PATHS) == found
    if found:
        with pytest.raises(StepFailed) as err:
            drain.drain_nodes(each, MINIONS, PATHS)
        assert list(err.value.args) == found
    else:
        drain.drain_nodes(each, MINIONS, PATHS)


def test_with_a_hook_it_shows_only_after_it_has_run():
    busy = {MINIONS[0]: {"/san/primary": ["qemu (pid 7)"]}}
    each = operation(busy, hook=COMMAND)
    assert drain.not_drainable(each, MINIONS, PATHS) == []
    assert each.master.asked == []
    with pytest.raises(StepFailed, match="qemu"):
        drain.drain_nodes(each, MINIONS, PATHS)
    assert [fun for fun, *_ in each.master.asked] == ["ocfs2_drain.run", "ocfs2_users.busy"]


@pytest.mark.parametrize(
    ("hook", "more"),
    [
        (COMMAND, {"ocfs2_drain.run": {MINIONS[0]: "ERROR: This node is not drained"}}),
        ({"state": "site.drain"}, {"site.drain": [f"{MINIONS[0]}: a: no room"]}),
    ],
)
def test_nobody_is_asked_after_a_hook_that_failed(hook, more):
    each = operation(hook=hook, **more)
    with pytest.raises(StepFailed, match=MINIONS[0]):
        drain.drain_nodes(each, MINIONS, PATHS)
    assert len(each.master.asked) == 1


def test_without_a_hook_only_the_users_are_asked_for():
    each = operation()
    assert not drain.has_hook(each.desired)
    assert drain.has_hook(SimpleNamespace(drain=SimpleNamespace(command="", state="x")))
    drain.drain_nodes(each, MINIONS, PATHS)
    assert each.master.asked == [("ocfs2_users.busy", PATHS)]
