"""The section ``mount`` of a LUN: where it appears, how, and what runs on it."""

import posixpath
import re
from dataclasses import dataclass

from ocfs2lib import unit_names
from ocfs2lib.pillar import plain_path
from ocfs2lib.pillar.key import BOOLEAN
from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import OPTIONS
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.platform import platforms
from ocfs2lib.text import shown

# Mounting over these directories, or anywhere in the second set, breaks the host.
SYSTEM_PATHS = (
    r"/(home|media|mnt|opt|root|snap|srv|var(/(backups|cache|lib|log|mail|opt|spool))?)?"
    r"|/(bin|boot|dev|etc|lib(32|64|x32)?|lost\+found|proc|run|sbin|sys|tmp|usr"
    r"|var/(lock|run|tmp))(/.*)?"
)

# Services that cannot wait for a mount: pattern -> why.
REFUSED_SERVICES = (
    (r"o2cb\.service|ocfs2.*\.service", "it is what the mount itself needs"),
    (r"salt-(minion|master)\.service", "the formula mounts and unmounts through it"),
    (
        "|".join(map(re.escape, platforms.SERVICES_BEFORE_MOUNTS)),
        "it comes before the mount at every boot",
    ),
    (r"(systemd-.*|dbus)\.service", "the whole host needs it"),
)


def _check_path(text):
    """Refuse mount points that are not plain or belong to the system."""
    if not text.startswith("/"):
        raise WrongValue(
            f"{shown(text)} is not an absolute path", "type it from /, like /san/primary"
        )
    plain = re.sub(r"^/+", "/", posixpath.normpath(text))
    if plain != text:
        raise WrongValue(f"{shown(text)} is not a plain path", f"type {shown(plain)}")
    if re.fullmatch(SYSTEM_PATHS, text):
        raise WrongValue(
            f"{shown(text)} belongs to the system, and the mount would hide it",
            "type a directory of its own like /san/primary",
        )


def _check_service(text):
    """Refuse what is not the name of a service that can wait for a mount."""
    fix = "type the name of its unit like 'libvirtd.service'"
    if "/" in text:
        raise WrongValue(f"{shown(text)} is a path", fix)
    if not text.endswith(".service"):
        raise WrongValue(f"{shown(text)} is not the full name of a service", fix)
    for pattern, why in REFUSED_SERVICES:
        if re.fullmatch(pattern, text):
            raise WrongValue(f"{shown(text)} cannot wait for a mount: {why}", "remove it")


_SERVICE = Key(
    "service",
    TEXT,
    "A unit of systemd.",
    example="libvirtd.service",
    # The name of its drop-in's directory ends in ".d".
    pattern=r"(?=.{1,253}$)(?!.*@\.service$)[A-Za-z0-9_:][A-Za-z0-9_:.@-]*\.service",
    rule="the full name of a service: up to 253 letters, digits and _:.@-, the last of them"
    " .service, and an instance if it is a template",
    check=_check_service,
)

_KEYS = (
    Key(
        "path",
        TEXT,
        "Directory the LUN is mounted on, on each of its nodes. Not a system directory, not inside"
        " the mount of another LUN.",
        example="/san/primary",
        pattern=plain_path.PATTERN,
        rule=plain_path.RULE,
        check=_check_path,
    ),
    Key("options", OPTIONS, "Mount options, from the table in pillar-volumes.rst.", default=()),
    Key(
        "auto",
        BOOLEAN,
        "Whether the LUN is mounted at boot and by the formula. ``false``: its line in fstab has"
        " ``noauto``, and it is left unmounted, or mounted, as somebody has it; the formula starts"
        " none of its services, and one that is started while the LUN is unmounted fails.",
        default=True,
    ),
    Key(
        "services",
        NAMES,
        "Services that run only while the LUN is mounted, and while every other LUN is that names"
        " them; systemd stops one that runs without. They are started in this order after the mount"
        " if they are enabled, and stopped in the reverse order before it goes.",
        default=(),
        entry=_SERVICE,
    ),
)

MOUNT = Key("mount", SECTION, "Where the LUN appears.", keys=_KEYS)


@dataclass(frozen=True)
class Mount:
    """Where a LUN is mounted, the operator's mount options, whether that is done by boot and
    formula, and the services that run only while it is."""

    path: str
    options: tuple[str, ...]
    auto: bool
    services: tuple[str, ...]


def _nested_mounts(good):
    """No LUN is mounted inside the directory of another."""
    keys = {lun.get("mount", {}).get("path"): key for key, lun in good.get("luns", {}).items()}
    for path, key in keys.items():
        parent = posixpath.dirname(path or "")
        while len(parent) > 1:
            if parent in keys:
                yield Problem(
                    f"ocfs2:luns:{key}:mount:path",
                    f"{shown(path)} is inside {shown(parent)}, the mount of"
                    f" ocfs2:luns:{keys[parent]}",
                    "type a directory outside of it",
                )
            parent = posixpath.dirname(parent)


def _mount_units(good):
    """The path of a LUN with ``services`` is short enough for the name of a unit of
    systemd, in which each of ``+@-`` takes four characters."""
    for key, lun in good.get("luns", {}).items():
        mount = lun.get("mount", {})
        if not (mount.get("services") and "path" in mount):
            continue
        unit = unit_names.of_mount(mount["path"])
        if len(unit) > unit_names.LONGEST:
            yield Problem(
                f"ocfs2:luns:{key}:mount:path",
                f"{shown(mount['path'])} becomes a unit of {len(unit)} characters, and"
                f" {unit_names.LONGEST} are possible",
                "type a shorter path, or one with fewer of +@-",
            )


RULES = (_nested_mounts, _mount_units)
