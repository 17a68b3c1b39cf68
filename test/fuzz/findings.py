"""What went wrong in the fuzz: every place in the code once, with one input that leads there."""

import contextlib
import signal
import traceback
from collections import Counter
from pathlib import Path

#: Seconds of processor time that one input may take.
LIMIT = 5


class TooLong(Exception):  # noqa: N818 - what it is, not that it is an error
    """One input took more than LIMIT."""


def _too_long(_number, _frame):
    raise TooLong(f"more than {LIMIT} s of processor time")


class Findings:
    """Collects what is raised under :meth:`watch`."""

    def __init__(self):
        self.examples = {}
        self.times = Counter()
        signal.signal(signal.SIGVTALRM, _too_long)

    @contextlib.contextmanager
    def watch(self, example):
        """Note what is raised within as a finding, and that it took too long; go on then.

        example
            The input, as what ``str`` gives for it is printed.
        """
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
        try:
            yield
        except Exception as err:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self.add(err, example)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def add(self, err, example):
        """Note one exception."""
        where = site(err)
        self.times[where] += 1
        self.examples.setdefault(where, (err, example))

    def reduce(self, judge, smaller):
        """Put the least in the place of each input that ``judge`` still raises the same for.

        smaller
            A function that returns the inputs that are one step smaller than one.
        """
        for where, (err, example) in self.examples.items():
            self.examples[where] = err, _least(where, example, judge, smaller)

    def __str__(self):
        return "\n\n".join(
            f"{self.times[where]} times {where}\n  {_short(err)}\n  first: {_short(example)}"
            for where, (err, example) in self.examples.items()
        )

    def none(self):
        """Fail if there is anything, with all of it."""
        assert not self.examples, f"{len(self.examples)} findings\n\n{self}"


def _least(where, example, judge, smaller):
    for each in smaller(example):
        try:
            judge(each)
        except Exception as err:
            if site(err) == where:
                return _least(where, each, judge, smaller)
    return example


def site(err):
    """Where an exception comes from: the innermost line of the formula, else of its tests."""
    places = [(Path(x.filename), x.lineno) for x in traceback.extract_tb(err.__traceback__)]
    ours = [place for place in places if _is_ours(place[0])]
    ours = ours or [place for place in places if place[0].name.startswith("test_")]
    return (
        f"{type(err).__name__} in {ours[-1][0].name}:{ours[-1][1]}" if ours else type(err).__name__
    )


def _is_ours(path):
    return "ocfs2lib" in path.parts or path.name.startswith(("ocfs2", "o2cb"))


def _short(value):
    text = str(value)
    return text if len(text) < 1500 else f"{text[:1500]}..."
