"""The section ``drain``: its values, and one way to drain."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import changed
from support.pillars import only
from support.pillars import refuses

WRONG = [
    (("drain", "command"), "", "is not an absolute path of", "like '/usr/local/sbin/drain-"),
    (("drain", "command"), "drain", "is not an absolute path", "type it from /"),
    (("drain", "command"), "/sbin/drain now", "has blanks in it", "the path of the script"),
    (("drain", "command"), "/sbin/drain;x", "is not an absolute path of", "like '/usr/local/"),
    (("drain", "command"), "/sbin/../drain", "is not an absolute path of", "like '/usr/local/"),
    (("drain", "state"), "hypervisor/drain.sls", "is a path", "type 'hypervisor.drain'"),
    (("drain", "state"), "hypervisor.drain.sls", "is a path", "type 'hypervisor.drain'"),
    (("drain", "state"), "ocfs2.clean", "is of the formula", "like 'hypervisor.drain'"),
    (("drain", "state"), "a..b", "is not the name of an sls", "like 'hypervisor.drain'"),
    (("drain", "limit"), 0, "0 is out of range", "from 1 to 86400 (s)"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("drain",), {"command": "/usr/local/sbin/drain_1.sh", "state": None, "limit": 86400}),
        (("drain",), {"command": None, "state": "drain", "limit": 1}),
        (("drain", "state"), "my_hypervisor.ocfs2-drain"),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


def test_a_node_is_drained_by_a_command_or_by_a_state():
    section = changed(("drain",), {"command": "/sbin/drain", "state": "hypervisor.drain"})
    problem = only(section)
    assert problem.path == "ocfs2:drain:state"
    assert "'hypervisor.drain' stands beside the command '/sbin/drain'" in problem.reason
    assert "keep one of them" in problem.fix
