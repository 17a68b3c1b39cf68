"""
An explanation as an operator reads it: why a node restarted, by what margin, what proves it, what
to do.
"""

import textwrap
import time
from itertools import groupby

from ocfs2lib.fence import cause

TITLES = {
    cause.DISK: "fenced itself, disk heartbeat",
    cause.NETWORK: "fenced itself, network and quorum",
    cause.FILESYSTEM: "stopped by the filesystem",
    cause.PANIC: "panic for another reason",
    cause.CUT: "power cut, or reset from outside",
    cause.SHUTDOWN: "ordered shutdown",
    cause.FROZEN: "evicted while it stood still",
    cause.UNKNOWN: "not known",
}

_WIDTH = 80
_KEPT = "kept in pstore"


def lines(explanation):
    """
    Return an explanation as lines of 80 columns; a longer command is not cut.

    explanation
        An :class:`explanation.Explanation`.
    """
    sure = "" if explanation.sure or explanation.verdict == cause.UNKNOWN else " (concluded)"
    return [
        f"{explanation.node}: {TITLES[explanation.verdict]}{sure}",
        *_wrapped(explanation.summary, "  "),
        *_section("When", _times(explanation)),
        *_section("Margin", _items(explanation.margins)),
        *_section("Seen", _seen(explanation.evidence)),
        *_section("What to do", _steps(explanation.advice)),
        *_section("Notes", _items(explanation.notes)),
        *_section("Other restarts in these logs", _others(explanation.others)),
    ]


def _section(title, content):
    content = list(content)
    return ["", title, *content] if content else []


def _times(explanation):
    if explanation.last is not None and explanation.back is not None:
        yield f"  {_stamp(explanation.last)}  last message"
    elif explanation.last is not None:
        yield f"  {_stamp(explanation.last)}  evicted"
    if explanation.back is not None:
        yield f"  {_stamp(explanation.back)}  up again"
    if explanation.last is not None or explanation.back is not None:
        yield f"  by the clock of {explanation.node}"


def _items(sentences):
    for each in sentences:
        yield from _wrapped(each, "  - ", "    ")


def _seen(evidence):
    """Yield the lines of each node, by day, each with its time."""
    for (node, day), group in groupby(evidence, lambda each: (each.node, _day(each.time))):
        yield f"  {node}, {day}"
        for each in group:
            start = f"    {_clock(each.time)} " if each.time is not None else "    "
            yield from _wrapped(each.text, start, "      ")


def _steps(advice):
    for number, each in enumerate(advice, 1):
        yield from _wrapped(each.text, f"  {number}. ", "     ")
        if each.command:
            yield from _command(each.command)


def _others(others):
    for each in others:
        yield f"  {_stamp(each.time)}  {TITLES[each.verdict]}"


def _wrapped(text, first, then=None):
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if then is None else then,
        break_on_hyphens=False,
    )


def _command(command):
    """Return a command to type, continued on a second line if it is too long for one."""
    if len(command) + 7 <= _WIDTH:
        return [f"       {command}"]
    head, _, tail = command.partition(" pillar=")
    return [f"       {head} \\", f"           pillar={tail}"] if tail else [f"       {command}"]


def _stamp(seconds):
    return f"{_day(seconds)[:10]} {_clock(seconds)[:8]} UTC"


def _day(seconds):
    return _KEPT if seconds is None else time.strftime("%Y-%m-%d UTC", time.gmtime(seconds))


def _clock(seconds):
    return f"{time.strftime('%H:%M:%S', time.gmtime(seconds))}.{int(seconds % 1 * 10)}"
