"""Two nodes whose LUN comes from a third guest as Fibre Channel over Ethernet, without a switch."""

import pytest

from lab import guest_san
from lab.spec import FABRICS

from . import shared
from . import storage_guests

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm"
SAN = "guests"
LUNS = []
GUESTS = 3
NODES, TARGET = (1, 2), 3


@pytest.fixture(scope="module", autouse=True)
def described(cluster):
    """The target, and the pillar that has its LUN as the only one of two nodes."""
    export = guest_san.export_fcoe(cluster.lab, TARGET, NODES)
    cards = {guest_san.interface(cluster.lab, node, FABRICS[0]) for node in NODES}
    assert len(cards) == 1, cards
    lun = {"device": "/dev/mapper/primary", "wwid": export.wwid, "size": "2GiB"}
    ports = {card: {"mode": "vn2vn", "auto_vlan": False} for card in cards}
    cluster.describe(storage_guests.one_lun(NODES, lun, {"multipath": True, "fcoe": ports}))
    return export


def test_the_orchestration_opens_ports_and_mounts(cluster, described):
    for node in NODES:
        guest_san.install(cluster.lab, node, "fcoe-utils")
        # What docs/storage.rst says of a host on which bnx2fc does not load.
        edit = 's/^SUPPORTED_DRIVERS=.*/SUPPORTED_DRIVERS="fcoe"/'
        cluster.must(node, "sed", "-i", edit, "/etc/fcoe/config")
        assert ports(cluster, node) == []
    answer = cluster.orchestrate()
    status = storage_guests.comes_up(cluster, answer, NODES)
    print(status["findings"])
    assert status["findings"] == []
    for node in NODES:
        assert ports(cluster, node) == ["Online"]
        assert described.wwid in cluster.must(node, "multipath", "-ll")


def test_a_second_run_changes_nothing(cluster):
    shared.has_nothing_to_do(cluster)


def test_after_a_reboot_it_comes_back_by_itself(cluster):
    cluster.lab.reboot(1)
    cluster.wait_mounted(1, "/san/primary")
    storage_guests.is_shared(cluster, NODES)
    cluster.lab.wait_minions([1])
    cluster.wait_for(lambda status: status["findings"] == [])


def ports(cluster, node):
    """The states of the Fibre Channel ports of a node."""
    script = "for each in /sys/class/fc_host/*/port_state; do [ ! -e $each ] || cat $each; done"
    return cluster.must(node, "sh", "-c", script).split()
