"""
The WWID of a LUN: what multipath and udev call it, whatever the kernel calls its disks.
"""

import re


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


def wwid_of_nvme(text):
    """
    Return the WWID that multipath and udev give an NVMe namespace, from its ``wwid`` in sysfs.

    That is how it stands there (``eui.``, ``uuid.`` or ``nvme.`` and what follows), blanks as
    ``_``.
    """
    return re.sub(r"\s+", "_", text.strip())


def same_wwid(one, other):
    """Return whether two WWIDs name one LUN; arrays and tools differ in the case of hex digits."""
    return one.lower() == other.lower()
