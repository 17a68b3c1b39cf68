"""
The zoo: what a LUN may hold, each content put on an image by the real tool that makes it.

What Debian has no tool for is written by hand, in ``superblocks.py``. A missing tool is an
error: the Makefile names the packages.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from support import superblocks
from support.images import BLOCK
from support.images import GIB
from support.images import MIB
from support.images import SECTOR
from support.images import attached
from support.images import blocks
from support.images import put
from support.images import run
from support.images import sparse

SIZE = 320 * MIB
KIB = 1 << 10
TIB = 1 << 40
END = 16 * MIB
O2CB = ("--cluster-stack=o2cb", "--cluster-name=web")
#: What is written where no signature tells what it is.
SOMETHING = "data at byte "


@dataclass(frozen=True)
class Content:
    """
    One content.

    recipe
        ``recipe(image)`` puts it on a sparse image.
    names
        The words a refusal starts with: what the content is, or that there is some.
    size
        Bytes of the image.
    """

    recipe: Callable
    names: str = SOMETHING
    size: int = SIZE

    def make(self, path):
        self.recipe(sparse(path, self.size))
        return path


#: ``{name: Content}``; the name says it to a reader.
ZOO = {}


def holds(name, names=SOMETHING, size=SIZE):
    """Take a recipe into the zoo."""

    def take(recipe):
        assert name not in ZOO
        ZOO[name] = Content(recipe, names, size)
        return recipe

    return take


def alone(recipe, spans, image):
    """What a recipe puts into the spans, and nothing besides."""
    recipe(image)
    keep = []
    with image.open("rb") as handle:
        for start, length in spans:
            handle.seek(start)
            keep.append((start, handle.read(length)))
    blank(image)
    for start, data in keep:
        put(image, start, data)


def lost(recipe, spans, image):
    """What a recipe leaves where spans of it were zeroed; a negative start counts from the end."""
    recipe(image)
    size = image.stat().st_size
    for start, length in spans:
        put(image, start % size, bytes(length))


def blank(image):
    size = image.stat().st_size
    os.truncate(image, 0)
    os.truncate(image, size)


def noise(length, seed=7):
    return Random(seed).randbytes(length)  # noqa: S311 (contents, not secrets)


# Filesystems, swap and what else writes a device by one command.


def command(line, image):
    given(line, IMAGE=image, KEY=__file__)


def given(line, **paths):
    """Run a command line in which names stand for paths."""
    run(*(str(paths.get(word, word)) for word in line.split()))


COMMANDS = {
    "ext2": ("ext2", "mkfs.ext2 -q -F IMAGE"),
    "ext3": ("ext3", "mkfs.ext3 -q -F IMAGE"),
    "ext4": ("ext4", "mkfs.ext4 -q -F IMAGE"),
    "journal of an ext4": ("jbd", "mke2fs -q -F -O journal_dev IMAGE"),
    "xfs": ("xfs", "mkfs.xfs -q -f IMAGE"),
    "btrfs": ("btrfs", "mkfs.btrfs -q -f IMAGE"),
    "f2fs": ("f2fs", "mkfs.f2fs -q IMAGE"),
    "gfs2": ("gfs2", "mkfs.gfs2 -q -O -p lock_dlm -t web:primary -J 8 IMAGE"),
    "jfs": ("jfs", "mkfs.jfs -q IMAGE"),
    "reiserfs": ("reiserfs", "mkreiserfs -q -f -f IMAGE"),
    "nilfs2": ("nilfs2", "mkfs.nilfs2 -q IMAGE"),
    "ntfs": ("ntfs", "mkntfs -q -Q -F -p 0 -H 0 -S 0 IMAGE"),
    "FAT12": ("vfat", "mkfs.vfat -F 12 IMAGE 32768"),
    "FAT16": ("vfat", "mkfs.vfat -F 16 IMAGE"),
    "FAT32": ("vfat", "mkfs.vfat -F 32 IMAGE"),
    "exfat": ("exfat", "mkfs.exfat IMAGE"),
    "minix 1": ("minix", "mkfs.minix IMAGE"),
    "minix 3": ("minix", "mkfs.minix -3 IMAGE"),
    "bfs": ("bfs", "mkfs.bfs IMAGE"),
    "hfs": ("hfs", "hformat IMAGE"),
    "udf": ("udf", "mkudffs IMAGE"),
    "swap": ("swap", "mkswap IMAGE"),
    "bcache, backing device": ("bcache", "make-bcache -B IMAGE"),
    "bcache, cache": ("bcache", "make-bcache -C IMAGE"),
    "LUKS1": (
        "crypto_LUKS",
        "cryptsetup -q luksFormat --type luks1 --pbkdf-force-iterations 1000 IMAGE KEY",
    ),
    "LUKS2": (
        "crypto_LUKS",
        "cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000"
        " IMAGE KEY",
    ),
    "GPT": ("gpt partition table", "parted -s IMAGE mklabel gpt mkpart one 1MiB 100%"),
    "GPT with a hybrid MBR": ("gpt partition table", "sgdisk -n 1:0:0 -h 1 IMAGE"),
    "disk label of BSD": (SOMETHING, "parted -s IMAGE mklabel bsd"),
    "disk label of Sun": ("sun partition table", "parted -s IMAGE mklabel sun"),
    "disk label of SGI": ("sgi partition table", "parted -s IMAGE mklabel dvh"),
    "disk label of Mac": ("mac partition table", "parted -s IMAGE mklabel mac"),
    "disk label of Amiga": (SOMETHING, "parted -s IMAGE mklabel amiga"),
    "disk label of Atari": (SOMETHING, "parted -s IMAGE mklabel atari"),
    "disk label of PC-98": ("dos partition table", "parted -s IMAGE mklabel pc98"),
}
for name, (names, line) in COMMANDS.items():
    holds(name, names)(partial(command, line))

ext4 = ZOO["ext4"].recipe
xfs = ZOO["xfs"].recipe
btrfs = ZOO["btrfs"].recipe
luks2 = ZOO["LUKS2"].recipe
gpt = ZOO["GPT"].recipe


@holds("MBR", "dos partition table")
def mbr(image):
    run("sfdisk", "-q", str(image), stdin="label: dos\n,,83\n")


# Files that somebody wrote to the device.


def written_raw(line, image):
    with tempfile.TemporaryDirectory() as work:
        tree, out = Path(work, "tree"), Path(work, "out")
        tree.mkdir()
        shutil.copy(__file__, tree)
        given(line, TREE=tree, OUT=out)
        with out.open("rb") as source, image.open("r+b") as target:
            shutil.copyfileobj(source, target)


FILES = {
    "iso9660": ("iso9660", "xorriso -as mkisofs -quiet -o OUT TREE"),
    "squashfs": ("squashfs", "mksquashfs TREE OUT -quiet"),
    "erofs": ("erofs", "mkfs.erofs OUT TREE"),
    "cramfs": ("cramfs", "mkfs.cramfs TREE OUT"),
    "romfs": ("romfs", "genromfs -f OUT -d TREE"),
    "ufs 1": ("ufs", "makefs -t ffs -o version=1 -s 32m OUT TREE"),
    "ufs 2": ("ufs", "makefs -t ffs -o version=2 -s 32m OUT TREE"),
    "tar": (SOMETHING + "0", "tar -cf OUT TREE"),
    "tar.gz": (SOMETHING + "0", "tar -czf OUT TREE"),
    "qcow2": (SOMETHING + "0", "qemu-img create -q -f qcow2 OUT 1G"),
    "vmdk": (SOMETHING + "0", "qemu-img create -q -f vmdk OUT 1G"),
    "dbm": (SOMETHING + "0", "gdbmtool OUT store key value"),
}
for name, (names, line) in FILES.items():
    holds(name, names)(partial(written_raw, line))


@holds("SQLite", SOMETHING + "0")
def sqlite(image):
    with tempfile.NamedTemporaryFile() as file:
        with closing(sqlite3.connect(file.name)) as base, base:
            base.execute("create table node (number integer primary key, address text)")
        put(image, 0, Path(file.name).read_bytes())


@holds("InnoDB pages", SOMETHING)
def innodb(image):
    """Written by hand: 64 pages of 16 KiB, the first a file space header."""
    for number in range(64):
        kind = (8 if number == 0 else 17855).to_bytes(2, "big")
        header = noise(4, number) + number.to_bytes(4, "big") + b"\xff" * 8 + noise(8, number)
        put(image, number * 16 * KIB, header + kind)


# Volume managers, RAID, encryption.


def lvm(sector, image):
    lone = "devices { use_devicesfile=0 } activation { udev_sync=0 udev_rules=0 }"
    with attached(image) as device:
        run("pvcreate", "--yes", "--config", lone, "--labelsector", str(sector), device)


for sector in range(4):
    name = f"LVM PV, label in sector {sector}"
    holds(name, "LVM2_member")(partial(lvm, sector))


def drbd(version, more, image):
    with attached(image) as device:
        run("drbdmeta", "--force", "-", version, device, "internal", "create-md", *more)


holds("DRBD 8, internal metadata", "drbd")(partial(drbd, "v08", ()))
holds("DRBD 9, internal metadata", "drbd")(partial(drbd, "v09", ("1",)))


@holds("dm-verity", "DM_verity_hash")
def verity(image):
    with tempfile.NamedTemporaryFile() as data:
        os.truncate(data.name, MIB)
        run("veritysetup", "format", data.name, str(image))


holds("LUKS2, its second header alone", "crypto_LUKS")(partial(lost, luks2, [(0, 16 * KIB)]))


@holds("ext4 under LUKS, its header elsewhere")
def luks_payload(image):
    """dm-crypt is of the kernel: noise stands where it would have written."""
    ext4(image)
    cipher = [(number * BLOCK, noise(BLOCK, number)) for number in blocks(image)]
    blank(image)
    for offset, data in cipher:
        put(image, offset, data)


def by_hand(pieces, image):
    for offset, data in pieces:
        put(image, offset, data)


for minor in range(3):
    name = f"md member 1.{minor}"
    holds(name, "linux_raid_member")(partial(by_hand, [superblocks.md_1(minor, SIZE)]))
holds("md member 0.90", "linux_raid_member")(partial(by_hand, [superblocks.md_090(SIZE)]))
holds("ZFS", "zfs_member")(partial(by_hand, superblocks.zfs(SIZE)))
holds("ZFS, its last label alone", "zfs_member")(partial(by_hand, superblocks.zfs(SIZE, [3])))
for name, (names, *pieces) in superblocks.BY_HAND.items():
    holds(name, names)(partial(by_hand, pieces))
holds("BlueStore, its label at 10 GiB alone", f"{SOMETHING}{10 * GIB}", 12 * GIB)(
    partial(by_hand, [(10 * GIB, superblocks.BLUESTORE)])
)


# What is left of a partition table.

GPT_HEAD, GPT_TAIL = (SECTOR, 33 * SECTOR), (-33 * SECTOR, 33 * SECTOR)
holds("protective MBR alone", "PMBR partition table")(partial(lost, gpt, [GPT_HEAD, GPT_TAIL]))
holds("GPT, its second header", "gpt partition table")(partial(lost, gpt, [GPT_HEAD]))
holds("GPT, its second header alone")(partial(lost, gpt, [(0, 34 * SECTOR)]))


@holds("GPT of sectors of 4 KiB", "PMBR partition table")
def gpt_4kn(image):
    with attached(image, "--sector-size", "4096") as device:
        run("parted", "-s", device, "mklabel", "gpt")


# OCFS2.


def mkfs_ocfs2(image, *options):
    """``-x``: the cluster is on no node here."""
    run("mkfs.ocfs2", "-q", "-x", *options, str(image))


def ocfs2(options, image):
    mkfs_ocfs2(image, *options)


OCFS2 = {
    **{
        f"OCFS2, features {level}": ("-N", "2", f"--fs-feature-level={level}", *O2CB)
        for level in ("max-compat", "default", "max-features")
    },
    **{
        f"OCFS2, blocks of {block}": ("-N", "2", "-b", block, *O2CB)
        for block in ("512", "1K", "2K", "4K")
    },
    "OCFS2, global heartbeat": ("-N", "2", "--global-heartbeat", *O2CB),
    "OCFS2, stack pcmk": ("-N", "2", "--cluster-stack=pcmk", "--cluster-name=hacluster"),
    "OCFS2, unstamped": ("-N", "2"),
    "OCFS2, unstamped, features max-compat": ("-N", "2", "--fs-feature-level=max-compat"),
    "OCFS2, local mount": ("-M", "local"),
}
for name, options in OCFS2.items():
    holds(name, "an OCFS2 volume")(partial(ocfs2, options))
for kind, size in (("mail", SIZE), ("datafiles", 3 * GIB), ("vmstore", 3 * GIB)):
    options = ("-N", "2", "-T", kind, *O2CB)
    holds(f"OCFS2, type {kind}", "an OCFS2 volume", size)(partial(ocfs2, options))


# A superblock lost, its copies not.

ocfs2_4k = ZOO["OCFS2, blocks of 4K"].recipe
BOTH_ENDS = [(0, END), (-END, END)]
for block, option in (("1 KiB", "1024"), ("2 KiB", "2048"), ("4 KiB", "4096")):
    recipe = partial(command, f"mkfs.ext4 -q -F -b {option} IMAGE")
    name = f"ext4, blocks of {block}, "
    holds(name + "without its superblock")(partial(lost, recipe, [(KIB, KIB)]))
    holds(name + "without both ends")(partial(lost, recipe, BOTH_ENDS))
holds("xfs without its superblock")(partial(lost, xfs, [(0, SECTOR)]))
holds("xfs without both ends")(partial(lost, xfs, BOTH_ENDS))
holds("btrfs without its superblock")(partial(lost, btrfs, [(64 * KIB, BLOCK)]))
holds("btrfs without both ends")(partial(lost, btrfs, BOTH_ENDS))
holds("OCFS2 without its superblock", size=3 * GIB)(partial(lost, ocfs2_4k, [(2 * BLOCK, BLOCK)]))
holds("OCFS2, its first backup superblock alone", f"{SOMETHING}{GIB}", 3 * GIB)(
    partial(alone, ocfs2_4k, [(GIB, BLOCK)])
)


# Data that is no format.


def scattered(spans, image):
    some = noise(END)
    for start, length in spans:
        for offset in range(start, start + length, END):
            put(image, offset, some)


holds("random data", SOMETHING + "0")(partial(scattered, [(0, SIZE)]))
holds("random data after 16 MiB")(partial(scattered, [(END, SIZE - END)]))
holds("random data but for both ends")(partial(scattered, [(END, SIZE - 2 * END)]))

TEXT = b"The quick brown fox jumps over the lazy dog."
for offset in (1, 511, 12345, SIZE - len(TEXT)):
    holds(f"a line of text at byte {offset}", f"{SOMETHING}{offset}")(
        partial(by_hand, [(offset, TEXT)])
    )

#: ``{place: (byte, size of the LUN)}``: bytes that every sampling reads.
SAMPLED = {
    "the start": (0, SIZE),
    "the end of the first 16 MiB": (END - 1, SIZE),
    "the start of the last 16 MiB": (SIZE - END, SIZE),
    "the end": (SIZE - 1, SIZE),
    "the end, of an odd size": (SIZE + SECTOR - 1, SIZE + SECTOR),
    "group 1 of ext4, blocks of 4 KiB": (128 * MIB, SIZE),
    "group 3 of ext4, blocks of 1 KiB": (24 * MIB, SIZE),
    "the first mirror of btrfs": (64 * MIB, SIZE),
    "the second mirror of btrfs": (256 * GIB, 257 * GIB),
    "the second group of xfs": (SIZE // 4, SIZE),
    "the fourth group of xfs": (SIZE // 4 * 3, SIZE),
    "the first backup of OCFS2": (GIB, 2 * GIB),
    "the second backup of OCFS2": (4 * GIB, 5 * GIB),
    "the last backup of OCFS2": (TIB, TIB + GIB),
    "the second label of BlueStore": (10 * GIB, 11 * GIB),
    "the end of a sample": (128 * MIB + 64 * KIB - 1, SIZE),
}
for place, (offset, size) in SAMPLED.items():
    holds(f"one byte at {place}", f"{SOMETHING}{offset}", size)(partial(by_hand, [(offset, b"\1")]))
