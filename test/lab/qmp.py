"""Clients of QEMU's monitor (QMP) and of the guest agent: JSON lines over Unix sockets."""

from __future__ import annotations

import base64
import contextlib
import json
import queue
import secrets
import socket
import threading
import time
from pathlib import Path

from lab.errors import LabError


class Monitor:
    """A connection to one QEMU.

    ``events`` grows by every event QEMU reports; ``finished`` is set when no more can come.
    """

    def __init__(self, path: Path):
        self.events: list[dict] = []
        self.finished = threading.Event()
        self._replies: queue.Queue = queue.Queue()
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        threading.Thread(target=self._read, daemon=True).start()
        self._replies.get(timeout=30)
        self.execute("qmp_capabilities")

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile() as lines:
            for line in lines:
                message = json.loads(line)
                if "event" in message:
                    self.events.append(message)
                else:
                    self._replies.put(message)
        self._replies.put({"error": {"desc": "QEMU has ended"}})
        self.finished.set()

    def execute(self, command: str, **arguments):
        """Run one monitor command and return its answer. Raises LabError."""
        # A keyword cannot hold a dash, QEMU's names do.
        arguments = {key.replace("_", "-"): value for key, value in arguments.items()}
        request = json.dumps({"execute": command, "arguments": arguments})
        with self._lock:
            try:
                self._socket.sendall(request.encode())
                reply = self._replies.get(timeout=30)
            except (OSError, queue.Empty) as err:
                raise LabError(f"QEMU's monitor does not answer {command}.") from err
        if "error" in reply:
            raise LabError(f"QEMU refused {command}: {reply['error']['desc']}.")
        return reply["return"]


class Agent:
    """The guest agent of one guest. It needs no network and no Salt.

    The connection stays open: an agent without a peer keeps a processor of the guest busy.
    """

    def __init__(self, path: Path):
        self._lock = threading.Lock()
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))

    def call(self, command: str, timeout: float = 30, **arguments):
        """Run one agent command within ``timeout`` seconds and return its answer.

        Raises LabError, TimeoutError when there was no answer in time.
        """
        reply = self._talk(command, timeout, arguments, answer=True)
        if "error" in reply:
            raise LabError(f"The guest agent refused {command}: {reply['error']['desc']}.")
        return reply["return"]

    def tell(self, command: str, **arguments) -> None:
        """Run an agent command whose answer may never come, such as one that ends the guest."""
        self._talk(command, 30, arguments, answer=False)

    def _talk(self, command: str, timeout: float, arguments: dict, answer: bool) -> dict:
        deadline = time.monotonic() + timeout
        with self._lock:
            try:
                # Answers to questions asked before a reset may still be in the pipe.
                token = secrets.randbits(31)
                self._send("guest-sync", {"id": token})
                while self._receive(deadline).get("return") != token:
                    pass
                self._send(command, arguments)
                return self._receive(deadline) if answer else {}
            except OSError as err:
                raise TimeoutError(f"The guest agent does not answer {command}.") from err

    def _send(self, command: str, arguments: dict) -> None:
        arguments = {key.replace("_", "-"): value for key, value in arguments.items()}
        request = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(request).encode() + b"\n")

    def _receive(self, deadline: float) -> dict:
        """The next answer. One that a reset has torn is passed over."""
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                try:
                    return json.loads(line)
                except ValueError:
                    continue
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            data = self._socket.recv(1 << 16)
            if not data:
                raise ConnectionError
            self._rest += data

    def run(self, argv: list[str], timeout: float, stdin: str = "") -> tuple[int, str, str]:
        """Run ``argv`` in the guest and return ``(exit code, stdout, stderr)``.

        After ``timeout`` seconds it is killed, and the exit code is 124 (137 if it had to be
        killed the hard way). Raises LabError, TimeoutError when the guest itself is silent.
        """
        job = self.call(
            "guest-exec",
            path="/usr/bin/timeout",
            arg=["--kill-after=5", f"{timeout:g}", *argv],
            input_data=base64.b64encode(stdin.encode()).decode(),
            capture_output=True,
        )["pid"]
        deadline = time.monotonic() + timeout + 30
        pause = 0.05
        while not (status := self.call("guest-exec-status", pid=job))["exited"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{argv[0]} did not end within {timeout:g} seconds.")
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)
        out, err = (
            base64.b64decode(status.get(name, "")).decode(errors="replace")
            for name in ("out-data", "err-data")
        )
        # A program that died of a signal, as a shell reports it.
        code = status["exitcode"] if "exitcode" in status else 128 + status["signal"]
        return code, out, err
