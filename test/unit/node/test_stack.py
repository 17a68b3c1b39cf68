import copy

import pytest

from ocfs2lib.errors import NotInRoster
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import stack
from support import roster

DESIRED = roster.desired()
MINION = "host0.example.com"
REGION = "458E997A48634B3DAB36F01667EBB761"


def facts():
    """What a converged node reports."""
    cluster = DESIRED.cluster
    return {
        "stack": "o2cb",
        "modules": True,
        "clusters": {
            cluster.name: {
                "nodes": {
                    node.name: {
                        "number": node.number,
                        "address": node.address,
                        "port": cluster.port,
                        "local": node.minion == MINION,
                    }
                    for node in DESIRED.nodes
                },
                "heartbeat_mode": "local",
                "heartbeat_threshold": 31,
                "idle_timeout_ms": 30000,
                "keepalive_delay_ms": 2000,
                "reconnect_delay_ms": 2000,
                "fence_method": "reset",
                "regions": [],
            }
        },
        "online": cluster.name,
        "conf": {
            "path": "/etc/ocfs2/cluster.conf",
            "text": cluster_conf.render(cluster_conf.from_desired(DESIRED)),
        },
        "settings": {
            "path": "/etc/default/o2cb",
            "values": o2cb_settings.from_desired(DESIRED),
        },
    }


@pytest.fixture
def node():
    return facts()


@pytest.fixture
def live(node):
    return node["clusters"][DESIRED.cluster.name]


def found(node):
    return {
        each.what: (each.old, each.new, each.kind)
        for each in stack.differences(DESIRED, MINION, node)
    }


def test_a_converged_node_has_no_differences(node):
    assert found(node) == {}


def test_a_stranger_is_refused(node):
    with pytest.raises(NotInRoster, match=r"stranger is not in the roster\. Fix: "):
        stack.differences(DESIRED, "stranger", node)


def test_a_fresh_host_lacks_everything_and_needs_no_outage():
    fresh = {
        "stack": None,
        "clusters": {},
        "conf": {"text": None},
        "settings": {"values": None},
    }
    differences = stack.differences(DESIRED, MINION, fresh)
    assert {each.kind for each in differences} == {"online"}
    assert {each.what for each in differences} == {
        "conf",
        *(f"settings:{name}" for name in o2cb_settings.NAMES),
        "stack",
        "live:cluster",
    }


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("heartbeat_mode", "global"),
        ("heartbeat_threshold", 61),
        ("idle_timeout_ms", 60000),
        ("keepalive_delay_ms", 1000),
    ],
)
@pytest.mark.parametrize(("regions", "kind"), [([], "node"), ([REGION], "outage")])
def test_what_all_nodes_agree_on_cannot_change_in_use(node, live, attribute, value, regions, kind):
    live[attribute], live["regions"] = value, regions
    want = getattr(DESIRED.cluster, attribute)
    assert found(node) == {f"live:{attribute}": (value, want, kind)}


@pytest.mark.parametrize(
    ("attribute", "value"), [("reconnect_delay_ms", 5000), ("fence_method", "panic")]
)
def test_free_values_change_at_any_time(node, live, attribute, value):
    live[attribute], live["regions"] = value, [REGION]
    want = getattr(DESIRED.cluster, attribute)
    assert found(node) == {f"live:{attribute}": (value, want, "online")}


def test_a_new_node_is_added_online(node, live):
    live["regions"] = [REGION]
    del live["nodes"]["host2"]
    assert found(node) == {"live:node:host2": (None, "number 2, 10.1.0.3:7777", "online")}


def test_a_node_that_left_pillar_is_removed_by_an_orchestration_alone(node, live):
    live["nodes"]["old"] = {"number": 9, "address": "10.1.0.9", "port": 7777, "local": False}
    assert found(node) == {"live:node:old": ("number 9, 10.1.0.9:7777", None, "online")}
    (gap,) = stack.differences(DESIRED, MINION, node)
    assert (gap.verb, gap.refused) == ("remove_node", True)


@pytest.mark.parametrize("regions", [[], [REGION]])
def test_a_node_is_never_renumbered(node, live, regions):
    live["nodes"]["host1"]["number"], live["regions"] = 7, regions
    assert found(node) == {
        "live:node:host1": ("number 7, 10.1.0.2:7777", "number 1, 10.1.0.2:7777", "impossible")
    }


def test_a_node_is_not_renumbered_in_the_file_either(node):
    node["conf"]["text"] = node["conf"]["text"].replace("number = 1", "number = 7")
    ((what, (_, _, kind)),) = found(node).items()
    assert (what, kind) == ("conf:ocfs2:host1", "impossible")


def test_the_number_of_one_host_is_not_given_to_another(node, live):
    live["nodes"]["old"] = {**live["nodes"].pop("host1"), "address": "10.1.0.9"}
    kinds = {what: kind for what, (_, _, kind) in found(node).items()}
    assert kinds["live:node:host1"] == "impossible"


@pytest.mark.parametrize(("regions", "kind"), [([], "node"), ([REGION], "outage")])
def test_a_node_gets_another_name_while_all_are_down(node, live, regions, kind):
    live["nodes"]["old"], live["regions"] = live["nodes"].pop("host1"), regions
    assert {each for _, _, each in found(node).values()} == {kind}


@pytest.mark.parametrize("key", ["address", "port"])
@pytest.mark.parametrize(("regions", "kind"), [([], "node"), ([REGION], "outage")])
def test_a_node_with_other_values_needs_a_new_entry(node, live, key, regions, kind):
    live["nodes"]["host1"][key], live["regions"] = "other", regions
    ((what, (_, new, got)),) = found(node).items()
    assert (what, new, got) == ("live:node:host1", "number 1, 10.1.0.2:7777", kind)


@pytest.mark.parametrize("names", [[], ["host1"], ["host0", "host1"]])
def test_the_local_node_must_be_this_one(node, live, names):
    for name, entry in live["nodes"].items():
        entry["local"] = name in names
    assert found(node) == {"live:local": (", ".join(names) or None, "host0", "node")}


def test_another_cluster_in_the_way(node, live):
    node["clusters"] = {"other": live}
    assert found(node) == {"live:cluster": ("other", "ocfs2", "node")}
    live["regions"] = [REGION]
    assert found(node) == {"live:cluster": ("other", "ocfs2", "outage")}


def test_another_stack_is_not_replaced(node):
    node["stack"] = "pcmk"
    assert found(node) == {"stack": ("pcmk", "o2cb", "impossible")}


def test_the_same_nodes_in_another_order_are_the_same_file(node):
    stanzas = node["conf"]["text"].split("\n\n")
    node["conf"]["text"] = "\n\n".join([*reversed(stanzas[:-1]), ""])
    assert found(node) == {}


def test_differences_of_the_file_name_the_node(node):
    node["conf"]["text"] = node["conf"]["text"].replace("10.1.0.2", "10.1.0.7")
    assert found(node) == {
        "conf:ocfs2:host1": ("number 1, 10.1.0.7:7777", "number 1, 10.1.0.2:7777", "online")
    }


def test_stray_nodes_are_a_difference(node):
    text = node["conf"]["text"]
    node["conf"]["text"] = text + "node:\n\tname = lost\n"
    assert found(node) == {"conf:lost": ("a node of no cluster", None, "online")}


def test_a_damaged_file_is_replaced(node):
    node["conf"]["text"] = "junk\n"
    ((what, (old, new, kind)),) = found(node).items()
    assert (what, new, kind) == ("conf", "3 nodes of cluster ocfs2", "online")
    assert old.startswith("unreadable (line 1: ")


def test_differences_of_the_settings_name_the_setting(node):
    node["settings"]["values"]["O2CB_ENABLED"] = "false"
    assert found(node) == {"settings:O2CB_ENABLED": ("false", "true", "online")}


def test_debconf_is_compared_answer_by_answer():
    answers = o2cb_settings.from_desired(DESIRED)
    assert stack.debconf_differences(DESIRED, answers) == []
    del answers["O2CB_ENABLED"]
    (difference,) = stack.debconf_differences(DESIRED, answers)
    assert str(difference) == "debconf:O2CB_ENABLED: absent -> true"


def test_the_facts_are_only_read(node):
    before = copy.deepcopy(node)
    node["conf"]["text"] = None
    stack.differences(DESIRED, MINION, node)
    assert node == {**before, "conf": {**before["conf"], "text": None}}
