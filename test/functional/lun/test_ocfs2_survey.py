"""What a node tells that no pillar describes: real volumes on loop devices, a real fstab."""

import os
from pathlib import Path

import pytest

from functional.conftest import MINION
from ocfs2lib.adoption import adopt
from ocfs2lib.adoption import san_text
from ocfs2lib.adoption import san_view
from ocfs2lib.answers import census
from ocfs2lib.answers import inventory
from support.devices import named
from support.devices import partitioned
from support.devices import simulated_kind
from support.devices import simulated_wwid
from support.devices import write_table
from support.images import GIB
from support.images import attached
from support.images import digest
from support.images import run
from support.images import sparse
from support.zoo import O2CB
from support.zoo import ext4
from support.zoo import mkfs_ocfs2

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
    pytest.mark.usefixtures("sandbox"),
]

FSTAB = Path("/etc/fstab")
CONF = Path("/etc/ocfs2/cluster.conf")
SETTINGS = Path("/etc/default/o2cb")
SHARE = "//nas/share /mnt cifs username=me,password=secret 0 0\n"
STANZAS = """\
cluster:
	name = web
	node_count = 1

node:
	cluster = web
	number = 3
	ip_port = 7777
	ip_address = 192.168.100.1
	name = {name}

"""


@pytest.fixture
def volume(tmp_path):
    image = sparse(tmp_path / "lun", GIB)
    mkfs_ocfs2(image, "-L", "primary", "-N", "4", *O2CB)
    with attached(image) as device, named(device) as name:
        yield image, device, name


@pytest.fixture
def fstab():
    before = FSTAB.read_text()
    yield lambda *lines: FSTAB.write_text("".join(f"{line}\n" for line in lines))
    FSTAB.write_text(before)


def by_node(survey, device):
    return survey["luns"][device]


def test_a_volume_is_found_by_itself_and_left_as_it_was(modules, volume):
    image, device, name = volume
    before = digest(image)
    survey = census.checked_survey(modules["ocfs2_node.survey"]())
    lun = by_node(survey, device)
    assert lun["volume"] == modules["ocfs2.probe"](device)["volume"]
    assert (lun["volume"]["label"], lun["volume"]["stamp"]) == ("primary", "o2cb/web")
    assert (lun["names"], lun["error"]) == ([name], None)
    assert digest(image) == before


def test_what_holds_something_else_is_not_in_it(modules, tmp_path):
    image = sparse(tmp_path / "other", GIB)
    ext4(image)
    with attached(image) as device:
        assert device not in modules["ocfs2_node.survey"]()["luns"]
        assert modules["ocfs2.superblock"](device) is None


def test_the_lines_of_fstab_that_concern_it_are_there_and_no_others(modules, volume, fstab):
    _, device, name = volume
    fstab(
        SHARE.strip(),
        "/dev/vda / ext4 defaults 0 1",
        f"{device} /san/primary _netdev,nointr 0 0",
        "LABEL=primary /san/label ocfs2 _netdev 0 0",
        f"{name} /san/name ocfs2 _netdev 0 0",
        "/dev/mapper/gone /san/gone ocfs2 _netdev 0 0",
    )
    survey = modules["ocfs2_node.survey"]()
    assert [(line["path"], line["node"]) for line in survey["fstab"]] == [
        ("/san/primary", device),
        ("/san/label", None),
        ("/san/name", device),
        ("/san/gone", None),
    ]
    assert "secret" not in str(survey)


def test_a_line_for_what_is_no_volume_brings_its_device_along(modules, tmp_path, fstab):
    image = sparse(tmp_path / "other", GIB)
    ext4(image)
    with attached(image) as device:
        fstab(f"{device} /san/primary ocfs2 _netdev 0 0")
        lun = by_node(modules["ocfs2_node.survey"](), device)
    assert (lun["volume"], lun["signature"]["TYPE"]) == (None, "ext4")


def test_a_partition_becomes_a_lun_of_the_pillar(modules, tmp_path, fstab):
    """By the real files of a host and a real table; the WWID of the disk is simulated."""
    cluster_conf()
    table = "label: dos\nlabel-id: 0x1a2b3c4d\nsize=600M\nsize=40M\n"
    with partitioned(sparse(tmp_path / "other", GIB), table, "35000c50000000001") as disk:
        run("mkfs.ocfs2", "-q", "-N", "4", "-L", "data", *O2CB, disk.parts[1])
        fstab("PARTUUID=1a2b3c4d-01 /san/data ocfs2 _netdev 0 0")
        # As udev names it; no udev runs here.
        with named(disk.parts[1], "scsi-35000c50000000001-part1") as name:
            survey = census.checked_survey(modules["ocfs2_node.survey"]())
    lun = by_node(survey, disk.parts[1])
    assert (lun["error"], lun["volume"]["label"], lun["names"]) == (None, "data", [name])
    assert disk.node not in survey["luns"]
    survey["luns"] = {disk.parts[1]: lun}
    (described,) = adopt.adopt({MINION: survey}, {}).pillar["ocfs2"]["luns"].values()
    assert described["device"] == name
    assert described["wwid"] == "35000c50000000001-partuuid-1a2b3c4d-01"
    assert (described["size"], described["mount"]["path"]) == (600 << 20, "/san/data")


def test_a_partition_of_another_table_than_the_kernel_has_is_told(modules, tmp_path, fstab):
    table = "label: gpt\nsize=600M\n"
    with partitioned(sparse(tmp_path / "other", GIB), table, "35000c50000000001") as disk:
        run("mkfs.ocfs2", "-q", "-N", "4", "-L", "data", *O2CB, disk.parts[1])
        fstab(f"{disk.parts[1]} /san/data ocfs2 _netdev 0 0")
        write_table(disk.node, "label: gpt\nsize=700M\n")
        lun = by_node(modules["ocfs2_node.survey"](), disk.parts[1])
    assert "has not read it again (partprobe" in lun["error"]
    assert (lun["wwid"], lun["volume"]["label"]) == (None, "data")


def test_a_heartbeat_device_is_no_volume_of_anybody(modules, tmp_path):
    image = sparse(tmp_path / "other", GIB)
    with attached(image) as device:
        run("mkfs.ocfs2", "-q", "-H", *O2CB, device)
        volume = modules["ocfs2.probe"](device)["volume"]
    assert (volume["stack"], volume["stamp"]) == ("heartbeat", "heartbeat device, no volume")


def test_what_starts_at_boot_is_read_from_its_links(modules):
    def starts():
        return modules["ocfs2_node.survey"]()["starts"]

    for link in Path("/etc").glob("rc?.d/S??o*"):
        link.unlink()
    assert starts() == []
    rc = Path("/etc/rc3.d")
    rc.mkdir(exist_ok=True)
    (rc / "S01o2cb").symlink_to("/etc/init.d/o2cb")
    (rc / "S01ocfs2").symlink_to("/etc/init.d/ocfs2")
    assert starts() == ["o2cb.service", "ocfs2.service"]


def cluster_conf():
    CONF.parent.mkdir(exist_ok=True)
    CONF.write_text(STANZAS.format(name=os.uname().nodename))


def test_a_survey_becomes_a_pillar(modules, volume, fstab):
    """By the real files of a host; a loop device has no WWID, and the host another name."""
    _, device, name = volume
    cluster_conf()
    SETTINGS.write_text("O2CB_ENABLED=true\nO2CB_BOOTCLUSTER=web\nO2CB_HEARTBEAT_THRESHOLD=61\n")
    fstab(f"{device} /san/primary _netdev,noatime 0 0")
    survey = census.checked_survey(modules["ocfs2_node.survey"]())
    survey["luns"] = {device: by_node(survey, device)}
    adoption = adopt.adopt({MINION: survey}, {})
    section = adoption.pillar["ocfs2"]
    assert section["cluster"]["name"] == "web"
    assert section["cluster"]["heartbeat_threshold"] == 61
    assert section["nodes"][MINION]["number"] == 3
    lun = section["luns"]["primary"]
    assert (lun["device"], lun["slots"], lun["size"]) == (name, 4, GIB)
    assert lun["mount"] == {"path": "/san/primary", "options": ["noatime"]}
    said = "\n".join(map(str, adoption.issues))
    assert "the device /dev/loop" in said
    assert f"names {device}; such numbers are given anew at every boot" in said
    assert "has no type; mount takes '_netdev,noatime' for one" in said
    assert "192.168.100.1 is on none of its interfaces" in said


WWID = "35000c5000000abcd"


def test_a_lun_is_told_before_any_pillar_names_it(modules, tmp_path):
    """Simulated is its WWID: a loop device has none, and without one it is left out."""
    image = sparse(tmp_path / "lun", GIB)
    before = digest(image)
    with attached(image) as device, named(device) as name:
        assert device not in modules["ocfs2_node.luns"]()["luns"]
        with simulated_wwid(device, WWID):
            found = inventory.checked(modules["ocfs2_node.luns"]())
    lun = found["luns"][device]
    assert (lun["wwid"], lun["size"], lun["names"]) == (WWID, GIB, [name])
    assert (lun["above"], lun["mounted"], lun["swap"], lun["local"]) == ([], [], False, False)
    assert (lun["signature"], lun["written"], lun["unreadable"]) == ({}, None, None)
    assert digest(image) == before
    (seen,) = san_view.seen_luns({MINION: {**found, "luns": {device: lun}}})
    assert list(seen.contents) == ["no signature"]
    assert seen.is_of_hosts is False
    assert f'  wwid: "{WWID}"' in san_text.pillar_lines(seen, "a")


def test_a_lun_that_is_mounted_is_told_with_where_and_as_what(modules, tmp_path):
    image = sparse(tmp_path / "lun", GIB)
    ext4(image)
    place = tmp_path / "place"
    place.mkdir()
    with attached(image) as device, simulated_wwid(device, WWID):
        run("mount", device, str(place))
        try:
            lun = inventory.checked(modules["ocfs2_node.luns"]())["luns"][device]
        finally:
            run("umount", str(place))
    assert lun["mounted"] == [{"path": str(place), "fstype": "ext4"}]
    assert lun["signature"]["TYPE"] == "ext4"


def test_every_disk_of_this_host_is_told_as_it_is(modules):
    found = inventory.checked(modules["ocfs2_node.luns"]())
    for node, lun in found["luns"].items():
        assert os.path.exists(node)
        assert lun["error"] is None
        assert not node.startswith("/dev/ram")


def test_what_a_map_or_drbd_lies_on_is_not_looked_at(modules, volume):
    """By a simulated sysfs: this kernel has neither."""
    _, device, _ = volume
    name = Path(device).name

    def found(**files):
        with simulated_kind(device, name, {"size": b"2097152\n", **files}):
            return modules["ocfs2_node.survey"]()["luns"]

    assert device in found()
    assert device not in found(**{"holders/drbd0": b""})
    assert device not in found(**{"holders/dm-0/dm/uuid": b"mpath-3600\n"})
    assert device not in found(hidden=b"1\n")
