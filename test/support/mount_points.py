"""Directories to mount on: what is mounted there, and whether root can write to them."""

import contextlib
import subprocess
from pathlib import Path

import pytest

FSTAB = Path("/etc/fstab")


def run(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def mounted(path, fstype="tmpfs"):
    """A filesystem on a directory, which is unmounted if the test has not done that."""
    subprocess.run(["mount", "-t", fstype, fstype, str(path)], check=True)
    try:
        yield
    finally:
        run("umount", str(path))


def immutable(path):
    return "i" in run("lsattr", "-d", str(path)).stdout.split()[0]


def refuses_writes(path):
    with pytest.raises(PermissionError):
        (path / "disk.qcow2").touch()
    return not list(path.iterdir())
