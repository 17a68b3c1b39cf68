"""Operations beside a LUN that only some nodes have, and one that only an operator mounts."""

import pytest

from ocfs2lib.operations.retire_lun import RetireLun

from .scenarios import HOSTS
from .scenarios import PATH
from .scenarios import SCENARIOS
from .scenarios import retire_lun_from_one
from .scenarios import slots_for_some

pytestmark = pytest.mark.once


def mounted(scenario):
    return [host for host in HOSTS[:3] if PATH in scenario.world.nodes[host].mounts]


@pytest.mark.parametrize(
    "name", ["grow_for_some", "slots_for_some", "retune_for_some", "rolling_reboot_for_some"]
)
def test_a_node_that_is_not_to_have_the_lun_is_not_asked_for_it(name):
    scenario = SCENARIOS[name]()
    outside = scenario.world.nodes[HOSTS[0]]
    assert (outside.mounts, outside.kept["fstab"]) == ({}, {})
    assert scenario.run()["result"] is True
    assert (outside.mounts, outside.kept["fstab"]) == ({}, {})
    assert mounted(scenario) == HOSTS[1:3]


def test_the_tool_runs_on_one_of_its_nodes():
    scenario, asked = slots_for_some(), []
    scenario.world.after = lambda number, fun, minions: asked.append((fun, list(minions)))
    assert scenario.run()["result"] is True
    assert ("ocfs2_volume.slots", [HOSTS[1]]) in asked
    assert ("ocfs2_hold.put", HOSTS[1:3]) in asked


def test_a_volume_is_not_taken_down_while_another_node_has_it():
    scenario = slots_for_some()
    outside = scenario.world.nodes[HOSTS[0]]
    outside.sees_lun = True
    outside.mounts[PATH] = scenario.world.lun.device
    answer = scenario.run()
    assert answer["result"] is None
    said = f"{HOSTS[0]} has LUN primary mounted, and luns:primary:nodes does not name it"
    assert any(said in line for line in answer["lines"])
    assert mounted(scenario) == HOSTS[:3]


def test_a_node_that_is_taken_off_the_list_is_told_what_to_type_and_loses_the_mount():
    scenario = retire_lun_from_one()
    left = [each for each in scenario.left() if each.startswith(HOSTS[2])]
    assert left == [f"{HOSTS[2]}: mount:{PATH}: mounted -> absent (LUN primary is for other nodes)"]
    assert scenario.run()["result"] is True
    assert mounted(scenario) == HOSTS[:2]
    assert PATH not in scenario.world.nodes[HOSTS[2]].kept["fstab"]
    assert scenario.left() == []


def test_its_own_nodes_are_not_retired():
    scenario = retire_lun_from_one()
    scenario.pillar(lambda section: section["luns"]["primary"].pop("nodes"))
    answer = scenario.run(lambda master: RetireLun(master, PATH))
    assert answer["result"] is None
    assert "out of luns:primary:nodes" in answer["lines"][0]
    assert mounted(scenario) == HOSTS[:3]


@pytest.mark.parametrize("name", ["fsck_of_one_by_hand", "retune_of_one_by_hand"])
def test_what_an_operator_has_mounted_comes_back_and_nothing_else(name):
    scenario = SCENARIOS[name]()
    assert mounted(scenario) == HOSTS[:2]
    assert scenario.run()["result"] is True
    assert mounted(scenario) == HOSTS[:2]
    assert "noauto" in scenario.world.nodes[HOSTS[2]].kept["fstab"][PATH]["options"]
    assert scenario.left() == []


def test_a_highstate_leaves_it_as_it_is():
    scenario = SCENARIOS["fsck_of_one_by_hand"]()
    for host in HOSTS[:3]:
        scenario.world.highstate(host)
    assert mounted(scenario) == HOSTS[:2]
    scenario.world.nodes[HOSTS[0]].lose_power()
    scenario.world.settle()
    assert mounted(scenario) == HOSTS[1:2]
    assert scenario.left() == []
