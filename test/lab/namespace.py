"""Starts a lab's namespace from outside, and talks to the supervisor in it.

The supervisor is process 1 of a network, process and mount namespace: whichever way it ends, the
kernel ends every process in it, and the network goes with them. All files of a lab lie in one
state directory, which is locked for as long as the lab lives.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lab.errors import LabError
from lab.spec import LabSpec

# Not /tmp or $XDG_RUNTIME_DIR: those are often memory, and a LUN is opened with O_DIRECT.
_STATE_ROOT = Path("/var/tmp")  # noqa: S108 (mkdtemp makes what is in it)
_PREFIX = f"ocfs2-lab-{os.getuid()}-"


def state_directory(name: str) -> Path:
    """Where the lab called ``name`` keeps its files while it lives."""
    return _STATE_ROOT / f"{_PREFIX}{name}"


def running_labs() -> list[str]:
    """Names of this user's labs that are alive. Remains of killed ones are removed."""
    names = []
    for state in sorted(_STATE_ROOT.glob(f"{_PREFIX}*")):
        if is_alive(state):
            names.append(state.name.removeprefix(_PREFIX))
    return names


def is_alive(state: Path) -> bool:
    """Whether a lab lives in ``state``. What one that was killed outright left is removed."""
    try:
        handle = os.open(state, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        shutil.rmtree(state, ignore_errors=True)
        return False
    finally:
        os.close(handle)


class Launch:
    """A namespace this process has started. It ends when this process does, unless detached."""

    def __init__(self, spec: LabSpec, images: dict[str, Path], accel: str):
        state = state_directory(spec.name)
        if is_alive(state):
            raise LabError(
                f"A lab called {spec.name} is running already. Take it down first, or give"
                " this one another name (--name)."
            )
        # Made, locked and filled under another name, so that nobody ever sees it unlocked.
        work = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}new-", dir=_STATE_ROOT))
        lock = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            (work / "spec.json").write_text(spec.to_json())
            paths = {distro: str(image) for distro, image in images.items()}
            start = {"images": paths, "accel": accel}
            (work / "start.json").write_text(json.dumps(start))
            work.rename(state)
            self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
            self._process = self._spawn(state, lock)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        finally:
            os.close(lock)

    def _spawn(self, state: Path, lock: int) -> subprocess.Popen:
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return subprocess.Popen(
            [
                *("unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child"),
                *("--mount-proc", sys.executable, "-m", "lab.supervisor", str(state)),
            ],
            stdin=subprocess.PIPE,
            stdout=self._errors,
            stderr=self._errors,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
            cwd="/",
            pass_fds=[lock],
            # Ctrl-C is for the command line, which then ends the lab in order.
            start_new_session=True,
        )

    def check(self) -> None:
        """Raise LabError with what the supervisor wrote if it has ended."""
        if self._process.poll() is not None:
            self._errors.seek(0)
            raise LabError(f"The lab ended while it was starting:\n{self._errors.read().strip()}")

    def end(self) -> None:
        """End the lab and wait until nothing of it is left."""
        self._process.stdin.close()
        self._process.wait()
        self._errors.close()


def request(state: Path, name: str, /, *, files: Sequence[int] = (), **arguments):
    """Ask the supervisor of the lab in ``state`` for ``name`` and return its result.

    ``files`` are descriptors it is to use. Raises LabError with its reason.
    """
    with ask(state, name, files=files, **arguments) as link:
        return answer(link, name)


def ask(state: Path, name: str, /, *, files: Sequence[int] = (), **arguments) -> socket.socket:
    """Send the supervisor a request, for :func:`answer` to take what comes back."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.connect(str(state / "socket"))
        message = json.dumps({"request": name, **arguments}).encode() + b"\n"
        socket.send_fds(link, [message[:1]], list(files))
        link.sendall(message[1:])
    except OSError as err:
        link.close()
        lab = state.name.removeprefix(_PREFIX)
        raise LabError(
            f"No lab called {lab} answers. See which labs are running with: status."
        ) from err
    return link


def answer(link: socket.socket, name: str):
    """The result of the request ``name`` that was sent over ``link``. Raises LabError."""
    line = link.makefile().readline()
    if not line:
        raise LabError(f"The lab ended while it was asked for {name!r}.")
    reply = json.loads(line)
    if "error" in reply:
        raise LabError(reply["error"])
    return reply["result"]
