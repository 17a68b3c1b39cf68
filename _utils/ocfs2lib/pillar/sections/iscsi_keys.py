"""The section ``san:iscsi``: the targets whose LUNs the nodes log in to."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.sections import portal_keys

PORT = 3260
#: The name of a target or an initiator (RFC 3720, 3.2.6.3); its letters are small.
NAME = r"iqn\.[0-9]{4}-[0-9]{2}\.[a-z0-9][a-z0-9.:-]{0,200}|eui\.[0-9A-F]{16}|naa\.[0-9a-f]{16,32}"

_TARGET = Key(
    "target",
    TEXT,
    "The name of a target.",
    example="iqn.2003-01.com.domain:primary",
    pattern=NAME,
    rule="a name like iqn.2003-01.com.domain:primary in small letters, eui. or naa. and digits",
)
_USER = r"[!-~]{1,255}"
_USER_RULE = "1 to 255 printable ASCII characters without blanks"
# RFC 3720, 8.2.1: 96 bits and more, and the text of a record ends with its line.
_LONG = r"[!-~]{12,255}"
_LONG_RULE = "12 to 255 printable ASCII characters without blanks"

_CHAP = (
    Key(
        "username",
        TEXT,
        "The name by which the nodes prove themselves to the target.",
        example="cluster",
        pattern=_USER,
        rule=_USER_RULE,
    ),
    Key(
        "password",
        TEXT,
        "The secret that goes with it. It is written to the records of open-iscsi, which root"
        " alone can read, and is shown nowhere.",
        example="open-sesame-1",
        pattern=_LONG,
        rule=_LONG_RULE,
        secret=True,
    ),
    Key(
        "username_in",
        TEXT,
        "The name by which the target proves itself to the nodes (mutual CHAP).",
        default=None,
        derived="the target need not",
        example="array",
        pattern=_USER,
        rule=_USER_RULE,
    ),
    Key(
        "password_in",
        TEXT,
        "The secret that goes with that.",
        default=None,
        derived="none",
        example="open-sesame-2",
        pattern=_LONG,
        rule=_LONG_RULE,
        secret=True,
    ),
)

ISCSI = Key(
    "iscsi",
    SECTION,
    "The targets that every node logs in to, now and at each boot. Each node needs an initiator"
    " name of its own, in ``/etc/iscsi/initiatorname.iscsi``.",
    default=None,
    derived="the formula leaves iSCSI alone",
    keys=(
        portal_keys.portals(PORT),
        Key(
            "targets",
            NAMES,
            "The names of the targets. What else the portals offer is left alone.",
            entry=_TARGET,
        ),
        Key(
            "chap",
            SECTION,
            "What initiator and target prove themselves with.",
            default=None,
            derived="no authentication",
            keys=_CHAP,
        ),
    ),
)


@dataclass(frozen=True)
class Chap:
    """The ``chap`` section; ``username_in`` is None without mutual CHAP."""

    username: str
    username_in: str | None
    password: str = field(repr=False)
    password_in: str | None = field(repr=False)


@dataclass(frozen=True)
class Iscsi:
    """The ``san:iscsi`` section; each portal has its port."""

    portals: tuple[str, ...]
    targets: tuple[str, ...]
    chap: Chap | None


def built(good):
    """Return the :class:`Iscsi` of a checked value, None if the operator left it out."""
    if good is None:
        return None
    portals = tuple(portal_keys.with_port(each, PORT) for each in good["portals"])
    return Iscsi(portals, good["targets"], good["chap"] and Chap(**good["chap"]))


def _something_to_do(good):
    """``portals`` and ``targets`` of ``san:iscsi`` name one each at least."""
    found = (good.get("san") or {}).get("iscsi") or {}
    for name in ("portals", "targets"):
        if name in found and not found[name]:
            yield Problem(f"ocfs2:san:iscsi:{name}", "it is empty", f"name one of the {name}")


def _mutual(good):
    """``username_in`` and ``password_in`` stand together, and each secret has its own value."""
    chap = ((good.get("san") or {}).get("iscsi") or {}).get("chap") or {}
    path = "ocfs2:san:iscsi:chap"
    if {"username_in", "password_in"} <= chap.keys():
        for name, other in (("username_in", "password_in"), ("password_in", "username_in")):
            if chap[other] and not chap[name]:
                yield Problem(f"{path}:{name}", f"it is not there, and {other} is", f"add {name}")
    if chap.get("password") and chap.get("password") == chap.get("password_in"):
        yield Problem(
            f"{path}:password_in",
            "it is the password, and a target may refuse to prove itself with what it was told",
            "give the target a secret of its own",
        )


RULES = (_something_to_do, _mutual)
