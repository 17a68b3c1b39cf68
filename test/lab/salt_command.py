"""One of Salt's commands on the lab's master, while it runs."""

from __future__ import annotations

import os
import select
import signal
import tempfile
import threading
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lab.errors import LabError
from lab.namespace import answer
from lab.namespace import ask


class Result(NamedTuple):
    """How a command ended and what it printed."""

    rc: int
    stdout: str
    stderr: str


class Running:
    """One of Salt's commands on the lab's master, while it runs.

    ``lines`` grows by every line it prints on standard error, and ``on_line`` is called with each,
    from a thread of its own. As a context manager it ends the command, if nothing else has.
    """

    def __init__(
        self, state: Path, tool: str, args: Iterable[object], on_line: Callable[[str], None]
    ):
        self.lines: list[str] = []
        self._on_line = on_line
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115
        reading, writing = os.pipe()
        try:
            with open(os.devnull) as stdin:
                files = (stdin.fileno(), self._output.fileno(), writing)
                arguments = {"tool": tool, "args": [str(arg) for arg in args], "cwd": os.getcwd()}
                self._link = ask(state, "exec", files=files, **arguments)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()
        self._result: Result | None = None

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_) -> None:
        if self._result is None:
            self._link.close()
            self._reader.join()

    def _read(self, reading: int) -> None:
        with os.fdopen(reading, errors="replace") as stream:
            for line in stream:
                self.lines.append(line.rstrip("\n"))
                self._on_line(self.lines[-1])

    @property
    def ended(self) -> bool:
        """Whether the command has ended."""
        return self._result is not None or bool(select.select([self._link], [], [], 0)[0])

    def signal(self, number: int) -> None:
        """Send a signal to the command and all its processes."""
        self._link.send(bytes([number]))

    def interrupt(self) -> Result:
        """End it as Ctrl-C does."""
        self.signal(signal.SIGINT)
        return self.wait(60)

    def kill(self) -> Result:
        """End it as a crash of its host does."""
        self.signal(signal.SIGKILL)
        return self.wait(60)

    def wait(self, limit: float | None = None) -> Result:
        """How it ended, and what it printed. Raises LabError after ``limit`` seconds."""
        if self._result is None:
            if not select.select([self._link], [], [], limit)[0]:
                raise LabError(f"The command has not ended within {limit:.0f} s.")
            with self._link:
                code = answer(self._link, "exec")
            self._reader.join()
            self._output.seek(0)
            with self._output:
                errors = "".join(f"{line}\n" for line in self.lines)
                self._result = Result(code, self._output.read(), errors)
        return self._result
