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
from support.images import BLOCK
from support.images import MIB
from support.images import digest
from support.images import heartbeat
from support.images import inode
from support.images import run
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


@pytest.mark.once
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
        volumes, failures = master.orchestrate()
    finally:
        gone.set()
        neighbour.join()
    assert volumes == {}
    assert "somebody writes to it" in "\n".join(failures)
    # What the neighbour has left there is not mkfs.ocfs2's.
    _is_refused(lun, master, "G3")


#: What else mkfs.ocfs2 writes than by default.
CHOICES = [
    {"features": ["metaecc", "usrquota", "grpquota", "noindexed-dirs", "noinline-data"]},
    {"features": ["noinline-data"], "block_size": 1024, "slots": 3},
    {"features": ["noindexed-dirs", "grpquota"], "block_size": 512, "cluster_size": 4096},
    {"features": ["metaecc", "noinline-data"], "block_size": 2048, "journal_size": "9MiB"},
    {"block_size": 512, "cluster_size": 4096, "journal_size": "30MiB"},
]


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({}, 70),
        (CHOICES[0], 115),
        # lost+found is there, and a quota file is not ended.
        (CHOICES[0], 136),
        pytest.param(CHOICES[2], 180, marks=pytest.mark.slow),
    ],
    ids=repr,
)
def test_what_a_cut_format_left_is_made_again(
    lun, master, killed_before_write, monkeypatch, number
):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    trace = killed_before_write(number)
    master.orchestrate()
    killed_before_write.disarm()
    assert _writes(trace) == number
    assert master.ledger.fetch(lun.wwid).state == "formatting"
    volumes, failures = master.orchestrate()
    assert failures == []
    is_whole(lun.image, volumes["primary"].uuid)


def _table(image):
    run("sfdisk", "--quiet", str(image), stdin="2048,,83\n")


def _table_and_ext4(image):
    _table(image)
    run("mkfs.ext4", "-q", "-F", "-E", f"offset={MIB}", str(image), str(1 << 19))


def _swap(image):
    run("mkswap", str(image))


def _bytes_at(offset, length=BLOCK):
    def write(image):
        with image.open("r+b") as handle:
            handle.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
            handle.write(os.urandom(length))

    return write


def _third_of_all_pages(image):
    with image.open("r+b") as handle:
        for page in range(2, SIZE // BLOCK, 3):
            os.pwrite(handle.fileno(), b"\x5a", page * BLOCK + 100)


def _heartbeat(block):
    """Write over the heartbeat of a node, whose sector begins that many blocks into the file."""

    def write(image):
        start, _ = heartbeat(image)
        _bytes_at(start + block * BLOCK)(image)

    return write


def _heartbeat_inode(image):
    _bytes_at(inode(image, "//heartbeat"))(image)


FOREIGN = {
    "a partition with ext4": _table_and_ext4,
    "data at 16 KiB": _bytes_at(16 << 10),
    "a sector at the end": _bytes_at(-512, 512),
    # debugfs.ocfs2 shows 255 sectors of 512 bytes; the kernel takes the sectors of the LUN.
    "the heartbeat of node 40 where sectors have 4 KiB": _heartbeat(40),
}
MORE_FOREIGN = {
    "a partition table": _table,
    "swap": _swap,
    "data in the last MiB": _bytes_at(-MIB),
    "a third of all pages": _third_of_all_pages,
}
UNCLEAR = {
    "the heartbeat of node 0": _heartbeat(0),
    "the inode of the heartbeat": _heartbeat_inode,
}


@pytest.mark.once
@pytest.mark.parametrize(
    ("write", "guard"),
    [
        *(pytest.param(write, "G3", id=name) for name, write in FOREIGN.items()),
        *(
            pytest.param(write, "G3", id=name, marks=pytest.mark.slow)
            for name, write in MORE_FOREIGN.items()
        ),
        *(pytest.param(write, "G9", id=name) for name, write in UNCLEAR.items()),
    ],
)
def test_what_somebody_else_has_put_beside_a_cut_format_is_not_formatted_over(
    lun, master, killed_before_write, monkeypatch, write, guard
):
    # Nobody beats here, so nobody needs to wait for it.
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    killed_before_write(70)
    master.orchestrate()
    killed_before_write.disarm()
    write(lun.image)
    _is_refused(lun, master, guard)


def _is_refused(lun, master, guard):
    """By that guard, with the LUN as it was and no volume on record."""
    before = digest(lun.image)
    volumes, failures = master.orchestrate()
    assert (volumes, digest(lun.image)) == ({}, before)
    assert f"{guard}: " in "\n".join(failures)
    assert master.ledger.fetch(lun.wwid).state == "formatting"


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
@pytest.mark.parametrize(
    "chosen",
    [{}, *(pytest.param(chosen, marks=pytest.mark.campaign) for chosen in CHOICES)],
    ids=repr,
)
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
    # mkfs that came to no write has not begun the LUN: the kernel's count says so.
    assert begun.state == ("formatting" if number > 1 else "never")
    _, failures = master.orchestrate()
    if failures:
        (failure,) = failures
        assert "blkdiscard --zeroout" in failure
        sparse(lun.image, SIZE)
        assert master.orchestrate()[1] == []
    record = master.ledger.fetch(lun.wwid)
    assert record.state == "formatted"
    assert number == 1 or record.uuid == begun.uuid
    is_whole(lun.image, record.uuid)
    return "cleared by hand" if failures else "made again"
