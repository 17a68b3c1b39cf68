"""The cluster in the kernel: what is seen of it, what is set, and how it goes on- and offline."""

import json
import shutil
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.kernel import MODULES
from ocfs2lib.node import cluster_conf
from support.o2cb import CONF
from support.o2cb import REGION
from support.o2cb import of_size
from support.o2cb import run
from support.o2cb import tree


def test_facts_of_a_host_without_ocfs2(modules):
    facts = modules["o2cb.facts"]()
    assert facts["stack"] is facts["online"] is facts["conf"]["text"] is None
    assert facts["clusters"] == {}
    kernel = run("modprobe", "-n", "-q", "-a", *MODULES)
    assert facts["modules"] is (kernel.returncode == 0)


def test_facts_of_a_running_node(modules, kernel, region):
    facts = modules["o2cb.facts"]()
    json.dumps(facts)
    assert (facts["stack"], facts["modules"], facts["online"]) == ("o2cb", True, "ocfs2")
    assert facts["clusters"] == {
        "ocfs2": {
            "nodes": {
                f"host{number + 1}": {
                    "number": number,
                    "address": f"192.168.100.{number + 1}",
                    "port": 7777,
                    "local": number == 0,
                }
                for number in range(3)
            },
            "heartbeat_mode": "local",
            "heartbeat_threshold": 31,
            "idle_timeout_ms": 30000,
            "keepalive_delay_ms": 2000,
            "reconnect_delay_ms": 2000,
            "fence_method": "reset",
            "regions": [REGION],
        }
    }


def test_registered_is_not_online(modules, kernel):
    kernel("node/host1/local", 0)
    facts = modules["o2cb.facts"]()
    assert (facts["online"], list(facts["clusters"])) == (None, ["ocfs2"])


def test_a_cluster_as_described_is_left_alone(states, states_test, kernel, region, config):
    before = tree("/sys/kernel/config")
    for each in (states, states_test):
        ret = each["o2cb.online"](name="ocfs2", config=config)
        assert (ret["result"], ret["changes"]) == (True, {})
    assert tree("/sys/kernel/config") == before


def test_free_values_are_set_in_use(states, states_test, kernel, region, config):
    config["cluster"] = {"fence_method": "panic", "reconnect_delay_ms": 4000}
    dry = states_test["o2cb.online"](name="ocfs2", config=config)
    assert dry["result"] is None
    wet = states["o2cb.online"](name="ocfs2", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert Path("/sys/kernel/config/cluster/ocfs2/fence_method").read_text() == "panic\n"
    assert states["o2cb.online"](name="ocfs2", config=config)["changes"] == {}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("fence_method", "off"), ("reconnect_delay_ms", 0), ("idle_timeout_ms", 60000)],
)
def test_other_values_are_not_set_in_a_running_cluster(modules, kernel, attribute, value):
    before = tree("/sys/kernel/config")
    with pytest.raises(SaltInvocationError, match=f"{attribute} cannot be set"):
        modules["o2cb.attribute_write"]("ocfs2", attribute, value)
    assert tree("/sys/kernel/config") == before


def test_what_needs_this_node_down_is_planned_when_idle(states_test, kernel, config):
    config["cluster"] = {"idle_timeout_ms": 60000}
    ret = states_test["o2cb.online"](name="ocfs2", config=config)
    assert ret["result"] is None
    assert ret["changes"] == {"live:idle_timeout_ms": {"old": 30000, "new": 60000}}


def test_a_kernel_without_ocfs2_is_refused_by_name(states, states_test, kernel, config):
    shutil.rmtree("/sys/kernel/config")
    shutil.rmtree("/sys/module/ocfs2")
    for each in (states, states_test):
        ret = each["o2cb.online"](name="ocfs2", config=config)
        assert ret["result"] is False
        assert "The running kernel has no ocfs2 modules. Fix: " in ret["comment"]


def test_offline_is_refused_in_use(states, states_test, modules, kernel, region):
    for each in (states, states_test):
        ret = each["o2cb.offline"](name="ocfs2")
        assert ret["result"] is False
        assert f"region {REGION} of cluster ocfs2 is active. Fix: unmount" in ret["comment"]
    for command in (["o2cb.offline"], ["o2cb.online", "ocfs2"]):
        modules["o2cb.conf_write"](cluster_conf.render(of_size(2)).replace("web", "ocfs2"))
        with pytest.raises(CommandExecutionError, match=f"stays online: region {REGION}"):
            modules[command[0]](*command[1:])


def test_offline_of_an_idle_cluster_is_planned(states_test, kernel):
    ret = states_test["o2cb.offline"](name="ocfs2")
    assert (ret["result"], ret["changes"]) == (None, {"ocfs2": {"old": "online", "new": "offline"}})


def test_offline_without_a_cluster_is_nothing_to_do(states):
    ret = states["o2cb.offline"](name="ocfs2")
    assert (ret["result"], ret["changes"]) == (True, {})


def test_a_tool_without_its_kernel_is_quoted(modules, kernel, config):
    modules["o2cb.conf_write"](cluster_conf.render(of_size(2)).replace("web", "ocfs2"))
    with pytest.raises(CommandExecutionError, match=r"ocfs2 failed \(exit code 1\): o2cb: "):
        modules["o2cb.register"]("ocfs2")


def test_a_cluster_that_is_not_in_the_file_is_refused(modules):
    for command in ("o2cb.register", "o2cb.online"):
        with pytest.raises(CommandExecutionError, match=f"{CONF} has no cluster ocfs2. Fix: "):
            modules[command]("ocfs2")


def test_a_host_without_systemd_is_named(states, kernel, config):
    shutil.rmtree("/sys/kernel/config")
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    ret = states["o2cb.online"](name="ocfs2", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "o2cb.service cannot restart: systemd does not run here" in ret["comment"]
