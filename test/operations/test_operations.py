"""Day two on guests, under I/O: each operation to its end, refused, and cut in the middle."""

import time

import pytest

from faults.report import table
from integration.conftest import NODES
from integration.held_back import held_back
from integration.held_back import is_at_work
from integration.held_back import wait_at_work
from lab.lab import Lab

from .working_cluster import BUSY
from .working_cluster import IDLE
from .working_cluster import WorkingCluster
from .working_cluster import host

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

GIB = 1 << 30
FOURTH = 4
DRAIN = "/usr/local/sbin/empty-this-node"
TITLES = ("Operation", "Seconds", "Longest gap (s)", "Nodes writing", "Records")


@pytest.fixture(scope="module")
def site():
    """Three nodes that are at work, each of them writing all the time."""
    with Lab("test-operations", say=print) as lab:
        lab.up(nodes=len(NODES), luns=[f"{BUSY}:3G", f"{IDLE}:1792M"])
        site = WorkingCluster(lab)
        site.describe()
        site.succeeds("")
        site.traffic.start(NODES)
        yield site
        site.traffic.stop()
        print(table([TITLES, *(row.cells() for row in site.rows)]))


def test_what_is_impossible_is_refused_before_anything_changes(site):
    def change(section):
        section["nodes"][host(2)]["number"] = 7
        section["luns"][BUSY]["size"] = "2GiB"
        section["luns"][BUSY]["slots"] = 6
        section["cluster"]["fence_method"] = "panic"

    site.describe(change)
    with site.watched("impossible requests", NODES):
        said = site.is_refused("a node number is for ever: write number: 1", "")
    assert "a volume never shrinks" in said
    assert "slots are not taken away from a volume" in said
    site.describe()


def test_the_number_of_a_member_is_not_given_to_another(site):
    site.describe(site.drop_host(3), lambda section: section["nodes"].update(_heir()))
    site.is_refused("is that of", "add_node")
    site.describe()


def _heir():
    return {host(9): {"number": 2, "address": "192.168.100.9"}}


def test_a_highstate_refuses_what_needs_an_outage(site):
    site.describe(lambda section: section["cluster"].update(heartbeat_threshold=21))
    answer = site.apply(host(1))
    assert answer.rc != 0
    assert "ocfs2.orch.retune" in answer.stdout
    said = site.is_refused("type its name", "retune")
    assert "the whole cluster ocfs2 goes down" in said
    site.is_refused("the cluster waits for its retune", "slots", lun=IDLE, outage=IDLE)
    site.describe()


def test_a_node_joins_while_the_others_write(site):
    site.lab.add_node()
    site.lab.wait_minions([FOURTH])
    site.change(site.add_host(FOURTH))
    with site.watched("add_node, cut by a power cut of the newcomer, run again", NODES):
        site.cut("every member knows", site.kill_node(FOURTH), "add_node")
        site.succeeds("add_node")
    site.traffic.add(FOURTH)


def test_a_volume_grows_while_all_write(site):
    site.lab.grow_lun(BUSY, "4G")
    site.change(lambda section: section["luns"][BUSY].update(size="4GiB"))
    site.must(2, "systemctl", "stop", "multipathd.service", "multipathd.socket")
    site.is_refused(f"{host(2)}: ", "grow", lun=BUSY)
    assert _bytes(site) == 3 * GIB
    site.must(2, "systemctl", "start", "multipathd.service")
    site.would_change_nothing("grow", lun=BUSY)
    with site.watched("grow, cut by a kill of the master, run again", site.nodes):
        site.cut("the volume grown", site.kill_master, "grow", lun=BUSY)
        site.succeeds("grow", lun=BUSY)
    assert _bytes(site) == 4 * GIB


def _bytes(site):
    """The size of the busy volume."""
    block, count = site.must(3, "stat", "-fc", "%S %b", f"/san/{BUSY}").split()
    return int(block) * int(count)


def test_a_node_leaves_in_order(site):
    site.is_refused("is in pillar: take it out", "remove_node", node=host(FOURTH))
    site.change(site.drop_host(FOURTH))
    with site.watched("remove_node, cut by a kill of the master, run again", NODES):
        site.traffic.release(FOURTH)
        site.cut("the cluster offline", site.kill_master, "remove_node", node=host(FOURTH))
        site.succeeds("remove_node", node=host(FOURTH))
    assert site.lab.run(FOURTH, ["test", "-e", "/etc/ocfs2/cluster.conf"]).rc == 1


def test_its_number_is_not_given_to_another(site):
    site.describe(lambda section: section["nodes"].update({host(9): _heir_of_fourth()}))
    site.is_refused(f"number 3 is that of {host(FOURTH)}", "add_node")
    site.describe()


def _heir_of_fourth():
    return {"number": 3, "address": "192.168.100.9"}


def test_it_comes_back_and_a_node_that_is_dead_is_removed(site):
    site.change(site.add_host(FOURTH))
    site.succeeds("")
    site.traffic.resume(FOURTH)
    site.traffic.look_away(FOURTH)
    site.change(site.drop_host(FOURTH))
    with site.watched("remove_node of a dead node", NODES):
        site.must(FOURTH, "systemctl", "stop", "salt-minion")
        words = f"{host(FOURTH)} does not answer, but writes its heartbeat"
        site.is_refused(words, "remove_node", node=host(FOURTH))
        site.lab.power_cut(FOURTH)
        deadline = time.monotonic() + 600
        while site.run("remove_node", node=host(FOURTH)).rc:
            assert time.monotonic() < deadline
        # What it had acknowledged is on its own disk.
        site.lab.start(FOURTH)
        site.lab.wait_booted(FOURTH)
    assert site.mounted(FOURTH) == []
    site.lab.wait_minions([FOURTH])
    # Its boot still tries to mount, which nobody lets it.
    deadline = time.monotonic() + 600
    while site.lab.salt(host(FOURTH), "state.single", "o2cb.offline", "ocfs2").rc:
        assert time.monotonic() < deadline
    answer = site.lab.salt(host(FOURTH), "state.single", "o2cb.absent", "ocfs2")
    assert answer.rc == 0, answer
    assert site.mounted(FOURTH) == []


def test_a_volume_gets_more_slots(site):
    site.change(lambda section: section["luns"][IDLE].update(slots=6))
    site.is_refused("type its name", "slots", lun=IDLE)
    told = {"lun": IDLE, "outage": IDLE}
    site.would_change_nothing("slots", **told)
    with site.watched("slots, cut by a power cut, run again", (1, 2)):
        site.traffic.look_away(3)
        site.cut("has 6 slots", site.kill_node(3), "slots", **told)
        site.wait_mounted(3, f"/san/{BUSY}")
        site.succeeds("slots", **told)


def test_a_volume_gets_its_slots_although_the_minion_of_the_tool_is_restarted(site):
    site.change(lambda section: section["luns"][IDLE].update(slots=7))
    told = {"lun": IDLE, "outage": IDLE}

    def restart(run):
        wait_at_work(site, 1)
        site.must(1, "systemctl", "restart", "salt-minion")
        result = run.wait()
        assert f"LUN {IDLE} stays down." in result.stdout
        assert is_at_work(site, 1)

    row = site.watched("slots, minion restarted while its tool is at work, run again", NODES)
    with held_back(site, 1, "tunefs.ocfs2") as let_go, row:
        site.cut("has 7 slots", restart, "slots", **told)
        let_go()
        site.succeeds("slots", **told)


def test_a_volume_is_checked(site):
    told = {"lun": IDLE, "outage": IDLE}
    with site.watched("fsck, cut by a kill of the master, run again", NODES):
        site.cut("checked, read-only", site.kill_master, "fsck", **told)
        assert "is clean" in site.succeeds("fsck", **told)
    assert site.must(2, "findmnt", f"/san/{IDLE}")


def test_a_node_that_does_not_become_empty_keeps_everything_as_it_is(site):
    """Until the hook of the operator has emptied all of them, nothing goes down."""
    for node in NODES:
        script = f"echo '#!/bin/sh\n[ $(uname -n) != {host(2)} ]' > {DRAIN} && chmod +x {DRAIN}"
        site.must(node, "sh", "-c", script)
    site.change(lambda section: section.update(drain={"command": DRAIN, "limit": 60}))
    site.describe(lambda section: section["cluster"].update(heartbeat_threshold=21))
    with site.watched("retune, refused by a drain hook", NODES) as row:
        said = site.is_refused(f"{host(2)}: ERROR", "retune", outage="ocfs2")
        assert "nothing was changed" in said
    assert row.writing == len(NODES)


def test_a_mount_of_somebody_else_keeps_everything_as_it_is(site):
    """What would keep a node online is seen before anything goes down."""
    path = "/stray"
    site.must(2, "mkdir", path)
    site.must(2, "mount", "--bind", f"/san/{BUSY}", path)
    site.describe(lambda section: section["cluster"].update(heartbeat_threshold=21))
    with site.watched("retune, refused by a mount that pillar does not know", NODES) as row:
        site.is_refused([host(2), path], "retune", outage="ocfs2")
    assert row.writing == len(NODES)
    site.must(2, "umount", path)
    site.must(2, "rmdir", path)


def test_a_full_disk_leaves_every_file_whole(site):
    """What cannot be written is named and stays as it was; with room, the same command goes on."""
    site.describe()
    fstab = site.must(2, "cat", "/etc/fstab")
    site.must(2, "sed", "-i", f"\\#/san/{IDLE}[[:blank:]]#d", "/etc/fstab")
    # The traffic of that node keeps its lists on the disk that is to be full.
    site.traffic.release(2)
    # A minion that cannot write its own cache says nothing at all.
    cache, kept = "/var/cache/salt", "/run/salt-cache"
    site.must(2, "cp", "-a", cache, kept)
    site.must(2, "mount", "--bind", kept, cache)
    site.must(2, "sh", "-c", "dd if=/dev/zero of=/full bs=4k || sync")
    try:
        with site.watched("orchestration, refused by a full disk", (1, 3)) as row:
            site.is_refused(["/etc/fstab", "No space left on device"], "")
    finally:
        site.must(2, "rm", "/full")
        site.must(2, "umount", "--lazy", cache)
    assert row.writing >= 2
    site.traffic.resume(2)
    site.succeeds("")
    assert site.must(2, "cat", "/etc/fstab") == fstab


def test_timeouts_change_while_all_is_down(site):
    site.must(2, "sh", "-c", f"echo '#!/bin/sh' > {DRAIN}")
    site.change(lambda section: section["cluster"].update(heartbeat_threshold=21))
    with site.watched("retune, cut by a power cut, run again"):
        site.cut("the new files", site.kill_node(2), "retune", outage="ocfs2")
        # Held: it has booted, and joined nothing.
        assert site.mounted(2) == []
        assert site.lab.run(2, ["ls", "/sys/kernel/config/cluster/ocfs2"]).rc != 0
        site.succeeds("retune", outage="ocfs2")
    threshold = "/sys/kernel/config/cluster/ocfs2/heartbeat/dead_threshold"
    assert [site.must(node, "cat", threshold) for node in NODES] == ["21"] * 3


def test_every_node_restarts_while_two_write(site):
    boots = [site.lab.node_state(node)["boots"] for node in NODES]
    with site.watched("rolling_reboot, cut by a kill of the master, run again") as row:
        site.cut("host2.domain.com emptied", site.kill_master, "rolling_reboot")
        site.succeeds("rolling_reboot")
    assert [site.lab.node_state(node)["boots"] for node in NODES] == [each + 1 for each in boots]
    assert row.writing >= 2


def test_no_restart_begins_while_a_node_is_missing(site):
    site.traffic.look_away(3)
    site.lab.power_cut(3)
    site.is_refused(host(3), "rolling_reboot")
    site.lab.start(3)
    site.wait_mounted(3, f"/san/{BUSY}")
    site.lab.wait_minions([3])


def test_a_volume_leaves_with_its_data(site):
    site.is_refused("is LUN extra of pillar", "retire_lun", path=f"/san/{IDLE}")
    site.must(1, "sh", "-c", f"echo kept > /san/{IDLE}/file && sync")
    site.change(lambda section: section["luns"].pop(IDLE))
    with site.watched("retire_lun, cut by a kill of the master, run again", NODES):
        site.cut("in no fstab", site.kill_master, "retire_lun", path=f"/san/{IDLE}")
        assert "untouched" in site.succeeds("retire_lun", path=f"/san/{IDLE}")
    for node in NODES:
        written = site.lab.run(node, ["touch", f"/san/{IDLE}/on-the-root-disk"])
        assert "not permitted" in written.stderr


_BY_HAND = """
o2cb add-cluster ocfs2
for number in 0 1 2; do
    o2cb add-node --ip 192.168.100.$((number + 1)) --number $number ocfs2 host$((number + 1))
done
cat > /etc/default/o2cb <<'END'
O2CB_ENABLED=true
O2CB_BOOTCLUSTER=ocfs2
O2CB_HEARTBEAT_THRESHOLD=21
O2CB_IDLE_TIMEOUT_MS=30000
O2CB_KEEPALIVE_DELAY_MS=2000
O2CB_RECONNECT_DELAY_MS=2000
END
/etc/init.d/o2cb online ocfs2
echo '/dev/mapper/primary /san/primary ocfs2 _netdev,noatime 0 0' >> /etc/fstab
mount /san/primary
"""


def test_a_cluster_that_was_built_by_hand_is_adopted(site):
    site.traffic.stop()
    for node in NODES:
        answer = site.apply(host(node), sls="ocfs2.clean")
        assert answer.rc == 0, answer.stdout
    # All at once: a mount waits for those that are mounted already.
    site.traffic.each(lambda node: site.must(node, "sh", "-ec", _BY_HAND))
    site.lab.set_pillar({}, [])
    site.traffic.start(NODES)
    before = [site.must(node, "md5sum", "/etc/ocfs2/cluster.conf") for node in NODES]
    file = str(site.lab.pillar / "adopted.sls")
    with site.watched("adopt, and apply the pillar that it writes", NODES) as row:
        answer = site.run("adopt", nodes=[host(node) for node in NODES], file=file)
        assert answer.rc == 0, answer.stdout + answer.stderr
        site.adopt(file)
        assert "Nothing to do." not in site.lab.salt_run("ocfs2.plan").stdout
        site.succeeds("")
    assert row.writing == len(NODES)
    assert [site.must(node, "md5sum", "/etc/ocfs2/cluster.conf") for node in NODES] == before
