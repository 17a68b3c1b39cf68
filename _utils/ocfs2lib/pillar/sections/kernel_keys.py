"""The section ``kernel``: its modules, and what a node does after a panic."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar.key import BOOLEAN
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.section import Section
from ocfs2lib.pillar.sections import module_keys
from ocfs2lib.pillar.sections.module_keys import ModuleSource

_KEYS = (
    Key(
        "panic",
        INTEGER,
        "sysctl ``kernel.panic``: restart so long after a panic. 0 never restarts, and is"
        " refused where a panic is how a node leaves the cluster.",
        default=30,
        unit="s",
        minimum=0,
        maximum=3600,
    ),
    Key(
        "panic_on_oops",
        BOOLEAN,
        "sysctl ``kernel.panic_on_oops``: a node with a damaged kernel leaves the cluster"
        " instead of holding its locks.",
        default=True,
    ),
    module_keys.MODULE,
)


@dataclass(frozen=True)
class Kernel:
    """The ``kernel`` section; ``panic`` in seconds."""

    panic: int
    panic_on_oops: bool
    module: ModuleSource | None


KERNEL = Section(
    Key(
        "kernel",
        SECTION,
        "The kernel of a node: its modules, and what it does after a panic.",
        default=None,
        keys=_KEYS,
    ),
    build=lambda good: Kernel(**{**good, "module": module_keys.built(good["module"])}),
    rules=(module_keys.complete,),
)
