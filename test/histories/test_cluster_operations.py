"""Retune and rolling restart on a simulated cluster: some nodes are done, some are not."""

import pytest

from ocfs2lib.operations.converge import converge_nodes
from ocfs2lib.operations.retire_lun import RetireLun
from ocfs2lib.operations.retune import Retune
from support.simulated_operator import SimulatedMasterDied
from support.simulated_operator import SimulatedOperator

from .scenarios import HOSTS
from .scenarios import OLD
from .scenarios import PATH
from .scenarios import Scenario
from .scenarios import lost_answer
from .scenarios import retune
from .scenarios import rolling_reboot
from .scenarios import until_done

pytestmark = pytest.mark.once


def test_a_retune_that_can_not_unmount_a_node_brings_the_others_back():
    scenario = retune()
    before = scenario.world.state()
    node = scenario.world.nodes[HOSTS[1]]
    # The hook of the operator: without one, users are seen before anything begins.
    scenario.pillar(lambda section: section.update(drain={"command": "/usr/local/sbin/drain"}))
    node.users = {PATH: ["qemu (pid 7)"]}
    node.ocfs2_drain_run = lambda command, limit: True
    for other in scenario.world.nodes.values():
        other.ocfs2_drain_run = node.ocfs2_drain_run
    answer = scenario.run()
    assert answer["result"] is False
    assert "Every volume is mounted as before; nothing was changed." in answer["lines"]
    node.users = {}
    assert scenario.world.state() == before


def test_a_retune_that_is_stopped_again_releases_no_node_that_may_have_new_files():
    scenario = retune()
    world = scenario.world

    def before(number):
        world.half = any(node.kept["conf"] and not node.live for node in world.nodes.values())

    world.before = before
    with pytest.raises(SimulatedMasterDied):
        scenario.run()
    world.settle()
    world.after = lost_answer(world, HOSTS[1], world.calls + 3)
    answer = scenario.run()
    assert answer["result"] is False
    assert "which goes on from there" in answer["lines"][-1]
    assert all(node.kept["holds"]["cluster"] for node in world.nodes.values())
    until_done(scenario)
    assert scenario.left() == []


def mount_stray(node):
    node.mounts[OLD] = "/dev/mapper/old"
    node.kept["fstab"][OLD] = {"device": "/dev/mapper/old", "fstype": "ocfs2", "options": []}


def test_a_retune_is_refused_while_something_else_is_mounted():
    scenario = retune()
    mount_stray(scenario.world.nodes[HOSTS[1]])
    before = scenario.world.state()
    answer = scenario.run()
    assert answer["result"] is None
    assert f'"ocfs2_path": "{OLD}"' in "\n".join(answer["lines"])
    assert scenario.world.state() == before
    assert scenario.run(lambda master: RetireLun(master, OLD))["result"] is True
    assert scenario.run()["result"] is True
    assert scenario.left() == []


@pytest.mark.parametrize("at", range(1, 24))
def test_something_that_is_mounted_amid_a_retune_leaves_a_way_out(at):
    scenario = retune()
    world = scenario.world
    first = world.calls

    def before(number):
        if number == first + at:
            mount_stray(world.nodes[HOSTS[1]])

    world.before = before
    answer = scenario.run()
    if OLD not in world.nodes[HOSTS[1]].mounts or answer["result"]:
        return
    text = "\n".join(answer["lines"])
    if "nothing was changed" in text:
        assert all(node.live and PATH in node.mounts for node in world.nodes.values())
    world.settle()
    assert scenario.run(lambda master: RetireLun(master, OLD))["result"] is True, text
    until_done(scenario)
    assert scenario.left() == []


def test_while_a_retune_waits_the_main_orchestration_changes_nobody():
    scenario = Scenario(Retune)
    scenario.world.nodes[HOSTS[2]].mounts.clear()
    scenario.pillar(lambda section: section.update(cluster={"heartbeat_threshold": 61}))
    before = scenario.world.state()
    _, changes, failures = converge_nodes(SimulatedOperator(scenario.world))
    assert changes == {}
    assert any("ocfs2.orch.retune" in each for each in failures)
    assert scenario.world.state() == before


def test_a_run_that_others_have_finished_restarts_nobody_and_says_so():
    scenario = rolling_reboot()
    _no = scenario.world.nodes[HOSTS[0]]
    _no.ocfs2_reboot_now = lambda boot: "ERROR: systemctl said no"
    assert scenario.run()["result"] is False
    del _no.ocfs2_reboot_now
    for node in scenario.world.nodes.values():
        node.lose_power()
        node.start()
    boots = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    answer = scenario.run()
    assert answer["result"] is True
    assert "none was restarted now" in answer["lines"][-1]
    assert {minion: node.boot for minion, node in scenario.world.nodes.items()} == boots
    assert scenario.run()["result"] is True
    after = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    assert after == {minion: boot + 1 for minion, boot in boots.items()}


@pytest.mark.parametrize("odd", ["ERROR: no such function", "", None, 7, {"a": 1}])
def test_a_node_is_back_only_by_the_id_of_another_boot(odd):
    """Whatever else it says, no second node goes down."""
    scenario = rolling_reboot()
    first, second = (scenario.world.nodes[host] for host in HOSTS[:2])
    restart, boot = first.ocfs2_reboot_now, second.boot

    def now(boot):
        first.ocfs2_reboot_boot_id = lambda: odd
        return True

    assert restart
    first.ocfs2_reboot_now = now
    answer = scenario.run()
    assert answer["result"] is False
    assert "has not come back within" in "\n".join(answer["lines"])
    assert second.boot == boot


def test_a_rolling_reboot_goes_on_with_those_that_have_not_restarted():
    scenario = rolling_reboot()
    boots = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    _no = scenario.world.nodes[HOSTS[1]]
    _no.ocfs2_reboot_now = lambda boot: "ERROR: systemctl said no"
    answer = scenario.run()
    assert answer["result"] is False
    del _no.ocfs2_reboot_now
    assert scenario.run()["result"] is True
    after = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    assert after == {minion: boot + 1 for minion, boot in boots.items()}
