"""What every state of the cluster stack refuses."""

import pytest

from functional.conftest import MINION
from support.o2cb import CONF
from support.o2cb import tree

STATES = ("cluster_conf", "settings", "boot", "firewall", "online")


@pytest.mark.parametrize("state", STATES)
def test_an_invalid_pillar_is_refused_with_all_its_errors(states, states_test, config, state):
    config["nodes"][MINION].update(number=300, address="fe80::1")
    for each in (states, states_test):
        ret = each[f"o2cb.{state}"](name=str(CONF), config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "number" in ret["comment"]
        assert "address" in ret["comment"]
    assert not CONF.parent.exists()


@pytest.mark.parametrize("state", STATES)
def test_a_minion_outside_the_roster_is_refused(states_test, config, state):
    del config["nodes"][MINION]
    ret = states_test[f"o2cb.{state}"](name=str(CONF), config=config)
    assert ret["result"] is False
    assert f"{MINION} is not in the roster" in ret["comment"]


@pytest.mark.parametrize("state", STATES)
def test_what_needs_an_outage_is_refused_in_use(states, states_test, kernel, region, config, state):
    config["cluster"] = {"idle_timeout_ms": 60000}
    before = tree("/etc")
    for each in (states, states_test):
        ret = each[f"o2cb.{state}"](name=str(CONF), config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "live:idle_timeout_ms: 30000 -> 60000 needs the whole cluster" in ret["comment"]
        assert "salt-run state.orchestrate ocfs2.orch.retune" in ret["comment"]
    assert tree("/etc") == before
