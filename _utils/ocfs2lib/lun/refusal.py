"""Why a guard refuses a LUN: a code to decide by, and sentences for a person."""

import enum
from dataclasses import dataclass


class Code(enum.Enum):
    """What is wrong. Whoever decides anything about a refusal decides by this."""

    LUN_MISSING = "the node has no such LUN"
    OTHER_LUN = "the name leads to another LUN"
    OTHER_PATH = "a path of the map leads to another LUN"
    SIZE_DIFFERS = "the size is not that in pillar"
    SECTORS_LARGE = "its sectors are larger than the blocks of the volume would be"
    UNREADABLE = "a read failed"
    NOT_READ = "the node was not asked to read it"
    NOT_BLANK = "it holds something"
    RECORD_UNREADABLE = "the record of the LUN cannot be read"
    ON_RECORD = "the record says that it was in use"
    OTHER_CLUSTER = "another cluster began to format it"
    OTHER_THAN_BEGUN = "it holds another volume than the one that was begun"
    PINNED = "pillar pins a volume"
    NOT_PERMITTED = "pillar does not permit a format"
    BEING_FORMATTED = "a node is formatting it"
    OUTCOME_UNKNOWN = "what became of a format is not known"
    NOT_LEADER = "the node is not the leader, or has no token"
    IN_USE = "somebody uses it"
    READ_ONLY = "it takes no writes"
    NODE_ABSENT = "a node of the roster takes no part"
    CUT_SHORT = "its format did not reach its end"
    TOOL_MISSING = "a tool is missing"
    TOOL_FAILED = "a tool failed before it wrote anything"
    OTHER_VOLUME = "it does not hold the volume in pillar"
    SLOTS_TOO_FEW = "the volume has no slot for every node"


@dataclass(frozen=True)
class Refusal:
    """
    One reason.

    ``guard`` is its number (``G1`` to ``G9``, or ``mount``), ``code`` a :class:`Code`, ``node`` the
    minion that saw it (``""``: all), ``found`` what was found and ``fix`` what to do, as text.
    """

    guard: str
    code: Code
    node: str
    found: str
    fix: str

    def __str__(self):
        where = f"{self.node}: " if self.node else ""
        return f"{self.guard}: {where}{self.found}. {self.fix}."
