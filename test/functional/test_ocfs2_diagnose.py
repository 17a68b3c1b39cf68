"""Looks at a host that whoever has to find a fault needs, on real mounts and real tools."""

import os
import subprocess
from pathlib import Path

import pytest

from ocfs2lib.system import systemd


@pytest.fixture
def mounted(sandbox, tmp_path):
    """A mount point, with a filesystem on it."""
    path = tmp_path / "mount"
    path.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=64", "tmpfs", path], check=True
    )
    yield path
    subprocess.run(["umount", path], check=True)


def test_space(modules, mounted):
    (mounted / "file").write_bytes(bytes(1 << 18))
    facts = modules["ocfs2_diagnose.space"](str(mounted))
    assert facts == {
        "bytes": 1 << 20,
        "free_bytes": (1 << 20) - (1 << 18),
        "inodes": 64,
        "free_inodes": 62,
    }


@pytest.mark.parametrize(("enforce", "said"), [("1", "system_u:object_r:etc_t:s0"), ("0", None)])
def test_the_label_of_a_mount_point_where_selinux_enforces(modules, kernel, mounted, enforce, said):
    """SELinux is simulated: the file that shows it, and a label as it stores one."""
    selinux = Path("/sys/fs/selinux/enforce")
    selinux.parent.mkdir()
    selinux.write_text(enforce)
    os.setxattr(mounted, "security.selinux", b"system_u:object_r:etc_t:s0\0")
    assert modules["ocfs2_diagnose.label"](str(mounted)) == said


def test_where_there_is_no_selinux_there_is_no_label(modules, kernel, mounted):
    assert modules["ocfs2_diagnose.label"](str(mounted)) is None


def test_what_lies_under_a_mount(modules, mounted):
    hidden = modules["ocfs2_diagnose.hidden"]
    (mounted / "on the volume").touch()
    assert hidden(str(mounted)) == []
    subprocess.run(["umount", mounted], check=True)
    for name in "gfedcba":
        (mounted / name).touch()
    assert hidden(str(mounted)) == []
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mounted], check=True)
    assert hidden(str(mounted)) == ["a", "b", "c", "d", "e"]
    # Nothing of it stays behind.
    assert subprocess.run(["umount", mounted], check=False).returncode == 0
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mounted], check=True)


def test_a_host_without_multipath_and_systemd(modules, sandbox):
    assert modules["ocfs2_diagnose.multipath"]() is None
    if not systemd.booted():
        assert modules["ocfs2_diagnose.starts_after"]() is None
