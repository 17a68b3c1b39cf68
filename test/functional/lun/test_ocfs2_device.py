"""Every kind of device, as sysfs shows it (simulated: no such hardware is here), and what it is."""

import contextlib
import os
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from support.devices import simulated_kind
from support.drbd_outputs import GOOD_84
from support.drbd_outputs import SHOW_84
from support.images import MIB
from support.images import attached
from support.images import sparse

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
    pytest.mark.usefixtures("sandbox"),
]

QEMU = {"device/vendor": b"QEMU    \n", "device/model": b"QEMU HARDDISK   \n"}
MULTIPATH = {"dm/uuid": b"mpath-3600a0b8000123456000abcd012345678\n", "dm/name": b"primary\n"}


@pytest.fixture
def device(tmp_path):
    with attached(sparse(tmp_path / "image", MIB)) as device:
        yield device


@pytest.fixture
def identify(device, modules):
    def call(name, files, others=None):
        with simulated_kind(device, name, files, others):
            return modules["ocfs2_device.identify"](device)

    return call


@pytest.mark.parametrize(
    ("name", "files", "wwid"),
    [
        ("sda", {"device/wwid": b"naa.5000C50000000001\n"}, "35000c50000000001"),
        (
            "sda",
            {**QEMU, "device/vpd_pg83": bytes.fromhex("0083000902000005") + b"disk1"},
            "0QEMU_QEMU_HARDDISK_disk1",
        ),
        (
            "sda",
            {**QEMU, "device/vpd_pg80": bytes.fromhex("00800005") + b"disk1"},
            "SQEMU_QEMU_HARDDISK_disk1",
        ),
        ("sda", QEMU, None),
        ("nvme0n1", {"wwid": b"eui.0025388b71b0a5c3\n"}, "eui.0025388b71b0a5c3"),
        ("vdb", {"serial": b"4c8f6b2e-0d0c-4d3a-9\n"}, "virtio-4c8f6b2e-0d0c-4d3a-9"),
        ("dm-0", MULTIPATH, "3600a0b8000123456000abcd012345678"),
        ("loop0", {}, None),
    ],
)
def test_the_identity_of_each_kind(identify, name, files, wwid):
    found = identify(name, files)
    assert (found["node"], found["wwid"], found["whole"]) == (f"/dev/{name}", wwid, None)


@pytest.mark.parametrize(
    ("name", "files", "reason", "instead"),
    [
        (
            "vdb",
            {"serial": b"\n"},
            "a virtual disk without a serial number",
            "<serial>NAME</serial>",
        ),
        ("vdb", {}, "a virtual disk without a serial number", "in its <disk> of libvirt"),
        ("xvdb", {}, "a virtual disk of Xen", "by SCSI"),
        ("md127", {}, "an array of md RAID: two nodes", "or DRBD"),
        ("rbd0", {}, "an image of Ceph (RBD)", "gateway"),
        ("nbd0", {}, "a network block device (NBD)", "by iSCSI"),
        ("zram0", {}, "memory of this host", "every node"),
        ("ram0", {}, "memory of this host", "every node"),
        ("bcache0", {}, "a device of bcache", "below it"),
        ("zd0", {}, "a volume of ZFS", "every node"),
        ("dm-1", {"dm/uuid": b"LVM-abc\n"}, "a logical volume of LVM", "name the LUN below it"),
        ("dm-1", {"dm/uuid": b"CRYPT-LUKS2-abc\n"}, "a device of dm-crypt", "on the array"),
        ("dm-1", {"dm/uuid": b"DMRAID-abc\n"}, "a device-mapper device of DMRAID", "below it"),
        ("dm-1", {"dm/uuid": b"\n"}, "a device-mapper device of unknown origin", "below it"),
    ],
)
def test_every_other_kind_is_refused_by_name(
    identify, device, modules, name, files, reason, instead
):
    with pytest.raises(CommandExecutionError) as refused:
        identify(name, files)
    assert f"{device} is " in str(refused.value)
    assert reason in str(refused.value)
    assert instead in str(refused.value)
    with simulated_kind(device, name, files):
        assert modules["ocfs2.probe"](device)["error"] == str(refused.value)
        assert modules["ocfs2.wwid"](device) is None


def test_a_path_of_a_map_is_refused(identify):
    disk = {"device/wwid": b"naa.5000C50000000001\n", "holders/dm-0": b""}
    with pytest.raises(CommandExecutionError, match=r"one path of .* /dev/mapper/primary"):
        identify("sda", disk, {"dm-0": MULTIPATH})


@pytest.fixture
def simulated_tools(tmp_path, monkeypatch):
    """Put tools into the PATH that print what is given."""

    def put(**outputs):
        for name, text in outputs.items():
            tool = tmp_path / "bin" / name
            tool.parent.mkdir(exist_ok=True)
            tool.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\n")
            tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    return put


def test_a_volume_of_drbd(identify, simulated_tools):
    simulated_tools(drbdsetup=GOOD_84)
    # What lies below is no path to it.
    found = identify("drbd5", {"slaves/vdb": b""}, {"vdb": {"serial": b"a"}})
    assert (found["wwid"], found["unready"], found["paths"]) == ("drbd-r0-1", None, {})
    with pytest.raises(CommandExecutionError, match="is no volume of a resource of DRBD"):
        identify("drbd7", {})


def test_a_volume_of_drbd_that_is_not_ready_is_not_read(identify, simulated_tools, device, modules):
    simulated_tools(drbdsetup=GOOD_84.replace("role:Primary suspended", "role:Secondary suspended"))
    assert identify("drbd0", {})["unready"] == "DRBD r0/0 is Secondary here"
    with simulated_kind(device, "drbd0", {}):
        facts = modules["ocfs2.probe"](device, prove_blank=True)
    assert facts["unreadable"] == f"{device}: DRBD r0/0 is Secondary here"
    assert (facts["error"], facts["wwid"], facts["written"]) == (None, "drbd-r0-0", None)


def test_the_settings_of_drbd(device, simulated_tools, modules):
    simulated_tools(drbdsetup=SHOW_84)
    # Without a device nobody is asked: that would load the module.
    assert modules["ocfs2_device.settings"]() == {}
    with simulated_kind(device, "drbd0", {}):
        assert modules["ocfs2_device.settings"]()["r0"]["protocol"] == ["C"]


@contextlib.contextmanager
def in_dev(name, device):
    link = Path("/dev", name)
    link.symlink_to(device)
    try:
        yield
    finally:
        link.unlink()


@pytest.mark.skipif(Path("/dev/dm-0").exists(), reason="needs a host without device-mapper")
def test_a_partition_of_a_map_has_its_paths(identify, device, simulated_tools):
    """By simulated answers of blkid and dmsetup: this kernel has no device-mapper."""
    simulated_tools(
        dmsetup="0 614400 linear 253:0 2048\n",
        blkid="PART_ENTRY_UUID=1a2b3c4d-01\nPART_ENTRY_OFFSET=2048\nPART_ENTRY_SIZE=614400\n",
    )
    others = {
        "dm-0": {
            **MULTIPATH,
            "slaves/sda": b"",
            "slaves/sdb": b"",
            "holders/dm-1": b"",
            "dev": b"1:1",
        },
        "sda": {"device/wwid": b"naa.600a0b8000123456000abcd012345678\n"},
        "sdb": {"device/wwid": b"naa.600a0b8000123456000abcd012345678\n"},
    }
    files = {
        "dm/uuid": b"part1-mpath-3600a0b8000123456000abcd012345678\n",
        "slaves/dm-0": b"",
        "dev": b"253:1\n",
    }
    with in_dev("dm-0", device):
        found = identify("dm-1", files, others)
    whole = "3600a0b8000123456000abcd012345678"
    assert found["wwid"] == f"{whole}-partuuid-1a2b3c4d-01"
    assert found["paths"] == {"sda": whole, "sdb": whole}
    assert (found["whole"], found["holders"]) == ("/dev/dm-0", [])
