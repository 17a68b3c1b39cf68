"""Whatever blkid, debugfs and the kernel print of a LUN: it is read into facts of the documented
shape."""

import re

from ocfs2lib.lun import contents
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import wwid_of_nvme
from ocfs2lib.lun.wwid import wwid_of_pages
from ocfs2lib.lun.wwid import wwid_of_scsi
from ocfs2lib.parsers import blkid
from ocfs2lib.parsers import debugfs
from ocfs2lib.parsers import dmsetup
from ocfs2lib.parsers import drbd
from ocfs2lib.parsers import partx
from support.drbd_outputs import GOOD_9
from support.drbd_outputs import GOOD_84
from support.drbd_outputs import SHOW_84

from . import cases
from . import garbage
from .findings import Findings

BLKID = (
    "DEVNAME=/dev/loop0\nLABEL=webvol\nUUID=458e997a-4863-4b3d-ab36-f01667ebb761\nVERSION=0.90\n"
    "BLOCK_SIZE=4096\nTYPE=ocfs2\nUSAGE=filesystem\n"
)
FS_STATE = (
    "    Device => Id: 8,0  Uuid: 458E997A  Gen: 0x826A8F5F  Label: webvol\n"
    "    Volume => State: 1  Flags: 0x4\n"
    "  Recovery => Pid: 77  Nodes: 2 0\n"
    "     Slots => Num     RecoGen\n                0           3\n             *  1           0\n"
)
QEMU_83, QEMU_80 = "\0\x83\0\x09\2\0\0\5disk1", "\0\x80\0\5disk1"
EXTENTS = (
    "PART_ENTRY_UUID=1a2b3c4d-01\nPART_ENTRY_OFFSET=2048\nPART_ENTRY_SIZE=614400\n",
    "0 614400 linear 253:0 2048\n",
    " 2048 614400\n",
)
WWIDS = ("naa.5000c50000000001\n", "eui.0025388b910a2b1c\n", "t10.ATA     QEMU HARDDISK   QM1 \n")


def test_any_output_of_blkid_is_a_dict_of_texts():
    found = Findings()
    for text in garbage.garbled_texts("blkid", 2, BLKID):
        with found.watch(ascii(text)):
            pairs = blkid.parse(text)
            assert "DEVNAME" not in pairs
            assert {type(each) for pair in pairs.items() for each in pair} <= {str}
            facts = {"volume": None, "signature": pairs, "written": None}
            assert isinstance(contents.describe(facts), str)
    found.none()


def test_any_state_of_a_filesystem_has_a_slot_or_none():
    found, slots = Findings(), set()
    for text in garbage.garbled_texts("fs_state", 2, FS_STATE):
        with found.watch(ascii(text)):
            slot = debugfs.fs_state(text)["slot"]
            assert slot is None or (type(slot) is int and slot >= 0)
            slots.add(slot)
    found.none()
    assert not cases.ENOUGH or {None, 1} <= slots


def test_any_wwid_is_a_text_without_blanks_around_it():
    found = Findings()
    for text in garbage.garbled_texts("wwid", 2, WWIDS):
        with found.watch(ascii(text)):
            for wwid in (wwid_of_scsi(text), wwid_of_nvme(text)):
                assert wwid == wwid.strip()
                assert same_wwid(wwid, wwid)
    found.none()


def test_any_page_of_scsi_is_a_wwid_or_none():
    found = Findings()
    for text in garbage.garbled_texts("pages", 2, (QEMU_83, QEMU_80)):
        with found.watch(ascii(text)):
            page = text.encode("latin-1", "replace")
            wwid = wwid_of_pages(page, page, text, text)
            assert wwid is None or re.fullmatch(r"[0-9A-Za-z#+.:=@_-]+", wwid)
    found.none()


def test_any_output_about_drbd_is_read():
    found = Findings()
    for text in garbage.garbled_texts("drbd", 2, (GOOD_84, GOOD_9, SHOW_84)):
        with found.watch(ascii(text)):
            for minor, volume in drbd.volumes(text).items():
                assert type(minor) is int
                assert {type(each) for each in volume.troubles} <= {str}
            for settings in drbd.settings(text).values():
                assert set(settings) == {"protocol", "allow_two_primaries", "fencing"}
    found.none()


def test_any_extent_of_a_partition_is_two_numbers_or_none():
    found = Findings()
    for text in garbage.garbled_texts("extents", 2, EXTENTS):
        with found.watch(ascii(text)):
            extents = (blkid.partition(text) or ("", 0, 0))[1:]
            for extent in (extents, dmsetup.linear(text) or (), partx.entry(text) or ()):
                assert {type(each) for each in extent} <= {int}
    found.none()


def test_a_slot_of_many_digits_is_none():
    text = FS_STATE.replace("*  1", "*  " + "1" * 5000)
    assert debugfs.fs_state(text)["slot"] is None
