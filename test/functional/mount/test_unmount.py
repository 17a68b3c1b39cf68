"""Unmounting: who keeps a filesystem mounted, and what comes to light under it."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading

import pytest
from salt.exceptions import CommandExecutionError

from support.mount_points import immutable
from support.mount_points import mounted
from support.mount_points import refuses_writes


def test_an_unmounted_mount_point_is_protected(modules, point):
    point.mkdir(parents=True)
    with mounted(point):
        assert modules["ocfs2_mount.unmount"](str(point)) is True
        assert (os.path.ismount(point), immutable(point)) == (False, True)
    assert refuses_writes(point)


@contextlib.contextmanager
def looked_at(path, monkeypatch, directory):
    """Have a process look at a path until somebody has tried to unmount it."""
    look = "import os, sys; os.open(sys.argv[1], os.O_PATH); print(flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", look, str(path)], **pipes) as process:
        process.stdout.readline()
        umount = directory / "umount"
        end = f"kill {process.pid} && while kill -0 {process.pid}; do :; done"
        umount.write_text(f'#!/bin/sh\n{shutil.which("umount")} "$@"\nrc=$?\n{end}\nexit $rc\n')
        umount.chmod(0o755)
        monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
        reaper = threading.Thread(target=process.wait)
        reaper.start()
        yield
        reaper.join()


def test_who_only_looked_at_it_does_not_keep_it_mounted(modules, point, monkeypatch, tmp_path):
    point.mkdir(parents=True)
    with mounted(point), looked_at(point, monkeypatch, tmp_path):
        assert modules["ocfs2_mount.unmount"](str(point)) is True
        assert not os.path.ismount(point)


def test_files_that_a_mount_has_hidden_are_told_after_the_unmount(modules, point):
    point.mkdir(parents=True)
    (point / "disk").touch()
    with mounted(point):
        with pytest.raises(CommandExecutionError, match=f"{point} was unmounted. {point} holds"):
            modules["ocfs2_mount.unmount"](str(point))
        assert not os.path.ismount(point)


def test_unmounting_what_does_not_exist_makes_nothing(modules, point):
    assert modules["ocfs2_mount.unmount"](str(point)) is True
    assert not point.exists()


def test_release_names_who_holds_the_mount(modules, point):
    point.mkdir(parents=True)
    with mounted(point):
        with (
            (point / "open").open("w"),
            pytest.raises(CommandExecutionError, match=rf"{point} is in use by .*{os.getpid()}"),
        ):
            modules["ocfs2_mount.release"](str(point), ["libvirtd.service"])
        assert os.path.ismount(point)
        assert modules["ocfs2_mount.release"](str(point), ["libvirtd.service"]) is True
    assert immutable(point)


def test_the_users_of_a_path_are_named(modules, tmp_path):
    with (tmp_path / "open").open("w"):
        (user,) = modules["ocfs2_users.of"](str(tmp_path))
    assert user.endswith(f"(pid {os.getpid()})")
    assert modules["ocfs2_users.of"](str(tmp_path)) == []
