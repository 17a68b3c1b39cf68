"""What makes the loop device of an image look like a LUN: the names that a SAN and udev give."""

import contextlib
import shutil
import uuid
from pathlib import Path

from images import run

BY_ID = Path("/dev/disk/by-id")


@contextlib.contextmanager
def named(device):
    """A stable name for a device, as udev makes it for a LUN."""
    made = [each for each in (BY_ID, BY_ID.parent) if not each.exists()]
    BY_ID.mkdir(parents=True, exist_ok=True)
    link = BY_ID / f"wwn-test-{uuid.uuid4().hex}"
    link.symlink_to(device)
    try:
        yield str(link)
    finally:
        link.unlink()
        for directory in made:
            with contextlib.suppress(OSError):
                directory.rmdir()


@contextlib.contextmanager
def simulated_wwid(device, naa, directory):
    """
    Let a loop device have a WWID in sysfs, as a SCSI disk has; only for who shares our mounts.

    naa
        Of the WWID, in hex digits.
    directory
        An empty one, for the copy of the device's directory in sysfs.
    """
    sysfs = Path("/sys/devices/virtual/block", Path(device).name)
    copy = directory / sysfs.name
    shutil.copytree(sysfs, copy, symlinks=True, copy_function=_copied)
    (copy / "wwid").write_text(f"naa.{naa}\n")
    run("mount", "--bind", str(copy), str(sysfs))
    try:
        yield f"3{naa}"
    finally:
        run("umount", str(sysfs))


def _copied(source, target):
    with contextlib.suppress(OSError):
        Path(target).write_bytes(Path(source).read_bytes())
