"""What is left of a format that is cut short, and what the next run makes of it."""

import itertools
import os
import re
import shutil
import threading
import time

import pytest

from functional.conftest import MINION
from support.formats import SIZE
from support.formats import is_whole
from support.images import MIB
from support.images import sparse
from support.simulated import SimulatedCache
from support.simulated import SimulatedMaster


@pytest.fixture(scope="module")
def killed_before_write(sandbox, tmp_path_factory):
    """Have the next mkfs.ocfs2 killed before its n-th write; in this module's own PATH."""
    directory = tmp_path_factory.mktemp("bin")
    wrapper, real = directory / "mkfs.ocfs2", shutil.which("mkfs.ocfs2")
    calls = "pwrite64,pwritev,write,fallocate,ioctl"

    def kill(number):
        inject = f"pwrite64,pwritev:signal=KILL:when={number}"
        trace = directory / "trace"
        wrapper.write_text(
            f"#!/bin/sh\nexec strace -f -o {trace} -e trace={calls} -e inject={inject} "
            f'{real} "$@"\n'
        )
        wrapper.chmod(0o755)
        return trace

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
        kill.disarm = lambda: wrapper.unlink(missing_ok=True)
        yield kill
        kill.disarm()


def test_what_a_cut_format_left_is_not_touched_while_somebody_beats_on_it(
    lun, master, killed_before_write
):
    killed_before_write(70)
    master.orchestrate()
    killed_before_write.disarm()
    assert master.nodes[MINION].census_of(master.pillar.luns[0])["half_made"] is True
    gone = threading.Event()
    neighbour = threading.Thread(target=_beat, args=(lun.image, gone))
    neighbour.start()
    try:
        volumes, (failure,) = master.orchestrate()
    finally:
        gone.set()
        neighbour.join()
    assert volumes == {}
    assert "somebody writes to it" in failure
    volumes, failures = master.orchestrate()
    assert failures == []
    is_whole(lun.image, volumes["primary"].uuid)


def _beat(image, gone):
    """Write a heartbeat every two seconds, as a mounted host does, though to no node's block."""
    with image.open("r+b") as handle:
        while not gone.wait(2):
            handle.seek(5 * MIB)
            handle.write(os.urandom(512))
            handle.flush()


def _writes(trace):
    return len(re.findall(r"^\d+ +pwrite(?:64|v)\(", trace.read_text(), re.MULTILINE))


@pytest.mark.once
@pytest.mark.slow
def test_mkfs_cut_before_any_of_its_writes_ends_in_one_volume_or_one_thing_to_do(
    lun, master, killed_before_write, monkeypatch
):
    # Nobody beats here, so nobody needs to wait for it, a hundred times.
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    ends = {}
    for number in _cuts():
        end = _cut(lun, master, killed_before_write, number)
        if not end:
            break
        ends[number] = end
    by_hand = list(ends.values()).count("cleared by hand")
    print(f"mkfs cut before {len(ends)} of {max(ends)} writes; {by_hand} had to be cleared by hand")
    assert max(ends) > 50
    assert len(ends) > by_hand > 0


def _cuts():
    """The writes before which mkfs.ocfs2 is killed; ``make test-faults`` takes every one."""
    every = os.environ.get("CUTS") == "every"
    return itertools.count(1) if every else itertools.count(1, 9)


def _cut(lun, master, killed_before_write, number):
    """Cut one format before a write and run again until it ends well; how, None if uncut."""
    sparse(lun.image, SIZE)
    master = SimulatedMaster(master.pillar, master.nodes, SimulatedCache())
    trace = killed_before_write(number)
    master.orchestrate()
    killed_before_write.disarm()
    if _writes(trace) < number:
        return None
    begun = master.ledger.fetch(lun.wwid)
    assert begun.state == "formatting"
    _, failures = master.orchestrate()
    if failures:
        (failure,) = failures
        assert "blkdiscard --zeroout" in failure
        sparse(lun.image, SIZE)
        assert master.orchestrate()[1] == []
    record = master.ledger.fetch(lun.wwid)
    assert (record.state, record.uuid) == ("formatted", begun.uuid)
    is_whole(lun.image, begun.uuid)
    return "cleared by hand" if failures else "made again"
