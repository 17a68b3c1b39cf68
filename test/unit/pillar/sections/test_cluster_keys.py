"""The section ``cluster``: its values, and its time-outs together."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import CLUSTER
from support.pillars import changed
from support.pillars import only
from support.pillars import refuses

WRONG = [
    ((*CLUSTER, "name"), "abcdefghijklmnopq", "1 to 16 ASCII letters and digits", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "my-web", "1 to 16 ASCII", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "", "1 to 16 ASCII", "like 'ocfs2'"),
    ((*CLUSTER, "name"), "o\u0441fs2", r"'o\u0441fs2' is not 1 to 16 ASCII", "like"),
    ((*CLUSTER, "heartbeat_mode"), "global", "not built and tested yet", "type 'local'"),
    ((*CLUSTER, "heartbeat_mode"), "Local", "'Local' is not possible", "type 'local'"),
    ((*CLUSTER, "heartbeat_threshold"), 6, "6 is out of range", "from 7 to 601 (samples of 2 s)"),
    ((*CLUSTER, "heartbeat_threshold"), 602, "602 is out of range", "from 7 to 601"),
    ((*CLUSTER, "idle_timeout_ms"), 4999, "4999 is out of range", "from 5000 to 600000 (ms)"),
    ((*CLUSTER, "keepalive_delay_ms"), 999, "999 is out of range", "from 1000"),
    ((*CLUSTER, "reconnect_delay_ms"), 1999, "1999 is out of range", "from 2000"),
    ((*CLUSTER, "fence_method"), "reboot", "'reboot' is not possible", "type 'reset'"),
    ((*CLUSTER, "fence_method"), "x", "'x' is not possible", "type 'reset' or 'panic'"),
    ((*CLUSTER, "port"), 0, "0 is out of range", "from 1 to 65534"),
    ((*CLUSTER, "port"), 65535, "65535 is out of range", "from 1 to 65534"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*CLUSTER, "name"), "a"),
        ((*CLUSTER, "name"), "A1b2C3d4E5f6G7h8"),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


@pytest.mark.parametrize(
    ("timeouts", "reason", "fix"),
    [
        ((5000, 5000, 2000), "is not above keepalive_delay_ms 5000", "type 7000 or more"),
        ((5000, 9000, 2000), "is not above keepalive_delay_ms 9000", "type 11000 or more"),
        ((6000, 5000, 2000), "below keepalive_delay_ms 5000 + reconnect_delay_ms 2000", "7000"),
        ((6999, 5000, 2000), "before it is tried again", "7000"),
    ],
)
def test_timeouts_that_do_not_fit(timeouts, reason, fix):
    problem = only(_timeouts(*timeouts))
    assert problem.path == "ocfs2:cluster:idle_timeout_ms"
    assert reason in problem.reason
    assert fix in problem.fix


def test_timeouts_that_just_fit():
    assert check.check(_timeouts(7000, 5000, 2000)) == []


def _timeouts(idle, keepalive, reconnect):
    cluster = {
        "idle_timeout_ms": idle,
        "keepalive_delay_ms": keepalive,
        "reconnect_delay_ms": reconnect,
    }
    return changed(("cluster",), cluster)
