"""Slots, fsck and grow on a simulated cluster: what a tool finds, and when it may work."""

import pytest

from .scenarios import HOSTS
from .scenarios import PATH
from .scenarios import SCENARIOS
from .scenarios import TIB
from .scenarios import fsck
from .scenarios import fsck_repair
from .scenarios import grow
from .scenarios import slots
from .scenarios import until_done

pytestmark = pytest.mark.once

#: What needs the volume for itself while its tool works.
WITH_A_TOOL = ("slots", "fsck", "fsck_repair")


def left_at_work(name):
    """A run that is cut while its tool works: the LUN stays down."""
    scenario = SCENARIOS[name]()
    leader = HOSTS[0]

    def after(number, fun, minions):
        if fun in ("ocfs2_volume.slots", "ocfs2_volume.check"):
            scenario.world.unreached, scenario.world.lun.tool = frozenset((leader,)), leader

    scenario.world.after = after
    answer = scenario.run()
    assert answer["result"] is False
    assert "LUN primary stays down." in answer["lines"]
    assert not any(node.mounts for node in scenario.world.nodes.values())
    assert scenario.world.wrong == []
    scenario.world.unreached = frozenset()
    scenario.world.after = lambda number, fun, minions: None
    return scenario


@pytest.mark.parametrize("name", WITH_A_TOOL)
def test_the_next_run_waits_for_the_tool_that_is_at_work_and_goes_on(name):
    scenario = left_at_work(name)
    answer = scenario.run()
    assert answer["result"] is True
    assert not any("from no host" in line for line in answer["lines"])
    assert scenario.world.wrong == []
    assert scenario.world.lun.tool is None
    assert scenario.left() == []


@pytest.mark.parametrize("name", WITH_A_TOOL)
def test_the_lun_stays_down_while_its_tool_is_at_work_whatever_its_job_says(name):
    scenario = SCENARIOS[name]()
    lun, leader = scenario.world.lun, scenario.world.nodes[HOSTS[0]]

    def job(*_):
        lun.tool, lun.task = HOSTS[0], "at work"
        return "ERROR: it has taken 86400 s and more"

    leader.ocfs2_volume_slots = leader.ocfs2_volume_check = job
    answer = scenario.run()
    assert answer["result"] is False
    assert answer["lines"][-3:-1] == [
        f"{HOSTS[0]}: a tool is at work on the volume there (at work), wait for its end",
        "LUN primary stays down.",
    ]
    assert not any(node.mounts for node in scenario.world.nodes.values())
    assert scenario.world.wrong == []


@pytest.mark.parametrize("name", WITH_A_TOOL)
def test_what_would_do_something_else_to_the_volume_is_refused_until_then(name):
    scenario = left_at_work(name)
    for task in ("grow", "mkfs", "ocfs2_volume.room"):
        scenario.world.lun.task = task
        before = scenario.world.state()
        answer = scenario.run()
        assert answer["result"] is None
        said = f"{HOSTS[0]}: a tool is at work on the volume there ({task}), wait for its end"
        assert answer["lines"] == [said, "Refused: nothing was changed."]
        assert scenario.world.state() == before
    assert scenario.world.wrong == []
    until_done(scenario)
    assert scenario.left() == []


def test_a_tool_on_another_volume_is_none_of_its_business():
    scenario = fsck()
    for node in scenario.world.nodes.values():
        node.ocfs2_volume_at_work = lambda: [{"volume": "0" * 32, "task": "check"}]
    assert scenario.run()["result"] is True


def test_a_volume_grows_where_it_is_grown_already():
    scenario, asked = grow(), []
    found = [{"volume": scenario.world.lun.volume["uuid"], "task": "grow"}]
    scenario.world.nodes[HOSTS[1]].ocfs2_volume_at_work = lambda: found
    scenario.world.after = lambda number, fun, minions: asked.append((fun, list(minions)))
    assert scenario.run()["result"] is True
    assert ("ocfs2_volume.grow", [HOSTS[1]]) in asked


def test_a_check_that_finds_something_fails_and_leaves_it_alone():
    scenario = fsck()
    scenario.world.lun.findings = ["ORPHAN_INODE", "ORPHAN_INODE", "DIR_ZERO"]
    answer = scenario.run()
    assert answer["result"] is False
    text = "\n".join(answer["lines"])
    assert "LUN primary: 3 findings (ORPHAN_INODE, ORPHAN_INODE, DIR_ZERO)" in text
    assert "Nothing was repaired." in text
    assert '"ocfs2_repair": "primary"' in text
    assert len(scenario.world.lun.findings) == 3
    assert scenario.left() == []


def test_a_check_that_does_not_end_brings_the_lun_back():
    scenario = fsck()
    scenario.world.lun.findings = ["ABORTED"]
    answer = scenario.run()
    assert answer["result"] is False
    assert "LUN primary is mounted again on every node, as it was." in answer["lines"]
    assert scenario.left() == []


def test_a_repair_that_does_not_end_leaves_the_lun_down():
    scenario = fsck_repair()
    for node in scenario.world.nodes.values():
        node.ocfs2_volume_check = lambda *_: "ERROR: killed"
    answer = scenario.run()
    assert answer["result"] is False
    assert "LUN primary stays down: it may be half changed" in "\n".join(answer["lines"])
    assert answer["lines"][-1].startswith("Next: salt-run state.orchestrate ocfs2.orch.fsck")
    assert not any(node.mounts for node in scenario.world.nodes.values())
    assert all(node.kept["holds"]["luns"] for node in scenario.world.nodes.values())
    for node in scenario.world.nodes.values():
        del node.ocfs2_volume_check
    assert scenario.run()["result"] is True
    assert scenario.left() == []


@pytest.mark.parametrize("name", WITH_A_TOOL)
def test_a_slot_that_no_node_of_pillar_has_stops_the_tool(name):
    """Those who had it mounted have not recovered it: to them its host is alive."""
    scenario = SCENARIOS[name]()
    scenario.world.lun.unrecovered = [9]
    answer = scenario.run()
    assert answer["result"] is False
    assert "node 9 has a slot of it, and is no node of pillar" in "\n".join(answer["lines"])
    assert "LUN primary is mounted again on every node, as it was." in answer["lines"]
    assert scenario.world.wrong == []


@pytest.mark.parametrize("name", ["slots", "fsck"])
def test_a_lun_that_is_mounted_on_another_path_too_is_refused(name):
    scenario = SCENARIOS[name]()
    scenario.world.nodes[HOSTS[1]].mounts["/mnt/copy"] = scenario.world.lun.device
    before = scenario.world.state()
    answer = scenario.run()
    assert answer["result"] is None
    text = "\n".join(answer["lines"])
    assert f"{HOSTS[1]} has LUN primary mounted on /mnt/copy too. Unmount that first" in text
    assert scenario.world.state() == before


def test_a_drained_node_that_is_not_empty_is_not_unmounted():
    scenario = slots()
    scenario.pillar(lambda section: section.update(drain={"command": "/usr/local/sbin/drain"}))
    for node in scenario.world.nodes.values():
        node.ocfs2_drain_run = lambda command, limit: True
    scenario.world.nodes[HOSTS[2]].users = {PATH: ["qemu (pid 7)"]}
    before = scenario.world.state()
    answer = scenario.run()
    assert answer["result"] is False
    assert f"{HOSTS[2]}: {PATH} is in use by qemu (pid 7)" in answer["lines"][0]
    assert scenario.world.state() == before


def test_a_node_that_cannot_tell_the_new_size_is_named_with_the_reason():
    scenario = grow()
    reason = "ERROR: multipathd resize map primary failed (exit code 1): no output"
    scenario.world.nodes[HOSTS[2]].ocfs2_volume_rescan = lambda device: reason
    answer = scenario.run()
    assert answer["result"] is False
    assert f"{HOSTS[2]}: {reason}" in answer["lines"][0]
    assert "bytes of LUN" not in answer["lines"][0]
    assert scenario.world.wrong == []


@pytest.mark.parametrize(("size", "block64"), [(16, True), (17, False), (17, True)])
def test_a_volume_grows_beyond_32_bits_if_its_journals_can(size, block64):
    scenario = grow()
    scenario.world.lun.size, scenario.world.lun.block64 = size * TIB, block64
    scenario.pillar(lambda section: section["luns"]["primary"].update(size=f"{size}TiB"))
    before = scenario.world.state()
    answer = scenario.run()
    if block64:
        assert answer["result"] is True
        assert scenario.left() == []
    else:
        assert "tunefs.ocfs2 -J block64 /dev/mapper/primary" in answer["lines"][0]
        assert scenario.world.state() == before


def test_a_volume_of_16_tib_less_a_block_needs_no_other_journals():
    scenario = grow()
    size = 16 * TIB - (1 << 20)
    scenario.world.lun.size, scenario.world.lun.block64 = size, False
    scenario.pillar(lambda section: section["luns"]["primary"].update(size=size))
    assert scenario.run()["result"] is True


def test_a_partition_is_read_anew_before_anything_is_judged():
    """Who has not read a changed table again does not take it for the LUN, and would be in the
    way."""
    scenario = grow()
    world, last = scenario.world, scenario.world.nodes[HOSTS[2]]
    wwid, name = f"{world.lun.wwid}-partuuid-1a2b3c4d-01", "/dev/mapper/primary-part1"
    stale = {"wwid": None, "error": "the partition table was changed", "volume": None}
    read = []

    def probe(of):
        known = {"wwid": wwid, "paths": {}}
        return lambda *args, **kwargs: {**of(*args, **kwargs), **known}

    def rescan(device):
        read.append(device)
        return type(last).ocfs2_volume_rescan(last, device)

    for node in world.nodes.values():
        node.ocfs2_probe = probe(node.ocfs2_probe)
        node.mounts = dict.fromkeys(node.mounts, name)
    good, last.ocfs2_volume_rescan = last.ocfs2_probe, rescan
    last.ocfs2_probe = lambda *args, **kwargs: {**good(*args, **kwargs), **({} if read else stale)}
    world.lun.device = name
    scenario.pillar(lambda section: section["luns"]["primary"].update(wwid=wwid, device=name))
    answer = scenario.run()
    assert answer["result"] is True, answer["lines"]
    assert world.wrong == []


def test_a_volume_grows_only_once_every_node_sees_the_new_size():
    scenario = grow()
    # One path of one node does not see what the array has.
    scenario.world.nodes[HOSTS[2]].ocfs2_volume_rescan = lambda device: 2 * TIB
    answer = scenario.run()
    assert answer["result"] is False
    assert f"{HOSTS[2]} sees {2 * TIB} bytes of LUN primary" in answer["lines"][0]
    assert scenario.world.lun.volume["size"] == 2 * TIB
    assert scenario.world.wrong == []
