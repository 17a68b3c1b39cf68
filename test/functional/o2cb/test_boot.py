"""The units: boot and shutdown."""

from pathlib import Path

import pytest

from ocfs2lib.firewall import backend as firewall_backend
from ocfs2lib.node import units
from support.o2cb import run
from support.o2cb import tree


def test_boot_is_set_up_once(states, states_test, config):
    dry = states_test["o2cb.boot"](name="o2cb", config=config)
    assert (dry["result"], Path(units.UNIT_PATH).exists()) == (None, False)
    wet = states["o2cb.boot"](name="o2cb", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    directory = Path("/etc/systemd/system")
    assert (directory / "ocfs2.service").readlink() == Path("/dev/null")
    wanted = directory / "multi-user.target.wants/o2cb.service"
    assert wanted.readlink() == Path(units.UNIT_PATH)
    before = tree("/etc")
    assert states["o2cb.boot"](name="o2cb", config=config)["changes"] == {}
    assert tree("/etc") == before


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_systemd_finds_no_fault_with_the_units(states, config, backend):
    config["firewall"] = {"backend": backend}
    for state in ("boot", "firewall"):
        assert states[f"o2cb.{state}"](name="o2cb", config=config)["result"]
    paths = (units.UNIT_PATH, firewall_backend.UNIT_PATH)
    verdict = run("systemd-analyze", "--man=no", "verify", *paths)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_stopping_the_unit_refuses_a_cluster_in_use(states, config, kernel, region):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert stop.returncode == 1
    # Nothing but this one line: o2cb was not even asked.
    assert stop.stderr.startswith("o2cb stays up, a heartbeat is active")
    assert stop.stderr.count("\n") == 1


def test_stopping_the_unit_tells_when_the_cluster_stays(states, config, kernel):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert stop.returncode == 1
    assert "Unable to access cluster service" in stop.stderr


def test_stopping_the_unit_without_a_cluster_is_fine(states, config):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert (stop.returncode, stop.stderr) == (0, "")


def test_a_part_is_set_up_by_its_name(states, states_test, config):
    dry = states_test["o2cb.part"](name="boot", config=config)
    assert dry["changes"] == states_test["o2cb.boot"](name="o2cb", config=config)["changes"] != {}
    assert states["o2cb.part"](name="boot", config=config)["result"]
    assert states["o2cb.boot"](name="o2cb", config=config)["changes"] == {}


def test_a_part_that_there_is_not_is_refused(states, config):
    ret = states["o2cb.part"](name="fans", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert ret["comment"] == (
        "The formula sets up no fans. Fix: name one of repositories, module, packages, iscsi, "
        "nvme, fcoe, multipath, panic, boot, services, firewall."
    )
