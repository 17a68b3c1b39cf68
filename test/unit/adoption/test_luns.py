"""What is named about LUNs, stamps, slots, mounts and fstab."""

import pytest

from ocfs2lib.adoption import lun_names
from support import by_hand
from support.adoption import HOST
from support.adoption import LAST
from support.adoption import LUN
from support.adoption import OTHER
from support.adoption import VOLUME
from support.adoption import adopted
from support.adoption import assert_applicable
from support.adoption import assert_named
from support.adoption import by_kernel_name
from support.adoption import everywhere
from support.adoption import facts
from support.adoption import line
from support.adoption import logical_volume
from support.adoption import on
from support.adoption import second_disk
from support.adoption import second_path
from support.adoption import typeless
from support.by_hand import UUID
from support.places import put


@pytest.fixture
def nodes():
    return by_hand.surveys()


#: ``{what: (change, words of the issue, whether it is an obstacle)}``
ISSUES = {
    "no stamp": (
        everywhere(lambda s: facts(s)["volume"].update(stack="", cluster="", stamp="unstamped")),
        "LUN primary: it has no stamp, so that any cluster which sees the LUN may mount it; the"
        " formula refuses it. Unmount it on every node, then on one: o2cluster"
        " --update=o2cb,web,local /dev/mapper/primary.",
        True,
    ),
    "the stamp of another cluster": (
        everywhere(lambda s: facts(s)["volume"].update(cluster="old", stamp="o2cb/old")),
        "LUN primary: it belongs to o2cb/old, not to o2cb/web",
        True,
    ),
    "a volume of one node": (
        everywhere(lambda s: facts(s)["volume"].update(stack="local", cluster="")),
        "LUN primary: the volume was made for one node alone",
        True,
    ),
    "a stamp of global heartbeat": (
        everywhere(put((*VOLUME, "global_heartbeat"), True)),
        "LUN primary: the volume is stamped for global heartbeat",
        True,
    ),
    "a label with a blank": (
        everywhere(put((*VOLUME, "label"), "My SAN")),
        "LUN primary: the label of the volume, 'My SAN', is none that pillar can have",
        True,
    ),
    "a label with typographic quotes": (
        everywhere(put((*VOLUME, "label"), "\u201cweb\u201d")),
        "tunefs.ocfs2 -L primary /dev/mapper/primary, then read the cluster again",
        True,
    ),
    "no label": (
        everywhere(put((*VOLUME, "label"), "")),
        "LUN primary: the volume has no label",
        True,
    ),
    "one UUID on two LUNs": (
        everywhere(second_disk),
        f"volume {UUID}: LUNs 3600a0b8000123456000abcd012345678, 3600a have one UUID",
        True,
    ),
    "a LUN without a map": (
        on(OTHER, second_path),
        f"{OTHER}: /dev/dm-0, /dev/sdz are one LUN without a multipath map",
        True,
    ),
    "fewer slots than nodes": (
        everywhere(put((*VOLUME, "slots"), 2)),
        "LUN primary: it has 2 slots for 3 nodes",
        True,
    ),
    "no slot left": (
        everywhere(put((*VOLUME, "slots"), 3)),
        "LUN primary: its 3 slots are full once all nodes mount it",
        False,
    ),
    "no stable name": (
        everywhere(put((*LUN, "names"), [])),
        "LUN primary: no name below /dev/mapper or /dev/disk/by-id means it on every node",
        True,
    ),
    "names that differ": (
        on(OTHER, put((*LUN, "names"), ["/dev/mapper/mpatha"])),
        "LUN primary: no name below /dev/mapper or /dev/disk/by-id means it on every node",
        True,
    ),
    "sizes that differ": (
        on(OTHER, put((*LUN, "size"), 1 << 40)),
        f"{OTHER}: LUN primary has another size than 2199023255552 bytes there",
        True,
    ),
    "a LUN that one node does not see": (
        on(OTHER, lambda survey: (survey["luns"].clear(), survey["fstab"].clear())),
        f"{OTHER}: LUN primary is not seen there, or holds something else, so luns:primary:nodes",
        False,
    ),
    "no WWID": (
        everywhere(put((*LUN, "wwid"), None)),
        "the device /dev/dm-0 has no WWID",
        True,
    ),
    "a logical volume": (
        on(OTHER, logical_volume),
        f"{OTHER}: /dev/vg/a is a logical volume of LVM; name the LUN below it; it holds "
        f"volume {UUID} (OCFS2_label); it is mounted on /san/primary; /etc/fstab has it on "
        "/san/primary. It is not in the pillar, and nothing of the formula touches it. To have it "
        "there, copy its data to a volume on a LUN.",
        True,
    ),
    "a logical volume without a volume": (
        on(OTHER, lambda survey: (logical_volume(survey), put((*LUN, "volume"), None)(survey))),
        "it is mounted on /san/primary; /etc/fstab has it on /san/primary. Take its line out of",
        True,
    ),
    "a LUN that cannot be read": (
        on(OTHER, put((*LUN, "unreadable"), "/dev/dm-0: Input/output error")),
        f"{OTHER}: /dev/dm-0: Input/output error. What it holds is not known. Look at its paths",
        True,
    ),
    "a heartbeat device": (
        everywhere(put((*VOLUME, "stack"), "heartbeat")),
        f"volume {UUID} (OCFS2_label): it is a heartbeat device (mkfs.ocfs2 -H), which nobody can",
        False,
    ),
    "the kernel's name in fstab": (
        on(OTHER, by_kernel_name),
        f"{OTHER}: the line of LUN primary in /etc/fstab names /dev/sda0; the kernel gives such"
        " names in the order it finds the disks, so that another LUN may be mounted after a boot."
        " Applying the pillar writes /dev/mapper/primary.",
        False,
    ),
    "a line without type": (
        on(OTHER, typeless),
        f"{OTHER}: the line of LUN primary in /etc/fstab has no type; mount takes"
        " '_netdev,nointr' for one",
        False,
    ),
    "a line of three fields": (
        on(OTHER, lambda survey: line(survey).update(fstype="_netdev", options=[])),
        f"{OTHER}: the line of LUN primary in /etc/fstab has fewer than four fields",
        False,
    ),
    "a line of another type": (
        on(OTHER, lambda survey: line(survey).update(fstype="auto")),
        f"{OTHER}: the line of LUN primary in /etc/fstab has the type auto",
        False,
    ),
    "an option that pillar refuses": (
        on(OTHER, lambda survey: line(survey)["options"].append("noauto")),
        f"{OTHER}: LUN primary has the mount option noauto, which the pillar cannot have",
        False,
    ),
    "options that differ": (
        on(OTHER, lambda survey: line(survey)["options"].append("noatime")),
        f"LUN primary: the nodes have different mount options ({OTHER} nointr,noatime; the others"
        " nointr)",
        False,
    ),
    "no line in fstab": (
        on(OTHER, put(("fstab",), [])),
        f"{OTHER}: LUN primary is mounted, and there is no line for it in /etc/fstab",
        False,
    ),
    "a line for a LUN that is not mounted anywhere": (
        everywhere(put((*LUN, "mounts"), [])),
        f"{OTHER}: LUN primary is in /etc/fstab and not mounted",
        False,
    ),
    "mounted on some nodes only": (
        on(OTHER, put((*LUN, "mounts"), [])),
        f"{OTHER}: LUN primary is not mounted, on {HOST}, {LAST} it is",
        False,
    ),
    "another mount point": (
        on(OTHER, put((*LUN, "mounts"), [{"path": "/srv/san", "options": ["rw"]}])),
        f"{OTHER}: volume {UUID} (OCFS2_label) is mounted on /srv/san, on the others on"
        " /san/primary",
        True,
    ),
    "a line for another mount point": (
        on(OTHER, lambda survey: line(survey).update(path="/srv/san")),
        f"{OTHER}: /etc/fstab has LUN primary on /srv/san, not on /san/primary",
        True,
    ),
    "a bind mount": (
        on(OTHER, lambda survey: facts(survey)["mounts"].append({"path": "/b", "options": []})),
        f"{OTHER}: volume {UUID} (OCFS2_label) is mounted on /b too",
        False,
    ),
    "a volume that nobody mounts": (
        everywhere(lambda survey: (put((*LUN, "mounts"), [])(survey), survey["fstab"].clear())),
        f"volume {UUID} (OCFS2_label): no node mounts it, so it is not in the pillar",
        False,
    ),
    "a line for what is no volume": (
        on(
            OTHER,
            lambda survey: survey["fstab"].append(
                {**line(survey), "source": "/dev/sdx", "path": "/x", "node": None}
            ),
        ),
        f"{OTHER}: /etc/fstab mounts /dev/sdx on /x, and no such device is there",
        True,
    ),
    "a quota without its feature": (
        everywhere(lambda survey: line(survey)["options"].append("usrquota")),
        "LUN primary: the mount option usrquota needs the feature of that name, which the volume"
        " does not have",
        False,
    ),
    "a format that was cut short": (
        everywhere(put((*LUN, "half_made"), True)),
        f"LUN primary: G9: {HOST}: the format of /dev/mapper/primary as volume {UUID} was cut",
        True,
    ),
}


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_is_named_with_what_to_do(nodes, name):
    assert_named(nodes, *ISSUES[name])


ODD = {
    "block_size": 512,
    "cluster_size": 4096,
    "features": ["sparse", "usrquota", "grpquota", "metaecc"],
}


@pytest.mark.parametrize(("option", "written"), [(None, None), ("usrquota", ["usrquota"])])
def test_a_volume_that_was_made_otherwise_needs_no_more_than_its_mount(nodes, option, written):
    def made(survey):
        facts(survey)["volume"].update(ODD)
        facts(survey)["journals"] = [4 << 20] * 4
        line(survey)["options"] += [option] * bool(option)

    assert_applicable(nodes, everywhere(made))
    lun = adopted(nodes).pillar["ocfs2"]["luns"]["primary"]
    assert lun.get("features") == written
    assert not {"block_size", "cluster_size", "journal_size"} & lun.keys()
    if option:
        assert option in lun["mount"]["options"]


#: Without its only LUN there is no pillar to apply.
APPLICABLE = [
    name
    for name, (_, _, obstacle) in ISSUES.items()
    if not obstacle and name not in ("a volume that nobody mounts", "a heartbeat device")
]


@pytest.mark.parametrize("name", APPLICABLE)
def test_without_an_obstacle_the_pillar_can_be_applied(nodes, name):
    assert_applicable(nodes, ISSUES[name][0])


WHOLE = "3600a0b8000123456000abcd012345678"
PARTUUID = "0b1d5e3c-6f5a-4c53-9a55-0d6b8e1f2a33"


@pytest.mark.parametrize(
    ("wwid", "names", "device"),
    [
        (
            f"{WHOLE}-partuuid-{PARTUUID}",
            ["/dev/mapper/data", f"/dev/disk/by-partuuid/{PARTUUID}", "/dev/mapper/mpatha-part1"],
            "/dev/mapper/mpatha-part1",
        ),
        (
            f"{WHOLE}-partuuid-1a2b3c4d-01",
            ["/dev/disk/by-partuuid/1a2b3c4d-01", "/dev/disk/by-id/lvm-pv-uuid-a"],
            "/dev/disk/by-partuuid/1a2b3c4d-01",
        ),
        ("virtio-disk1", ["/dev/disk/by-id/virtio-disk1"], "/dev/disk/by-id/virtio-disk1"),
        (
            "eui.0025388b71b0a5c3",
            ["/dev/disk/by-id/nvme-Samsung_1_1", "/dev/disk/by-id/nvme-eui.0025388b71b0a5c3"],
            "/dev/disk/by-id/nvme-Samsung_1_1",
        ),
        (
            "0QEMU_QEMU_HARDDISK_disk1",
            ["/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_disk1"],
            "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_disk1",
        ),
        ("drbd-r0-0", ["/dev/drbd/by-res/r0/0"], "/dev/drbd/by-res/r0/0"),
    ],
)
def test_each_kind_of_device_becomes_a_lun(nodes, wwid, names, device):
    for survey in nodes.values():
        facts(survey).update(wwid=wwid, names=lun_names.best_first(names), paths={})
        line(survey).update(source=device)
    adoption = adopted(nodes)
    assert adoption.obstacles == ()
    (described,) = adoption.pillar["ocfs2"]["luns"].values()
    assert (described["device"], described["wwid"]) == (device, wwid)


def test_a_partition_by_its_partuuid_in_fstab(nodes):
    for survey in nodes.values():
        facts(survey).update(
            wwid=f"{WHOLE}-partuuid-{PARTUUID}", names=["/dev/mapper/a-part1"], paths={}
        )
        line(survey).update(source=f"PARTUUID={PARTUUID.upper()}", node=None)
    assert adopted(nodes).obstacles == ()


def test_drbd_that_is_not_ready_is_told_what_to_do(nodes):
    for survey in nodes.values():
        facts(survey).update(wwid="drbd-r0-0", unreadable="DRBD r0/0 is Secondary here", paths={})
    assert "drbdadm status r0" in str(adopted(nodes).obstacles[0])


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("/dev/loop0", "It is a loop device: it is a file of one host"),
        ("/dev/vdb", "give the disk a serial: <serial>NAME</serial>"),
        ("/dev/sdb", "present it as a SCSI or NVMe LUN"),
    ],
)
def test_a_device_without_an_identity_is_named(nodes, node, words):
    for survey in nodes.values():
        survey["luns"] = {node: {**facts(survey), "node": node, "wwid": None}}
        line(survey).update(node=node)
    assert any(words in str(each) for each in adopted(nodes).obstacles)
