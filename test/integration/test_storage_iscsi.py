"""A cluster whose LUN comes by iSCSI with CHAP: the formula logs in at two portals and gives the
LUN its map. The nodes have neither open-iscsi nor a multipath.conf before."""

import json

import pytest

from lab.errors import LabError
from lab.spec import FABRICS
from lab.spec import PORTALS
from operations.traffic import Traffic

from . import shared
from .storage_guests import kinds
from .storage_guests import operate
from .storage_guests import wait_for
from .storage_guests import written

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm"
SAN = "iscsi"
LUNS = ["primary:3G"]
CHAP = {"username": "cluster", "password": "open-sesame-1"}
WRONG = "not-this-one-1"
INITIATOR = "/etc/iscsi/initiatorname.iscsi"
DROP_IN = "/etc/multipath/conf.d/ocfs2.conf"
# In a guest a package restarts nothing; on a host it does.
INSTALL_AGAIN = """\
apt-get -qq update
mv /usr/sbin/policy-rc.d /root/
DEBIAN_FRONTEND=noninteractive apt-get -qqy --reinstall install multipath-tools
mv /root/policy-rc.d /usr/sbin/
"""
#: Seconds by which the target is late, and that a node may take to fence itself and start anew.
_LATE, _FENCED = 60, 400
#: What is found of a LUN that a node does not reach.
_UNREACHED = {"path-missing", "lun-unreadable", "lun-missing"}


def test_the_nodes_have_no_lun_yet(cluster):
    cluster.lab.set_chap(CHAP["username"], CHAP["password"])
    assert cluster.lab.sessions() == []
    for node in shared.NODES:
        disks = cluster.must(node, "lsblk", "-dno", "NAME").split()
        assert all(disk.startswith("vd") for disk in disks), disks
        assert cluster.lab.run(node, ["which", "iscsiadm"]).rc


def test_a_wrong_secret_is_said_and_nothing_is_mounted(cluster):
    cluster.describe(over_iscsi(cluster, {"password": WRONG}))
    answer = cluster.orchestrate()
    assert answer.rc
    said = answer.stdout + answer.stderr
    # Open-iscsi's name for it.
    assert "authorization failure" in said, said
    assert WRONG not in said
    assert cluster.lab.sessions() == []


def test_the_orchestration_logs_in_and_mounts(cluster):
    cluster.describe(over_iscsi(cluster))
    answer = cluster.orchestrate()
    assert CHAP["password"] not in answer.stdout + answer.stderr
    shared.comes_up(cluster, answer, "primary")
    assert logged_in(cluster) == everywhere()


def test_a_second_run_changes_nothing(cluster):
    shared.has_nothing_to_do(cluster)


def test_no_password_is_shown_by_a_look(cluster):
    answer = cluster.lab.salt("*", "ocfs2_iscsi.facts", '["node.startup"]')
    assert answer.rc == 0, answer.stdout + answer.stderr
    assert "as pillar says" in answer.stdout
    assert CHAP["password"] not in answer.stdout


def test_a_cut_portal_is_survived_under_io(cluster):
    with written(cluster, shared.NODES):
        cluster.lab.cut_portal(0)
        for node in shared.NODES:
            wait_for(lambda node=node: "FAILED" in states(cluster, node))
        cluster.wait_for(lambda status: "path-missing" in kinds(status))
        shared.is_shared(cluster, "/san/primary")
        cluster.lab.restore_portal(0)
        for node in shared.NODES:
            wait_for(lambda node=node: states(cluster, node) == ["LOGGED_IN"] * len(PORTALS))
    shared.becomes_as_described(cluster)


def test_a_target_that_starts_anew_is_survived(cluster):
    cluster.lab.stop_target()
    cluster.lab.start_target()
    for node in shared.NODES:
        wait_for(lambda node=node: states(cluster, node) == ["LOGGED_IN"] * len(PORTALS))
    shared.is_shared(cluster, "/san/primary")
    shared.becomes_as_described(cluster)


def test_a_masked_node_is_named_and_mends_by_itself(cluster):
    boots = cluster.lab.node_state(3)["boots"]
    # What is not mounted does not fence.
    cluster.must(3, "umount", "/san/primary")
    cluster.lab.mask(3)
    wait_for(lambda: "LOGGED_IN" not in states(cluster, 3))
    status, _ = cluster.wait_for(lambda status: kinds(status) & _UNREACHED)
    named = [each for each in status["findings"] if each["kind"] in _UNREACHED]
    assert {tuple(each["nodes"]) for each in named} == {("host3.domain.com",)}, named
    assert all("primary" in json.dumps(each) for each in named), named
    cluster.lab.unmask(3)
    wait_for(lambda: states(cluster, 3) == ["LOGGED_IN"] * len(PORTALS))
    cluster.wait_for(lambda status: not kinds(status) - {"not-mounted"})
    cluster.must(3, "mount", "/san/primary")
    shared.becomes_as_described(cluster)
    assert cluster.lab.node_state(3)["boots"] == boots


def test_two_nodes_of_one_initiator_name_are_refused(cluster):
    own = cluster.must(2, "cat", INITIATOR)
    cluster.must(2, "cp", "-p", INITIATOR, f"{INITIATOR}.own")
    other = cluster.must(1, "cat", INITIATOR)
    assert own != other
    cluster.lab.run(2, ["tee", INITIATOR], stdin=f"{other}\n")
    _, status = cluster.status()
    assert "initiator-shared" in kinds(status), status["findings"]
    plan = cluster.lab.salt_run("ocfs2.plan")
    assert plan.rc == 1
    said = " ".join(plan.stdout.split())
    assert "It logs in by the name iqn." in said, said
    assert INITIATOR in said
    assert CHAP["password"] not in plan.stdout
    # It halts before any node is asked to do anything.
    assert cluster.lab.salt_run("ocfs2.converge").rc
    cluster.must(2, "mv", f"{INITIATOR}.own", INITIATOR)
    shared.becomes_as_described(cluster)


def test_a_retune_has_the_maps_wait_less(cluster):
    before = {node: waits(cluster, node) for node in shared.NODES}
    cluster.section["cluster"]["heartbeat_threshold"] = 21
    cluster.describe(over_iscsi(cluster))
    operate(cluster, "retune", outage="ocfs2")
    for node in shared.NODES:
        threshold = "/sys/kernel/config/cluster/ocfs2/heartbeat/dead_threshold"
        assert cluster.must(node, "cat", threshold) == "21"
        retries = cluster.must(node, "sed", "-n", "s/^ *no_path_retry //p", DROP_IN)
        assert waits(cluster, node) == f"{retries} chk", before
        assert waits(cluster, node) != before[node]
    shared.becomes_as_described(cluster)


def test_multipath_tools_are_upgraded_under_io(cluster):
    before = {node: waits(cluster, node) for node in shared.NODES}
    with written(cluster, shared.NODES):
        for node in shared.NODES:
            daemon = daemon_of(cluster, node)
            # The same scripts run as of an upgrade, of which there is none here.
            cluster.must(node, "sh", "-ec", INSTALL_AGAIN)
            assert daemon_of(cluster, node) != daemon
            assert waits(cluster, node) == before[node]
        shared.is_shared(cluster, "/san/primary")
    shared.becomes_as_described(cluster)


def test_a_lun_grows(cluster):
    cluster.lab.grow_lun("primary", "4G")
    cluster.describe(over_iscsi(cluster))
    with written(cluster, shared.NODES):
        operate(cluster, "grow", lun="primary")
    for node in shared.NODES:
        block, count = cluster.must(node, "stat", "-fc", "%S %b", "/san/primary").split()
        assert int(block) * int(count) == 4 << 30
    shared.is_as_described(cluster)


def test_a_second_lun_of_the_target_is_looked_for_and_mounted(cluster):
    wwid = cluster.lab.add_lun("second:2G")
    for node in shared.NODES:
        assert disks_of(cluster, node, wwid) == []
    cluster.describe(over_iscsi(cluster, luns=("primary", "second")))
    shared.comes_up(cluster, cluster.orchestrate(), "primary", "second")
    for node in shared.NODES:
        assert len(disks_of(cluster, node, wwid)) == len(PORTALS)


def test_a_retired_lun_leaves_neither_map_nor_disk(cluster):
    wwid = cluster.lab.spec.lun("second").wwid
    cluster.describe(over_iscsi(cluster))
    operate(cluster, "retire_lun", path="/san/second")
    for node in shared.NODES:
        assert wwid not in cluster.must(node, "multipathd", "show", "maps", "raw", "format", "%w")
        assert disks_of(cluster, node, wwid) == []
        assert cluster.lab.run(node, ["grep", f"^/{wwid}/", "/etc/multipath/wwids"]).rc == 1
    shared.is_as_described(cluster)
    assert logged_in(cluster) == everywhere()


def test_a_reboot_ends_and_comes_back_mounted(cluster):
    cluster.lab.reboot(3)
    cluster.wait_mounted(3, "/san/primary")
    shared.is_shared(cluster, "/san/primary")
    cluster.lab.wait_minions([3])
    shared.becomes_as_described(cluster)


def test_a_late_target_is_waited_for(cluster):
    for node in shared.NODES:
        cluster.lab.power_cut(node)
    cluster.lab.stop_target()
    for node in shared.NODES:
        cluster.lab.start(node)
    wait_for(lambda: uptime(cluster, 1) > _LATE, 600)
    cluster.lab.start_target()
    for node in shared.NODES:
        cluster.wait_mounted(node, "/san/primary")
        assert cluster.must(node, "cat", "/san/primary/3") == "from 3"
    cluster.lab.wait_minions()
    shared.becomes_as_described(cluster)


def test_without_both_links_a_node_fences_itself_and_the_others_go_on(cluster):
    traffic = Traffic(cluster.lab)
    traffic.start(shared.NODES)
    traffic.look_away(3)
    boots = cluster.lab.node_state(3)["boots"]
    threshold = cluster.must(3, "cat", "/sys/kernel/config/cluster/ocfs2/heartbeat/dead_threshold")
    for network in FABRICS:
        cluster.lab.cut_link(3, network)
    seconds = wait_for(lambda: cluster.lab.node_state(3)["boots"] > boots, _FENCED)
    print(f"fenced {seconds:.0f} s after the cut, heartbeat_threshold {threshold}")
    # By the clock of this machine, which the guest's does not follow to the second.
    assert seconds > 0.9 * (int(threshold) - 1) * 2 - 2
    for network in FABRICS:
        cluster.lab.restore_link(3, network)
    cluster.wait_mounted(3, "/san/primary")
    traffic.wait_writing(3)
    verdict = traffic.verdict()
    print(verdict)
    verdict.assert_nothing_lost()
    traffic.stop()
    cluster.lab.wait_minions([3])
    answer = cluster.lab.salt_run("ocfs2.explain", "host3", "hours=1", "--out=json")
    (found,) = json.loads(answer.stdout)["clusters"].values()
    print(found["case"]["summary"])
    assert found["case"]["verdict"] == "disk", found["case"]


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, shared.NODES, "primary")
    shared.becomes_as_described(cluster)
    assert logged_in(cluster) == everywhere()


def over_iscsi(cluster, chap=(), luns=("primary",)):
    """The change of the pillar that has the LUNs come by iSCSI."""

    def change(section):
        for name in luns:
            cluster.add_lun(section, name)
        iqn = cluster.lab.spec.lun("primary").iqn
        targets = {"portals": list(PORTALS), "targets": [iqn], "chap": {**CHAP, **dict(chap)}}
        section["san"] = {"multipath": True, "iscsi": targets}

    return change


def everywhere():
    """Each node at each portal."""
    return sorted((node, portal) for node in shared.NODES for portal in range(len(PORTALS)))


def logged_in(cluster):
    """Which node is logged in at which portal."""
    return sorted((each["node"], each["portal"]) for each in cluster.lab.sessions())


def states(cluster, node):
    """What the kernel of a node says of its sessions."""
    return cluster.must(node, "sh", "-c", "cat /sys/class/iscsi_session/*/state").split()


def waits(cluster, node):
    """How long the map of a node waits without any path, as multipathd prints it."""
    wwid = cluster.lab.spec.lun("primary").wwid
    shown = cluster.must(node, "multipathd", "show", "maps", "raw", "format", "%w|%Q")
    return dict(line.split("|") for line in shown.splitlines())[wwid]


def daemon_of(cluster, node):
    """The process of multipathd on a node."""
    return cluster.must(node, "systemctl", "show", "-P", "MainPID", "multipathd")


def disks_of(cluster, node, wwid):
    """The disks of a node that lead to a LUN, by udev's names of all."""
    shown = cluster.must(node, "lsblk", "-dnro", "NAME,WWN")
    words = [line.split() for line in shown.splitlines()]
    return [each[0] for each in words if each[1:] == [f"0x{wwid[1:]}"]]


def uptime(cluster, node):
    """Seconds since a node has started; 0 while it does not answer."""
    try:
        return float(cluster.lab.run(node, ["cat", "/proc/uptime"]).stdout.split()[0])
    except LabError:
        return 0
