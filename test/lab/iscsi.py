"""The lab's iSCSI target: tgtd in the lab's namespace. It runs as a child of the supervisor.

tgt is all user space. It admits initiators to a target and not to a LUN, so that the LUNs that the
same nodes see make up a target.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from lab.errors import LabError
from lab.spec import FABRICS
from lab.spec import PORTALS
from lab.spec import LabLun
from lab.spec import LabSpec

PORT = 3260
_START_LIMIT = 60
_INITIATOR = re.compile(r"Initiator: (\S+)")
_ADDRESS = re.compile(r"IP Address: (\S+)")


class IscsiTarget:
    """What exports the LUNs of ``spec``, the lab as it is by now, whose files lie in ``luns``.

    ``tools`` is where tgtd and tgtadm are. What was set holds over a stop and a start.
    """

    def __init__(self, directory: Path, luns: Path, tools: Path, spec: Callable[[], LabSpec]):
        self.directory = directory
        self.luns = luns
        self.tools = tools
        self.spec = spec
        self.process: subprocess.Popen | None = None
        self._chap: dict[str, str] = {}
        self._refused: set[int] = set()
        self._withdrawn: set[str] = set()
        self._exported: set[int] = set()

    @property
    def running(self) -> bool:
        """Whether the daemon runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the daemon and export everything."""
        if self.running:
            raise LabError("The iSCSI target is running already. Stop it first.")
        self.directory.mkdir(exist_ok=True)
        for remains in self.directory.glob("socket*"):
            remains.unlink()
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.tools / "tgtd", "-f", "--iscsi", f"portal={PORTALS[0]}:{PORT}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
            )
        self._await_answer()
        for portal in PORTALS[1:]:
            self._admin("portal", "new", param=f"portal={portal}:{PORT}")
        self._exported.clear()
        if self._chap:
            self._make_account(**self._chap)
        for lun in self.spec().luns:
            self.export(lun)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + _START_LIMIT
        while self._tgtadm("--mode", "system", "--op", "show").returncode:
            if not self.running or time.monotonic() > deadline:
                log = (self.directory / "log").read_text(errors="replace")
                raise LabError(f"tgtd did not start:\n{log[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill the daemon, as a power cut of an array does. Its ports refuse from then on."""
        if not self.running:
            raise LabError("The iSCSI target is stopped already.")
        self.process.kill()
        self.process.wait()

    def export(self, lun: LabLun) -> None:
        """Show a LUN to the nodes that may see it."""
        if lun.target not in self._exported:
            self._admin("target", "new", tid=lun.target, targetname=lun.iqn)
            self._exported.add(lun.target)
            if self._chap:
                self._bind_account(lun.target)
            self._admit(lun.target, lun.nodes)
        if lun.name not in self._withdrawn:
            self._add(lun)

    def _add(self, lun: LabLun) -> None:
        path = self.luns / lun.name
        self._admin("logicalunit", "new", tid=lun.target, lun=lun.number, backing_store=path)

    def _remove(self, lun: LabLun) -> None:
        self._admin("logicalunit", "delete", tid=lun.target, lun=lun.number)

    def resize(self, name: str) -> None:
        """Let the target see the new size of a LUN's file. It is away for a moment meanwhile."""
        lun = self.spec().lun(name)
        if name not in self._withdrawn:
            self._remove(lun)
            self._add(lun)

    def withdraw(self, name: str) -> None:
        """Take a LUN out of its target. Who is logged in stays so, and gets errors."""
        self._remove(self.spec().lun(name))
        self._withdrawn.add(name)

    def present(self, name: str) -> None:
        """Put a LUN that was withdrawn back."""
        self._add(self.spec().lun(name))
        self._withdrawn.discard(name)

    def set_chap(self, user: str, password: str, user_in: str = "", password_in: str = "") -> None:
        """Demand a name and a password of who logs in from now on.

        ``user_in`` and ``password_in`` are what the target says of itself. Without ``user``,
        nothing is demanded any more.
        """
        if self._chap:
            for name in filter(None, (self._chap["user"], self._chap["user_in"])):
                self._admin("account", "delete", user=name)
        self._chap = {}
        if user:
            self._chap = {
                "user": user,
                "password": password,
                "user_in": user_in,
                "password_in": password_in,
            }
            self._make_account(**self._chap)
            for target in sorted(self._exported):
                self._bind_account(target)

    def _make_account(self, user: str, password: str, user_in: str, password_in: str) -> None:
        self._admin("account", "new", user=user, password=password)
        if user_in:
            self._admin("account", "new", user=user_in, password=password_in)

    def _bind_account(self, target: int) -> None:
        self._admin("account", "bind", tid=target, user=self._chap["user"])
        if self._chap["user_in"]:
            account = (f"--tid={target}", f"--user={self._chap['user_in']}", "--outgoing")
            self._must("--lld=iscsi", "--mode=account", "--op=bind", *account)

    def refuse(self, number: int) -> None:
        """Mask all LUNs from a node, and throw it out."""
        self._refused.add(number)
        self._admit_anew()
        for session in self.sessions():
            if session["node"] == number:
                self._admin("conn", "delete", **session["ids"])

    def admit(self, number: int) -> None:
        """Take a node back that was refused."""
        self._refused.discard(number)
        self._admit_anew()

    def _admit_anew(self) -> None:
        nodes = {lun.target: lun.nodes for lun in self.spec().luns}
        for target in sorted(self._exported):
            for address in self._admitted(target):
                self._admin("target", "unbind", tid=target, initiator_address=address)
            self._admit(target, nodes[target])

    def _admit(self, target: int, numbers: tuple[int, ...] | None) -> None:
        if numbers is None and not self._refused:
            self._admin("target", "bind", tid=target, initiator_address="ALL")
            return
        for node in self.spec().nodes:
            if node.number not in self._refused and (numbers is None or node.number in numbers):
                for fabric in range(len(FABRICS)):
                    address = node.fabric(fabric)
                    self._admin("target", "bind", tid=target, initiator_address=address)

    def _admitted(self, target: int) -> list[str]:
        """The addresses that a target admits."""
        _, _, text = self._section(target).partition("ACL information:")
        return text.split()

    def _section(self, target: int) -> str:
        """What tgt says of a target."""
        answer = self._admin("target", "show")
        parts = re.split(r"^Target (\d+): .*$", answer, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True)).get(str(target), "")

    def sessions(self) -> list[dict]:
        """Who is logged in: ``target`` (IQN), ``initiator`` (IQN), ``node``, ``portal``, ``ids``.

        ``node`` is a number; ``portal`` is that of the storage network the session runs over, 0 or
        1; ``ids`` are what tgt calls it.
        """
        owners = {
            node.fabric(fabric): (node.number, fabric)
            for node in self.spec().nodes
            for fabric in range(len(FABRICS))
        }
        names = {lun.target: lun.iqn for lun in self.spec().luns}
        found = []
        for target in sorted(self._exported):
            nexuses, _, _ = self._section(target).partition("LUN information:")
            for text in nexuses.split("I_T nexus: ")[1:]:
                address = _ADDRESS.search(text)
                if not address:
                    continue
                node, portal = owners[address[1]]
                cid = re.search(r"Connection: (\d+)", text)[1]
                found.append(
                    {
                        "target": names[target],
                        "initiator": _INITIATOR.search(text)[1],
                        "node": node,
                        "portal": portal,
                        "ids": {"tid": target, "sid": int(text.split()[0]), "cid": int(cid)},
                    }
                )
        return found

    def _admin(self, mode: str, op: str, **options) -> str:
        words = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
        return self._must("--lld=iscsi", f"--mode={mode}", f"--op={op}", *words)

    def _must(self, *words: str) -> str:
        answer = self._tgtadm(*words)
        if answer.returncode:
            raise LabError(
                f"tgtadm {' '.join(words)} ended with {answer.returncode}: {answer.stderr.strip()}"
            )
        return answer.stdout

    def _tgtadm(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.tools / "tgtadm", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self._environment,
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "TGT_IPC_SOCKET": str(self.directory / "socket")}
