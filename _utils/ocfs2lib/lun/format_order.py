"""
The order to format one LUN: what the leader is told, and what it must read back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.lun import choices
from ocfs2lib.lun import format_guards
from ocfs2lib.lun.case import NodeView
from ocfs2lib.pillar import features
from ocfs2lib.pillar import volume_types
from ocfs2lib.pillar.sections.luns_keys import DEVICE
from ocfs2lib.pillar.sections.luns_keys import LABEL
from ocfs2lib.pillar.sections.luns_keys import WWID
from ocfs2lib.sizes import SECTOR

#: The grain that marks the leader and carries the second key to the one permitted format.
LEADER_GRAIN = "ocfs2_leader"

_LIMITS = {
    "device": re.compile(DEVICE),
    "wwid": re.compile(WWID),
    "uuid": re.compile(r"[0-9A-F]{32}"),
    "label": re.compile(LABEL),
    "cluster": re.compile(r"[A-Za-z0-9]{1,16}"),
    "leader": re.compile(r"[!-~]{1,255}"),
    "fs_type": re.compile(r"datafiles|mail|vmstore"),
    "verify": re.compile(r"samples|full"),
}

_SIZES = {
    "block_size": volume_types.BLOCK_SIZES,
    "cluster_size": volume_types.CLUSTER_SIZES,
    "journal_size": range(volume_types.JOURNAL_MINIMUM, volume_types.JOURNAL_MAXIMUM + 1, SECTOR),
}


@dataclass(frozen=True)
class FormatOrder:
    """
    One volume to be made. Raises ArgumentInvalid if an argument could not have come from a pillar
    that passed its check, whoever sent it.

    ``leader`` is the minion that the master has chosen; nobody else carries it out. ``again`` says
    that the master has a format as this very volume on record as begun: what it left may be
    formatted over. ``verify`` is ``samples`` or ``full``, as in pillar. ``block_size``,
    ``cluster_size`` and ``journal_size`` are bytes, or None for what mkfs.ocfs2 makes of the type;
    ``features`` are names as in pillar, beside those of the type.
    """

    device: str
    wwid: str
    size: int
    uuid: str
    label: str
    slots: int
    cluster: str
    fs_type: str
    leader: str
    verify: str = "samples"
    again: bool = False
    block_size: int | None = None
    cluster_size: int | None = None
    journal_size: int | None = None
    features: tuple[str, ...] = ()

    def __post_init__(self):
        for name, pattern in _LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise ArgumentInvalid(f"{name} {value!r} is not acceptable")
        if type(self.slots) is not int or not 1 <= self.slots <= 255:
            raise ArgumentInvalid(f"slots {self.slots!r} is not a number from 1 to 255")
        if type(self.size) is not int or self.size <= 0:
            raise ArgumentInvalid(f"size {self.size!r} is not a number of bytes")
        if type(self.again) is not bool:
            raise ArgumentInvalid(f"again {self.again!r} is neither true nor false")
        self._check_choices()

    def _check_choices(self):
        for name, possible in _SIZES.items():
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value not in possible):
                raise ArgumentInvalid(f"{name} {value!r} is not possible")
        # A list is what a tuple becomes on its way.
        if type(self.features) not in (tuple, list) or not all(
            isinstance(name, str) and name in features.OFFERED for name in self.features
        ):
            raise ArgumentInvalid(f"features {self.features!r} are not acceptable")

    def arguments(self):
        """Return the arguments of mkfs.ocfs2 without the device; there is no force among them."""
        return [
            *("-U", self.uuid),
            *("-L", self.label),
            *("-N", str(self.slots)),
            *("-T", self.fs_type),
            # Else the volume could never have 2^32 blocks, 16 TiB: the journal counts in 32 bits.
            *("-J", f"size={self.journal_size},block64" if self.journal_size else "block64"),
            *(("-b", str(self.block_size)) if self.block_size else ()),
            *(("-C", str(self.cluster_size)) if self.cluster_size else ()),
            *([f"--fs-features={','.join(self.features)}"] if self.features else ()),
            "--cluster-stack=o2cb",
            f"--cluster-name={self.cluster}",
        ]

    def refusals(self, minion, facts):
        """Return why the leader, having looked again itself, must not carry this order out."""
        return format_guards.leader_refusals(self._view(minion, facts))

    def _view(self, minion, facts):
        return NodeView(
            minion,
            facts,
            key=self.device,
            device=self.device,
            wwid=self.wwid,
            size=self.size,
            block_size=self.block_size,
            # The leader has no ledger, and takes the master's word for it.
            started_uuid=self.uuid if self.again else "",
        )

    def foreign_contents(self, facts):
        """Return what the LUN was seen to hold that is not of this order, ``""`` for nothing."""
        return self._view("", facts).foreign_contents

    def is_complete(self, facts):
        """Tell whether the LUN holds the very volume that was ordered, made to its end."""
        volume = facts["volume"]
        return bool(volume) and volume["uuid"] == self.uuid and facts["half_made"] is False

    def differences(self, facts):
        """Return how what ``ocfs2.probe`` found differs from the volume that was ordered."""
        volume = facts["volume"]
        if not volume:
            return [facts["error"] or facts["unreadable"] or "no OCFS2 superblock"]
        ordered = {
            "uuid": self.uuid,
            "label": self.label,
            "slots": self.slots,
            "stack": "o2cb",
            "cluster": self.cluster,
            "global_heartbeat": False,
        }
        found = [
            f"{name} is {volume[name]!r}, ordered was {value!r}"
            for name, value in ordered.items()
            if volume[name] != value
        ]
        found += choices.differing(self, facts)
        if not found and not self.is_complete(facts):
            found = [
                "that the format reached its end is not proven: lost+found, a system file, or the "
                "journal of a slot is missing"
            ]
        return found
