"""A cluster whose LUN comes by iSCSI with CHAP: the formula logs in at two portals and gives the
LUN its map. The nodes have neither open-iscsi nor a multipath.conf before."""

import time

import pytest

from lab.spec import PORTALS

from . import shared

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm"
SAN = "iscsi"
LUNS = ["primary:3G"]
CHAP = {"username": "cluster", "password": "open-sesame-1"}
WRONG = "not-this-one-1"
#: Seconds that iscsid may take to see that a portal is gone or back, on slow guests.
_NOTICED = 120


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


def test_a_cut_portal_is_survived(cluster):
    cluster.lab.cut_portal(0)
    for node in shared.NODES:
        wait_for(lambda node=node: "FAILED" in states(cluster, node))
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


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, shared.NODES, "primary")
    shared.becomes_as_described(cluster)
    assert logged_in(cluster) == everywhere()


def over_iscsi(cluster, chap=()):
    """The change of the pillar that has the LUN come by iSCSI."""
    lun = cluster.lab.spec.lun("primary")

    def change(section):
        cluster.add_lun(section, "primary")
        targets = {"portals": list(PORTALS), "targets": [lun.iqn], "chap": {**CHAP, **dict(chap)}}
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


def wait_for(condition):
    deadline = time.monotonic() + _NOTICED
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(1)
