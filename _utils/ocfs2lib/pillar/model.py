"""What the ``ocfs2`` pillar may say and what it means.

The tables in this file are the only description of the pillar. The check
(``pillar.check``), the defaults, the JSON Schema and the key reference
(``pillar.reference``) are all derived from them. The dataclasses at the end are a
pillar that passed the check: complete, typed and immutable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

KIB, MIB, GIB, TIB, PIB = (1024**power for power in range(1, 6))
# Longest first: "B" ends every other unit.
UNITS = {
    "KiB": KIB,
    "MiB": MIB,
    "GiB": GIB,
    "TiB": TIB,
    "PiB": PIB,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "PB": 10**15,
    "B": 1,
}
SECTOR = 512

TEXT = "text"
INTEGER = "integer"
BOOLEAN = "boolean"
SIZE = "size"
OPTIONS = "options"
NAMES = "names"
SECTION = "section"
TABLE = "table"

REQUIRED = object()

MAX_NODES = 255  # O2NM_MAX_NODES, and mkfs.ocfs2 -N ends there
MAX_LUNS = 64
LABEL_BYTES = 63  # "Volume label too long: must be less than 64 characters"
DEVICE = r"/dev/(?:mapper|disk/by-id)/[A-Za-z0-9_][A-Za-z0-9._:+=@#-]{0,126}"
WWID = r"[A-Za-z0-9][A-Za-z0-9._:-]{3,127}"
LABEL = rf"[!-,.0-~][!-.0-~]{{0,{LABEL_BYTES - 1}}}"
PLAIN_PATH = r"(?=.{1,128}$)(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._+@-]+)+"
NODE_NAME_BYTES = 64  # O2NM_MAX_NAME_LEN, and the longest host name Linux knows


@dataclass(frozen=True)
class Key:
    """One key of the pillar.

    ``kind`` is one of TEXT, INTEGER, BOOLEAN, SIZE, OPTIONS, NAMES (a list of
    different texts, each an ``entry``), SECTION (a mapping with the keys ``keys``)
    and TABLE (a mapping from ``entry`` to sections with the keys ``keys``). ``minimum``
    and ``maximum`` bound a number, the bytes of a size, or the entries of a table.
    ``pattern`` matches the whole text, ``rule`` says the same in words. A default of
    None is derived from other keys as ``derived`` says, and may be written as ``~``.
    ``refused`` maps values that an operator may well try to the reason why they are not
    accepted.
    """

    name: str
    kind: str
    doc: str
    default: object = REQUIRED
    derived: str = ""
    example: str = ""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    rule: str = ""
    keys: tuple = ()
    entry: object = None

    @property
    def required(self):
        return self.default is REQUIRED

    def matches(self, text):
        """Return whether the whole of ``text`` matches the pattern."""
        return re.fullmatch(self.pattern, text) is not None


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

# fs/ocfs2/super.c of Linux 6.1 and the generic options that make sense on a shared volume.
MOUNT_OPTIONS = {
    option.name: option
    for option in (
        Option("acl", "POSIX access control lists, the default.", "acl"),
        Option("noacl", "No access control lists.", "acl"),
        Option("user_xattr", "Extended user attributes, the default.", "user_xattr"),
        Option("nouser_xattr", "No extended user attributes.", "user_xattr"),
        Option("intr", "Signals may interrupt cluster operations.", "intr"),
        Option("nointr", "Signals can not interrupt cluster operations, the default.", "intr"),
        Option("relatime", "Access times once a day, the default.", "atime"),
        Option("noatime", "No access times: fewer writes and cluster locks.", "atime"),
        Option("strictatime", "Every access time, within ``atime_quantum``.", "atime"),
        Option("nodiratime", "No access times of directories."),
        Option("nodev", "Device files do not work."),
        Option("nosuid", "Set-user-ID bits do not work."),
        Option("noexec", "Nothing can be executed."),
        Option("inode64", "Inode numbers may be longer than 32 bits."),
        Option("localflocks", "flock(2) locks are seen by their own node only."),
        Option("journal_async_commit", "Commit blocks are written without waiting."),
        Option("barrier", "Write barriers, on by default.", choices=("0", "1")),
        Option("errors", "What follows an error.", choices=("remount-ro", "panic")),
        Option("data", "Order of data and metadata.", choices=("ordered", "writeback")),
        Option("coherency", "Direct writes and other nodes.", choices=("full", "buffered")),
        Option("commit", "Seconds between journal commits.", minimum=1, maximum=300),
        Option("atime_quantum", "Seconds an access time may lag.", minimum=0, maximum=86400),
        Option("localalloc", "MiB of the local allocation window.", minimum=0, maximum=2048),
        Option("resv_level", "Allocation reservation of files.", minimum=0, maximum=8),
        Option("dir_resv_level", "The same for directories.", minimum=0, maximum=8),
    )
}

_BY_FORMULA = "the formula sets it where it belongs"
_UNWANTED_AT_BOOT = "every node mounts every LUN at boot, and the formula writes what that needs"
_QUOTA = "it needs a quota feature that the formula does not give to the filesystem"
# A name that ends in "." stands for everything that begins with it.
REFUSED_OPTIONS = {
    "_netdev": _BY_FORMULA,
    "x-systemd.": _BY_FORMULA,
    "heartbeat": "mount.ocfs2 takes the heartbeat mode from the cluster",
    "cluster_stack": "mount.ocfs2 takes the stack from the volume",
    "auto": _UNWANTED_AT_BOOT,
    "noauto": _UNWANTED_AT_BOOT,
    "nofail": _UNWANTED_AT_BOOT,
    "nocluster": "without cluster locks two nodes that write destroy the volume",
    "preferred_slot": "the options are those of every node, a slot is that of one",
    "usrquota": _QUOTA,
    "grpquota": _QUOTA,
    "ro": "a node that mounts read-only can not replay the journal of a dead one",
    "rw": "it is the default",
    "defaults": "it is what an empty list means",
    "remount": "it is an action, not a property of the mount",
    "datavolume": "current kernels do not know it",
}

# Mounting over these directories, or anywhere in the second set, breaks the host.
SYSTEM_PATHS = (
    r"/(home|media|mnt|opt|root|snap|srv|var(/(backups|cache|lib|log|mail|opt|spool))?)?"
    r"|/(bin|boot|dev|etc|lib(32|64|x32)?|lost\+found|proc|run|sbin|sys|tmp|usr"
    r"|var/(lock|run|tmp))(/.*)?"
)

# Device names that another boot or another node gives to another LUN: pattern -> why.
UNSTABLE_DEVICES = (
    (
        r"/dev/(sd|hd|vd|xvd)[a-z]+\d*",
        "the kernel gives such names in the order it finds the disks",
    ),
    (r"/dev/nvme\d+(n\d+(p\d+)?)?", "the kernel gives such names in the order it finds the disks"),
    (r"/dev/(dm-|md|loop)\d+.*", "such numbers are given anew at every boot"),
    (r"/dev/disk/by-path/.*", "it names one way to the LUN, not the LUN"),
    (r"/dev/disk/by-(uuid|label)/.*", "it names the content, which a blank LUN does not have"),
    (r"/dev/disk/by-part.*", "it names a partition, and a LUN is used whole"),
)
# Device names that carry the WWID: pattern -> the WWID it stands for.
DEVICE_WWIDS = (
    (r"/dev/disk/by-id/dm-uuid-mpath-(.+)", "{}"),
    (r"/dev/disk/by-id/wwn-0x([0-9a-fA-F]+)", "3{}"),
    (r"/dev/disk/by-id/scsi-(3[0-9a-fA-F]+)", "{}"),
    (r"/dev/disk/by-id/nvme-((?:eui|uuid|nvme)\..+)", "{}"),
    (r"/dev/mapper/(3[0-9a-fA-F]{16,})", "{}"),
)

# Services that can not wait for a mount: pattern -> why.
REFUSED_SERVICES = (
    (r"o2cb\.service|ocfs2.*\.service", "it is what the mount itself needs"),
    (r"salt-(minion|master)\.service", "the formula mounts and unmounts through it"),
    (
        r"(multipathd|iscsid|open-iscsi|nftables|netfilter-persistent)\.service",
        "it comes before the mount at every boot",
    ),
    (r"(systemd-.*|dbus)\.service", "the whole host needs it"),
)

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PLAIN_PATH_RULE = (
    "an absolute path of up to 128 letters, digits and ._+@- without '//', '.', '..'"
    " or a slash at its end"
)
_UNTESTED = "it is not built and tested yet"

_CLUSTER = (
    Key(
        "name",
        TEXT,
        "Name of the cluster. It is written into every volume at format time, so renaming"
        " it later takes the whole cluster down.",
        default="ocfs2",
        example="ocfs2",
        pattern=r"[A-Za-z0-9]{1,16}",
        rule="1 to 16 ASCII letters and digits",
    ),
    Key(
        "heartbeat_mode",
        TEXT,
        "``local``: one heartbeat on every mounted volume.",
        default="local",
        choices=("local",),
        refused={"global": _UNTESTED},
    ),
    Key(
        "heartbeat_threshold",
        INTEGER,
        "A node that can not write its heartbeat for (threshold - 1) x 2 seconds restarts"
        " itself: 31 is 60 s, 61 is 120 s. The time multipath takes to fail over must be"
        " clearly below.",
        default=31,
        unit="samples of 2 s",
        minimum=7,
        maximum=601,
    ),
    Key(
        "idle_timeout_ms",
        INTEGER,
        "A connection that is silent for so long is dead. At least ``keepalive_delay_ms``"
        " and ``reconnect_delay_ms`` together.",
        default=30000,
        unit="ms",
        minimum=5000,
        maximum=600000,
    ),
    Key(
        "keepalive_delay_ms",
        INTEGER,
        "Silence after which a keepalive packet is sent.",
        default=2000,
        unit="ms",
        minimum=1000,
        maximum=300000,
    ),
    Key(
        "reconnect_delay_ms",
        INTEGER,
        "Least time between two attempts to connect.",
        default=2000,
        unit="ms",
        minimum=2000,
        maximum=300000,
    ),
    Key(
        "fence_method",
        TEXT,
        "How a node that lost the cluster stops itself: ``reset`` restarts at once,"
        " ``panic`` gives kdump its chance.",
        default="reset",
        choices=("reset", "panic"),
    ),
    Key(
        "port",
        INTEGER,
        "TCP port of the interconnect, the same on every node.",
        default=7777,
        minimum=1,
        maximum=65534,
    ),
)

_KERNEL = (
    Key(
        "panic",
        INTEGER,
        "sysctl ``kernel.panic``: restart so long after a panic. 0 never restarts, and is"
        " refused where a panic is how a node leaves the cluster.",
        default=30,
        unit="s",
        minimum=0,
        maximum=3600,
    ),
    Key(
        "panic_on_oops",
        BOOLEAN,
        "sysctl ``kernel.panic_on_oops``: a node with a damaged kernel leaves the cluster"
        " instead of holding its locks.",
        default=True,
    ),
)

_FIREWALL = (
    Key(
        "backend",
        TEXT,
        "What lets the other nodes, and nobody else, reach the port; ``none`` leaves the"
        " firewall to you.",
        default="nftables",
        choices=("nftables", "iptables", "none"),
        refused=dict.fromkeys(("firewalld", "ufw", "susefirewall2", "shorewall"), _UNTESTED),
    ),
)

_DRAIN = (
    Key(
        "command",
        TEXT,
        "An executable on the node, run as root without arguments and without a shell. Exit code 0"
        " means that the node is empty.",
        default=None,
        derived="none",
        example="/usr/local/sbin/drain-hypervisor",
        pattern=PLAIN_PATH,
        rule=_PLAIN_PATH_RULE,
    ),
    Key(
        "state",
        TEXT,
        "An sls of yours, applied to the node. It succeeds once the node is empty.",
        default=None,
        derived="none",
        example="hypervisor.drain",
        pattern=r"(?=.{1,128}$)[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*",
        rule="the name of an sls of up to 128 letters, digits and _-, in parts parted by dots",
    ),
    Key(
        "limit",
        INTEGER,
        "After so long the node counts as not emptied, and nothing is unmounted.",
        default=600,
        unit="s",
        minimum=1,
        maximum=86400,
    ),
)

_MINION = Key(
    "minion id",
    TEXT,
    "The id of the minion as ``salt-key -L`` shows it.",
    example="host1.domain.com",
    pattern=r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._@+-]{0,254}",
    rule="a minion id of up to 255 letters, digits and ._@+- without '..'",
)

NODE_NAME = Key(
    "name",
    TEXT,
    "Node name in cluster.conf. It must be the host name of the node, or the host name"
    " up to one of its dots.",
    default=None,
    derived="the minion id up to its first dot",
    example="host1",
    pattern=rf"(?=.{{1,{NODE_NAME_BYTES}}}$){_LABEL}(?:\.{_LABEL})*",
    rule="a host name: letters, digits and inner hyphens, in labels parted by single dots,"
    f" {NODE_NAME_BYTES} characters at most",
)

_NODE = (
    Key(
        "number",
        INTEGER,
        "Node number. It is for ever: never renumber, never give the number of a removed"
        " node to another host.",
        minimum=0,
        maximum=MAX_NODES - 1,
        example="0",
    ),
    Key(
        "address",
        TEXT,
        "IPv4 address of the node on the interconnect. Peers are told apart by it: no NAT.",
        example="192.168.100.1",
        pattern=r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        rule="an IPv4 address like 192.168.100.1",
    ),
    NODE_NAME,
)

_LUN_KEY = Key(
    "LUN",
    TEXT,
    "Your name for the LUN.",
    example="primary",
    pattern=rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LABEL_BYTES - 1}}}",
    rule=f"a name of up to {LABEL_BYTES} letters, digits and ._-, the first a letter or digit",
)

_SERVICE = Key(
    "service",
    TEXT,
    "A unit of systemd.",
    example="libvirtd.service",
    # The name of its drop-in's directory ends in ".d".
    pattern=r"(?=.{1,253}$)(?!.*@\.service$)[A-Za-z0-9_:][A-Za-z0-9_:.@-]*\.service",
    rule="the full name of a service: up to 253 letters, digits and _:.@-, the last of them"
    " .service, and an instance if it is a template",
)

_MOUNT = (
    Key(
        "path",
        TEXT,
        "Directory the LUN is mounted on, on every node. Not a system directory, not inside"
        " the mount of another LUN.",
        example="/san/primary",
        pattern=PLAIN_PATH,
        rule=_PLAIN_PATH_RULE,
    ),
    Key("options", OPTIONS, "Mount options, from the table below.", default=()),
    Key(
        "services",
        NAMES,
        "Services that run only while the LUN is mounted, and while every other LUN is that names"
        " them; systemd stops one that runs without. They are started in this order after the mount"
        " if they are enabled, and stopped in the reverse order before it goes.",
        default=(),
        entry=_SERVICE,
    ),
)

_LUN = (
    Key(
        "device",
        TEXT,
        "Name of the LUN that is the same on every node and at every boot:"
        " ``/dev/mapper/NAME`` or ``/dev/disk/by-id/NAME``. With multipath always the map,"
        " never a path.",
        example="/dev/mapper/primary",
        pattern=DEVICE,
        rule="/dev/mapper/NAME or /dev/disk/by-id/NAME",
    ),
    Key(
        "wwid",
        TEXT,
        "What the LUN must say it is, on every node, as ``multipath -ll`` or"
        " ``/lib/udev/scsi_id -g -u -d /dev/sdX`` prints it,"
        " in quotes if it has digits only. Nothing else is ever formatted.",
        example="3600a0b8000123456000abcd012345678",
        pattern=WWID,
        rule="4 to 128 letters, digits and ._:- as multipath prints it",
    ),
    Key(
        "size",
        SIZE,
        "Exact size of the LUN, as ``blockdev --getsize64`` prints it.",
        example="2TiB",
        unit="bytes",
        minimum=300 * MIB,
        maximum=4095 * TIB,  # 2^32 - 1 clusters of 1 MiB
    ),
    Key(
        "label",
        TEXT,
        "Volume label.",
        default=None,
        derived="the key of the LUN",
        example="ocfs2_primary",
        pattern=LABEL,
        rule=f"1 to {LABEL_BYTES} printable ASCII characters without blanks and slashes, the first"
        " not a dash",
    ),
    Key(
        "type",
        TEXT,
        "What the volume is for, ``mkfs.ocfs2 -T``: "
        + ", ".join(f"``{name}`` {kind.doc}" for name, kind in TYPES.items())
        + ".",
        default="vmstore",
        choices=tuple(TYPES),
    ),
    Key(
        "slots",
        INTEGER,
        "How many nodes can mount at once. More slots later need every node to unmount;"
        " each costs a journal now.",
        default=None,
        derived=f"the number of nodes + 2, at least 4, at most {MAX_NODES}",
        example="8",
        minimum=1,
        maximum=MAX_NODES,
    ),
    Key(
        "format",
        TEXT,
        "``once``: the orchestration may format the LUN if it is blank, one time. ``never``:"
        " nothing ever does.",
        default="never",
        choices=("never", "once"),
    ),
    Key(
        "verify",
        TEXT,
        "What the leader reads right before the format to prove the LUN blank. ``samples``: both"
        " ends, where formats keep copies of their superblocks, and random places, some 50 MB."
        " ``full``: every byte, which takes as long as the array needs for it.",
        default="samples",
        choices=("samples", "full"),
    ),
    Key(
        "uuid",
        TEXT,
        "UUID of the filesystem, pinned after the first format. A pinned LUN is never formatted.",
        default=None,
        derived="not pinned",
        example="458e997a-4863-4b3d-ab36-f01667ebb761",
        pattern=r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        rule="32 hexadecimal digits, dashes allowed as blkid prints them",
    ),
    Key("mount", SECTION, "Where the LUN appears.", keys=_MOUNT),
)

PILLAR = Key(
    "ocfs2",
    SECTION,
    "One cluster, its nodes and its LUNs.",
    keys=(
        Key("cluster", SECTION, "What every node must agree on.", default=None, keys=_CLUSTER),
        Key("kernel", SECTION, "What a node does after a panic.", default=None, keys=_KERNEL),
        Key("firewall", SECTION, "Who may reach the port.", default=None, keys=_FIREWALL),
        Key(
            "drain",
            SECTION,
            "How a node is emptied before its volumes are unmounted in a planned operation: by a"
            " command or by a state of yours, or not at all.",
            default=None,
            keys=_DRAIN,
        ),
        Key(
            "nodes",
            TABLE,
            "The hosts of the cluster by minion id.",
            minimum=1,
            maximum=MAX_NODES,
            keys=_NODE,
            entry=_MINION,
        ),
        Key(
            "luns",
            TABLE,
            "The shared LUNs by a name of your choice.",
            minimum=1,
            maximum=MAX_LUNS,
            keys=_LUN,
            entry=_LUN_KEY,
        ),
    ),
)


def size_bytes(size):
    """Return the bytes that ``size`` means: an int of bytes, or text like "2TiB".

    Raises ValueError for everything else, also for units that mean different things
    to different tools ("2T" is TiB to lvm and TB to parted).
    """
    if isinstance(size, int) and not isinstance(size, bool):
        return size
    found = re.fullmatch(rf"([0-9]{{1,18}})({'|'.join(UNITS)})", size)
    if not found:
        raise ValueError("not a size")
    return int(found[1]) * UNITS[found[2]]


def journal_bytes(kind, size):
    """Return the bytes of one journal that mkfs.ocfs2 makes by default for the type
    ``kind`` on a device of ``size`` bytes."""
    return max(journal for least, journal in TYPES[kind].journals if size >= least)


def default_slots(nodes):
    """Return the node slots for a cluster of ``nodes`` nodes: room for two more."""
    return min(max(nodes + 2, 4), MAX_NODES)


def default_name(minion):
    """Return the node name that the minion id ``minion`` stands for."""
    return minion.partition(".")[0]


@dataclass(frozen=True)
class Cluster:
    """The ``cluster`` section; times in ms, the threshold in samples of 2 s."""

    name: str
    heartbeat_mode: str
    heartbeat_threshold: int
    idle_timeout_ms: int
    keepalive_delay_ms: int
    reconnect_delay_ms: int
    fence_method: str
    port: int


@dataclass(frozen=True)
class Kernel:
    """The ``kernel`` section; ``panic`` in seconds."""

    panic: int
    panic_on_oops: bool


@dataclass(frozen=True)
class Firewall:
    """The ``firewall`` section."""

    backend: str


@dataclass(frozen=True)
class Drain:
    """The ``drain`` section: ``command`` or ``state`` or neither, ``limit`` in seconds."""

    command: str | None
    state: str | None
    limit: int


@dataclass(frozen=True)
class Node:
    """One host: ``minion`` is its minion id, ``name`` its node name."""

    minion: str
    number: int
    address: str
    name: str


@dataclass(frozen=True)
class Mount:
    """Where a LUN is mounted, the operator's mount options, and the services that run
    only while it is."""

    path: str
    options: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class Lun:
    """One LUN. ``size`` is in bytes; ``slots_given`` tells a written number of slots
    from the default; ``uuid`` is 32 upper-case hex digits or None."""

    key: str
    device: str
    wwid: str
    size: int
    label: str
    type: str
    slots: int
    slots_given: bool
    format: str
    verify: str
    uuid: str | None
    mount: Mount


@dataclass(frozen=True)
class Desired:
    """A whole valid pillar: nodes by number, LUNs by key."""

    cluster: Cluster
    nodes: tuple[Node, ...]
    luns: tuple[Lun, ...]
    kernel: Kernel
    firewall: Firewall
    drain: Drain

    def node(self, minion):
        """Return the Node of the minion id ``minion``, or None."""
        return next((node for node in self.nodes if node.minion == minion), None)

    def member(self, minion):
        """Return the Node of the minion id ``minion``; ValueError if the roster has none."""
        node = self.node(minion)
        if not node:
            raise ValueError(
                f"ocfs2:nodes: the minion {minion} is not in the roster. "
                "Fix: add it to nodes, or do not apply ocfs2 to it."
            )
        return node

    def lun(self, key):
        """Return the Lun called ``key`` in the pillar, or None."""
        return next((lun for lun in self.luns if lun.key == key), None)

    def peers(self, minion):
        """Return every Node but that of the minion id ``minion``, by number."""
        return tuple(node for node in self.nodes if node.minion != minion)
