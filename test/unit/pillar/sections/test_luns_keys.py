"""The section ``luns``: its values, and the LUNs beside each other."""

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.pillar.sections.luns_keys import default_slots
from support.pillars import LUN
from support.pillars import WWID
from support.pillars import changed
from support.pillars import only
from support.pillars import refuses

WRONG = [
    ((*LUN, "device"), "/dev/sda", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/sdaa1", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/vdb", "in the order it finds the disks", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/nvme0n1", "in the order it finds the disks", "by-id/NAME"),
    ((*LUN, "device"), "/dev/dm-3", "given anew at every boot", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/disk/by-path/pci-0", "one way to the LUN", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-uuid/a", "names the content", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-label/a", "names the content", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-partlabel/a", "have the same label", "by-id/NAME"),
    ((*LUN, "device"), "/dev/disk/by-partuuid/a", "is not /dev/mapper/NAME", "like '/dev/mapper/"),
    ((*LUN, "device"), "/dev/drbd0", "which resource", "/dev/drbd/by-res/RESOURCE/VOLUME"),
    ((*LUN, "device"), "/dev/drbd_r0", "which resource", "/dev/drbd/by-res/RESOURCE/VOLUME"),
    ((*LUN, "device"), "/dev/drbd/by-disk/sda", "which resource", "by-res/RESOURCE/VOLUME"),
    ((*LUN, "device"), "/dev/md0", "an array of md RAID: two nodes", "or DRBD"),
    ((*LUN, "device"), "/dev/md/data", "an array of md RAID", "or DRBD"),
    ((*LUN, "device"), "/dev/disk/by-id/md-uuid-a", "an array of md RAID", "or DRBD"),
    ((*LUN, "device"), "/dev/loop0", "a loop device: it is a file of one host", "every node"),
    ((*LUN, "device"), "/dev/rbd/pool/image", "an image of Ceph", "gateway for iSCSI"),
    ((*LUN, "device"), "/dev/rbd0", "an image of Ceph", "gateway for iSCSI"),
    ((*LUN, "device"), "/dev/nbd0p1", "network block device", "by iSCSI"),
    ((*LUN, "device"), "/dev/zram0", "memory of this host", "every node"),
    ((*LUN, "device"), "/dev/ram0", "memory of this host", "every node"),
    ((*LUN, "device"), "/dev/bcache0", "a device of bcache", "the LUN below it"),
    ((*LUN, "device"), "/dev/zvol/tank/a", "a volume of ZFS", "every node"),
    ((*LUN, "device"), "/dev/disk/by-id/dm-uuid-LVM-a", "a logical volume of LVM", "below it"),
    ((*LUN, "device"), "/dev/disk/by-id/dm-uuid-CRYPT-a", "a device of dm-crypt", "on the array"),
    ((*LUN, "device"), "mapper/primary", "is not an absolute path", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/mapper/../sda", "contains '..'", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/mapper/control", "device-mapper itself", "/dev/mapper/NAME"),
    ((*LUN, "device"), "/dev/vg/lv", "is not /dev/mapper/NAME", "like '/dev/mapper/primary'"),
    ((*LUN, "device"), "/dev/mapper/a b", "is not /dev/mapper/NAME", "like '/dev/mapper/"),
    ((*LUN, "device"), "/dev/mapper/", "is not /dev/mapper/NAME", "like '/dev/mapper/primary'"),
    ((*LUN, "wwid"), "36 00", "is not 4 to 128", f"like '{WWID}'"),
    ((*LUN, "wwid"), "3" * 129, "is not 4 to 128", f"like '{WWID}'"),
    ((*LUN, "wwid"), WWID.upper(), "has capitals", f"type '{WWID}'"),
    ((*LUN, "wwid"), WWID[1:], "lacks the 3", f"type '{WWID}'"),
    ((*LUN, "wwid"), "naa.5000C50000000001", "lacks the 3", "type '35000c50000000001'"),
    ((*LUN, "wwid"), "0x5000c50000000001", "lacks the 3", "type '35000c50000000001'"),
    ((*LUN, "wwid"), f"{WWID}-partuuid-1a2b", "no PARTUUID after", "blkid -p"),
    ((*LUN, "wwid"), f"{WWID}-PARTUUID-1A2B3C4D-01", "has capitals", f"{WWID}-partuuid-1a2b3c4d"),
    ((*LUN, "wwid"), f"{WWID[1:]}-partuuid-1a2b3c4d-01", "lacks the 3", f"'{WWID}-partuuid-1a"),
    ((*LUN, "size"), 0, "0 is out of range", "from 300MiB to 4095TiB"),
    ((*LUN, "size"), "9PiB", "'9PiB' is out of range", "from 300MiB to 4095TiB"),
    ((*LUN, "size"), "1GiB", "1GiB is too small for the type vmstore", "2GiB or more"),
    ((*LUN, "label"), "a" * 64, "1 to 63 printable", "like 'ocfs2_primary'"),
    ((*LUN, "label"), "a b", "without blanks and slashes", "like"),
    ((*LUN, "label"), "a/b", "without blanks and slashes", "like"),
    ((*LUN, "label"), "ü", r"'\xfc' is not 1 to 63 printable", "like"),
    ((*LUN, "label"), "", "1 to 63 printable", "like"),
    ((*LUN, "type"), "vmstor", "is not possible", "type 'vmstore'"),
    ((*LUN, "slots"), 2, "2 slots are too few for 3 nodes", "type 5"),
    ((*LUN, "slots"), 0, "0 is out of range", "from 1 to 255"),
    ((*LUN, "slots"), 256, "256 is out of range", "from 1 to 255"),
    ((*LUN, "nodes"), [], "no node has the LUN", "name one, or remove the key for all nodes"),
    ((*LUN, "nodes"), "host1.domain.com", "is not a list", "a list like [host1.domain.com]"),
    ((*LUN, "nodes"), {}, "a mapping is not a list", "a list like [host1.domain.com]"),
    ((*LUN, "mount", "auto"), "no", "'no' is not true or false", "without quotes"),
    ((*LUN, "format"), "always", "is not possible", "type 'never' or 'once'"),
    ((*LUN, "uuid"), "458e997a", "32 hexadecimal digits", "like '458e997a-"),
    ((*LUN, "uuid"), "g" * 32, "32 hexadecimal digits", "like '458e997a-"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*LUN, "device"), "/dev/disk/by-id/scsi-SQEMU_DISK_1"),
        ((*LUN, "device"), "/dev/mapper/mpatha"),
        ((*LUN, "device"), f"/dev/mapper/{WWID}"),
        ((*LUN, "device"), f"/dev/disk/by-id/dm-uuid-mpath-{WWID}"),
        ((*LUN, "device"), f"/dev/disk/by-id/scsi-{WWID}"),
        ((*LUN, "device"), f"/dev/disk/by-id/wwn-0x{WWID[1:].upper()}"),
        ((*LUN, "wwid"), "1ATA_QEMU_HARDDISK_QM00001"),
        ((*LUN, "wwid"), "0QEMU_QEMU_HARDDISK_disk1"),
        ((*LUN, "wwid"), "SIET_VIRTUAL-DISK_a+b=c#1@2"),
        ((*LUN, "wwid"), "virtio-4c8f6b2e-0d0c-4d3a-9"),
        ((*LUN, "wwid"), "eui.6479a7d2f0000003002538c900000004"),
        ((*LUN, "wwid"), "uuid.2f1b7d4e-7d0c-4f0c-9c37-0d3e7b1a2f11"),
        ((*LUN, "wwid"), "nvme.1b36-6c756e-51454d55204e564d65204374726c-00000001"),
        ((*LUN, "wwid"), "eui.0025388b71b0a5c3"),
        ((*LUN, "wwid"), "t10.Vendor-Disk:1"),
        ((*LUN, "size"), 512 * 2**30),
        ((*LUN, "size"), "4095TiB"),
        ((*LUN, "label"), None),
        ((*LUN, "label"), "!~" * 31 + "x"),
        ((*LUN, "slots"), 255),
        ((*LUN, "slots"), 3),
        ((*LUN, "uuid"), None),
        ((*LUN, "uuid"), "458E997A48634B3DAB36F01667EBB761"),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


@pytest.mark.parametrize(
    ("minions", "index", "reason", "fix"),
    [
        (["host1.domain.com", "host9"], 1, "'host9' is not in ocfs2:nodes", "use one of: host1"),
        (["host1.domain.com"] * 2, 1, "stands there twice", "keep one of them"),
        ([7], 0, "7 is not text", "type it like 'host1.domain.com'"),
        (["host 1"], 0, "is not a minion id", "type it like 'host1.domain.com'"),
    ],
)
def test_the_nodes_of_a_lun_are_nodes_of_the_cluster(minions, index, reason, fix):
    problem = only(changed((*LUN, "nodes"), minions))
    assert problem.path == f"ocfs2:luns:primary:nodes:{index}"
    assert reason in problem.reason
    assert fix in problem.fix


def test_the_nodes_of_a_lun_are_in_the_order_of_their_numbers():
    minions = ["host3.domain.com", "host1.domain.com"]
    found = check.parse(changed((*LUN, "nodes"), minions)).lun("primary")
    assert (found.nodes, found.slots) == (tuple(reversed(minions)), 4)
    for every in (None, ["host2.domain.com", *minions]):
        found = check.parse(changed((*LUN, "nodes"), every)).lun("primary")
        assert (len(found.nodes), found.slots) == (3, 5)


def test_slots_are_enough_for_the_nodes_of_the_lun():
    two = changed((*LUN, "nodes"), ["host1.domain.com", "host2.domain.com"])
    assert check.check(changed((*LUN, "slots"), 2, two)) == []
    problem = only(changed((*LUN, "slots"), 1, two))
    assert "1 slots are too few for 2 nodes" in problem.reason


def test_a_node_with_a_number_that_is_wrong_is_one_all_the_same():
    section = changed((*LUN, "nodes"), ["host2.domain.com", "host1.domain.com"])
    problem = only(changed(("nodes", "host1.domain.com", "number"), "x", section))
    assert problem.path == "ocfs2:nodes:host1.domain.com:number"


@pytest.mark.parametrize("key", ["", "a/b", "a b", "a:b", "-a", "a" * 64, 7])
def test_lun_keys(key):
    lun = changed((*LUN, "wwid"), "36001")["luns"]["primary"]
    lun = {**lun, "device": "/dev/mapper/x", "label": "x", "mount": {"path": "/san/x"}}
    problem = only(changed(("luns", key), lun))
    assert "a name of up to 63" in problem.reason or "YAML reads" in problem.reason


@pytest.mark.parametrize(
    ("nodes", "slots"), [(1, 4), (2, 4), (3, 5), (32, 34), (253, 255), (254, 255), (255, 255)]
)
def test_default_slots(nodes, slots):
    assert default_slots(nodes) == slots


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("device",), "/dev/mapper/primary", "'/dev/mapper/primary'"),
        (("label",), "primary", "'primary'"),
        (("mount", "path"), "/san/primary", "'/san/primary'"),
        (("uuid",), "458e997a-4863-4b3d-ab36-f01667ebb761", "'458E997A48634B3DAB36F01667EBB761'"),
    ],
)
def test_luns_share_nothing(path, value, shown):
    section = changed(("luns", "primary", *path), value)
    section["luns"]["primary"]["uuid"] = "458E997A48634B3DAB36F01667EBB761"
    problem = only(changed(("luns", "second", *path), value, section))
    assert problem.path == "ocfs2:luns:second:" + ":".join(path)
    assert problem.reason == f"{shown} is that of ocfs2:luns:primary already"


def test_one_wwid_in_two_spellings_is_one_lun():
    section = changed((*LUN, "wwid"), "1ATA_Disk-1")
    section = changed(("luns", "second", "device"), "/dev/mapper/second", section)
    problem = only(changed(("luns", "second", "wwid"), "1ATA_DISK-1", section))
    assert problem.path == "ocfs2:luns:second:wwid"
    assert "that of ocfs2:luns:primary already" in problem.reason


@pytest.mark.parametrize(
    "device",
    [
        "/dev/disk/by-id/dm-uuid-mpath-35000c50000000001",
        "/dev/disk/by-id/wwn-0x5000c50000000001",
        "/dev/disk/by-id/scsi-35000c50000000001",
        "/dev/mapper/35000c50000000001",
    ],
)
def test_device_of_another_wwid(device):
    problem = only(changed((*LUN, "device"), device))
    assert problem.path == "ocfs2:luns:primary:wwid"
    assert f"is not the LUN of the device '{device}'" in problem.reason
    assert "type '35000c50000000001' if the device is right" in problem.fix


def test_nvme_device_of_another_wwid():
    section = changed((*LUN, "device"), "/dev/disk/by-id/nvme-eui.0025388b71b0a5c3")
    assert "type 'eui.0025388b71b0a5c3'" in only(section).fix


def test_a_wwid_with_capitals_is_that_of_its_device():
    section = changed((*LUN, "device"), "/dev/disk/by-id/dm-uuid-mpath-1ATA_Disk-1")
    assert check.check(changed((*LUN, "wwid"), "1ATA_Disk-1", section)) == []


PARTUUID = "0b1d5e3c-6f5a-4c53-9a55-0d6b8e1f2a33"
MBR = "1a2b3c4d-01"


def described(device, wwid):
    return changed((*LUN, "wwid"), wwid, changed((*LUN, "device"), device))


@pytest.mark.parametrize(
    ("device", "wwid"),
    [
        ("/dev/mapper/primary-part1", f"{WWID}-partuuid-{PARTUUID}"),
        ("/dev/mapper/mpathap1", f"{WWID}-partuuid-{MBR}"),
        ("/dev/mapper/mpatha1", f"{WWID}-partuuid-{MBR}"),
        (f"/dev/mapper/{WWID}-part1", f"{WWID}-partuuid-{MBR}"),
        (f"/dev/disk/by-id/dm-uuid-part2-mpath-{WWID}", f"{WWID}-partuuid-{MBR}"),
        (f"/dev/disk/by-id/wwn-0x{WWID[1:]}-part12", f"{WWID}-partuuid-{PARTUUID}"),
        ("/dev/disk/by-id/nvme-eui.0025388b71b0a5c3-part1", f"eui.0025388b71b0a5c3-partuuid-{MBR}"),
        ("/dev/disk/by-id/nvme-uuid.2f1b7d4e-7d0c-4f0c-9c37-0d3e7b1a2f11",) * 2,
        ("/dev/disk/by-id/nvme-nvme.1b36-6c756e-51454d55-00000001",) * 2,
        ("/dev/disk/by-id/virtio-disk1", "virtio-disk1"),
        ("/dev/disk/by-id/virtio-disk1-part1", f"virtio-disk1-partuuid-{MBR}"),
        ("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_disk1", "0QEMU_QEMU_HARDDISK_disk1"),
        (f"/dev/disk/by-partuuid/{PARTUUID}", f"{WWID}-partuuid-{PARTUUID}"),
        (f"/dev/disk/by-partuuid/{MBR}", f"{WWID}-partuuid-{MBR}"),
        ("/dev/drbd/by-res/r0/0", "drbd-r0-0"),
        ("/dev/drbd/by-res/r0", "drbd-r0-0"),
        ("/dev/drbd/by-res/my-data.2/12", "drbd-my-data.2-12"),
    ],
)
def test_each_kind_of_device_goes_with_its_identity(device, wwid):
    wwid = wwid.removeprefix("/dev/disk/by-id/nvme-")
    assert check.check(described(device, wwid)) == []


@pytest.mark.parametrize(
    ("device", "wwid", "key", "reason", "fix"),
    [
        # A partition with the identity of a whole LUN.
        ("/dev/mapper/a-part1", WWID, "wwid", "is a partition, and", f"'{WWID}-partuuid-PARTUUID'"),
        ("/dev/mapper/a-part1", WWID, "wwid", "is a whole LUN", "or the device '/dev/mapper/a'"),
        (
            f"/dev/disk/by-partuuid/{MBR}",
            WWID,
            "wwid",
            "is a partition, and",
            f"type '{WWID}-partuuid-{MBR}'",
        ),
        # A whole LUN with the identity of a partition.
        (
            f"/dev/disk/by-id/wwn-0x{WWID[1:]}",
            f"{WWID}-partuuid-{MBR}",
            "device",
            "is a whole LUN, and",
            f"type '/dev/disk/by-partuuid/{MBR}', or the WWID '{WWID}'",
        ),
        ("/dev/mapper/primary", f"{WWID}-partuuid-{MBR}", "device", "is a whole LUN", MBR),
        # Another LUN, another partition.
        (
            "/dev/disk/by-id/wwn-0x5000c50000000001-part1",
            f"{WWID}-partuuid-{MBR}",
            "wwid",
            "is not the LUN of the device",
            f"type '35000c50000000001-partuuid-{MBR}'",
        ),
        (
            f"/dev/disk/by-partuuid/{PARTUUID}",
            f"{WWID}-partuuid-{MBR}",
            "wwid",
            "is not the partition",
            f"type '{WWID}-partuuid-{PARTUUID}'",
        ),
        ("/dev/disk/by-id/virtio-a1b2", "virtio-a1b3", "wwid", "is not the LUN", "'virtio-a1b2'"),
        ("/dev/drbd/by-res/r0/1", "drbd-r0-0", "wwid", "is not the volume", "type 'drbd-r0-1'"),
        ("/dev/drbd/by-res/r0", WWID, "wwid", "is not the volume", "type 'drbd-r0-0'"),
        ("/dev/mapper/a", "drbd-r0-3", "device", "is not the", "type '/dev/drbd/by-res/r0/3'"),
    ],
)
def test_a_device_of_another_kind_than_its_identity(device, wwid, key, reason, fix):
    problem = only(described(device, wwid))
    assert problem.path == f"ocfs2:luns:primary:{key}"
    assert reason in problem.reason
    assert fix in problem.fix


def test_a_lun_is_no_partition_of_another():
    section = described("/dev/mapper/primary", WWID)
    section = changed(("luns", "second", "device"), "/dev/mapper/primary-part1", section)
    section = changed(("luns", "second", "wwid"), f"{WWID}-partuuid-{MBR}", section)
    problem = only(section)
    assert problem.path == "ocfs2:luns:second:wwid"
    assert "is a partition of ocfs2:luns:primary" in problem.reason
    # Two partitions of one LUN are two LUNs.
    section = changed((*LUN, "device"), "/dev/mapper/primary-part2", section)
    assert check.check(changed((*LUN, "wwid"), f"{WWID}-partuuid-1a2b3c4d-02", section)) == []
