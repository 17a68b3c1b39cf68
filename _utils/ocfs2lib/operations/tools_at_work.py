"""
Whether a tool is at work on a volume already, on any node.

It outlives the run that has started it, so a run waits for the end of its own, and begins nothing
beside another.
"""

from dataclasses import dataclass

from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.errors import Refused
from ocfs2lib.operations.operation import QUICK


@dataclass(frozen=True)
class ToolAtWork:
    """A tool that is at work on a volume: on which node, and what it does to it."""

    minion: str
    task: str

    def __str__(self):
        return (
            f"{self.minion}: a tool is at work on the volume there ({self.task}), wait for its end"
        )


def tools_at_work(operation, uuid):
    """
    Return what is done to a volume, and why that is not known of a node, as sentences.

    operation
        The operation that asks.
    uuid
        The volume's UUID.
    """
    answers, silent = operation.master.ask(operation.minions, "ocfs2_volume.at_work", limit=QUICK)
    found, unknown = returns.of_calls(answers, silent, calls.at_work)
    at_work = [
        ToolAtWork(minion, each["task"])
        for minion, tools in found.items()
        for each in tools
        if each["volume"] == uuid
    ]
    return at_work, unknown


def where_at_work(operation, uuid, task):
    """
    Return the node on which an earlier run has started the very same task; None for no node.

    operation, uuid
        As for :func:`tools_at_work`.
    task
        As ``ocfs2_volume.at_work`` names it.

    Raises Refused if anything else is done to the volume, or may be.
    """
    at_work, unknown = tools_at_work(operation, uuid)
    if unknown or [each.task for each in at_work] not in ([], [task]):
        raise Refused(*map(str, at_work), *unknown)
    return at_work[0].minion if at_work else None
