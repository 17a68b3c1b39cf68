"""What all guards together cost one node for one LUN, and whether its size matters."""

import contextlib
import sys
import tempfile
import time
from pathlib import Path

import pytest

from ocfs2lib.lun import format_guards
from ocfs2lib.lun.case import LunCase
from ocfs2lib.pillar import check
from support import answers
from support.devices import named
from support.devices import simulated_wwid
from support.images import attached
from support.images import sparse

SIZES = {"1 GB": 1 << 30, "1 TB": 1 << 40}
ROUNDS = 5
WWID = "35000c50000000001"


@pytest.fixture(scope="module")
def started():
    """The tools that are started while it listens; an audit hook cannot be taken away again."""
    tools, listening = [], [False]

    def hook(event, arguments):
        if event == "subprocess.Popen" and listening[0]:
            tools.append(Path(arguments[0]).name)

    sys.addaudithook(hook)

    @contextlib.contextmanager
    def listen():
        tools.clear()
        listening[0] = True
        yield tools
        listening[0] = False

    return listen


def _seconds(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


@pytest.mark.usefixtures("sandbox")
def test_the_guards_cost_the_same_whatever_the_size(
    modules,
    config,
    started,
):
    taken = {}
    for words, size in SIZES.items():
        with (
            tempfile.TemporaryDirectory(dir="/dev/shm") as memory,
            attached(sparse(Path(memory, "image"), size)) as node,
            simulated_wwid(node, WWID),
            named(node) as device,
        ):
            about = {"device": device, "wwid": WWID, "size": size}
            config["luns"]["primary"].update(about, format="once", type="mail", slots=3)
            desired = check.parse(config)
            rounds = [_look(modules, desired, started) for _ in range(ROUNDS)]
        taken[words] = min(rounds)
    for words, seconds in taken.items():
        print(f"{words}: {seconds:.2f} s a LUN and node, the best of {ROUNDS}")
    print(f"ratio 1 TB to 1 GB: {taken['1 TB'] / taken['1 GB']:.2f}")


def _look(modules, desired, started):
    """Seconds of one look at the LUN and the judgement of all guards over it."""
    (lun,) = desired.luns
    with started() as tools:
        seconds, facts = _seconds(lambda: modules["ocfs2.probe"](lun.device, prove_blank=True))
    assert tools == ["blkid"]
    seen = {each.minion: facts for each in desired.nodes}
    case = LunCase(desired, lun, seen, record=answers.record(desired))
    judged, refusals = _seconds(format_guards.refusals, case)
    assert refusals == []
    return seconds + judged
