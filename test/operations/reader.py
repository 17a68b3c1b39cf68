"""
Checks on one node what another writes to a shared volume.

``reader.py FILE`` prints what is found in a writer's file, read from the LUN anew. ``reader.py FILE
LOG SECONDS`` follows the file as it grows, with a look every so many seconds, and appends a report
to LOG, one line of JSON each: when it finds something that must not be, on SIGUSR1, and when it
ends on SIGTERM. It needs the standard library only.
"""

import json
import os
import signal
import sys

import records


class Follower:
    """A writer's file, as far as it has been read."""

    def __init__(self, path):
        self._path = path
        self._offset = 0
        self.check = records.TrafficCheck(os.path.basename(path))
        self.shrunk = []

    def read(self):
        """Look at the whole lines that are new."""
        try:
            file = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            # Nothing is mounted, or nothing written yet.
            return
        try:
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            size = os.fstat(file).st_size
            if size < self._offset:
                self.shrunk.append([self._offset, size])
                self._offset = size
            lines, _, _ = os.pread(file, size - self._offset, self._offset).rpartition(b"\n")
        finally:
            os.close(file)
        if lines:
            self._offset += len(lines) + 1
            self.check.feed(lines.split(b"\n"))

    def report(self):
        return {**self.check.report(), "shrunk": self.shrunk}


def faults(report):
    """What must not be, as text."""
    return json.dumps([report[name] for name in ("holes", "repeated", "corrupt", "shrunk")])


def follow(path, log, seconds):
    """Read until it is time to end."""
    # Signals that are waited for, not handled, can be missed at no moment.
    signals = (signal.SIGUSR1, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    follower = Follower(path)
    known = faults(follower.report())
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "a") as out:
        ending = False
        while not ending:
            asked = signal.sigtimedwait(signals, seconds)
            ending = asked is not None and asked.si_signo == signal.SIGTERM
            follower.read()
            report = follower.report()
            if asked or faults(report) != known:
                known = faults(report)
                print(json.dumps(report), file=out, flush=True)
                os.fsync(out.fileno())


def main(path, log=None, seconds=None):
    if log:
        follow(path, log, float(seconds))
        return
    follower = Follower(path)
    follower.read()
    print(json.dumps(follower.report()))


if __name__ == "__main__":
    main(*sys.argv[1:])
