"""
The keys of the ``ocfs2`` pillar.

These tables are its only description: the check (``pillar.check``), the defaults, the JSON Schema
and the key reference (``pillar.reference``) are all derived from them.
"""

from ocfs2lib import heartbeat
from ocfs2lib import kernel
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.pillar.key import BOOLEAN
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import OPTIONS
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import SIZE
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.volume_types import TYPES
from ocfs2lib.sizes import MIB
from ocfs2lib.sizes import TIB

MAX_NODES = 255  # O2NM_MAX_NODES, and mkfs.ocfs2 -N ends there
MAX_LUNS = 64
LABEL_BYTES = 63  # "Volume label too long: must be less than 64 characters"
DEVICE = r"/dev/(?:mapper|disk/by-id)/[A-Za-z0-9_][A-Za-z0-9._:+=@#-]{0,126}"
WWID = r"[A-Za-z0-9][A-Za-z0-9._:-]{3,127}"
LABEL = rf"[!-,.0-~][!-.0-~]{{0,{LABEL_BYTES - 1}}}"
PLAIN_PATH = r"(?=.{1,128}$)(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._+@-]+)+"
NODE_NAME_BYTES = 64  # O2NM_MAX_NAME_LEN, and the longest host name Linux knows

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
        default=kernel.DEFAULTS["heartbeat_mode"],
        choices=("local",),
        refused={"global": _UNTESTED},
    ),
    Key(
        "heartbeat_threshold",
        INTEGER,
        "A node that cannot write its heartbeat for (threshold - 1) x 2 seconds restarts"
        " itself: 31 is 60 s, 61 is 120 s. The time multipath takes to fail over must be"
        " clearly below.",
        default=kernel.DEFAULTS["heartbeat_threshold"],
        unit=f"samples of {heartbeat.BEAT} s",
        minimum=7,
        maximum=heartbeat.MAX_THRESHOLD,
    ),
    Key(
        "idle_timeout_ms",
        INTEGER,
        "A connection that is silent for so long is dead. At least ``keepalive_delay_ms``"
        " and ``reconnect_delay_ms`` together.",
        default=kernel.DEFAULTS["idle_timeout_ms"],
        unit="ms",
        minimum=5000,
        maximum=600000,
    ),
    Key(
        "keepalive_delay_ms",
        INTEGER,
        "Silence after which a keepalive packet is sent.",
        default=kernel.DEFAULTS["keepalive_delay_ms"],
        unit="ms",
        minimum=1000,
        maximum=300000,
    ),
    Key(
        "reconnect_delay_ms",
        INTEGER,
        "Least time between two attempts to connect.",
        default=kernel.DEFAULTS["reconnect_delay_ms"],
        unit="ms",
        minimum=2000,
        maximum=300000,
    ),
    Key(
        "fence_method",
        TEXT,
        "How a node that lost the cluster stops itself: ``reset`` restarts at once,"
        " ``panic`` gives kdump its chance.",
        default=kernel.DEFAULTS["fence_method"],
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
        default=next(iter(BACKENDS)),
        choices=tuple(BACKENDS),
        refused={
            name: _UNTESTED
            for name in ("firewalld", "ufw", "susefirewall2", "shorewall")
            if name not in BACKENDS
        },
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
