"""
The tools that work on a volume for long: mkfs.ocfs2, tunefs.ocfs2, fsck.ocfs2.

One that is ended in the middle leaves a volume half changed. So each is nobody's child and, where
systemd runs, in a transient scope of its own: neither a restart of the minion nor the end of its
job ends it, and no time limit either. It holds the lock of its volume, by which the next run finds
it and waits for it.
"""

import contextlib
import json
import logging
import os
import shlex
import subprocess
import sys
import time

from salt.exceptions import CommandExecutionError

from ocfs2lib.system import file_lock
from ocfs2lib.system import files
from ocfs2lib.system import systemd
from ocfs2lib.system import tools

_LOG = logging.getLogger(__name__)

_DIRECTORY = "/run/ocfs2-tools"
_LOCK = ".lock"
#: A program that waits for a tool and keeps its exit code, 128 and the signal if one has ended it.
_KEEPER = """
import subprocess, sys
try:
    code = subprocess.call(sys.argv[2:], close_fds=False)
except OSError as err:
    print(f"{sys.argv[2]}: {err.strerror}")
    code = 127
with open(sys.argv[1], "w") as file:
    file.write(str(code if code >= 0 else 128 - code))
"""
#: Seconds between two looks whether a tool has ended; it holds its lock until then.
_PAUSE, _LONGEST_PAUSE = 0.02, 1


def finish(volume, task, argv, limit, output=None):
    """
    Run a tool on a volume to its end. If it is at work already with the same task, because an
    earlier run has started it, only wait for its end.

    volume
        The volume's UUID.
    task
        What it does, as one word or two, such as ``check``: by this it is known as the same.
    argv
        The tool and its arguments, a list.
    limit
        Seconds to wait. After that it is left at work.
    output
        The file that it prints to, so that it can be followed; None for one of its own in /run.

    Returns how it ended: ``{"retcode", "stdout", "stderr"}``, all that it printed as ``stdout``;
    ``retcode`` is None if it was ended so that nobody could take its exit code. Raises
    ``CommandExecutionError`` if another task is at work on the volume, or this one is after
    ``limit``, or it cannot be started.
    """
    work = _Work(volume)
    found = work.start(task, argv, output)
    if found["task"] != task:
        raise CommandExecutionError(_at_work(volume, found))
    if not work.wait(limit):
        raise CommandExecutionError(f"{_at_work(volume, found)}. It has taken {limit} s and more")
    return work.result(found)


def at_work():
    """Return which tools are at work on this host: ``{UUID: task}``."""
    found = {}
    for name in files.names(_DIRECTORY):
        work = _Work(name[: -len(_LOCK)]) if name.endswith(_LOCK) else None
        if work and work.is_at_work():
            found[work.volume] = work.record()["task"]
    return found


def _at_work(volume, record):
    what = shlex.join(record["argv"]) or "a tool"
    return f"{what} is at work on volume {volume} here, wait for its end"


class _Work:
    """What is done to one volume."""

    def __init__(self, volume):
        self.volume = volume
        path = os.path.join(_DIRECTORY, volume)
        self._lock, self._exit_code, self._output = path + _LOCK, path + ".exit", path + ".output"

    def start(self, task, argv, output):
        """Start a tool, unless one is at work; return the record of the one that then is."""
        os.makedirs(_DIRECTORY, mode=0o700, exist_ok=True)
        with _open(self._lock, os.O_CREAT) as fd:
            if not file_lock.take(fd):
                return self.record()
            record = {"task": task, "argv": argv, "output": output or self._output}
            text = json.dumps(record).encode()
            os.ftruncate(fd, 0)
            os.pwrite(fd, text, 0)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._exit_code)
            self._leave_alone(argv, record["output"], fd)
            return record

    def _leave_alone(self, argv, output, fd):
        """Start a tool that has the lock, and is a child of nobody here."""
        _LOG.info("Executing command %s", argv)
        # Salt ends every process that descends from a job when its minion is told to stop.
        keeper = [sys.executable, "-I", "-S", "-c", _KEEPER, self._exit_code]
        starter = ["setsid", "--fork", *keeper, *argv]
        if systemd.booted():
            unit = f"--unit=ocfs2-tool-{self.volume}"
            about = f"--description={shlex.join(argv)}"
            starter = ["systemd-run", "--scope", "--quiet", "--collect", unit, about, *starter]
        try:
            with open(output, "wb") as printed:
                ended = subprocess.run(
                    starter,
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env=tools.environment(),
                    pass_fds=(fd,),
                    check=False,
                )
        except OSError as err:
            raise CommandExecutionError(f"{argv[0]} cannot be started: {err}") from err
        if ended.returncode:
            said = _read(output).strip() or "no output"
            raise CommandExecutionError(f"{argv[0]} cannot be started: {said}")

    def is_at_work(self):
        """Tell whether a tool has the lock."""
        try:
            with _open(self._lock) as fd:
                return file_lock.is_taken(fd)
        except FileNotFoundError:
            return False

    def record(self):
        """Return what the last tool is, or was, as it was started."""
        try:
            return json.loads(_read(self._lock))
        except ValueError:
            # It is being written.
            return {"task": "", "argv": [], "output": self._output}

    def wait(self, limit):
        """Wait for the end of the tool; tell whether it has come."""
        deadline, pause = time.monotonic() + limit, _PAUSE
        while self.is_at_work():
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True

    def result(self, record):
        """Return how the tool ended, as :func:`tools.attempt` does."""
        code = files.value(self._exit_code)
        retcode = int(code) if code and code.isdigit() else None
        return {"retcode": retcode, "stdout": _read(record["output"]).rstrip(), "stderr": ""}


@contextlib.contextmanager
def _open(path, create=0):
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | create, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
