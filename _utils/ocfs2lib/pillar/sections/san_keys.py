"""The section ``san``: how the LUNs come to the nodes, where the formula is to see to that."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import BOOLEAN
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.section import Section
from ocfs2lib.pillar.sections import fcoe_keys
from ocfs2lib.pillar.sections import iscsi_keys
from ocfs2lib.pillar.sections import nvme_keys

_KEYS = (
    Key(
        "multipath",
        BOOLEAN,
        "Whether the formula writes what multipath does with each LUN: a map for its WWID, the"
        " alias of its ``device``, and a ``no_path_retry`` that fits ``heartbeat_threshold``."
        " It owns ``/etc/multipath/conf.d/ocfs2.conf`` and nothing else of multipath. Fibre Channel"
        " and converged adaptors need no more than this.",
        default=False,
    ),
    iscsi_keys.ISCSI,
    nvme_keys.NVME,
    fcoe_keys.FCOE,
)


@dataclass(frozen=True)
class San:
    """The ``san`` section; each transport is None where the formula leaves it alone."""

    multipath: bool
    iscsi: iscsi_keys.Iscsi | None
    nvme: nvme_keys.Nvme | None
    fcoe: tuple[fcoe_keys.FcoePort, ...]


def _build(good):
    return San(
        multipath=good["multipath"],
        iscsi=iscsi_keys.built(good["iscsi"]),
        nvme=nvme_keys.built(good["nvme"]),
        fcoe=fcoe_keys.built(good["fcoe"]),
    )


SAN = Section(
    Key(
        "san",
        SECTION,
        "How the LUNs come to the nodes. Without it, the formula takes what is there.",
        default=None,
        keys=_KEYS,
    ),
    build=_build,
    rules=(*iscsi_keys.RULES, *nvme_keys.RULES),
)
