"""Volumes are kept mounted while they are read, and left alone when they cannot be."""

import ctypes
import errno
import os
import threading
from pathlib import Path

import pytest

from ocfs2lib.system import mount_table
from support.devices import mounted_tmpfs
from support.devices import simulated_ocfs2
from support.images import MIB
from support.images import attached
from support.images import run
from support.images import sparse
from support.kernel_files import DEBUG
from support.kernel_files import DOMAIN
from support.kernel_files import UUID
from support.kernel_files import put

OTHER = "22F18C8D5DDD4318ABFA0E7FBD972778"
NOTHING = {"fs_state": "", "dlm_state": ""}
STATE = DEBUG / f"ocfs2/{UUID}/fs_state"

_LIBC = ctypes.CDLL(None, use_errno=True)


def unmount(path):
    """Try to unmount a path; returns the error's number, or 0."""
    return ctypes.get_errno() if _LIBC.umount2(os.fsencode(path), 0) else 0


@pytest.fixture
def going(volume):
    """A second volume, which is just being mounted or unmounted; no mount table has it."""
    put(DEBUG / f"ocfs2/{OTHER}/fs_state", "its journal is gone\n")
    put(DEBUG / f"o2dlm/{OTHER}/dlm_state", DOMAIN)


@pytest.fixture
def on_disk(kernel, volume, tmp_path):
    """The directory at which the first volume is mounted; in truth an ext2 on a loop device."""
    path = tmp_path / "disk"
    path.mkdir()
    image = sparse(tmp_path / "image", 8 * MIB)
    run("mkfs.ext2", "-q", str(image))
    with attached(image) as device:
        run("mount", device, str(path))
        kernel(f"heartbeat/{UUID}/dev", Path(device).name)
        with simulated_ocfs2(path):
            yield path
        run("umount", str(path))


def test_a_host_without_a_cluster_shows_no_volume():
    assert mount_table.states() == {}


@pytest.mark.usefixtures("mounted")
def test_a_mounted_volume_shows_both():
    states = mount_table.states()
    assert states == {UUID: {"fs_state": STATE.read_text().strip(), "dlm_state": DOMAIN.strip()}}


def test_nobody_unmounts_a_volume_while_it_is_read(mounted):
    """Who reads from a pipe waits for somebody to write."""
    STATE.unlink()
    os.mkfifo(STATE)
    errors = []

    def write():
        with STATE.open("w") as pipe:
            errors.append(unmount(mounted))
            pipe.write("read\n")

    writer = threading.Thread(target=write)
    writer.start()
    states = mount_table.states()
    writer.join()
    assert (states[UUID]["fs_state"], errors) == ("read", [errno.EBUSY])
    assert unmount(mounted) == 0
    run("mount", "-t", "tmpfs", "tmpfs", mounted)


@pytest.mark.usefixtures("going", "on_disk")
def test_one_volume_can_be_asked_for():
    every = mount_table.states()
    assert mount_table.states(UUID) == {UUID: every[UUID]}
    assert mount_table.states("0" * 32) == {}


@pytest.mark.usefixtures("volume")
def test_what_is_mounted_nowhere_is_not_read():
    assert mount_table.states() == {UUID: NOTHING}


def test_what_is_unmounted_since_the_table_was_read_is_not_read(mounted):
    assert unmount(mounted) == 0
    assert mount_table.states() == {UUID: NOTHING}
    run("mount", "-t", "tmpfs", "tmpfs", mounted)


def test_what_is_out_of_reach_beneath_another_mount_is_not_read(mounted):
    with mounted_tmpfs(mounted):
        assert mount_table.states() == {UUID: NOTHING}


@pytest.mark.usefixtures("going", "on_disk")
def test_the_heartbeats_tell_which_volume_is_going():
    states = mount_table.states()
    assert states[OTHER] == NOTHING
    assert states[UUID]["fs_state"] == STATE.read_text().strip()


def test_a_volume_within_another_is_not_asked_for(going, on_disk):
    inner = on_disk / "inner"
    inner.mkdir()
    with mounted_tmpfs(inner), simulated_ocfs2(on_disk, inner):
        states = mount_table.states()
    assert states[OTHER] == NOTHING
    assert states[UUID]["fs_state"] == STATE.read_text().strip()


@pytest.mark.usefixtures("going", "mounted")
def test_without_heartbeats_nobody_knows_which_volume_is_going():
    assert mount_table.states() == {UUID: NOTHING, OTHER: NOTHING}
