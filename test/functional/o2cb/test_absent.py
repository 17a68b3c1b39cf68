"""Taking a node out."""

from pathlib import Path

import pytest

from ocfs2lib.node.parts import panic
from ocfs2lib.system import files
from support.o2cb import CONF
from support.o2cb import DROP_IN
from support.o2cb import SETTINGS
from support.o2cb import run
from support.o2cb import tree


def test_absent_is_refused_online(states, states_test, kernel, config):
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    for each in (states, states_test):
        ret = each["o2cb.absent"](name="o2cb")
        assert ret["result"] is False
        assert "ocfs2 is online. Fix: apply o2cb.offline first." in ret["comment"]
    assert CONF.exists()


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_absent_takes_back_everything(states, states_test, config, modules, backend):
    config["firewall"] = {"backend": backend}
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    for state in ("cluster_conf", "settings", "boot", "firewall"):
        assert states[f"o2cb.{state}"](name=str(CONF), config=config)["result"]
    assert states["ocfs2.services"](name="services", config=config)["result"]
    assert DROP_IN.exists()
    files.write(panic.PATH, "kernel.panic = 30\n")
    before = tree("/etc/ocfs2")
    dry = states_test["o2cb.absent"](name="o2cb")
    assert (dry["result"], tree("/etc/ocfs2")) == (None, before)
    wet = states["o2cb.absent"](name="o2cb")
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert list(Path("/etc/ocfs2").iterdir()) == []
    assert not SETTINGS.exists()
    assert not Path(panic.PATH).exists()
    assert list(Path("/etc/systemd/system").rglob("o*.service")) == []
    assert not DROP_IN.exists()
    assert "ocfs2" not in run("nft", "list", "ruleset").stdout.lower()
    assert modules["o2cb.debconf_get"]()["O2CB_ENABLED"] == "false"
    again = states["o2cb.absent"](name="o2cb")
    assert (again["result"], again["changes"]) == (True, {})
