"""The section ``san:fcoe``: network cards that speak Fibre Channel over Ethernet by software."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import BOOLEAN
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key

FABRIC, VN2VN = "fabric", "vn2vn"

_PORT = Key(
    "interface",
    TEXT,
    "A network interface, by its name on every node.",
    example="eth2",
    # IFNAMSIZ, and what the kernel allows in a name that is also that of a file.
    pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}",
    rule="the name of an interface of up to 15 letters, digits and _.-",
)

FCOE = Key(
    "fcoe",
    TABLE,
    "The network interfaces over which every node reaches its LUNs by FCoE in software. An adaptor"
    " that does it in hardware, or a converged one, shows Fibre Channel and needs none of this.",
    default=None,
    derived="the formula leaves FCoE alone",
    minimum=1,
    maximum=8,
    entry=_PORT,
    keys=(
        Key(
            "mode",
            TEXT,
            "``fabric``: there is a switch that knows FCoE. ``vn2vn``: the ports find each other.",
            default=FABRIC,
            choices=(FABRIC, VN2VN),
        ),
        Key(
            "dcb",
            BOOLEAN,
            "Whether the interface waits for Data Center Bridging, by ``lldpad``. False where the"
            " adaptor or the switch does it by itself.",
            default=False,
        ),
        Key(
            "auto_vlan",
            BOOLEAN,
            "Whether the VLAN is asked of the switch (FIP). False if the interface is in it"
            " already.",
            default=True,
        ),
    ),
)


@dataclass(frozen=True)
class FcoePort:
    """One interface of the ``san:fcoe`` section."""

    interface: str
    mode: str
    dcb: bool
    auto_vlan: bool


def built(good):
    """Return each :class:`FcoePort` of a checked value, by name."""
    return tuple(FcoePort(name, **port) for name, port in sorted((good or {}).items()))
