"""
The order to format one LUN: what the leader is told, and what it must read back.
"""

import re
from dataclasses import dataclass

import ocfs2_guard

#: The grain that marks the leader and carries the second key to the one permitted format.
LEADER_GRAIN = "ocfs2_leader"
#: The one command that has such orders carried out.
ORCHESTRATE = "salt-run state.orchestrate ocfs2.orch"

_LIMITS = {
    "device": re.compile(r"/dev/(mapper|disk/by-id)/[A-Za-z0-9][A-Za-z0-9._:+=@-]*"),
    "wwid": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*"),
    "uuid": re.compile(r"[0-9A-F]{32}"),
    "label": re.compile(r"[A-Za-z0-9][\x21-\x7e]{0,62}"),
    "cluster": re.compile(r"[A-Za-z0-9]{1,16}"),
    "fs_type": re.compile(r"datafiles|mail|vmstore"),
}


@dataclass(frozen=True)
class FormatOrder:
    """
    One volume to be made. Raises ValueError if an argument could not have come from a pillar
    that passed its check, whoever sent it.
    """

    device: str
    wwid: str
    size: int
    uuid: str
    label: str
    slots: int
    cluster: str
    fs_type: str

    def __post_init__(self):
        for name, pattern in _LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise ValueError(f"{name} {value!r} is not acceptable")
        if type(self.slots) is not int or not 1 <= self.slots <= 255:
            raise ValueError(f"slots {self.slots!r} is not a number from 1 to 255")
        if type(self.size) is not int or self.size <= 0:
            raise ValueError(f"size {self.size!r} is not a number of bytes")

    @property
    def key(self):
        """What refusals call this LUN."""
        return self.device

    def arguments(self):
        """The arguments of mkfs.ocfs2, but for the device. There is no force among them."""
        return [
            *("-U", self.uuid),
            *("-L", self.label),
            *("-N", str(self.slots)),
            *("-T", self.fs_type),
            "--cluster-stack=o2cb",
            f"--cluster-name={self.cluster}",
        ]

    def refusals(self, minion, facts):
        """Why the leader, having looked again itself, must not carry this order out."""
        case = ocfs2_guard.Case(desired=None, lun=self, seen={minion: facts})
        return [refusal for guard in ocfs2_guard.LEADER_GUARDS for refusal in guard(case)]

    def differences(self, volume):
        """How a volume (:class:`ocfs2_volume.Volume` or None) differs from the one ordered."""
        if not volume:
            return ["no OCFS2 superblock"]
        ordered = {
            "uuid": self.uuid,
            "label": self.label,
            "slots": self.slots,
            "stack": "o2cb",
            "cluster": self.cluster,
            "global_heartbeat": False,
        }
        return [
            f"{name} is {getattr(volume, name)!r}, ordered was {value!r}"
            for name, value in ordered.items()
            if getattr(volume, name) != value
        ]
