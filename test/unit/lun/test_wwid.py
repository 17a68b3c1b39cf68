import pytest

from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import wwid_of_nvme
from ocfs2lib.lun.wwid import wwid_of_scsi


@pytest.mark.parametrize(
    ("sysfs", "wwid"),
    [
        ("naa.5000C50000000001\n", "35000c50000000001"),
        ("eui.0025385B71B0A2B1\n", "20025385b71b0a2b1"),
        ("t10.ATA     QEMU HARDDISK   QM00001  \n", "1ATA_QEMU_HARDDISK_QM00001"),
        ("0QEMU_QEMU_HARDDISK_a\n", "0QEMU_QEMU_HARDDISK_a"),
        ("\n", ""),
    ],
)
def test_a_disk_has_the_wwid_that_multipath_prints(sysfs, wwid):
    assert wwid_of_scsi(sysfs) == wwid


@pytest.mark.parametrize(
    "name",
    [
        "eui.0025385b71b0a2b10025385b71b0a2b1",
        "uuid.2f1b7d4e-7d0c-4f0c-9c37-0d3e7b1a2f11",
        "nvme.1b36-6c756e-51454d55-00000001",
    ],
)
def test_a_namespace_of_nvme_keeps_its_name(name):
    assert wwid_of_nvme(f"{name}\n") == name


def test_the_case_of_hex_digits_does_not_matter():
    assert same_wwid("3600A0B8", "3600a0b8")
    assert not same_wwid("3600a0b8", "3600a0b9")
