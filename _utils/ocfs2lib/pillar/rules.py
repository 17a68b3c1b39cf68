"""
The rules between the keys of a pillar: those of each section, and here those that compare sections.

Every rule takes the good part of the pillar, where any key may be absent, and yields problems.
The docstrings are what the key reference tells the operator.
"""

from ocfs2lib.pillar import keys
from ocfs2lib.pillar import volume_types
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.sections.luns_keys import default_slots
from ocfs2lib.sizes import human
from ocfs2lib.text import shown

#: The keys of a LUN that say how large its journals become.
_CHOICES = ("block_size", "cluster_size", "journal_size")


def _panics(good):
    """``kernel:panic`` is above 0 where ``fence_method`` is ``panic`` or
    ``panic_on_oops`` is true."""
    causes = (("cluster", "fence_method", "panic"), ("kernel", "panic_on_oops", True))
    for section, name, value in causes:
        if good.get("kernel", {}).get("panic") == 0 and good.get(section, {}).get(name) == value:
            yield Problem(
                "ocfs2:kernel:panic",
                f"0 leaves a node hanging for ever after a panic, and {section}:{name}"
                f" {shown(value)} makes it panic",
                "type 30, the seconds until it restarts",
            )


def _slots(good):
    """``slots`` is not below the number of the LUN's nodes."""
    for key, lun in good.get("luns", {}).items():
        nodes = _count_nodes(good, lun)
        if "slots" in lun and lun["slots"] < nodes:
            yield Problem(
                f"ocfs2:luns:{key}:slots",
                f"{lun['slots']} slots are too few for {nodes} nodes",
                f"type {default_slots(nodes)}: more slots later need every node to unmount",
            )


def _count_nodes(good, lun):
    return len(lun.get("nodes", good.get("nodes", {})))


def _sizes(good):
    """A LUN without a pinned ``uuid`` is large enough for its type, and the journals of
    all slots together take no more than half of it."""
    for key, lun in good.get("luns", {}).items():
        if {"size", "type", "slots", *_CHOICES} <= lun.keys() and not lun.get("uuid"):
            yield from _room(f"ocfs2:luns:{key}", lun, _count_nodes(good, lun))


def _room(path, lun, nodes):
    """Yield the Problem of a LUN that has no room for what it shall be."""
    size, kind, slots = lun["size"], lun["type"], lun["slots"]
    minimum = volume_types.TYPES[kind].minimum
    journal = volume_types.journal_bytes(kind, size, *(lun[name] for name in _CHOICES))
    fewer = size // 2 // journal
    # Given a cluster size, mkfs.ocfs2 asks for no more.
    if size < minimum and not lun["cluster_size"]:
        yield Problem(
            f"{path}:size",
            f"{human(size)} is too small for the type {kind}",
            f"use a LUN of {human(minimum)} or more, or type 'type: mail'",
        )
    # Half of the LUN: mkfs.ocfs2 notices too late, when the old content is gone.
    elif slots > fewer:
        smaller = "a smaller journal_size, or " if lun["journal_size"] else ""
        yield Problem(
            f"{path}:slots",
            f"{slots} slots with a journal of {human(journal)} each take more than half of"
            f" {human(size)}",
            (f"type {fewer}, or " if fewer >= nodes else "")
            + f"{smaller}use a LUN of {human(slots * journal * 2)} or more",
        )


#: By the last section that they compare: they come after the rules of that.
_BETWEEN = {"kernel": (_panics,), "luns": (_slots, _sizes)}


def of_sections(sections):
    """Return every rule of a pillar with these sections, in the order of its problems."""
    return tuple(
        rule for section in sections for rule in (*section.rules, *_BETWEEN.get(section.name, ()))
    )


RULES = of_sections(keys.SECTIONS)
