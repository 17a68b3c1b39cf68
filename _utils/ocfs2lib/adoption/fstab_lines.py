"""
What a line of fstab that somebody wrote by hand says: its options, and the LUN it refers to.
"""

import posixpath

from ocfs2lib.pillar import identities
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from ocfs2lib.pillar.mount_options import REFUSED_OPTIONS


def lacks_type(line):
    """
    Return whether the type of an fstab line was left out, so that its options stand there.

    line
        A line of ``parsers.fstab_file.Line.fields``.
    """
    # As a type, "auto" is one: mount looks for itself.
    if line["fstype"] in ("ocfs2", "auto"):
        return False
    return all(_is_option(each) for each in line["fstype"].split(","))


def _is_option(word):
    name = word.partition("=")[0]
    starts = tuple(each for each in REFUSED_OPTIONS if each.endswith("."))
    return name in ("", *MOUNT_OPTIONS, *REFUSED_OPTIONS) or name.startswith(starts)


def intended_options(line):
    """Return the options that the author of an fstab line meant."""
    if lacks_type(line):
        return [each for each in line["fstype"].split(",") if each]
    return line["options"]


def refers_to(line, node, facts):
    """
    Return whether an fstab line refers to a LUN: by its name, one of its paths, or its volume.

    line
        Of ``parsers.fstab_file.Line.fields``, with the kernel's name of its device as ``node``.
    node, facts
        The kernel's name of the LUN, and what ``ocfs2.probe`` returned for it.
    """
    if line["node"]:
        return line["node"] == node or posixpath.basename(line["node"]) in facts["paths"]
    kind, _, value = line["source"].partition("=")
    value, volume = value.strip('"'), facts["volume"] or {"uuid": None, "label": None}
    if kind == "UUID":
        return value.replace("-", "").upper() == volume["uuid"]
    if kind == "PARTUUID":
        partuuid = identities.split_partition(facts["wwid"] or "")[1]
        return bool(partuuid) and value.lower() == partuuid.lower()
    return kind == "LABEL" and value == volume["label"]
