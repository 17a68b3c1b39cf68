"""Two nodes whose LUN comes from the kernel's own iSCSI target (LIO) on a third guest, which knows
persistent reservations and grows a LUN while it is in use."""

import contextlib

import pytest

from lab import guest_san

from . import shared
from . import storage_guests

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm"
SAN = "guests"
LUNS = []
GUESTS = 3
NODES, TARGET = (1, 2), 3
#: The key of who reserves the LUN, and how: who is not registered can neither read nor write.
_KEY, _EXCLUSIVE_ACCESS = "0xabc", "3"


@pytest.fixture(scope="module", autouse=True)
def export(cluster):
    """The LUN of the third guest."""
    return guest_san.export_iscsi(cluster.lab, TARGET)


def test_a_lun_that_another_host_has_reserved_is_refused(cluster, export):
    cluster.describe(over_lio(export))
    with reserved(cluster, export):
        answer = cluster.orchestrate()
        said = " ".join((answer.stdout + answer.stderr).split())
        print(said)
        assert answer.rc
        assert "reservation" in said, said
    for node in NODES:
        assert cluster.lab.run(node, ["findmnt", "/san/primary"]).rc
    cluster.must(TARGET, "cmp", "-n", str(2 << 30), guest_san.LIO_FILE, "/dev/zero")


def test_without_the_reservation_it_is_formatted_and_mounted(cluster, export):
    status = storage_guests.comes_up(cluster, cluster.orchestrate(), NODES)
    assert status["findings"] == [], status["findings"]
    for node in NODES:
        assert cluster.must(node, "multipath", "-ll", export.wwid).count(" active ready ") == 2


def test_a_second_run_changes_nothing(cluster):
    shared.has_nothing_to_do(cluster)


def test_a_lun_grows_under_io(cluster, export):
    guest_san.grow_export(cluster.lab, TARGET, "3G")
    cluster.describe(over_lio(export, size="3GiB"))
    with storage_guests.written(cluster, NODES):
        storage_guests.operate(cluster, "grow", lun="primary")
    for node in NODES:
        block, count = cluster.must(node, "stat", "-fc", "%S %b", "/san/primary").split()
        assert int(block) * int(count) == 3 << 30
    cluster.wait_for(lambda status: status["findings"] == [])


def over_lio(export, size="2GiB"):
    """The change of the pillar that has the LUN of LIO as the only one of two nodes."""
    lun = {"device": "/dev/mapper/primary", "wwid": export.wwid, "size": size}
    targets = {"portals": list(export.addresses), "targets": [export.name]}
    return storage_guests.one_lun(NODES, lun, {"multipath": True, "iscsi": targets})


@contextlib.contextmanager
def reserved(cluster, export):
    """A host that is no node, the target itself, is logged in and has the LUN for itself."""
    guest_san.install(cluster.lab, TARGET, "open-iscsi", "sg3-utils")
    portal, disk = export.addresses[0], f"/dev/disk/by-id/wwn-0x{export.wwid[1:]}"
    record = ("iscsiadm", "-m", "node", "-T", export.name, "-p", portal)
    cluster.must(TARGET, "iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", portal)
    cluster.must(TARGET, *record, "--login")
    storage_guests.wait_for(lambda: cluster.lab.run(TARGET, ["test", "-b", disk]).rc == 0)
    persist = ("sg_persist", "--out", disk)
    cluster.must(TARGET, *persist, "--register", f"--param-sark={_KEY}")
    kind = f"--prout-type={_EXCLUSIVE_ACCESS}"
    cluster.must(TARGET, *persist, "--reserve", f"--param-rk={_KEY}", kind)
    yield
    cluster.must(TARGET, *persist, "--clear", f"--param-rk={_KEY}")
    cluster.must(TARGET, *record, "--logout")
