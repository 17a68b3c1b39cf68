"""The section ``firewall``: who may reach the port."""

from dataclasses import dataclass

from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import UNTESTED
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.section import Section

_KEYS = (
    Key(
        "backend",
        TEXT,
        "What lets the other nodes, and nobody else, reach the port; ``none`` leaves the"
        " firewall to you.",
        default=next(iter(BACKENDS)),
        choices=tuple(BACKENDS),
        refused={
            name: UNTESTED
            for name in ("firewalld", "ufw", "susefirewall2", "shorewall")
            if name not in BACKENDS
        },
    ),
)


@dataclass(frozen=True)
class Firewall:
    """The ``firewall`` section."""

    backend: str


FIREWALL = Section(
    Key("firewall", SECTION, "Who may reach the port.", default=None, keys=_KEYS),
    build=lambda good: Firewall(**good),
)
