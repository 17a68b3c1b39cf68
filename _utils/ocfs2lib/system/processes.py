"""The processes of this host, and the files that they have open."""

import os

from ocfs2lib.system import files

# O_RDONLY is 0, so a file that is open for writing has one of these bits (open(2)).
_WRITING = os.O_WRONLY | os.O_RDWR


def pids():
    """Return the ids of all processes, as texts."""
    return [name for name in os.listdir("/proc") if name.isdigit()]


def name(pid):
    """
    Return how a process is told to an operator, such as ``qemu-system-x86 (pid 4711)``.

    pid
        Its id.
    """
    command = files.value(f"/proc/{pid}/comm")
    return f"{command} (pid {pid})" if command else f"pid {pid}"


def links(pid):
    """
    Yield ``(name in /proc, path)`` of the working directory, the root and each open file of a
    process. One that has ended, or is not ours to look at, has none.

    pid
        Its id.
    """
    proc = f"/proc/{pid}"
    try:
        names = [f"{proc}/cwd", f"{proc}/root"]
        names += [f"{proc}/fd/{number}" for number in os.listdir(f"{proc}/fd")]
    except OSError:
        return
    for each in names:
        try:
            yield each, os.readlink(each)
        except OSError:
            continue


def writers(devices):
    """
    Return the ids of the processes that have a block device open for writing, exclusively or not,
    under whatever name, also in another mount namespace.

    devices
        Its names here, such as those of a multipath map and of its paths.
    """
    numbers = {os.stat(device).st_rdev for device in devices}
    return [pid for pid in pids() if any(_writes_to(link, numbers) for link in links(pid))]


def _writes_to(link, numbers):
    found, path = link
    # A file on a server that is gone would keep us waiting; a block device is in some /dev.
    if "/dev/" not in path or "/fd/" not in found:
        return False
    try:
        number = os.stat(found).st_rdev
        with open(found.replace("/fd/", "/fdinfo/")) as file:
            flags = dict(line.split(":", 1) for line in file if ":" in line).get("flags", "0")
    except OSError:
        return False
    return number in numbers and bool(int(flags, 8) & _WRITING)
