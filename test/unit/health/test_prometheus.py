"""The health of a node in Prometheus' text format."""

import re

import pytest

from ocfs2lib.health import health
from ocfs2lib.health import prometheus
from support import node_facts
from support.node_facts import PATH
from support.node_facts import UUID

SAMPLE = re.compile(r'([a-z0-9_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\} (-?[0-9.e+-]+)')


@pytest.fixture
def facts():
    return node_facts.facts()


def samples(facts):
    """``{"name{labels}": value}``; every line must be a sample or a comment on one."""
    text = prometheus.render(health.of(facts), "1.0.0")
    assert text.endswith("\n")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value = SAMPLE.fullmatch(line).groups()
            assert f"{name}{{{labels}}}" not in found
            found[f"{name}{{{labels}}}"] = float(value)
    return found


def of_volume(name, path=PATH):
    return f'{name}{{uuid="{UUID}",path="{path}"}}'


def test_a_healthy_node(facts):
    assert samples(facts) == {
        'ocfs2_formula_info{version="1.0.0"}': 1,
        'ocfs2_cluster_online{cluster="web"}': 1,
        'ocfs2_idle_timeout_seconds{cluster="web"}': 30,
        'ocfs2_setting_drift{setting="cluster"}': 0,
        'ocfs2_setting_drift{setting="heartbeat_threshold"}': 0,
        'ocfs2_setting_drift{setting="idle_timeout_ms"}': 0,
        'ocfs2_setting_drift{setting="keepalive_delay_ms"}': 0,
        'ocfs2_setting_drift{setting="reconnect_delay_ms"}': 0,
        'ocfs2_setting_drift{setting="heartbeat_mode"}': 0,
        'ocfs2_setting_drift{setting="fence_method"}': 0,
        'ocfs2_setting_drift{setting="nodes"}': 0,
        f'ocfs2_mounted{{path="{PATH}"}}': 1,
        of_volume("ocfs2_read_only"): 0,
        of_volume("ocfs2_volume_failed"): 0,
        of_volume("ocfs2_heartbeat_late_seconds"): 1.204,
        of_volume("ocfs2_heartbeat_limit_seconds"): 60,
        of_volume("ocfs2_nodes_beating"): 3,
        of_volume("ocfs2_recovering_nodes"): 0,
        of_volume("ocfs2_slots"): 5,
        of_volume("ocfs2_slots_used"): 3,
        'ocfs2_peer_connected{peer="host2"}': 1,
        'ocfs2_peer_connected{peer="host3"}': 1,
        'ocfs2_peer_beating{peer="host2"}': 1,
        'ocfs2_peer_beating{peer="host3"}': 1,
        'ocfs2_peer_quiet_seconds{peer="host2"}': 1.5,
        'ocfs2_peer_quiet_seconds{peer="host3"}': 1.5,
    }


def test_each_family_has_one_head_and_stands_together(facts):
    text = prometheus.render(health.of(facts), "1.0.0")
    names = re.findall(r"^# HELP (\S+) .+\n# TYPE \1 gauge\n\1\{", text, re.MULTILINE)
    assert names == list(prometheus.NAMES)
    assert text.count("#") == 2 * len(names)


def test_what_is_wrong_is_seen(facts):
    node_facts.volume(facts).update(read_only=True, failed=True, recovering=[2], late_ms=31_000)
    facts["health"]["peers"] = {}
    facts["settings"]["O2CB_HEARTBEAT_THRESHOLD"] = "61"
    facts["mounts"] = []
    found = samples(facts)
    assert found[of_volume("ocfs2_read_only")] == 1
    assert found[of_volume("ocfs2_volume_failed")] == 1
    assert found[of_volume("ocfs2_recovering_nodes")] == 1
    assert found[of_volume("ocfs2_heartbeat_late_seconds")] == 31
    assert found['ocfs2_peer_connected{peer="host3"}'] == 0
    assert found['ocfs2_setting_drift{setting="heartbeat_threshold"}'] == 1
    assert found[f'ocfs2_mounted{{path="{PATH}"}}'] == 0
    assert not [name for name in found if name.startswith("ocfs2_peer_quiet_seconds")]


def test_a_node_that_is_offline(facts):
    assert samples(node_facts.offline(facts)) == {
        'ocfs2_formula_info{version="1.0.0"}': 1,
        'ocfs2_cluster_online{cluster="web"}': 0,
        f'ocfs2_mounted{{path="{PATH}"}}': 0,
    }


def test_a_host_without_a_cluster(facts):
    facts.update(settings=None, conf=None, fstab={})
    assert samples(node_facts.offline(facts)) == {'ocfs2_formula_info{version="1.0.0"}': 1}


def test_what_is_not_known_is_no_sample(facts):
    node_facts.volume(facts).update(
        read_only=None, failed=None, slots=None, beating=[], late_ms=None, limit_ms=None
    )
    left = [name for name in samples(facts) if UUID in name]
    assert left == [of_volume("ocfs2_recovering_nodes")]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ('/san/"a"', r"/san/\"a\""),
        ("/san/a\\b", r"/san/a\\b"),
        ("/san/a\nocfs2_mounted 1", r"/san/a\nocfs2_mounted 1"),
        ("/san/é", "/san/é"),
        ("/san/\udcff", "/san/?"),
    ],
)
def test_a_path_can_not_break_the_format(facts, path, label):
    node_facts.volume(facts)["paths"] = [path]
    assert samples(facts)[of_volume("ocfs2_slots", label)] == 5


def test_a_volume_that_is_mounted_nowhere_has_an_empty_path(facts):
    node_facts.volume(facts)["paths"] = []
    assert samples(facts)[of_volume("ocfs2_slots", "")] == 5
