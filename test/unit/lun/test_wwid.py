import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import serial_of_virtual_disk
from ocfs2lib.lun.wwid import wwid_of_nvme
from ocfs2lib.lun.wwid import wwid_of_pages
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
        "eui.0025385b71b0a2b1",
        "eui.6479a7d2f0000003002538c900000004",
        "nvme.1b36-6c756e-51454d55-00000001",
    ],
)
def test_a_namespace_of_nvme_keeps_its_name(name):
    assert wwid_of_nvme(f"{name}\n") == name


def test_the_case_of_hex_digits_does_not_matter():
    assert same_wwid("3600A0B8", "3600a0b8")
    assert not same_wwid("3600a0b8", "3600a0b9")


def page(*designators):
    """Page 0x83 of a disk, made of ``(code set, association and type, bytes)``."""
    body = b"".join(bytes([code, kind, 0, len(data)]) + data for code, kind, data in designators)
    return bytes([0, 0x83]) + len(body).to_bytes(2, "big") + body


#: As QEMU 7.2 answers for a scsi-hd with ``serial=disk1`` and neither ``wwn`` nor ``port_wwn``.
QEMU_83 = bytes.fromhex("00830009 02000005 6469736b31")
QEMU_80 = bytes.fromhex("00800005 6469736b31")
NAA = bytes.fromhex("600a0b8000123456000abcd012345678")


@pytest.mark.parametrize(
    ("page_83", "page_80", "wwid"),
    [
        (QEMU_83, QEMU_80, "0QEMU_QEMU_HARDDISK_disk1"),
        (QEMU_83, b"", "0QEMU_QEMU_HARDDISK_disk1"),
        (b"", QEMU_80, "SQEMU_QEMU_HARDDISK_disk1"),
        (page((2, 0, b"a b\xe9/c  ")), b"", "0QEMU_QEMU_HARDDISK_a_b__c"),
        (page((1, 0, b"\x01\xfe")), b"", "0QEMU_QEMU_HARDDISK_01fe"),
        (page((2, 0, b"disk1"), (1, 3, NAA)), b"", f"3{NAA.hex()}"),
        (page((1, 3, bytes(8)), (1, 3, b"\x50" + bytes(7)), (1, 3, NAA)), b"", f"3{NAA.hex()}"),
        (page((1, 3, bytes(8)), (1, 3, b"\x50" + bytes(7))), b"", "350" + "00" * 7),
        (page((2, 1, b"IET     00010001"), (1, 2, bytes(8))), b"", "2" + "00" * 8),
        (page((2, 1, b"IET     00010001")), b"", "1IET_00010001"),
        # Designators of the port (0x93) and of the target (0xa3) are not those of the LUN.
        (page((1, 0x93, NAA), (1, 0xA3, NAA)), b"", None),
        (page((1, 0x93, NAA)), QEMU_80, "SQEMU_QEMU_HARDDISK_disk1"),
        (QEMU_83[:-1], b"", None),
        (page((2, 0, b"")), b"\0\x80\0\x04    ", None),
        (b"\0\x80" + QEMU_83[2:], b"", None),
        (b"", b"", None),
        (b"\0", b"\0", None),
    ],
)
def test_a_disk_without_a_wwid_in_sysfs_has_the_one_of_scsi_id(page_83, page_80, wwid):
    assert wwid_of_pages(page_83, page_80, "QEMU    \n", "QEMU HARDDISK   \n") == wwid


def test_a_serial_number_is_as_udev_has_it_in_the_name():
    assert serial_of_virtual_disk(" a1b2c3d4-e5f6 7 8/9\n") == "a1b2c3d4-e5f6_7_8_9"


@given(st.binary(max_size=80), st.binary(max_size=40))
def test_no_page_is_too_odd(page_83, page_80):
    found = wwid_of_pages(page_83, page_80, "V", "M")
    assert found is None or re.fullmatch(r"[A-Za-z0-9#+.:=@_-]+", found)
