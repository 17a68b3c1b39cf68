"""What the master sees of all that the states have set up."""

import dataclasses
from pathlib import Path

import pytest

from functional.conftest import MINION
from ocfs2lib.node import setup
from ocfs2lib.node import units
from ocfs2lib.node.parts import panic
from ocfs2lib.pillar import check
from support.o2cb import DROP_IN
from support.o2cb import run


@pytest.mark.parametrize("backend", ["nftables", "iptables", "none"])
def test_the_plan_sees_what_the_states_have_set_up(states, modules, config, backend):
    config["firewall"] = {"backend": backend}
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    desired = check.parse(config)

    def gaps():
        census = modules["ocfs2_node.census"]({}, setup.arguments_for(desired))
        found = setup.differences(desired, MINION, census["setup"], census["host"])
        # The panic settings are those of the host the test runs on.
        return [gap.what for gap in found if gap.what not in panic.NAMES]

    missing = {units.UNIT_PATH, units.UNIT, units.PACKAGE_UNIT, str(DROP_IN)}
    assert missing <= set(gaps())
    for state in ("o2cb.boot", "o2cb.firewall", "ocfs2.services"):
        assert states[state](name="o2cb", config=config)["result"]
    assert gaps() == []
    if backend != "none":
        run("nft", "flush", "ruleset")
        assert gaps() == ["rules"]
    Path(units.STOP_PATH).unlink()
    assert units.STOP_PATH in gaps()
    desired = dataclasses.replace(desired, luns=())
    assert str(DROP_IN) in gaps()
