"""
The features of a volume that pillar may choose, and why it may not choose the others.

What mkfs.ocfs2 1.8.6, 1.8.7, 1.8.8 and 1.8.9 know as ``--fs-features``: the list is the same in all
(libocfs2/feature_string.c), and so is what each type of volume has by default. The kernel mounts
them all: its masks have not changed since ``append-dio`` came with Linux 4.0 (fs/ocfs2/ocfs2_fs.h,
OCFS2_FEATURE_INCOMPAT_SUPP and OCFS2_FEATURE_RO_COMPAT_SUPP).
"""

#: What every type has unless it is switched off.
DEFAULTS = (
    *("backup-super", "strict-journal-super", "sparse", "extended-slotmap", "inline-data"),
    *("xattr", "indexed-dirs", "refcount", "discontig-bg", "append-dio", "unwritten"),
)
#: As mkfs.ocfs2 spells that a feature is switched off.
OFF = "no"

#: What may be chosen, and what for.
OFFERED = {
    "usrquota": "limits for users, with the mount option ``usrquota``",
    "grpquota": "limits for groups, with the mount option ``grpquota``",
    "metaecc": "checksums of all metadata, which find what an array has spoilt, and cost time",
    "refcount": "``cp --reflink`` and snapshots of files; default",
    "xattr": "extended attributes, and with them access control lists; default",
    "inline-data": "small files and directories within their inode; default",
    "indexed-dirs": "quick look-ups in large directories; default",
    "discontig-bg": "new inodes on a volume whose free room is in pieces; default",
    "append-dio": "direct writes beyond the end of a file that nobody has to wait for; default",
    "sparse": "files with holes; default",
    "unwritten": "room for a file set aside without writing it, as images want it; default",
    "backup-super": "copies of the superblock, with which fsck.ocfs2 mends a volume; default",
    "extended-slotmap": "a slot map that every node number fits into; default",
    "norefcount": "no ``cp --reflink``",
    "noxattr": "no extended attributes and no access control lists",
    "noinline-data": "every file in clusters of its own, for kernels that spoil small files when"
    " they grow (5.10 before 5.10.76, 5.14 before 5.14.15)",
    "noindexed-dirs": "directories are read from their start",
    "nodiscontig-bg": "new inodes only where free room is in one piece",
    "noappend-dio": "writes beyond the end of a file go through the page cache",
}

_LOCAL = "one host alone could mount it, without locks"
_STAMP = "the formula always writes the cluster into the volume"
_IMAGES = "every image would be written out in full, and fallocate(2) would fail"
_SAFER = "it is what keeps the volume usable after damage or with high node numbers"
_NOT_CHOSEN = "mkfs.ocfs2 sets it by itself"
#: What an operator may well try: why it is not accepted.
REFUSED = {
    "local": _LOCAL,
    "nolocal": "no volume of the formula has it",
    "clusterinfo": _STAMP,
    "noclusterinfo": _STAMP,
    "nosparse": _IMAGES,
    "nounwritten": _IMAGES,
    "nobackup-super": _SAFER,
    "noextended-slotmap": _SAFER,
    "strict-journal-super": _NOT_CHOSEN,
    "heartbeat-device": "it is what mkfs.ocfs2 -H makes, and no volume",
    "userspace-stack": "it is that of another cluster stack than o2cb",
    "quota": "it is two features, usrquota and grpquota",
    "reflink": "the feature is called refcount, and every volume has it by default",
}


def is_off(name):
    """Return whether a name in :data:`OFFERED` switches a feature off."""
    return name.startswith(OFF)


def opposite(name):
    """Return the name that says the contrary: ``norefcount`` of ``refcount``, and back."""
    return name[len(OFF) :] if is_off(name) else OFF + name


def differing(wanted, have):
    """
    Return which of the chosen features a volume does not have as chosen, in their order.

    wanted
        Names of :data:`OFFERED`.
    have
        The features of the volume, as :class:`lun.superblock.Superblock` has them.
    """
    return [
        name for name in wanted if (opposite(name) in have if is_off(name) else name not in have)
    ]
