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
#: The ``stack`` of what ``mkfs.ocfs2 -H`` makes: heartbeats of a cluster, and no volume.
HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class Superblock:
    """
    What an OCFS2 superblock says.

    ``uuid`` is 32 upper-case hex digits; ``size`` is bytes; ``stack`` is
    ``o2cb``, ``pcmk``, ``local`` (no cluster), :data:`HEARTBEAT`, or ``""`` for
    a volume without a stamp, and ``cluster`` is then ``""`` too.
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
