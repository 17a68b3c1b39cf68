import pytest

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.health import beacon_config


@pytest.mark.parametrize(
    "config",
    [
        [{"interval": 15}],
        [{"interval": 5.5}, {"space": 1}, {"slots": 0.5}, {"heartbeat_late": 0.01}],
        [{"interval": 3600, "mounts": ["/san/a"], "metrics": "/srv/x"}],
        [{"interval": 15}, {"disable_during_state_run": True}, {"_beacon_name": "ocfs2"}],
    ],
)
def test_a_good_configuration(config):
    assert beacon_config.problems(config) == []
    assert beacon_config.limits(config)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (None, "not a list"),
        ({"interval": 15}, "not a list"),
        ([15], "not a list"),
        ([], "interval is not"),
        ([{"interval": 1}], "interval is not"),
        ([{"interval": "15"}], "interval is not"),
        ([{"interval": True}], "interval is not"),
        ([{"interval": float("nan")}], "interval is not"),
        ([{"interval": 15}, {"spaces": 0.9}], "spaces is unknown"),
        ([{"interval": 15}, {"space": 90}], "space is no part"),
        ([{"interval": 15}, {"slots": 0}], "slots is no part"),
        ([{"interval": 15}, {"heartbeat_late": "half"}], "heartbeat_late is no part"),
        ([{"interval": 15}, {"mounts": "/san/a"}], "mounts is not"),
        ([{"interval": 15}, {"mounts": ["san"]}], "mounts is not"),
        ([{"interval": 15}, {"metrics": "here"}], "metrics is no"),
    ],
)
def test_a_bad_configuration(config, words):
    (problem,) = beacon_config.problems(config)
    assert words in problem
    assert "Fix: " in problem


def test_every_problem_is_named_at_once():
    assert len(beacon_config.problems([{"space": 2}, {"slots": 2}, {"mounts": 1}])) == 4


def test_salt_has_taken_the_interval_out_before_limits_are_read():
    assert beacon_config.limits([]) == beacon_config.Limits()
    with pytest.raises(ArgumentInvalid, match="space is no part"):
        beacon_config.limits([{"space": 2}])
