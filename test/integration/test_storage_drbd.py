"""Two nodes whose LUN is a disk of each, kept the same by DRBD."""

import json

import pytest

from lab import guest_san

from . import storage_guests
from .storage_guests import kinds

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm"
LUNS = ["one:2G:alias=back:nodes=1", "two:2G:alias=back:nodes=2"]
GUESTS = 2
NODES = (1, 2)
RESOURCE, DEVICE = "r0", "/dev/drbd/by-res/r0/0"


@pytest.fixture(scope="module", autouse=True)
def described(cluster):
    """The pair, and the pillar that has it as the only LUN."""
    guest_san.drbd_pair(cluster.lab, NODES, "/dev/mapper/back", RESOURCE)
    size = int(cluster.must(1, "blockdev", "--getsize64", DEVICE))
    lun = {"device": DEVICE, "wwid": f"drbd-{RESOURCE}-0", "size": f"{size}B", "type": "mail"}
    cluster.describe(storage_guests.one_lun(NODES, lun))


def test_a_secondary_side_is_refused(cluster):
    cluster.must(2, "drbdadm", "secondary", RESOURCE)
    answer = cluster.orchestrate()
    assert answer.rc
    said = " ".join((answer.stdout + answer.stderr).split())
    assert f"DRBD {RESOURCE}/0 is Secondary here" in said, said
    assert f"its peer of DRBD {RESOURCE}/0 is Secondary" in said, said
    # The disks themselves change: DRBD notes there what it does.
    cluster.must(1, "cmp", "-n", str(1 << 30), DEVICE, "/dev/zero")
    assert cluster.lab.run(1, ["findmnt", "/san/primary"]).rc
    cluster.must(2, "drbdadm", "primary", RESOURCE)


def test_the_orchestration_formats_and_mounts(cluster):
    answer = cluster.orchestrate()
    status = storage_guests.comes_up(cluster, answer, NODES)
    # The lab's resource has no fencing.
    assert kinds(status) == {"drbd-fencing"}, status["findings"]


def test_after_a_reboot_of_one_side_it_comes_back_by_itself(cluster):
    cluster.lab.reboot(2)
    cluster.wait_mounted(2, "/san/primary")
    storage_guests.is_shared(cluster, NODES)
    cluster.lab.wait_minions([2])
    cluster.wait_for(lambda status: kinds(status) == {"drbd-fencing"})


def test_with_fencing_nothing_is_found(cluster):
    edit = "s/^ *device .*/&\\n    disk { fencing resource-and-stonith; }/"
    for node in NODES:
        cluster.must(node, "sed", "-i", edit, f"/etc/drbd.d/{RESOURCE}.res")
        cluster.must(node, "drbdadm", "adjust", RESOURCE)
    cluster.wait_for(lambda status: status["findings"] == [])
    for node in NODES:
        cluster.must(node, "sed", "-i", "/fencing/d", f"/etc/drbd.d/{RESOURCE}.res")
        cluster.must(node, "drbdadm", "adjust", RESOURCE)


def test_a_split_brain_is_named(cluster):
    for node in NODES:
        cluster.must(node, "umount", "/san/primary")
    cluster.lab.cut_link(1)
    for node in NODES:
        storage_guests.wait_for(lambda node=node: "Connected" not in connection(cluster, node))
    for node in NODES:
        # Each side writes to a volume of its own then, past every guard: that is what must not be.
        spoil = ("dd", "if=/dev/urandom", f"of={DEVICE}", "bs=4096", "count=1", "seek=400000")
        cluster.must(node, *spoil, "oflag=direct")
    cluster.lab.restore_link(1)
    for node in NODES:
        cluster.lab.run(node, ["drbdadm", "connect", RESOURCE])
    # Who sees it first ends the connection, and the other may wait for it again.
    storage_guests.wait_for(lambda: "StandAlone" in [connection(cluster, node) for node in NODES])
    _, status = cluster.status()
    assert "after a split brain" in json.dumps(status), status
    assert "lun-unreadable" in kinds(status), status["findings"]
    answer = cluster.orchestrate()
    assert answer.rc
    for node in NODES:
        assert cluster.lab.run(node, ["findmnt", "/san/primary"]).rc


def test_after_the_cure_it_is_mounted_again(cluster):
    cluster.must(2, "drbdadm", "secondary", RESOURCE)
    cluster.must(2, "drbdadm", "connect", "--discard-my-data", RESOURCE)
    cluster.lab.run(1, ["drbdadm", "connect", RESOURCE])
    for node in NODES:
        storage_guests.wait_for(
            lambda node=node: (
                cluster.must(node, "drbdadm", "dstate", RESOURCE) == "UpToDate/UpToDate"
            )
        )
    cluster.must(2, "drbdadm", "primary", RESOURCE)
    status = storage_guests.comes_up(cluster, cluster.orchestrate(), NODES)
    assert kinds(status) == {"drbd-fencing"}, status["findings"]


def connection(cluster, node):
    """What DRBD says of the connection of a node."""
    return cluster.lab.run(node, ["drbdadm", "cstate", RESOURCE]).stdout.strip()
