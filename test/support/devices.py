"""What makes the loop device of an image look like a LUN: the names that a SAN and udev give."""

import contextlib
import os
import tempfile
import uuid
from pathlib import Path

from support.images import run

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
def simulated_ocfs2(*paths, device=None):
    """Let what is mounted at some paths be OCFS2 in the mount table of this process, that on
    ``device`` if one is named; only for who shares our mounts."""
    number = os.stat(device).st_rdev if device else None
    lines = Path("/proc/thread-self/mountinfo").read_text(encoding="utf-8").splitlines()
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("".join(f"{_as_ocfs2(line, paths, number)}\n" for line in lines))
        file.flush()
        # The process, not /proc/self: that is another one for mount.
        table = f"/proc/{os.getpid()}/mountinfo"
        run("mount", "--bind", file.name, table)
        try:
            yield
        finally:
            run("umount", table)


def _as_ocfs2(line, paths, number):
    left, _, right = line.partition(" - ")
    fields = left.split()
    if fields[4] not in map(str, paths):
        return line
    if number is not None:
        fields[2] = f"{os.major(number)}:{os.minor(number)}"
    return f"{' '.join(fields)} - ocfs2 {right.partition(' ')[2]}"


@contextlib.contextmanager
def simulated_partition(device):
    """Let sysfs call a loop device a partition; only for who shares our mounts."""
    sysfs = Path(os.path.realpath(f"/sys/class/block/{Path(device).name}"))
    with mounted_tmpfs(sysfs):
        (sysfs / "partition").write_text("1\n")
        yield


@contextlib.contextmanager
def simulated_wwid(device, wwid):
    """Let sysfs name the LUN that a loop device stands for; only for who shares our mounts."""
    sysfs = Path(os.path.realpath(f"/sys/class/block/{Path(device).name}"))
    real = os.open(sysfs, os.O_RDONLY)
    try:
        with mounted_tmpfs(sysfs):
            (sysfs / "device").mkdir()
            (sysfs / "device/wwid").write_text(f"naa.{wwid[1:]}\n")
            # What the kernel itself knows of it is still seen.
            for name in ("stat", "size", "dev"):
                (sysfs / name).symlink_to(f"/proc/{os.getpid()}/fd/{real}/{name}")
            yield
    finally:
        os.close(real)
