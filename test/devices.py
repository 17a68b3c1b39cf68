"""What makes the loop device of an image look like a LUN: the names that a SAN and udev give."""

import contextlib
import os
import uuid
from pathlib import Path

from images import run

BY_ID = Path("/dev/disk/by-id")


@contextlib.contextmanager
def named(device):
    """
    A stable name for a device, as udev makes it for a LUN.

    Its directory stays, and may go away at any moment: tests beside this one use it too.
    """
    link = BY_ID / f"wwn-test-{uuid.uuid4().hex}"
    while not link.is_symlink():
        BY_ID.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            link.symlink_to(device)
    try:
        yield str(link)
    finally:
        link.unlink()


@contextlib.contextmanager
def mounted_tmpfs(path):
    """An empty directory in the place of one; only for who shares our mounts."""
    run("mount", "-t", "tmpfs", "tmpfs", str(path))
    try:
        yield
    finally:
        run("umount", str(path))


@contextlib.contextmanager
def simulated_wwid(device, wwid):
    """Let sysfs name the LUN that a loop device stands for; only for who shares our mounts."""
    sysfs = Path(os.path.realpath(f"/sys/class/block/{Path(device).name}"))
    with mounted_tmpfs(sysfs):
        (sysfs / "wwid").write_text(f"naa.{wwid[1:]}\n")
        yield
