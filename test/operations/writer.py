"""
Writes to a shared volume and puts down what is safe there: the witness on one node.

``writer.py NODE MOUNT FOLDER LOG`` appends a record to ``MOUNT/FOLDER/NODE`` each 0.1 s. Once
fsync has returned, it acknowledges it in LOG, which lies on the node's own disk and is synced too.
Started again, after whatever, it goes on with the next number. It waits while nothing is mounted on
MOUNT, and ends on SIGTERM. It needs the standard library only.
"""

import contextlib
import os
import queue
import signal
import sys
import threading
import time

import records

_PERIOD = 0.1
_POLL = 0.2
#: Numbers only go up: the last ones are in here.
_TAIL = 1 << 16


class TrafficLog:
    """Lines on the node's own disk; one that is put there does not keep the writer waiting."""

    def __init__(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self.before = tail(self._file)
        close_line(self._file, self.before)
        self._lines = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, *words):
        self._lines.put(records.seal(*words))

    def close(self):
        """Return once everything is on the disk."""
        self._lines.put(None)
        self._thread.join()

    def _write(self):
        while (line := self._lines.get()) is not None:
            os.write(self._file, line)
            os.fdatasync(self._file)


def tail(file):
    """What a file ends in."""
    return os.pread(file, _TAIL, max(0, os.fstat(file).st_size - _TAIL))


def close_line(file, content):
    """End a line that broke off."""
    if content and not content.endswith(b"\n"):
        os.write(file, b"\n")


def boottime():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def open_volume(mount, folder, node):
    """The node's file on the volume, or None while no volume is mounted."""
    with contextlib.ExitStack() as stack:
        try:
            top = os.open(mount, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return None
        stack.callback(os.close, top)
        # What is opened beneath this stays on the volume, whatever happens to the mount.
        if os.fstat(top).st_dev == os.stat(os.path.dirname(mount)).st_dev:
            return None
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, dir_fd=top)
        inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY, dir_fd=top)
        stack.callback(os.close, inner)
        file = os.open(node, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644, dir_fd=inner)
        os.fsync(inner)
        return file


def ends_within(seconds):
    """Whether SIGTERM, which is blocked, comes before so many seconds are over."""
    return signal.sigtimedwait([signal.SIGTERM], max(0, seconds)) is not None


def write(file, log, node, sequence, boot):
    """Write records until it is time to end."""
    due = time.monotonic()
    while not ends_within(due - time.monotonic()):
        line = records.seal(node, sequence, boot, boottime(), time.time_ns())
        try:
            if os.write(file, line) != len(line):
                raise OSError("short write")
            os.fsync(file)
        except OSError:
            # Nobody knows whether it is there; its number is not used again.
            log.put("failed", sequence, boottime())
            raise
        log.put(sequence, boottime())
        sequence += 1
        # What was held up is not made up for.
        due = max(due + _PERIOD, time.monotonic())


def main(node, mount, folder, path):
    # Before there are threads, which take the mask over.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    with open("/proc/sys/kernel/random/boot_id") as source:
        boot = source.read().strip()
    while (file := open_volume(mount, folder, node)) is None:
        if ends_within(_POLL):
            return
    log = TrafficLog(path)
    try:
        volume = tail(file)
        close_line(file, volume)
        log.put("start", boot, boottime(), time.time_ns())
        write(file, log, node, records.last_sequence(log.before, volume) + 1, boot)
        os.close(file)
        log.put("stop", boottime())
    finally:
        log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
