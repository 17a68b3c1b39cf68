"""What one node sees of itself."""

import dataclasses

import pytest

from ocfs2lib.health import health
from support import node_facts
from support.node_facts import PATH
from support.node_facts import UUID


@pytest.fixture
def facts():
    return node_facts.facts()


def drifts(found):
    return {each.name: (each.kernel, each.file) for each in found.settings if each.drifts}


def test_a_healthy_node(facts):
    found = health.of(facts)
    assert (found.cluster, found.online, found.idle_timeout) == ("web", True, 30)
    assert found.mounts == {PATH: True}
    assert [dataclasses.astuple(each) for each in found.peers] == [
        ("host2", True, True, 1.5),
        ("host3", True, True, 1.5),
    ]
    (volume,) = found.volumes
    assert dataclasses.astuple(volume) == (UUID, (PATH,), False, False, 0, 5, 3, 1.204, 60)
    assert [each.name for each in found.settings] == [
        "cluster",
        "heartbeat_threshold",
        "idle_timeout_ms",
        "keepalive_delay_ms",
        "reconnect_delay_ms",
        "heartbeat_mode",
        "fence_method",
        "nodes",
    ]
    assert drifts(found) == {}


def test_a_node_that_is_offline_still_has_a_cluster_and_mounts_to_miss(facts):
    found = health.of(node_facts.offline(facts))
    assert (found.cluster, found.online, found.idle_timeout) == ("web", False, None)
    assert found.mounts == {PATH: False}
    assert (found.volumes, found.peers, found.settings) == ((), (), ())


@pytest.mark.parametrize(
    ("settings", "conf", "cluster"),
    [(None, node_facts.conf(), "web"), ({"O2CB_BOOTCLUSTER": ""}, None, ""), (None, "junk", "")],
)
def test_the_cluster_that_is_to_be_stands_in_either_file(facts, settings, conf, cluster):
    facts.update(settings=settings, conf=conf)
    assert health.of(node_facts.offline(facts)).cluster == cluster


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"fstype": "ext4", "options": []}, {}),
        ({"fstype": "ocfs2", "options": ["noauto"]}, {}),
        ({"fstype": "ocfs2", "options": ["defaults"]}, {"/san/two": False}),
    ],
)
def test_what_the_boot_mounts_has_to_be_mounted(facts, line, expected):
    facts["fstab"] = {"/san/two/": {"device": "/dev/mapper/two", **line}}
    assert health.of(facts).mounts == expected


def test_one_path_is_one_however_it_is_written(facts):
    facts["fstab"] = {"/san//primary/": facts["fstab"][PATH]}
    assert health.of(facts).mounts == {PATH: True}


def test_a_peer_without_a_connection(facts):
    del facts["health"]["peers"]["host3"]
    facts["health"]["peers"]["host2"] = {"handshake": False, "quiet_ms": None}
    first, second = health.of(facts).peers
    assert (first.connected, first.quiet) == (False, None)
    assert (second.connected, second.quiet) == (False, None)


def test_a_peer_beats_if_any_volume_here_shows_it(facts):
    node_facts.volume(facts)["beating"] = [0, 2]
    assert [each.beating for each in health.of(facts).peers] == [False, True]
    node_facts.volume(facts)["beating"] = []
    found = health.of(facts)
    assert [each.beating for each in found.peers] == [None, None]
    assert found.volumes[0].beating is None


def test_a_volume_of_which_the_kernel_shows_nothing(facts):
    node_facts.volume(facts).update(
        paths=[], read_only=None, failed=None, slots=None, beating=[], late_ms=None, limit_ms=None
    )
    (volume,) = health.of(facts).volumes
    assert volume.location == f"volume {UUID}"
    assert (volume.read_only, volume.slots, volume.late, volume.limit) == (None,) * 4


@pytest.mark.parametrize(
    ("changes", "well"),
    [
        ({}, True),
        ({"late_ms": None}, True),
        ({"limit_ms": None}, True),
        ({"late_ms": 15_000}, False),
        ({"recovering": [2]}, False),
        ({"failed": True}, False),
    ],
)
def test_a_volume_is_responsive_while_nobody_has_to_be_waited_for(facts, changes, well):
    node_facts.volume(facts).update(changes)
    assert health.of(facts).volumes[0].is_responsive is well


@pytest.mark.parametrize(
    ("setting", "variable", "file"),
    [
        ("heartbeat_threshold", "O2CB_HEARTBEAT_THRESHOLD", "61"),
        ("idle_timeout_ms", "O2CB_IDLE_TIMEOUT_MS", "60000"),
        ("keepalive_delay_ms", "O2CB_KEEPALIVE_DELAY_MS", "3000"),
        ("reconnect_delay_ms", "O2CB_RECONNECT_DELAY_MS", "3000"),
        ("cluster", "O2CB_BOOTCLUSTER", "other"),
    ],
)
def test_the_kernel_works_with_another_value_than_its_file(facts, setting, variable, file):
    before = facts["settings"][variable]
    facts["settings"][variable] = file
    assert drifts(health.of(facts)) == {setting: (before, file)}


def test_where_the_file_is_silent_the_kernel_takes_its_own_default(facts):
    for variable in list(facts["settings"])[2:]:
        facts["settings"][variable] = ""
    assert drifts(health.of(facts)) == {}
    facts["live"]["clusters"]["web"]["heartbeat_threshold"] = 61
    assert drifts(health.of(facts)) == {"heartbeat_threshold": ("61", "31")}


def test_settings_that_only_a_shell_can_read_are_not_judged(facts):
    facts["settings"] = None
    names = [each.name for each in health.of(facts).settings]
    assert names == ["heartbeat_mode", "fence_method", "nodes"]


def test_what_the_kernel_does_to_fence_itself_stands_in_the_unit(facts):
    facts["unit"] = node_facts.unit("panic")
    assert drifts(health.of(facts)) == {"fence_method": ("reset", "panic")}


@pytest.mark.parametrize("unit", [None, "", "[Service]\nExecStart=/etc/init.d/o2cb start\n"])
def test_a_unit_that_says_nothing_of_it_is_held_against_nothing(facts, unit):
    facts["unit"] = unit
    assert "fence_method" not in [each.name for each in health.of(facts).settings]


def test_the_heartbeat_mode_is_held_against_cluster_conf(facts):
    facts["conf"] = node_facts.conf(mode="global")
    assert drifts(health.of(facts)) == {"heartbeat_mode": ("local", "global")}


def test_lists_of_nodes_differ_in_the_nodes_that_do(facts):
    facts["conf"] = node_facts.conf(nodes=2)
    assert drifts(health.of(facts)) == {"nodes": ("host3 (2, 10.1.0.3:7777)", "")}
    facts["conf"] = node_facts.conf().replace("10.1.0.2", "10.1.0.9")
    assert drifts(health.of(facts)) == {
        "nodes": ("host2 (1, 10.1.0.2:7777)", "host2 (1, 10.1.0.9:7777)")
    }


@pytest.mark.parametrize("text", [None, "", "no stanza"])
def test_a_cluster_conf_that_is_gone_is_not_what_the_kernel_has(facts, text):
    facts["conf"] = text
    assert set(drifts(health.of(facts))) == {"heartbeat_mode", "nodes"}
