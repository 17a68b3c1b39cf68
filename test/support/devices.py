"""What makes the loop device of an image look like a LUN: the names that a SAN and udev give."""

import contextlib
import os
import subprocess
import tempfile
import uuid
from pathlib import Path
from types import SimpleNamespace

from support.images import attached
from support.images import run
from support.until import until

BY_ID = Path("/dev/disk/by-id")


@contextlib.contextmanager
def named(device, name=None):
    """
    A stable name for a device, as udev makes it for a LUN, or the one that is given.

    Its directory stays, and may go away at any moment: tests beside this one use it too.
    """
    link = BY_ID / (name or f"wwn-test-{uuid.uuid4().hex}")
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
def simulated_wwid(device, wwid):
    """Let sysfs name the LUN that a loop device stands for; only for who shares our mounts. Give it
    its partitions before."""
    with _simulated_sysfs(device) as sysfs:
        (sysfs / "device").mkdir()
        (sysfs / "device/wwid").write_text(f"naa.{wwid[1:]}\n")
        (sysfs / "device/rescan").touch()
        yield


@contextlib.contextmanager
def _simulated_sysfs(device):
    """A directory of sysfs to which something can be added; what the kernel has there is seen."""
    sysfs = Path(os.path.realpath(f"/sys/class/block/{Path(device).name}"))
    real = os.open(sysfs, os.O_RDONLY)
    seen = Path(f"/proc/{os.getpid()}/fd/{real}")
    try:
        with contextlib.ExitStack() as mounts:
            mounts.enter_context(mounted_tmpfs(sysfs))
            for name in os.listdir(real):
                if (seen / name / "partition").exists():
                    # As a mount: a link would lead out of the directory of its disk.
                    (sysfs / name).mkdir()
                    run("mount", "-c", "--bind", str(seen / name), str(sysfs / name))
                    mounts.callback(run, "umount", str(sysfs / name))
                else:
                    (sysfs / name).symlink_to(seen / name)
            yield sysfs
    finally:
        os.close(real)


@contextlib.contextmanager
def simulated_kind(device, name, files, others=None):
    """
    Let sysfs call a loop device by another name, with the files of a device of that kind; only for
    who shares our mounts. What it holds cannot be read then, since /dev has no such name.

    name, files
        The kernel's name, and ``{path: bytes}`` below its directory in sysfs.
    others
        ``{name: files}`` of further devices.
    """
    status = os.stat(device)
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    devices, numbers = Path("/sys/class/block"), Path("/sys/dev/block")
    with mounted_tmpfs(devices), mounted_tmpfs(numbers):
        for each, content in {**(others or {}), name: files}.items():
            (devices / each).mkdir(parents=True, exist_ok=True)
            for path, data in content.items():
                (devices / each / path).parent.mkdir(parents=True, exist_ok=True)
                (devices / each / path).write_bytes(data)
        (numbers / number).symlink_to(devices / name)
        yield


@contextlib.contextmanager
def partitions(device):
    """
    The partitions of a device, as its table has them, by their numbers: ``{1: "/dev/loop0p1"}``.

    The kernel of a test host may know no kind of partition table; partx tells it. A loop device
    keeps the partitions that a run left which was ended at once.
    """
    _drop_partitions(device)
    run("partx", "--add", device)
    name = Path(device).name
    found = Path(f"/sys/class/block/{name}").resolve().glob(f"{name}p*")
    try:
        yield {int((each / "partition").read_text()): f"/dev/{each.name}" for each in found}
    finally:
        _drop_partitions(device)


def _drop_partitions(device):
    name = Path(device).name

    def gone():
        subprocess.run(["partx", "--delete", device], check=False, capture_output=True)
        return not any(Path("/sys/class/block").glob(f"{name}p*"))

    # A test beside this one may look at all disks of the host, and what is open cannot go.
    until(gone, f"{device} to have no more partitions")


def write_table(node, table):
    """Write a partition table as sfdisk takes it, and nothing beside it, and tell no kernel."""
    wipe = ("--wipe=never", "--wipe-partitions=never")
    run("sfdisk", "-q", "--force", *wipe, "--no-reread", "--no-tell-kernel", node, stdin=table)


@contextlib.contextmanager
def partitioned(image, table, wwid, *options):
    """
    An image as a LUN with a WWID and partitions: ``image``, ``node``, ``wwid``, and ``parts``, the
    kernel's names by number; only for who shares our mounts.
    """
    with attached(image, *options) as node:
        write_table(node, table)
        with partitions(node) as parts, simulated_wwid(node, wwid):
            yield SimpleNamespace(image=image, node=node, wwid=wwid, parts=parts)
