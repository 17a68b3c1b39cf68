"""The section ``firewall``: who may reach the port."""

from dataclasses import dataclass

from ocfs2lib.firewall.backends import CHOICES
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import UNTESTED
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.section import Section

_KEYS = (
    Key(
        "backend",
        TEXT,
        "What lets the other nodes, and nobody else, reach the port. ``host`` is what the node"
        " runs: ``firewalld`` or ``ufw`` where one of them runs, else ``nftables``. Where one of"
        " them runs, no other can open what it closes, and is refused. ``none`` leaves the"
        " firewall to you.",
        default=CHOICES[0],
        choices=CHOICES,
        refused=dict.fromkeys(("susefirewall2", "shorewall"), UNTESTED),
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
