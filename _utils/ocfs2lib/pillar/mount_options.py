"""The mount options of a LUN: which an operator may set, and which are refused, with the reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One mount option an operator may set. ``group`` names what it decides:
    two options of one group contradict each other."""

    name: str
    doc: str
    group: str = ""
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None

    @property
    def takes_value(self):
        return bool(self.choices) or self.minimum is not None


# fs/ocfs2/super.c of Linux 6.1 and the generic options that make sense on a shared volume.
MOUNT_OPTIONS = {
    option.name: option
    for option in (
        Option("acl", "POSIX access control lists, the default.", "acl"),
        Option("noacl", "No access control lists.", "acl"),
        Option("user_xattr", "Extended user attributes, the default.", "user_xattr"),
        Option("nouser_xattr", "No extended user attributes.", "user_xattr"),
        Option("intr", "Signals may interrupt cluster operations.", "intr"),
        Option("nointr", "Signals cannot interrupt cluster operations, the default.", "intr"),
        Option("usrquota", "Limits for users; needs the feature ``usrquota``."),
        Option("grpquota", "Limits for groups; needs the feature ``grpquota``."),
        Option("relatime", "Access times once a day, the default.", "atime"),
        Option("noatime", "No access times: fewer writes and cluster locks.", "atime"),
        Option("strictatime", "Every access time, within ``atime_quantum``.", "atime"),
        Option("nodiratime", "No access times of directories."),
        Option("nodev", "Device files do not work."),
        Option("nosuid", "Set-user-ID bits do not work."),
        Option("noexec", "Nothing can be executed."),
        Option("inode64", "Inode numbers may be longer than 32 bits."),
        Option("localflocks", "flock(2) locks are seen by their own node only."),
        Option("barrier", "Write barriers, on by default.", choices=("0", "1")),
        Option("errors", "What follows an error.", choices=("remount-ro", "panic")),
        Option("data", "Order of data and metadata.", choices=("ordered", "writeback")),
        Option("coherency", "Direct writes and other nodes.", choices=("full", "buffered")),
        Option("commit", "Seconds between journal commits.", minimum=1, maximum=300),
        Option("atime_quantum", "Seconds an access time may lag.", minimum=0, maximum=86400),
        Option("localalloc", "MiB of the local allocation window.", minimum=0, maximum=2048),
        Option("resv_level", "Allocation reservation of files.", minimum=0, maximum=8),
        Option("dir_resv_level", "The same for directories.", minimum=0, maximum=8),
        Option(
            "X-fstrim.notrim",
            "``fstrim.timer`` leaves the volume alone on every node; by itself the formula writes"
            " this on each node of a LUN but the first by number (util-linux 2.37 or newer).",
        ),
    )
}

_BY_FORMULA = "the formula sets it where it belongs"
_AT_BOOT = "the formula writes it; whether the boot mounts a LUN is said by mount:auto"
_NOT_ORDERED = "the mount would not be ordered before what needs it at boot and shutdown"
# A name that ends in "." stands for everything that begins with it.
REFUSED_OPTIONS = {
    "_netdev": _BY_FORMULA,
    "x-systemd.": _BY_FORMULA,
    "heartbeat": "mount.ocfs2 takes the heartbeat mode from the cluster",
    "cluster_stack": "mount.ocfs2 takes the stack from the volume",
    "auto": _AT_BOOT,
    "noauto": _AT_BOOT,
    "nofail": _NOT_ORDERED,
    "nocluster": "without cluster locks two nodes that write destroy the volume",
    "preferred_slot": "the options are those of every node, a slot is that of one",
    "ro": "a node that mounts read-only cannot replay the journal of a dead one",
    "rw": "it is the default",
    "defaults": "it is what an empty list means",
    "remount": "it is an action, not a property of the mount",
    "datavolume": "current kernels do not know it",
    "journal_async_commit": "fsck.ocfs2 refuses the journal afterwards (1.8.7 and 1.8.8)",
}
