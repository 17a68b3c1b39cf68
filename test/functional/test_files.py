"""Files of the host are replaced or left as they were: on a full disk, and cut at every write."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.system import files
from support.mount_points import mounted

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = "old\n" * 2000, "new\n" * 3000


@pytest.fixture
def small(tmp_path, sandbox):
    """A filesystem of some pages, with the old file on it."""
    with mounted(tmp_path):
        subprocess.run(["mount", "-o", "remount,size=32k", str(tmp_path)], check=True)
        path = tmp_path / "fstab"
        path.write_text(OLD)
        os.chmod(path, 0o640)
        yield path


def fill(directory, left):
    """Take all but so many bytes, a multiple of 4096."""
    free = os.statvfs(directory)
    (directory / "filler").write_bytes(b"x" * (free.f_bavail * free.f_bsize - left))


@pytest.mark.parametrize("left", [0, 4096, 8192])
@pytest.mark.parametrize("write", [files.update, files.write])
def test_a_full_disk_leaves_a_file_as_it_was(small, write, left):
    fill(small.parent, left)
    with pytest.raises(CommandExecutionError, match="No space left on device"):
        write(str(small), NEW)
    assert small.read_text() == OLD
    assert sorted(path.name for path in small.parent.iterdir()) == ["filler", "fstab"]
    (small.parent / "filler").unlink()
    write(str(small), NEW)
    assert small.read_text() == NEW


#: What changes a file or a directory; of each the first, the second and so on is the last of all.
CALLS = (
    *("write", "fsync", "chown", "fchmod", "chmod", "utimensat"),
    *("rename", "unlink", "lsetxattr"),
)


def cut(script):
    """Run a script again and again, killed at another call each time; yields after each kill."""
    for call in CALLS:
        for number in itertools.count(1):
            killed = f"inject={call}:signal=KILL:when={number}"
            argv = ["strace", "-qq", "-o", "/dev/null", "-e", killed, sys.executable, "-c", script]
            env = {"PYTHONPATH": str(ROOT / "_utils"), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(argv, env=env, check=False)
            yield call, number
            if done.returncode == 0:
                break


@pytest.mark.parametrize("function", ["update", "write"])
def test_a_kill_at_any_call_leaves_the_old_file_or_the_new(tmp_path, function):
    path, seen = tmp_path / "fstab", set()
    path.write_text(OLD)
    script = f"from ocfs2lib.system import files; files.{function}({str(path)!r}, {NEW!r})"
    for call, number in cut(script):
        assert path.read_text() in (OLD, NEW), (call, number)
        seen.add((call, path.read_text()))
        path.write_text(OLD)
    assert {("write", OLD), ("fsync", OLD), ("fsync", NEW), ("rename", OLD)} <= seen


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path):
    path, link = tmp_path / "fstab", tmp_path / "link"
    path.write_text(OLD)
    link.symlink_to(path)
    files.update(str(link), NEW)
    assert link.is_symlink()
    assert path.read_text() == NEW


def test_a_line_is_written_whole_or_not_at_all(small):
    log = small.parent / "audit.log"
    files.append(str(log), "x" * 4000, sync=True)
    fill(small.parent, 0)
    with pytest.raises(OSError, match="No space left on device"):
        files.append(str(log), "y" * 4000, sync=True)
    (small.parent / "filler").unlink()
    files.append(str(log), "z", sync=True)
    lines = log.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("x" * 4000, "z")
