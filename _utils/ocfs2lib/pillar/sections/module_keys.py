"""The section ``kernel:module``: where the ocfs2 modules come from."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.signed import FINGERPRINTS
from ocfs2lib.pillar.signed import KEY
from ocfs2lib.pillar.signed import URL

DISTRIBUTION, PACKAGE = "distribution", "package"
#: A file with a package, by the tool that installs it.
FILES = ("rpm", "deb")

_PACKAGE = Key(
    "package",
    TEXT,
    "The name of a package.",
    example="ocfs2-modules",
    pattern=r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,127}",
    rule="a package's name of up to 128 letters, digits and .+_-",
)
_DERIVED = "none; it is needed for ``rpm`` and ``deb``"

_KEYS = (
    Key(
        "source",
        TEXT,
        "``distribution``: the kernel has them, or a package of the distribution. ``package``: the"
        " ``packages`` named here. ``rpm`` or ``deb``: the file at ``url``.",
        choices=(DISTRIBUTION, PACKAGE, *FILES),
    ),
    Key(
        "packages",
        NAMES,
        "What brings them, for ``package``; from a repository that the hosts know, or from one of"
        " ``repositories`` that provides the ``module``.",
        default=(),
        entry=_PACKAGE,
    ),
    Key(
        "url",
        TEXT,
        "The file of the package: a URL, or ``salt://`` and a path.",
        default=None,
        derived=_DERIVED,
        example="https://mirror.domain.com/ocfs2-modules.rpm",
        pattern=rf"salt://[!-~]{{1,500}}|{URL}",
        rule="a URL of http, https, file or salt",
    ),
    Key(
        "sha256",
        TEXT,
        "The SHA-256 of that file.",
        default=None,
        derived=_DERIVED,
        example="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        pattern=r"[0-9a-f]{64}",
        rule="64 hexadecimal digits in small letters",
    ),
    KEY,
    FINGERPRINTS,
)


@dataclass(frozen=True)
class ModuleSource:
    """The ``kernel:module`` section."""

    source: str
    packages: tuple[str, ...]
    url: str | None
    sha256: str | None
    key: str | None
    fingerprints: tuple[str, ...]


MODULE = Key(
    "module",
    SECTION,
    "Where the ocfs2 modules come from.",
    default=None,
    derived="where the platform of each node has them, docs/platforms.rst",
    keys=_KEYS,
)


def built(good):
    """Return the :class:`ModuleSource` of a checked value, None if the operator left it out."""
    return None if good is None else ModuleSource(**good)


def complete(good):
    """``kernel:module`` has the ``packages`` for the source ``package``, and for a file its
    ``url``, ``sha256``, ``key`` and ``fingerprints``."""
    module = good.get("kernel", {}).get("module") or {}
    wanted = {
        PACKAGE: ("packages",),
        **dict.fromkeys(FILES, ("url", "sha256", "key", "fingerprints")),
    }
    for name in wanted.get(module.get("source"), ()):
        if name in module and not module[name]:
            why = f"it is not there, and the source is {module['source']}"
            yield Problem(f"ocfs2:kernel:module:{name}", why, f"add {name}")
