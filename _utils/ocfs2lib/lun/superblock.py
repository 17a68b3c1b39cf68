"""
Read the OCFS2 superblock out of the first bytes of a LUN.

The layout is ``struct ocfs2_dinode`` holding ``struct ocfs2_super_block``
(fs/ocfs2/ocfs2_fs.h); it has not moved since 2006. Reading it here, and not
through a tool, works before ocfs2-tools is installed, costs no process, and
goes through the caller's own O_DIRECT read, which another node's write cannot
leave stale.
"""

import struct
from dataclasses import dataclass

#: How many bytes from the start of the LUN :func:`parse` needs: block 2 of the largest block size.
HEAD_BYTES = 16 * 1024

_BLOCK_SIZES = (512, 1024, 2048, 4096)
_SUPER_BLOCK = 2
_SIGNATURE = b"OCFSV2"
_CLUSTERS_AT = 0x14
_SUPER_AT = 0xC0
_CLUSTERINFO = 0x4000
_HEARTBEAT_DEVICE = 0x0002
_LOCAL_MOUNT = 0x0008
_USER_STACK = 0x0080
_GLOBAL_HEARTBEAT = 0x01
#: The names of the features as tunefs.ocfs2 and debugfs.ocfs2 print them (ocfs2_fs.h and
#: libocfs2/feature_string.c: the same from 1.8.6 to 1.8.9): by the place of their word, and bit.
_FEATURES = {
    0x1C: ((0x1, "backup-super"), (0x2, "strict-journal-super")),
    0x20: (
        *((_HEARTBEAT_DEVICE, "heartbeat-device"), (0x4, "aborted-resize")),
        *((_LOCAL_MOUNT, "local"), (0x10, "sparse"), (0x20, "aborted-tunefs")),
        *((0x40, "inline-data"), (_USER_STACK, "userspace-stack"), (0x100, "extended-slotmap")),
        *((0x200, "xattr"), (0x400, "indexed-dirs"), (0x800, "metaecc"), (0x1000, "refcount")),
        *((0x2000, "discontig-bg"), (_CLUSTERINFO, "clusterinfo"), (0x8000, "append-dio")),
    ),
    0x24: ((0x1, "unwritten"), (0x2, "usrquota"), (0x4, "grpquota")),
}
#: What a feature is called that no tool knows a name of.
UNKNOWN_FEATURE = "unknown"
#: The ``stack`` of what ``mkfs.ocfs2 -H`` makes: heartbeats of a cluster, and no volume.
HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class Superblock:
    """
    What an OCFS2 superblock says.

    ``uuid`` is 32 upper-case hex digits; ``size`` is bytes; ``stack`` is
    ``o2cb``, ``pcmk``, ``local`` (no cluster), :data:`HEARTBEAT`, or ``""`` for
    a volume without a stamp, and ``cluster`` is then ``""`` too; ``features`` are
    names as the tools print them, :data:`UNKNOWN_FEATURE` for all that have none.
    """

    uuid: str
    label: str
    slots: int
    size: int
    block_size: int
    cluster_size: int
    stack: str
    cluster: str
    global_heartbeat: bool
    features: tuple[str, ...]

    @property
    def stamp(self):
        """The stamp as the tools print it: ``o2cb/web``, or what stands in its place."""
        if self.stack == "local":
            return "local mount, no cluster"
        if self.stack == HEARTBEAT:
            return "heartbeat device, no volume"
        return f"{self.stack}/{self.cluster}" if self.cluster else "unstamped"


def parse(head):
    """
    Return the :class:`Superblock` in ``head``, or None if there is none.

    head
        The first :data:`HEAD_BYTES` bytes of the LUN.
    """
    found = span(head)
    return _parsed(head[found[0] : sum(found)]) if found else None


def span(head):
    """Return ``(offset, length)`` in bytes of the superblock in ``head``, or None."""
    for block_size in _BLOCK_SIZES:
        start = _SUPER_BLOCK * block_size
        if head.startswith(_SIGNATURE, start):
            return start, block_size
    return None


def uuid(block):
    """Return the 16 bytes of the UUID in the block of a superblock."""
    return block[_SUPER_AT + 0x90 : _SUPER_AT + 0xA0]


def system_directory(block):
    """Return the number of the block with the directory of the system files."""
    return struct.unpack_from("<Q", block, _SUPER_AT + 0x30)[0]


def root_directory(block):
    """Return the number of the block with the inode of ``/``."""
    return struct.unpack_from("<Q", block, _SUPER_AT + 0x28)[0]


def features(block):
    """Return the names of the features in the block of a superblock, in the order of their bits."""
    found, unknown = [], 0
    for at, bits in _FEATURES.items():
        word = _u32(block, _SUPER_AT + at)
        found += [name for bit, name in bits if word & bit]
        unknown |= word & ~sum(bit for bit, _ in bits)
    return (*found, *[UNKNOWN_FEATURE] * bool(unknown))


def _parsed(inode):
    body = inode[_SUPER_AT:]
    incompat = _u32(body, 0x20)
    block_bits, cluster_bits = _u32(body, 0x38), _u32(body, 0x3C)
    stack, cluster, flags = _stamp(body, incompat)
    return Superblock(
        uuid=uuid(inode).hex().upper(),
        label=_text(body[0x50:0x90]),
        slots=struct.unpack_from("<H", body, 0x40)[0],
        size=_u32(inode, _CLUSTERS_AT) << (cluster_bits & 0x1F),
        block_size=1 << (block_bits & 0x1F),
        cluster_size=1 << (cluster_bits & 0x1F),
        stack=stack,
        cluster=cluster,
        global_heartbeat=bool(flags & _GLOBAL_HEARTBEAT),
        features=features(inode),
    )


def _stamp(body, incompat):
    if incompat & _HEARTBEAT_DEVICE:
        return HEARTBEAT, "", 0
    if incompat & _LOCAL_MOUNT:
        return "local", "", 0
    if not incompat & (_CLUSTERINFO | _USER_STACK):
        return "", "", 0
    return _text(body[0xA0:0xA4]), _text(body[0xA8:0xB8]), body[0xA4]


def _u32(data, offset):
    return struct.unpack_from("<I", data, offset)[0]


def _text(raw):
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
