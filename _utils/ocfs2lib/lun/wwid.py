"""
The WWID of a LUN: what multipath and udev call it, whatever the kernel calls its disks.
"""

import re


def wwid_of_sysfs(text):
    """
    Return the WWID that multipath and udev would give a disk, from its sysfs ``wwid`` file.

    ``naa.5000c5...`` becomes ``35000c5...`` and ``eui.0025...`` becomes ``20025...``: the leading
    digit is the designator type of SCSI page 0x83, as scsi_id prints it. Anything else (NVMe
    names, T10 strings) is returned as it stands, blanks as ``_``.
    """
    text = text.strip()
    for prefix, digit in (("naa.", "3"), ("eui.", "2")):
        if text.startswith(prefix):
            return digit + text[len(prefix) :].lower()
    return re.sub(r"\s+", "_", text)


def same_wwid(one, other):
    """Return whether two WWIDs name one LUN; arrays and tools differ in the case of hex digits."""
    return one.lower() == other.lower()
