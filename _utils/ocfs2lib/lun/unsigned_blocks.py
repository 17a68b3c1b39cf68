"""
Blocks that mkfs.ocfs2 writes and that do not say whose they are: directories and quota files.

They are known by all that is in them. Only a format with some features writes them, see
:class:`lun.mkfs_blocks.MkfsBlocks` (mkfs.c: write_directory_data, format_quota_files; and
libocfs2/quota.c).
"""

import re
import struct

#: An entry of a directory: inode, its length, length of its name, type; then the name.
_ENTRY = struct.Struct("<QHBB")
_NAMES = re.compile(
    rb"\.\.?|lost\+found|bad_blocks|global_inode_alloc|slot_map|heartbeat|global_bitmap"
    rb"|aquota\.(user|group)(:\d{4})?"
    rb"|(orphan_dir|extent_alloc|inode_alloc|journal|local_alloc|truncate_log):\d{4}"
)

#: The start of the two quota files, ``aquota.user`` and ``aquota.group``: magic, version, grace
#: times of a week, 10 s. What follows within the block is left from mkfs.ocfs2's own memory.
_GLOBAL_QUOTA = tuple(
    struct.pack("<5I", magic, 0, 604800, 604800, 10000) for magic in (0x0CF52470, 0x0CF52471)
)
#: How many blocks such a file has, and where the next of them is.
_QUOTA_BLOCKS = range(2, 9)
#: The whole of that of a slot: magic, version, clean, one chunk, two blocks.
_SLOT_QUOTA = tuple(struct.pack("<5I", magic, 0, 1, 1, 2) for magic in (0x0CF524C0, 0x0CF524C1))
#: One entry, that of root (id 0); then what root uses, then nothing.
_QUOTA_LEAF = struct.pack("<IIHHIII", 0, 0, 1, 0, 0, 0, 0)
_QUOTA_LEAF_END = 0x48
#: At the end of each block of a quota file, its checksum.
_QUOTA_CHECK_BYTES = 8


def is_directory(block, length, parents):
    """
    Return whether a block is a directory that holds what mkfs.ocfs2 puts there, and nothing else.

    block
        The block.
    length
        How many bytes of it are for names; the rest is a trailer.
    parents
        The numbers of the blocks of the two directories, ``/`` and that of the system files, one
        of which has the others in it.
    """
    entries = list(_entries(block, length))
    if not entries or None in entries:
        return False
    return all(
        _NAMES.fullmatch(name) and (name != b".." or inode in parents)
        for inode, name in entries
        if inode or name
    ) and any(inode for inode, _ in entries)


def _entries(block, length):
    """Yield the inode and the name of each entry; None where it is none, and end there."""
    offset = 0
    while offset < length:
        if offset + _ENTRY.size > length:
            yield None
            return
        inode, whole, named, _kind = _ENTRY.unpack_from(block, offset)
        start, end = offset + _ENTRY.size, offset + whole
        name = block[start : start + named]
        # Names are padded to four bytes, and after the two of an empty directory nothing is
        # cleared: there is what the memory of mkfs.ocfs2 held before.
        unused = b"" if name == b".." else block[start + (named + 3) // 4 * 4 : end]
        if whole < _ENTRY.size + named or end > length or unused.strip(b"\0"):
            yield None
            return
        yield inode, name
        offset = end


def is_quota(block, checked):
    """
    Return whether a block is one of a quota file in which nothing is counted yet.

    block
        The block.
    checked
        Whether it ends with a checksum.
    """
    body = block[:-_QUOTA_CHECK_BYTES] if checked else block
    if body.startswith(_GLOBAL_QUOTA):
        return struct.unpack_from("<I", body, 0x14)[0] in _QUOTA_BLOCKS
    for whole in _SLOT_QUOTA:
        if body.startswith(whole):
            return not body[len(whole) :].strip(b"\0")
    return _is_quota_tree(body) or not body.strip(b"\0")


def _is_quota_tree(body):
    """The way to the entry of id 0: the number of the next block, in its first place; or that."""
    if body.startswith(_QUOTA_LEAF):
        return not body[_QUOTA_LEAF_END:].strip(b"\0")
    return struct.unpack_from("<I", body)[0] in _QUOTA_BLOCKS and not body[4:].strip(b"\0")
