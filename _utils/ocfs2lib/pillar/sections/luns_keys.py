"""The section ``luns``: the shared LUNs."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar import device_checks
from ocfs2lib.pillar import device_names
from ocfs2lib.pillar import duplicates
from ocfs2lib.pillar import identities
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import SIZE
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.section import Section
from ocfs2lib.pillar.sections import mount_keys
from ocfs2lib.pillar.sections import volume_keys
from ocfs2lib.pillar.sections.nodes_keys import MAX_NODES
from ocfs2lib.pillar.sections.nodes_keys import NODES
from ocfs2lib.pillar.volume_types import TYPES
from ocfs2lib.sizes import MIB
from ocfs2lib.sizes import TIB
from ocfs2lib.text import few
from ocfs2lib.text import one_of
from ocfs2lib.text import shown

MAX_LUNS = 64
LABEL_BYTES = 63  # "Volume label too long: must be less than 64 characters"
DEVICE = device_names.DEVICE
WWID = identities.IDENTITY
LABEL = rf"[!-,.0-~][!-.0-~]{{0,{LABEL_BYTES - 1}}}"


_LUN_KEY = Key(
    "LUN",
    TEXT,
    "Your name for the LUN.",
    example="primary",
    pattern=rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LABEL_BYTES - 1}}}",
    rule=f"a name of up to {LABEL_BYTES} letters, digits and ._-, the first a letter or digit",
)

_KEYS = (
    Key(
        "device",
        TEXT,
        "Name of the LUN that is the same on every node and at every boot:"
        " ``/dev/mapper/NAME`` or ``/dev/disk/by-id/NAME``, of DRBD"
        " ``/dev/drbd/by-res/RESOURCE/VOLUME``. With multipath always the map, never a path. A"
        " partition is named as such: ``NAME-part1``, or ``/dev/disk/by-partuuid/PARTUUID``.",
        example="/dev/mapper/primary",
        pattern=DEVICE,
        rule="/dev/mapper/NAME or /dev/disk/by-id/NAME, a PARTUUID below /dev/disk/by-partuuid, or"
        " /dev/drbd/by-res/RESOURCE/VOLUME",
        check=device_checks.check_device,
    ),
    Key(
        "wwid",
        TEXT,
        "What the LUN must say it is, on every node, as ``multipath -ll`` or"
        " ``/lib/udev/scsi_id -g -u -d /dev/sdX`` prints it,"
        " in quotes if it has digits only. Of a virtual disk ``virtio-SERIAL``, of DRBD"
        " ``drbd-RESOURCE-VOLUME``; of a partition the WWID of its whole LUN and"
        " ``-partuuid-PARTUUID``, as ``ocfs2.wwid`` prints it. Nothing else is ever formatted.",
        example="3600a0b8000123456000abcd012345678",
        pattern=WWID,
        rule="4 to 128 letters, digits and ._:+=@#- as multipath prints it, of a partition followed"
        " by -partuuid- and its PARTUUID in lower case",
        check=device_checks.check_identity,
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
        "nodes",
        NAMES,
        "The nodes that have the LUN, by their minion ids under ``nodes``. The others need not see"
        " it, and do not mount it.",
        default=None,
        derived="every node",
        entry=NODES.key.entry,
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
        derived=f"the number of the LUN's nodes + 2, at least 4, at most {MAX_NODES}",
        example="8",
        minimum=1,
        maximum=MAX_NODES,
    ),
    *volume_keys.KEYS,
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
        " ends, where formats keep copies of their superblocks, and random places, some 70 MB."
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
    mount_keys.MOUNT,
)


@dataclass(frozen=True)
class Lun:
    """One LUN. ``size`` is in bytes; ``nodes`` are the minion ids of those that have it, by
    node number; ``slots_given`` tells a written number of slots from the default; ``uuid`` is
    32 upper-case hex digits or None; so are ``block_size``, ``cluster_size`` and
    ``journal_size`` (bytes), which are then not compared."""

    key: str
    device: str
    wwid: str
    size: int
    nodes: tuple[str, ...]
    label: str
    type: str
    slots: int
    slots_given: bool
    block_size: int | None
    cluster_size: int | None
    journal_size: int | None
    features: tuple[str, ...]
    format: str
    verify: str
    uuid: str | None
    mount: mount_keys.Mount


def default_slots(nodes):
    """Return the node slots for a LUN of ``nodes`` nodes: room for two more."""
    return min(max(nodes + 2, 4), MAX_NODES)


def _derive(good, _found):
    """Fill label, nodes and slots of each LUN in, and give its UUID its one form."""
    roster = good.get("nodes", {})
    for key, lun in good.get("luns", {}).items():
        if "label" in lun:
            lun["label"] = lun["label"] or key
        if "nodes" in lun:
            lun["nodes"] = _by_number(roster if lun["nodes"] is None else lun["nodes"], roster)
        if "slots" in lun:
            lun["slots_given"] = lun["slots"] is not None
            lun["slots"] = lun["slots"] or default_slots(len(lun.get("nodes", roster)))
        if lun.get("uuid"):
            lun["uuid"] = lun["uuid"].replace("-", "").upper()


def _by_number(minions, roster):
    """Return minion ids in the order of their node numbers; as they are if one has none."""
    numbers = {minion: roster.get(minion, {}).get("number") for minion in minions}
    if None in numbers.values():
        return tuple(minions)
    return tuple(sorted(minions, key=numbers.get))


def _lun_nodes(good):
    """The ``nodes`` of a LUN are in ``nodes``, and there is at least one."""
    if "nodes" not in good:
        return
    roster = good["nodes"]
    for key, lun in good.get("luns", {}).items():
        path = f"ocfs2:luns:{key}:nodes"
        if lun.get("nodes") == () and roster:
            yield Problem(path, "no node has the LUN", "name one, or remove the key for all nodes")
        for index, minion in enumerate(lun.get("nodes", ())):
            if minion not in roster:
                yield Problem(
                    f"{path}:{index}",
                    f"{shown(minion)} is not in ocfs2:nodes",
                    one_of(few(roster)) + ", or add it to ocfs2:nodes",
                )


def _lun_values(good):
    """No two LUNs share a device, a WWID, a label, a UUID or a directory."""

    def own(what):
        return f"type the LUN's own {what}"

    def path(lun):
        return lun.get("mount", {}).get("path")

    yield from duplicates.problems(
        good, "luns", lambda lun: lun.get("device"), "device", own("device")
    )
    # One LUN in two spellings is still one LUN, and would be formatted twice.
    yield from duplicates.problems(
        good,
        "luns",
        lambda lun: lun["wwid"].lower() if "wwid" in lun else None,
        "wwid",
        own("WWID"),
    )
    yield from duplicates.problems(
        good, "luns", lambda lun: lun.get("label"), "label", own("label")
    )
    yield from duplicates.problems(good, "luns", lambda lun: lun.get("uuid"), "uuid", own("UUID"))
    yield from duplicates.problems(good, "luns", path, "mount:path", own("directory"))


def _build(luns):
    """Return the LUNs by key."""
    return tuple(
        Lun(**{**lun, "key": key, "mount": mount_keys.Mount(**lun["mount"])})
        for key, lun in sorted(luns.items())
    )


LUNS = Section(
    Key(
        "luns",
        TABLE,
        "The shared LUNs by a name of your choice.",
        minimum=1,
        maximum=MAX_LUNS,
        keys=_KEYS,
        entry=_LUN_KEY,
    ),
    derive=_derive,
    rules=(
        _lun_nodes,
        _lun_values,
        *mount_keys.RULES,
        *volume_keys.RULES,
        device_checks.same_device,
        device_checks.no_overlap,
    ),
    build=_build,
)
