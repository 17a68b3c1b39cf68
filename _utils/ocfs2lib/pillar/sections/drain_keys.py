"""The section ``drain``: how a node is emptied before its volumes are unmounted."""

from __future__ import annotations

from dataclasses import dataclass

from ocfs2lib.pillar import plain_path
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import SECTION
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.pillar.section import Section
from ocfs2lib.text import shown


def _check_command(text):
    """Refuse what is not the bare path of an executable."""
    if not text.startswith("/"):
        raise WrongValue(
            f"{shown(text)} is not an absolute path",
            "type it from /, like /usr/local/sbin/drain-hypervisor",
        )
    if " " in text:
        raise WrongValue(
            f"{shown(text)} has blanks in it, and it is run without arguments and without a shell",
            "put the command into a script and type the path of the script",
        )


def _check_state(text):
    """Refuse the path of an sls, and what the formula itself is made of."""
    if "/" in text or text.endswith(".sls"):
        plain = text.strip("/").removesuffix(".sls").replace("/", ".")
        raise WrongValue(f"{shown(text)} is a path, not the name of an sls", f"type {shown(plain)}")
    if text == "ocfs2" or text.startswith("ocfs2."):
        raise WrongValue(
            f"{shown(text)} is of the formula, and it is yours to know how a node is emptied",
            "type the name of an sls of your own like 'hypervisor.drain'",
        )


_KEYS = (
    Key(
        "command",
        TEXT,
        "An executable on the node, run as root without arguments and without a shell. Exit code 0"
        " means that the node is empty.",
        default=None,
        derived="none",
        example="/usr/local/sbin/drain-hypervisor",
        pattern=plain_path.PATTERN,
        rule=plain_path.RULE,
        check=_check_command,
    ),
    Key(
        "state",
        TEXT,
        "An sls of yours, applied to the node. It succeeds once the node is empty.",
        default=None,
        derived="none",
        example="hypervisor.drain",
        pattern=r"(?=.{1,128}$)[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*",
        rule="the name of an sls of up to 128 letters, digits and _-, in parts parted by dots",
        check=_check_state,
    ),
    Key(
        "limit",
        INTEGER,
        "After so long the node counts as not emptied, and nothing is unmounted.",
        default=600,
        unit="s",
        minimum=1,
        maximum=86400,
    ),
)


@dataclass(frozen=True)
class Drain:
    """The ``drain`` section: ``command`` or ``state`` or neither, ``limit`` in seconds."""

    command: str | None
    state: str | None
    limit: int


def _one_way(good):
    """``drain`` has a ``command`` or a ``state``, not both."""
    drain = good.get("drain", {})
    if drain.get("command") and drain.get("state"):
        yield Problem(
            "ocfs2:drain:state",
            f"{shown(drain['state'])} stands beside the command {shown(drain['command'])}",
            "keep one of them, and let it do all",
        )


DRAIN = Section(
    Key(
        "drain",
        SECTION,
        "How a node is emptied before its volumes are unmounted in a planned operation: by a"
        " command or by a state of yours, or not at all.",
        default=None,
        keys=_KEYS,
    ),
    build=lambda good: Drain(**good),
    rules=(_one_way,),
)
