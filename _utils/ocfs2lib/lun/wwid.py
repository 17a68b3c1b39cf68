"""
The WWID of a LUN: what multipath and udev call it, whatever the kernel calls its disks.
"""

import re

from ocfs2lib.pillar import identities

#: Types of designators of page 0x83 in the order in which scsi_id takes them, and the code sets of
#: each: binary before ASCII. NAA 6 comes before NAA 5, and that before any other.
_NAA, _EUI, _T10, _VENDOR = 3, 2, 1, 0
_ORDER = ((_NAA, 6), (_NAA, 5), (_NAA, None), (_EUI, None), (_T10, None), (_VENDOR, None))
_BINARY, _ASCII = 1, 2
_PAGE_83, _PAGE_80 = 0x83, 0x80


def wwid_of_scsi(text):
    """
    Return the WWID that multipath and udev give a SCSI disk, from its ``device/wwid`` in sysfs.

    ``naa.5000c5...`` becomes ``35000c5...``, ``eui.0025...`` ``20025...`` and ``t10.ATA ...``
    ``1ATA_...``: the leading digit is the designator type of page 0x83, as scsi_id prints it.
    Anything else is returned as it stands. Blanks become ``_``.
    """
    text = re.sub(r"\s+", "_", text.strip())
    for prefix, digit in (("naa.", "3"), ("eui.", "2")):
        if text.startswith(prefix):
            return digit + text[len(prefix) :].lower()
    return "1" + text[len("t10.") :] if text.startswith("t10.") else text


def wwid_of_pages(page_83, page_80, vendor, model):
    """
    Return the WWID that scsi_id, and so udev and multipath, give a SCSI disk, from its pages.

    page_83, page_80
        Its pages 0x83 and 0x80 of vital product data as bytes, ``b""`` if it has none.
    vendor, model
        Of its standard inquiry, as in sysfs.

    A designator that only its vendor understands, and the serial number of page 0x80, follow
    vendor and model (``0QEMU_QEMU_HARDDISK_disk1``, ``SQEMU_...``). None if there is neither.
    """
    product = vendor.strip("\n").ljust(8)[:8] + model.strip("\n").ljust(16)[:16]
    found = _designator(list(_designators(page_83)), product)
    if found is None and len(page_80) > 4 and page_80[1] == _PAGE_80:
        serial = page_80[4 : 4 + page_80[3]].decode("latin-1").strip("\0")
        found = f"S{product}{serial}" if serial.strip() else None
    return found and _as_udev(found)


def _designators(page):
    """Yield ``(type, code set, bytes)`` of each designator of the LUN itself in page 0x83."""
    if len(page) < 4 or page[1] != _PAGE_83:
        return
    end = min(len(page), 4 + int.from_bytes(page[2:4], "big"))
    at = 4
    while at + 4 <= end:
        code_set, kind, length = page[at] & 0x0F, page[at + 1], page[at + 3]
        data = page[at + 4 : at + 4 + length]
        # An association other than 0 names a port or a target, not the LUN.
        if not kind & 0x30 and len(data) == length and data:
            yield kind & 0x0F, code_set, data
        at += 4 + length


def _designator(designators, product):
    """Return the text of the designator that scsi_id takes, or None."""
    for wanted, naa in _ORDER:
        for wanted_set in (_BINARY, _ASCII):
            for kind, code_set, data in designators:
                if (kind, code_set) != (wanted, wanted_set) or naa not in (None, data[0] >> 4):
                    continue
                text = data.hex() if code_set == _BINARY else data.decode("latin-1")
                return f"{kind}{product if kind == _VENDOR else ''}{text}".replace("\0", "")
    return None


def wwid_of_nvme(text):
    """
    Return the WWID that multipath and udev give an NVMe namespace, from its ``wwid`` in sysfs.

    That is how it stands there (``eui.``, ``uuid.`` or ``nvme.`` and what follows), blanks as
    ``_``.
    """
    return re.sub(r"\s+", "_", text.strip())


def serial_of_virtual_disk(text):
    """Return a serial number of a virtual disk as udev has it in the name of the disk."""
    return _as_udev(text)


def _as_udev(text):
    """Return a text as udev replaces what can be in no name; runs of blanks become one ``_``."""
    return re.sub(r"[^A-Za-z0-9#+.:=@_-]", "_", re.sub(r"\s+", "_", text.strip()))


def same_wwid(one, other):
    """Return whether two WWIDs name one LUN; arrays and tools differ in the case of hex digits."""
    return one.lower() == other.lower()


def whole_wwid(wwid):
    """Return the WWID of the whole LUN: of a partition, without its PARTUUID."""
    return identities.whole(wwid)


def drbd_resource(wwid):
    """Return the resource of DRBD that a WWID stands for; None if it is not of DRBD."""
    found = identities.split_drbd(wwid)
    return found and found[0]
