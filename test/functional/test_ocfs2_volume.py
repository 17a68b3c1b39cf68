"""Volumes that exist, with the real tools, as far as they work without a cluster."""

import contextlib
import os
import struct
import threading
import time
import uuid
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.lun import superblock
from ocfs2lib.lun.format_order import FormatOrder
from ocfs2lib.system import volume_tools
from support.devices import mounted_tmpfs
from support.images import BLOCK
from support.images import GIB
from support.images import MIB
from support.images import attached
from support.images import digest
from support.images import fsck
from support.images import heartbeat
from support.images import put
from support.images import run
from support.images import sparse
from support.mount_points import mounted
from support.zoo import O2CB

#: Of these tests alone, with one Salt: others beside them work on volumes of theirs.
UUID = uuid.uuid4().hex.upper()
OTHER = "0" * 32
#: Of the inode of the root directory and of its link count, in bytes (struct ocfs2_dinode).
ROOT, LINKS = 5 * BLOCK, 0x2A
LOG = "/var/log/ocfs2-fsck-primary.log"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
    reason="needs root and loop devices",
)


def mkfs(image, *options, size=GIB):
    sparse(image, size)
    shape = ("-b", "4096", "-C", "4096", "-J", "size=16M")
    run("mkfs.ocfs2", "-q", "-U", UUID, "-L", "primary", "-N", "4", *shape, *options, str(image))
    return image


@pytest.fixture
def local(tmp_path):
    """A volume that fsck.ocfs2 and tunefs.ocfs2 can write to without a cluster."""
    return mkfs(tmp_path / "lun", "-M", "local")


@pytest.fixture
def clustered(tmp_path):
    return mkfs(tmp_path / "lun", *O2CB)


@pytest.fixture
def log_directory(sandbox):
    with mounted_tmpfs(Path("/var/log")):
        yield


def damage(image):
    put(image, ROOT + LINKS, struct.pack("<H", 7))


def test_another_volume_is_touched_by_no_function(modules, local):
    before = digest(local)
    with attached(local) as device:
        for name, arguments in (
            ("grow", ()),
            ("slots", (8,)),
            ("check", ("primary", True)),
            ("members", ()),
            ("room", ()),
        ):
            with pytest.raises(CommandExecutionError, match=f"holds {UUID}, not the volume 0000"):
                modules[f"ocfs2_volume.{name}"](device, OTHER, *arguments)
    assert digest(local) == before


def test_a_lun_without_a_volume_is_refused(modules, tmp_path):
    with (
        attached(sparse(tmp_path / "lun", GIB)) as device,
        pytest.raises(CommandExecutionError, match="holds no volume, not the volume"),
    ):
        modules["ocfs2_volume.check"](device, UUID, "primary")


def test_a_sound_volume_is_clean_and_unchanged(modules, clustered, log_directory):
    before = digest(clustered)
    with attached(clustered) as device:
        found = modules["ocfs2_volume.check"](device, UUID, "primary")
    assert (found["ended"], found["findings"], found["count"]) == (True, [], 0)
    assert found["log"] == LOG
    assert found["said"] in Path(LOG).read_text()
    assert "Pass 4b: Checking inodes link counts" in Path(LOG).read_text()
    assert digest(clustered) == before


@pytest.mark.once
@pytest.mark.slow
def test_a_large_volume_is_clean_in_the_memory_that_a_check_may_take(
    modules, tmp_path, log_directory
):
    """With less memory than it needs, fsck.ocfs2 finds faults that are none."""
    with attached(mkfs(tmp_path / "lun", "-M", "local", size=4096 * GIB)) as device:
        found = modules["ocfs2_volume.check"](device, UUID, "primary")
    assert (found["ended"], found["findings"], found["count"]) == (True, [], 0)


def test_a_check_may_always_take_what_it_needs(modules, clustered, log_directory, monkeypatch):
    """However little is free: the limit depends on the volume alone."""
    taken, real = [], volume_tools.finish

    def finish(volume, task, argv, *more):
        assert argv[0] == "prlimit"
        taken.append(int(argv[1].partition("=")[2]))
        return real(volume, task, argv, *more)

    monkeypatch.setattr(volume_tools, "finish", finish)
    with attached(clustered) as device:
        modules["ocfs2_volume.check"](device, UUID, "primary")
    assert taken == [128 * MIB + 512 * (GIB // BLOCK)]


def test_a_damaged_volume_is_only_looked_at_until_its_repair_is_asked_for(
    modules, local, log_directory
):
    damage(local)
    before = digest(local)
    with attached(local) as device:
        found = modules["ocfs2_volume.check"](device, UUID, "primary")
        assert (found["ended"], found["findings"], found["count"]) == (True, ["INODE_COUNT"], 1)
        assert "has a link count of 7 on disk" in Path(LOG).read_text()
        assert digest(local) == before
        found = modules["ocfs2_volume.check"](device, UUID, "primary", repair=True)
        assert (found["ended"], found["findings"]) == (True, ["INODE_COUNT"])
        found = modules["ocfs2_volume.check"](device, UUID, "primary")
    assert (found["ended"], found["findings"]) == (True, [])


def test_a_repair_that_can_not_lock_the_volume_does_not_end(modules, clustered, log_directory):
    damage(clustered)
    before = digest(clustered)
    with attached(clustered) as device:
        found = modules["ocfs2_volume.check"](device, UUID, "primary", repair=True)
    assert (found["ended"], found["findings"]) == (False, [])
    assert "Unable to access cluster service" in found["said"]
    assert digest(clustered) == before


def test_slots_are_added_and_a_repetition_is_fine(modules, local):
    with attached(local) as device:
        assert modules["ocfs2_volume.slots"](device, UUID, 6) is True
        assert modules["ocfs2.probe"](device)["volume"]["slots"] == 6
        before = digest(local)
        assert modules["ocfs2_volume.slots"](device, UUID, 6) is True
        for count in (5, 256, "7", True):
            with pytest.raises(SaltInvocationError, match="is not 6 to 255"):
                modules["ocfs2_volume.slots"](device, UUID, count)
        assert digest(local) == before
        fsck(device)


def test_slots_for_which_the_tool_wants_the_cluster_are_an_error(modules, clustered):
    before = digest(clustered)
    said = "has 4 slots after tunefs.ocfs2 -N 6, which said: .*Unable to access cluster service"
    with attached(clustered) as device, pytest.raises(CommandExecutionError, match=f"(?s){said}"):
        modules["ocfs2_volume.slots"](device, UUID, 6)
    assert digest(clustered) == before


def test_a_volume_that_is_not_mounted_does_not_grow(modules, local):
    before = digest(local)
    with (
        attached(local) as device,
        pytest.raises(CommandExecutionError, match="grows only where it is"),
    ):
        modules["ocfs2_volume.grow"](device, UUID)
    assert digest(local) == before


def test_room_is_what_slots_take_of_it(modules, local):
    with attached(local) as device:
        before = modules["ocfs2_volume.room"](device, UUID)
        assert before["journal"] == 16 * MIB
        modules["ocfs2_volume.slots"](device, UUID, 6)
        after = modules["ocfs2_volume.room"](device, UUID)
    assert 0 < after["free"] <= before["free"] - 2 * before["journal"]


@pytest.mark.parametrize(("journal", "answer"), [("size=16M", False), ("size=16M,block64", True)])
def test_journals_that_count_in_64_bits_are_told_from_others(modules, tmp_path, journal, answer):
    image = mkfs(tmp_path / "lun", "-J", journal, *O2CB)
    with attached(image) as device:
        assert modules["ocfs2_volume.has_block64"](device, UUID) is answer


@pytest.mark.slow
def test_a_lun_of_more_than_16_tib_is_made_as_ordered(tmp_path):
    """The real mkfs.ocfs2 with the arguments of an order, on a file of 20 TiB."""
    with mounted(tmp_path):
        image = sparse(tmp_path / "lun", 20 * 1024 * GIB)
        order = FormatOrder(
            device="/dev/mapper/primary",
            wwid="3600a0b8000123456000abcd012345678",
            size=20 * 1024 * GIB,
            uuid=UUID,
            label="primary",
            slots=1,
            cluster="web",
            fs_type="mail",
            leader="host1.domain.com",
        )
        run("mkfs.ocfs2", "-q", *order.arguments(), str(image))
        with image.open("rb") as handle:
            found = superblock.parse(handle.read(superblock.HEAD_BYTES))
    assert (found.size, found.uuid) == (20 * 1024 * GIB, UUID)


def test_no_path_to_ask_is_an_error(modules, local):
    with (
        attached(local) as device,
        pytest.raises(CommandExecutionError, match="device/rescan cannot be written"),
    ):
        modules["ocfs2_volume.rescan"](device)


@contextlib.contextmanager
def beating(image, number):
    """Somebody writes the heartbeat of a node (struct o2hb_disk_heartbeat_block)."""
    start, _ = heartbeat(image)
    over = threading.Event()

    def beat():
        while not over.is_set():
            block = struct.pack("<QB3xIQI", int(time.time()), number, 0, 0xCAFE, 62000)
            put(image, start + number * BLOCK // 8, block)
            over.wait(1)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_who_is_on_a_volume_is_seen_from_any_host(modules, clustered):
    start, _ = heartbeat(clustered)
    # One that beat once and is no more, and one that beats.
    put(clustered, start + 9 * 512, struct.pack("<QB3xIQI", 1 << 30, 9, 0, 0xCAFE, 62000))
    with attached(clustered) as device, beating(clustered, 3):
        found = modules["ocfs2_volume.members"](device, UUID)
    assert found == {"beating": [3], "slots": []}
