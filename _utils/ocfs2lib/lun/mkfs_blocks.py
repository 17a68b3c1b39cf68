"""
What mkfs.ocfs2 itself has written on a LUN, told from everything else, block by block.

A format of ours that was cut short has left a superblock, system files and journals. Whatever else
is on the LUN somebody else has put there. Each block that mkfs.ocfs2 writes says what it is: it has
a signature, its own number, and the generation of its volume (fs/ocfs2/ocfs2_fs.h). A journal
nobody has used says so too. So no list of places is needed, which would be another for each size.
The few that do not say it, and that only some features bring, are known by all that is in them.

Tried on what mkfs.ocfs2 1.8.7 leaves when it is killed before each of its writes.
"""

import struct
from dataclasses import dataclass

from ocfs2lib.lun import superblock
from ocfs2lib.lun import unsigned_blocks

_SUPER = b"OCFSV2\0\0"
_INODE = b"INODE01\0"
_GROUP = b"GROUP01\0"
_DX_ROOT = b"DXDIR01\0"
_EXTENTS = b"EXBLK01\0"
_TRAILER = b"DIRTRL1\0"
_TRAILER_BYTES = 64

#: Where the two blocks before the superblock, filled with the byte 2, have this text
#: (mkfs.c, format_leading_space: what OCFS of the first version would look for).
_LEADING_TEXT = b"this is an ocfs2 volume\0"
_LEADING_AT = (0x8, 0x88, 0x230, 0x284)
_LEADING_BLOCKS = 2

#: ``i_flags`` of the superblock, and of each system file.
_SYSTEM_FILE = 0x10
_DIRECTORY = 0o040000
_FILE_TYPES = 0o170000

#: The superblock of a jbd2 journal (include/linux/jbd2.h): magic and kind 4; further on its next
#: transaction and where that begins, which the first mount changes; then its UUID.
_JOURNAL = struct.pack(">III", 0xC03B3998, 4, 0)
_JOURNAL_UNUSED = struct.pack(">II", 1, 1)
_JOURNAL_UNUSED_AT = 0x18
_JOURNAL_UUID_AT = 0x30


@dataclass(frozen=True)
class MkfsBlocks:
    """
    What a block of one volume looks like, as mkfs.ocfs2 writes it.

    block_size
        Bytes of a block.
    uuid
        The UUID of the volume, 16 bytes.
    generation
        The number that mkfs.ocfs2 has drawn for this volume.
    system_directory, root_directory
        The blocks with the inodes of the directory of the system files, and of ``/``.
    features
        The features of the volume, as :class:`lun.superblock.Superblock` has them.
    """

    block_size: int
    uuid: bytes
    generation: int
    system_directory: int
    root_directory: int
    features: tuple[str, ...]

    def first_foreign(self, data, offset):
        """
        Return the offset on the LUN of the first bytes that mkfs.ocfs2 has not written, or None.

        data
            Bytes of the LUN.
        offset
            Where they begin, a multiple of the block size.
        """
        empty = bytes(self.block_size)
        for start in range(0, len(data), self.block_size):
            block = data[start : start + self.block_size]
            # The last block of a LUN may be shorter.
            written = block != empty and block.lstrip(b"\0")
            if written and not self.knows(block, (offset + start) // self.block_size):
                return offset + start + len(block) - len(written)
        return None

    def knows(self, block, number):
        """Return whether mkfs.ocfs2 has written this block, the ``number``-th of the volume."""
        if len(block) != self.block_size:
            return False
        if number < _LEADING_BLOCKS:
            return block == self._leading(number)
        return any(kind(self, block, number) for kind in _KINDS)

    def _leading(self, number):
        space = bytearray(b"\2" * self.block_size * _LEADING_BLOCKS)
        for at in _LEADING_AT:
            space[at : at + len(_LEADING_TEXT)] = _LEADING_TEXT
        return space[number * self.block_size : (number + 1) * self.block_size]

    def _is_superblock(self, block, number):
        return (
            block.startswith(_SUPER)
            and self._is_inode_at(block, number)
            and superblock.uuid(block) == self.uuid
        )

    def _is_inode(self, block, number):
        """A system file, or the directory ``/`` or ``lost+found``: a format makes no others."""
        mode, _links, flags = struct.unpack_from("<HHI", block, 0x28)
        return (
            block.startswith(_INODE)
            and self._is_inode_at(block, number)
            and bool(flags & _SYSTEM_FILE or mode & _FILE_TYPES == _DIRECTORY)
        )

    def _is_inode_at(self, block, number):
        found = struct.unpack_from("<QQI", block, 0x50)
        return (found[0], found[2]) == (number, self.generation)

    def _is_group(self, block, number):
        """A part of a bitmap."""
        return (
            block.startswith(_GROUP)
            and struct.unpack_from("<I", block, 0x10)[0] == self.generation
            and struct.unpack_from("<Q", block, 0x28)[0] == number
        )

    def _is_index(self, block, number):
        """The index of a directory, or more extents of a file than fit into its inode."""
        return block.startswith((_DX_ROOT, _EXTENTS)) and struct.unpack_from(
            "<IQ", block, 0x14
        ) == (self.generation, number)

    def _is_directory(self, block, number):
        """Names, where they do not fit into the inode: of system files, mostly."""
        directories = (self.root_directory, self.system_directory)
        if not {"indexed-dirs", "metaecc"} & set(self.features):
            return unsigned_blocks.is_directory(block, len(block), directories)
        length = len(block) - _TRAILER_BYTES
        trailer = block[length:]
        if not trailer.startswith(_TRAILER, 0x10):
            return False
        found, parent = struct.unpack_from("<QQ", trailer, 0x28)
        return found == number and (
            parent == self.system_directory
            or unsigned_blocks.is_directory(block, length, directories)
        )

    def _is_quota(self, block, _number):
        return bool({"usrquota", "grpquota"} & set(self.features)) and unsigned_blocks.is_quota(
            block, "metaecc" in self.features
        )

    def _is_unused_journal(self, block, number):
        return (
            block.startswith(_JOURNAL)
            and block.startswith(_JOURNAL_UNUSED, _JOURNAL_UNUSED_AT)
            and block.startswith(self.uuid, _JOURNAL_UUID_AT)
        )


_KINDS = (
    MkfsBlocks._is_superblock,
    MkfsBlocks._is_inode,
    MkfsBlocks._is_group,
    MkfsBlocks._is_index,
    MkfsBlocks._is_directory,
    MkfsBlocks._is_quota,
    MkfsBlocks._is_unused_journal,
)


def of_volume(head):
    """
    Return the :class:`MkfsBlocks` of the volume on a LUN, or None if there is none.

    head
        The first :data:`lun.superblock.HEAD_BYTES` bytes of the LUN.
    """
    found = superblock.span(head)
    if not found:
        return None
    block = head[found[0] : sum(found)]
    (generation,) = struct.unpack_from("<I", block, 0x60)
    return MkfsBlocks(
        found[1],
        superblock.uuid(block),
        generation,
        superblock.system_directory(block),
        superblock.root_directory(block),
        superblock.features(block),
    )
