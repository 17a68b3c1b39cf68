import pytest

from ocfs2lib.parsers import blockdev


@pytest.mark.parametrize(
    ("sysfs", "wwid"),
    [
        ("naa.5000C50000000001\n", "35000c50000000001"),
        ("eui.0025385B71B0A2B1\n", "20025385b71b0a2b1"),
        ("t10.ATA     QEMU HARDDISK\n", "t10.ATA_QEMU_HARDDISK"),
        ("nvme.1b36-6c756e\n", "nvme.1b36-6c756e"),
        ("\n", ""),
    ],
)
def test_a_disk_has_the_wwid_that_multipath_prints(sysfs, wwid):
    assert blockdev.wwid(sysfs) == wwid


def test_the_case_of_hex_digits_does_not_matter():
    assert blockdev.same_wwid("3600A0B8", "3600a0b8")
    assert not blockdev.same_wwid("3600a0b8", "3600a0b9")


def test_blkid_keeps_everything_but_the_name_of_the_device():
    text = "DEVNAME=/dev/sda\nTYPE=ext4\nLABEL=a=b\n\nUSAGE=filesystem\n"
    assert blockdev.blkid(text) == {"TYPE": "ext4", "LABEL": "a=b", "USAGE": "filesystem"}
    assert blockdev.blkid("") == {}


MOUNTS = (
    "36 35 98:0 / /san/a\\040b rw,noatime shared:1 - ocfs2 /dev/mapper/primary rw,_netdev,noatime\n"
    "37 35 0:22 / /proc rw - proc proc rw\n"
    "a line of something else\n"
)


def test_mountinfo_with_and_without_optional_fields():
    first, second = blockdev.mountinfo(MOUNTS)
    assert first == {
        "id": "36",
        "device": "98:0",
        "path": "/san/a b",
        "fstype": "ocfs2",
        "source": "/dev/mapper/primary",
        "options": ["rw", "noatime", "_netdev"],
    }
    assert (second["path"], second["options"]) == ("/proc", ["rw"])


def test_the_mounts_of_this_host_parse():
    with open("/proc/self/mountinfo", encoding="utf-8") as handle:
        text = handle.read()
    assert len(blockdev.mountinfo(text)) == len(text.splitlines())
