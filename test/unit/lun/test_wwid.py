import pytest

from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import wwid_of_sysfs


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
    assert wwid_of_sysfs(sysfs) == wwid


def test_the_case_of_hex_digits_does_not_matter():
    assert same_wwid("3600A0B8", "3600a0b8")
    assert not same_wwid("3600a0b8", "3600a0b9")
