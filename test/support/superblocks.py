"""
Superblocks written by hand: the formats that no tool of Debian makes by itself.

Their tools need a kernel module (md, dm-integrity), a daemon (Ceph, sanlock, sbd) or a system
that is none of Linux (VMFS, ASM, VxFS). Each is as much as the format's own tools read first;
``blkid`` recognises those that it knows, and ``mdadm --examine`` takes those of md for good.
"""

import struct
import uuid

KIB = 1 << 10
MIB = 1 << 20
UUID = uuid.UUID("3c1b7f9e-52a4-4d0e-8e8b-6f1f6f0c2d11")

_MD_MAGIC = 0xA92B4EFC
_ZFS_UBERBLOCK = struct.pack("<QQQQQ", 0x00BAB10C, 5000, 4, 7, 1700000000)


def md_1(minor, size):
    """A member of a RAID 1 with metadata 1.``minor``: ``(offset, bytes)``."""
    at = {0: (size - 8 * KIB) & ~0xFFF, 1: 0, 2: 4 * KIB}[minor]
    sectors = size // 512 - 2048

    def packed(checksum):
        return b"".join(
            (
                struct.pack("<4I16s32s", _MD_MAGIC, 1, 0, 0, UUID.bytes, b"host1:0"),
                struct.pack("<QIIQII", 1700000000, 1, 0, sectors, 0, 2).ljust(64, b"\0"),
                struct.pack("<QQQQII", 0 if minor == 0 else 2048, sectors, at // 512, 0, 0, 0),
                UUID.bytes.ljust(24, b"\0"),
                struct.pack("<QQQII", 1700000000, 1, 2**64 - 1, checksum, 2).ljust(64, b"\0"),
                struct.pack("<2H", 0, 1),
            )
        )

    return at, packed(_md_sum(packed(0)))


def md_090(size):
    """A member of a RAID 1 with metadata 0.90: ``(offset, bytes)``."""
    words = dict(enumerate((_MD_MAGIC, 0, 90, 0, 0, 7, 1700000000, 1, size // KIB - 64, 2, 2)))
    words |= {13: 8, 14: 9, 15: 10, 32: 1700000000, 33: 1, 34: 2, 35: 2, 39: 1}
    for disk in (0, 1):
        words |= {128 + 32 * disk + at: value for at, value in enumerate((disk, 7, disk, disk, 6))}
    words |= {992 + at: value for at, value in enumerate((0, 7, 0, 0, 6))}
    words[38] = _md_sum(_words(words))
    return (size & ~0xFFFF) - 64 * KIB, _words(words)


def _words(values):
    return struct.pack("<1024I", *(values.get(at, 0) for at in range(1024)))


def _md_sum(data):
    data = data.ljust((len(data) + 3) // 4 * 4, b"\0")
    total = sum(struct.unpack(f"<{len(data) // 4}I", data))
    return (total + (total >> 32)) & 0xFFFFFFFF


def zfs(size, labels=(0, 1, 2, 3)):
    """The uberblocks of the given ones of four labels: ``[(offset, bytes), ...]``."""
    starts = (0, 256 * KIB, size - 512 * KIB, size - 256 * KIB)
    ring = b"".join(_ZFS_UBERBLOCK.ljust(KIB, b"\0") for _ in range(128))
    return [(starts[label] + 128 * KIB, ring) for label in labels]


BLUESTORE = f"bluestore block device\n{UUID}\n".encode()

#: ``{name: (words of the refusal, (offset, bytes), ...)}``
BY_HAND = {
    "dm-integrity": (
        "DM_integrity",
        (0, struct.pack("<8sBBHIQI", b"integrt", 4, 15, 4, 0, 600000, 0)),
    ),
    "VDO": ("vdo", (0, b"dmvdo001" + bytes(32) + UUID.bytes)),
    "VMFS": ("VMFS_volume_member", (MIB, b"\x0d\xd0\x01\xc0"), (2 * MIB, b"\x5e\xf1\xab\x2f")),
    "VMFS, the filesystem alone": ("VMFS", (2 * MIB, b"\x5e\xf1\xab\x2f" + bytes(12) + b"\5")),
    "VxFS": ("vxfs", (KIB, b"\xf5\xfc\x01\xa5" + b"\7\0\0\0")),
    "Oracle ASM disk": ("oracleasm", (0, b"\1\x82\1\1"), (32, b"ORCLDISKDATA1")),
    "BlueStore": ("ceph_bluestore", (0, BLUESTORE)),
    "sanlock lockspace": ("data at byte 0", (0, struct.pack(">III", 0x12212010, 0x10004, 512))),
    "sbd of Pacemaker": ("data at byte 0", (0, b"SBD_SBD_" + bytes((2, 255)))),
}
