"""Two nodes whose LUN is a namespace that a third guest exports at two portals: NVMe over TCP."""

import uuid

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
PORT = 4420
HOST_NQN = "/etc/nvme/hostnqn"
SERVICE = "works-there.service"
SERVICE_TEXT = """\
[Service]
ExecStart=/bin/sh -c 'cd /san/primary && exec sleep infinity'
"""


@pytest.fixture(scope="module", autouse=True)
def described(cluster):
    """The namespace, and the pillar that has it as the only LUN of two nodes."""
    export = guest_san.export_nvme(cluster.lab, TARGET)
    cluster.describe(over_nvme(export))
    return export


def test_nodes_of_one_name_are_refused(cluster):
    for node in NODES:
        assert cluster.lab.run(node, ["which", "nvme"]).rc
    answer = cluster.orchestrate()
    # The package makes it of what the host's firmware says, and these have the same.
    names = {cluster.must(node, "cat", HOST_NQN) for node in NODES}
    assert len(names) == 1, names
    assert answer.rc
    said = answer.stdout + answer.stderr
    assert "connects by the host NQN" in said, said
    assert HOST_NQN in said
    for node in NODES:
        assert cluster.lab.run(node, ["findmnt", "/san/primary"]).rc
        assert controllers(cluster, node) == []
        cluster.lab.run(node, ["tee", HOST_NQN], stdin=host_nqn(node))


def test_the_orchestration_connects_and_mounts(cluster, described):
    answer = cluster.orchestrate()
    status = storage_guests.comes_up(cluster, answer, NODES)
    assert status["findings"] == [], status["findings"]
    for node in NODES:
        assert controllers(cluster, node) == ["live", "live"]
        # The disk, and each of its paths.
        wwids = cluster.must(node, "sh", "-c", "cat /sys/block/nvme*n1/wwid").split()
        assert wwids == [described.wwid] * 3


def test_a_second_run_changes_nothing(cluster):
    shared.has_nothing_to_do(cluster)


def test_a_cut_path_is_survived(cluster):
    with storage_guests.written(cluster, NODES):
        cluster.lab.cut_link(1, "san-a")
        storage_guests.wait_for(lambda: sorted(controllers(cluster, 1))[0] != "live")
        storage_guests.is_shared(cluster, NODES)
        cluster.lab.restore_link(1, "san-a")
        storage_guests.wait_for(lambda: controllers(cluster, 1) == ["live", "live"])


def test_after_a_reboot_it_comes_back_by_itself(cluster):
    cluster.lab.reboot(1)
    cluster.wait_mounted(1, "/san/primary")
    storage_guests.is_shared(cluster, NODES)
    cluster.lab.wait_minions([1])
    status, _ = cluster.wait_for(lambda status: status["findings"] == [])
    assert status["state"] == "healthy"
    assert controllers(cluster, 1) == ["live", "live"]


def test_a_volume_that_only_an_operator_mounts(cluster, described):
    cluster.lab.run(1, ["tee", f"/etc/systemd/system/{SERVICE}"], stdin=SERVICE_TEXT)
    cluster.describe(over_nvme(described, auto=False, services=[SERVICE]))
    answer = cluster.orchestrate()
    assert answer.rc == 0, answer.stdout + answer.stderr
    cluster.lab.reboot(1)
    cluster.lab.wait_minions([1])
    assert cluster.lab.run(1, ["findmnt", "/san/primary"]).rc
    # Neither is it mounted for the service, nor does the service start without it.
    assert cluster.lab.run(1, ["systemctl", "start", SERVICE]).rc
    assert cluster.lab.run(1, ["findmnt", "/san/primary"]).rc
    cluster.must(1, "mount", "/san/primary")
    cluster.must(1, "systemctl", "start", SERVICE)
    cluster.must(1, "systemctl", "stop", "san-primary.mount")
    assert cluster.lab.run(1, ["findmnt", "/san/primary"]).rc
    assert cluster.lab.run(1, ["systemctl", "is-active", SERVICE]).stdout == "inactive\n"
    cluster.wait_for(lambda status: status["findings"] == [])


def over_nvme(export, **mount):
    """The change of the pillar that has the namespace as the only LUN of two nodes."""
    lun = {
        "device": f"/dev/disk/by-id/nvme-{export.wwid}",
        "wwid": export.wwid,
        "size": "2GiB",
        "mount": {"path": "/san/primary", **mount},
    }
    addresses = [f"{each}:{PORT}" for each in export.addresses]
    nvme = {"portals": addresses, "subsystems": [export.name]}
    return storage_guests.one_lun(NODES, lun, {"nvme": nvme})


def host_nqn(node):
    """A name of a node's own."""
    return f"nqn.2014-08.org.nvmexpress:uuid:{uuid.UUID(int=node)}\n"


def controllers(cluster, node):
    """What the kernel of a node says of its controllers over a network."""
    script = "for each in /sys/class/nvme/nvme*; do [ ! -e $each/state ] || cat $each/state; done"
    return cluster.must(node, "sh", "-c", script).split()
