"""The types of a volume: what ``mkfs.ocfs2 -T`` makes of each."""

from dataclasses import dataclass

from ocfs2lib.sizes import GIB
from ocfs2lib.sizes import MIB


@dataclass(frozen=True)
class VolumeType:
    """One ``mkfs.ocfs2 -T`` type: what it is for, the smallest device it accepts
    and its journal as (bytes of the device at least, bytes of one journal)."""

    doc: str
    minimum: int
    journals: tuple[tuple[int, int], ...]


# Minimums and journals: mkfs.ocfs2 1.8.7, from its -n output at every step of the size.
TYPES = {
    "vmstore": VolumeType("images of virtual machines", 2 * GIB, ((0, 128 * MIB),)),
    "datafiles": VolumeType("database files", 2 * GIB, ((0, 32 * MIB),)),
    "mail": VolumeType(
        "many small files",
        300 * MIB,
        ((0, 32 * MIB), (512 * MIB, 64 * MIB), (GIB, 128 * MIB), (2 * GIB, 256 * MIB)),
    ),
}


def journal_bytes(kind, size):
    """Return the bytes of one journal that mkfs.ocfs2 makes by default for the type
    ``kind`` on a device of ``size`` bytes."""
    return max(journal for least, journal in TYPES[kind].journals if size >= least)
