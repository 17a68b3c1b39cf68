"""
How a node that no pillar describes yet mounts and names its LUNs.
"""

import posixpath

from ocfs2lib.parsers import blockdev
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.mount_options import REFUSED_OPTIONS

#: Directories of names that udev and multipath give to a LUN, the better names first.
NAME_DIRECTORIES = ("/dev/mapper", "/dev/disk/by-id")
#: By what a name begins with: the alias of a multipath map, then what the LUN says it is.
_PREFERENCE = (
    "/dev/mapper/",
    "/dev/disk/by-id/wwn-",
    "/dev/disk/by-id/scsi-",
    "/dev/disk/by-id/nvme-",
    "/dev/disk/by-id/",
)


def preferred(names):
    """The names of one LUN, the best first."""

    def rank(name):
        return next(at for at, start in enumerate(_PREFERENCE) if name.startswith(start)), name

    return sorted(names, key=rank)


def fstab(text):
    """
    Every line of /etc/fstab that has a source and a mount point, whatever else it lacks.

    Each is ``{"source", "path", "fstype", "options": [...]}``, by the place in the line: where the
    type was left out, the options stand in its place.
    """
    lines = (line.split() for line in text.split("\n") if not line.lstrip().startswith("#"))
    return [_line(*fields[:4]) for fields in lines if len(fields) > 1]


def _line(source, path, fstype="", options=""):
    return {
        "source": blockdev.unescaped(source),
        "path": blockdev.unescaped(path),
        "fstype": fstype,
        "options": [each for each in options.split(",") if each],
    }


def typeless(line):
    """Whether the type of a line of :func:`fstab` was left out, and its options stand there."""
    # As a type, "auto" is one: mount looks for itself.
    if line["fstype"] in ("ocfs2", "auto"):
        return False
    return all(_is_option(each) for each in line["fstype"].split(","))


def _is_option(word):
    name = word.partition("=")[0]
    starts = tuple(each for each in REFUSED_OPTIONS if each.endswith("."))
    return name in ("", *MOUNT_OPTIONS, *REFUSED_OPTIONS) or name.startswith(starts)


def options(line):
    """The options that whoever wrote a line of :func:`fstab` meant."""
    if typeless(line):
        return [each for each in line["fstype"].split(",") if each]
    return line["options"]


def means(line, node, facts):
    """
    Whether an fstab line of a node means a LUN: by its name, one of its paths, or what is on it.

    line
        A line of :func:`fstab`, with the kernel's name of its device as ``node``.
    node, facts
        The kernel's name of the LUN, and what ``ocfs2.probe`` returned for it.
    """
    if line["node"]:
        return line["node"] == node or posixpath.basename(line["node"]) in facts["paths"]
    kind, _, value = line["source"].partition("=")
    value, volume = value.strip('"'), facts["volume"] or {"uuid": None, "label": None}
    if kind == "UUID":
        return value.replace("-", "").upper() == volume["uuid"]
    return kind == "LABEL" and value == volume["label"]
