"""The section ``san:nvme``: the subsystems whose namespaces the nodes connect to."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.sections import portal_keys

PORT = 4420

_SUBSYSTEM = Key(
    "subsystem",
    TEXT,
    "The NQN of a subsystem.",
    example="nqn.2003-01.com.domain:primary",
    # The rest of what the specification allows stands in no NQN that an array makes.
    pattern=r"nqn\.[A-Za-z0-9][A-Za-z0-9._:-]{0,217}",
    rule="an NQN: nqn. and up to 218 letters, digits and ._:-",
)

NVME = Key(
    "nvme",
    SECTION,
    "The subsystems of NVMe over TCP that every node connects to, now and at each boot. Over Fibre"
    " Channel the HBA and its udev rules connect, and this is not needed. Each node needs a host"
    " NQN of its own, in ``/etc/nvme/hostnqn``.",
    default=None,
    derived="the formula leaves NVMe alone",
    keys=(
        portal_keys.portals(PORT),
        Key(
            "subsystems",
            NAMES,
            "Their NQNs, as ``nvme discover`` prints them.",
            entry=_SUBSYSTEM,
        ),
    ),
)


@dataclass(frozen=True)
class Nvme:
    """The ``san:nvme`` section; each portal has its port."""

    portals: tuple[str, ...]
    subsystems: tuple[str, ...]


def built(good):
    """Return the :class:`Nvme` of a checked value, None if the operator left it out."""
    if good is None:
        return None
    portals = tuple(portal_keys.with_port(each, PORT) for each in good["portals"])
    return Nvme(portals, good["subsystems"])


def _something_to_connect(good):
    """``portals`` and ``subsystems`` of ``san:nvme`` name one each at least."""
    found = (good.get("san") or {}).get("nvme") or {}
    for name in ("portals", "subsystems"):
        if name in found and not found[name]:
            yield Problem(f"ocfs2:san:nvme:{name}", "it is empty", f"name one of the {name}")


RULES = (_something_to_connect,)
