"""LUNs for tests on this host: sparse images on loop devices, with the names a SAN would give."""

import contextlib
import os
import shutil
import subprocess
import uuid
from pathlib import Path

BY_ID = Path("/dev/disk/by-id")


def run(*argv):
    """What a tool prints that has to succeed."""
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def sparse(path, size):
    """A LUN's worth of zeros; what the file held before is gone."""
    path.touch()
    os.truncate(path, 0)
    os.truncate(path, size)
    return path


@contextlib.contextmanager
def attached(image, *options):
    """The loop device of an image."""
    device = run("losetup", *options, "--find", "--show", str(image)).strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


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
