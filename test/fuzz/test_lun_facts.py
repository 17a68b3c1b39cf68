"""Whatever blkid, debugfs and the kernel print of a LUN: it is read into facts of the documented
shape."""

from ocfs2lib.lun import contents
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import wwid_of_nvme
from ocfs2lib.lun.wwid import wwid_of_scsi
from ocfs2lib.parsers import blkid
from ocfs2lib.parsers import debugfs

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


def test_a_slot_of_many_digits_is_none():
    text = FS_STATE.replace("*  1", "*  " + "1" * 5000)
    assert debugfs.fs_state(text)["slot"] is None
