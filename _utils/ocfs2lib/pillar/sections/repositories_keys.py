"""The section ``repositories``: mirrors of where packages come from."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import in_path
from ocfs2lib.pillar.section import Section
from ocfs2lib.pillar.signed import FINGERPRINTS
from ocfs2lib.pillar.signed import KEY
from ocfs2lib.pillar.signed import URL
from ocfs2lib.platform import platforms
from ocfs2lib.text import shown

_REPOSITORY = Key(
    "repository",
    TEXT,
    "Your name for the repository.",
    example="mirror",
    pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
    rule="a name of up to 63 letters, digits and ._-, the first a letter or digit",
)
_RELEASE = Key(
    "release",
    TEXT,
    "A release of a distribution, as docs/platforms.rst names it.",
    example="Oracle Linux 9",
    choices=platforms.RELEASES,
)

_KEYS = (
    Key(
        "provides",
        TEXT,
        "What comes from there: the ``tools`` (ocfs2-tools), or the kernel ``module``.",
        choices=("tools", "module"),
    ),
    Key(
        "releases",
        NAMES,
        "The releases for whose hosts it holds; ``[]``: all that take it from a repository.",
        default=(),
        entry=_RELEASE,
    ),
    Key(
        "url",
        TEXT,
        "What dnf or zypper takes for the repository. ``none``: the hosts have the packages from"
        " a repository of yours, and the formula sets up none.",
        example="https://mirror.domain.com/OL9/addons/x86_64/",
        pattern=rf"none|{URL}",
        rule="a URL of http, https or file, or none",
    ),
    KEY,
    FINGERPRINTS,
)


@dataclass(frozen=True)
class RepositoryOverride:
    """One entry of the section: what replaces a repository of a platform."""

    name: str
    provides: str
    releases: frozenset[str]
    url: str
    key: str | None
    fingerprints: tuple[str, ...]


def _signed(good):
    """A repository has a ``key`` with its ``fingerprints``, unless its ``url`` is ``none``."""
    for name, each in (good.get("repositories") or {}).items():
        if each.get("url") in (None, "none"):
            continue
        for key in ("key", "fingerprints"):
            if key in each and not each[key]:
                why = f"it is not there, and what comes from {shown(each['url'])} has to be signed"
                yield Problem(f"ocfs2:repositories:{in_path(name)}:{key}", why, f"add {key}")


def _one_for_each(good):
    """One repository provides the tools or the module for a release, and one for all others."""
    first = {}
    for name, each in sorted((good.get("repositories") or {}).items()):
        if not {"provides", "releases"} <= each.keys():
            continue
        for release in each["releases"] or ("every release",):
            other = first.setdefault((each["provides"], release), name)
            if other != name:
                why = f"{other} provides the {each['provides']} for {release} too"
                path = f"ocfs2:repositories:{in_path(name)}:releases"
                yield Problem(path, why, f"name other releases here, or in {other}")


def _build(good):
    return tuple(
        RepositoryOverride(
            name=name,
            provides=each["provides"],
            releases=frozenset(each["releases"]),
            url=each["url"],
            key=each["key"],
            fingerprints=each["fingerprints"],
        )
        for name, each in sorted(good.items())
    )


REPOSITORIES = Section(
    Key(
        "repositories",
        TABLE,
        "Mirrors: what replaces the repositories of packages that a distribution does not have.",
        default=None,
        derived="those of the platforms, docs/platforms.rst",
        minimum=1,
        maximum=64,
        keys=_KEYS,
        entry=_REPOSITORY,
    ),
    build=_build,
    rules=(_signed, _one_for_each),
)
