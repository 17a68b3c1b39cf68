"""The lab as a library: what tests and the command line use."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path

from lab import host
from lab.errors import LabError
from lab.image import ensure_image
from lab.namespace import Launch
from lab.namespace import is_alive
from lab.namespace import request
from lab.namespace import state_directory
from lab.salt_command import Result
from lab.salt_command import Running
from lab.san import SanControls
from lab.spec import LabLun
from lab.spec import LabSpec
from lab.spec import make_spec
from lab.spec import parse_size

REPOSITORY = Path(__file__).resolve().parents[2]
#: The Python of a guest that has Salt.
GUEST_PYTHON = "/opt/salt/bin/python"

#: Seconds for what a guest does without KVM beside other work; a condition ends each wait.
_BOOT_LIMIT = 1800
_MASTER_LIMIT = 600


class Lab(SanControls):
    """The lab called ``name``, whether it runs already or :meth:`up` is to start it.

    A node is meant by its number, its minion id or its (short) host name. ``say`` is called with
    a line of text for every step that takes time. Every method raises LabError with the reason
    and what to do. ``with Lab(...) as lab:`` takes the lab down at the end.
    """

    def __init__(self, name: str = "lab", say: Callable[[str], None] = lambda text: None):
        self.name = name
        self.state = state_directory(name)
        self._say = say
        self._launch: Launch | None = None

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_) -> None:
        self.down()

    def up(
        self,
        nodes: int = 3,
        distro: str = "bookworm",
        luns: Iterable[str] = ("primary:3G",),
        root: Path = REPOSITORY,
        **settings,
    ) -> Lab:
        """Start the lab and return once all minions answer.

        ``distro`` is that of all nodes, or has one for each node with commas between them.
        ``luns`` are ``NAME:SIZE[:alias=ALIAS][:nodes=1+2]``, ``root`` is the Salt file root and
        ``settings`` are further fields of :class:`lab.spec.LabSpec`, such as ``memory``. The lab
        ends with this process unless it is detached; when it cannot start, nothing is left.
        """
        spec = make_spec(
            self.name, nodes, list(luns), distro=distro, root=str(root.resolve()), **settings
        )
        host.require_tools()
        if spec.san == "iscsi":
            host.target_tools()
        images = {distro: ensure_image(distro, self._say) for distro in spec.distros}
        accel, why = host.acceleration()
        kinds = " and ".join(spec.distros)
        self._say(f"starting {nodes} {kinds} guests with {accel.upper()}: {why}")
        self._launch = Launch(spec, images, accel)
        try:
            self._await("the guests to be switched on", self._supervisor_answers, _MASTER_LIMIT)
            self._await("the Salt master", lambda: self._ask("master_listens"), _MASTER_LIMIT)
            self.wait_minions()
        except BaseException as err:
            report = self._last_words() if isinstance(err, LabError) else ""
            self.down()
            if report:
                raise LabError(f"{report}\n{err}") from err
            raise
        return self

    def _supervisor_answers(self) -> bool:
        self._launch.check()
        return (self.state / "socket").exists()

    def detach(self) -> None:
        """Let the lab live on when this process ends."""
        self._ask("detach")

    def down(self) -> None:
        """End the lab and remove all of it. Does nothing if it is not running."""
        if self._launch:
            self._launch.end()
            self._launch = None
        elif is_alive(self.state):
            self._ask("down")
            self._await("the lab to end", lambda: not is_alive(self.state), 60)

    @property
    def spec(self) -> LabSpec:
        """What the lab consists of right now."""
        try:
            return LabSpec.from_json((self.state / "spec.json").read_text())
        except FileNotFoundError:
            raise LabError(f"No lab called {self.name} is running. Start it with: up.") from None

    @property
    def pillar(self) -> Path:
        """The directory that is the master's pillar root. Write ``top.sls`` and more here."""
        return self.state / "pillar"

    def set_pillar(self, data: dict, minions: Iterable[str] = ("*",)) -> None:
        """Make ``data`` the pillar of every minion, or of ``minions`` alone."""
        top = {"base": {minion: ["lab"] for minion in minions}}
        (self.pillar / "top.sls").write_text(json.dumps(top))
        (self.pillar / "lab.sls").write_text(json.dumps(data, indent=1))

    def status(self) -> dict:
        """State of master, nodes and LUNs as plain data."""
        return self._ask("status")

    def node_state(self, node: str | int) -> dict:
        """The part of :meth:`status` that is about one node."""
        number = self.spec.node(node).number
        return next(entry for entry in self.status()["nodes"] if entry["number"] == number)

    def lun_path(self, name: str) -> Path:
        """The file on this host that is the LUN."""
        return self.state / "luns" / self.spec.lun(name).name

    def written(self, node: str | int, lun: str) -> int:
        """Bytes ``node`` has written to ``lun`` since it was switched on."""
        return self._ask("written", node=str(node), lun=lun)

    def console(self, node: str | int) -> Path:
        """The file with everything ``node`` has printed on its console."""
        return self._directory(node) / "console.log"

    def shell_socket(self, node: str | int) -> Path:
        """The Unix socket of a root shell on ``node``."""
        return self._directory(node) / "shell"

    def _directory(self, node: str | int) -> Path:
        return self.state / "nodes" / str(self.spec.node(node).number)

    def run(
        self, node: str | int, argv: list[str], timeout: float = 120, stdin: str = ""
    ) -> Result:
        """Run a command in a guest by its guest agent: neither network nor Salt is needed.

        It is killed after ``timeout`` seconds, rc is then 124.
        """
        return Result(*self._ask("run", node=str(node), argv=argv, timeout=timeout, stdin=stdin))

    def salt(self, *args: str, stream: bool = False) -> Result:
        """Run ``salt`` on the lab's master. With ``stream`` it prints to this process's output."""
        return self.tool("salt", *args, stream=stream)

    def salt_run(self, *args: str, stream: bool = False) -> Result:
        """Run ``salt-run`` on the lab's master."""
        return self.tool("salt-run", *args, stream=stream)

    def tool(self, tool: str, *args: str, stream: bool = False) -> Result:
        """Run one of Salt's commands for the master in the lab's namespace."""
        if not stream:
            return self.start_tool(tool, *args).wait()
        arguments = {"tool": tool, "args": [str(arg) for arg in args], "cwd": os.getcwd()}
        sys.stdout.flush()
        return Result(self._ask("exec", files=(0, 1, 2), **arguments), "", "")

    def start_tool(
        self, tool: str, *args: str, on_line: Callable[[str], None] = lambda line: None
    ) -> Running:
        """Start one of Salt's commands, and do not wait for its end.

        ``on_line`` gets every line that it prints on standard error, where the formula's runner
        says what it is at, as it comes.
        """
        return Running(self.state, tool, args, on_line)

    def kill_master(self) -> None:
        """Kill the Salt master, as a power cut of its host does. Salt's commands live on."""
        self._ask("kill_master")

    def start_master(self) -> None:
        """Start the Salt master again. Its minions have yet to find it."""
        self._ask("start_master")
        self._await("the Salt master", lambda: self._ask("master_listens"), _MASTER_LIMIT)

    def wait_minions(
        self, nodes: Iterable[str | int] | None = None, limit: float = _BOOT_LIMIT
    ) -> None:
        """Wait until the minions of ``nodes`` (all) answer a ping, at most ``limit`` seconds."""
        spec = self.spec
        chosen = spec.nodes if nodes is None else [spec.node(node) for node in nodes]
        wanted = {node.minion_id for node in chosen}
        deadline = time.monotonic() + limit
        self._await_all("to connect", wanted, lambda _: set(self._ask("connected")), limit)
        left = max(30.0, deadline - time.monotonic())
        # The first job of a master that has just started is lost: it has a new key, which the
        # minions ask for when they cannot read that job.
        limits = itertools.chain((60,), itertools.repeat(300))

        def ping(minions):
            return self._ping(minions, next(limits))

        self._await_all("to answer a ping", wanted, ping, left)

    def _ping(self, minions: set[str], limit: int) -> set[str]:
        """Which of ``minions`` answer in ``limit`` seconds."""
        # One line of JSON for each; with --static, Salt would ping everybody once more before. When
        # its time is over it asks a slow guest every half a minute how far it is, which makes it
        # slower still; so it gets time.
        answer = self.salt(
            *("--out=json", "--out-indent=-1", f"--timeout={limit}"),
            *("--list", ",".join(sorted(minions))),
            "test.ping",
        )
        found = {}
        for line in answer.stdout.splitlines():
            with contextlib.suppress(ValueError):
                found.update(json.loads(line))
        return {name for name, value in found.items() if value is True}

    def wait_booted(self, node: str | int, limit: float = _BOOT_LIMIT) -> str:
        """Wait, without Salt, until ``node`` has started all its services.

        Returns what systemd calls it then: ``running`` or ``degraded``. Some paths of the LUNs
        may still be on their way.
        """
        deadline = time.monotonic() + limit
        self._await(
            f"{node} to boot", lambda: self._ask("agent", node=str(node), timeout=5), limit, "boot"
        )
        left = max(30.0, deadline - time.monotonic())
        answer = self.run(node, ["systemctl", "is-system-running", "--wait"], left)
        if answer.rc == 124:
            jobs = self.run(node, ["systemctl", "list-jobs", "--no-pager"]).stdout
            raise LabError(f"{node} has not started all its services in {limit:.0f} s:\n{jobs}")
        return answer.stdout.strip()

    def power_cut(self, node: str | int) -> None:
        """Switch a node off the hard way. What it had synced to its disks stays."""
        self._ask("power_cut", node=str(node))

    def start(self, node: str | int) -> None:
        """Switch a node on again, from its disk as it was left."""
        self._ask("start", node=str(node))

    def reboot(self, node: str | int, limit: float = _BOOT_LIMIT) -> None:
        """Reboot a node in order, and wait for the moment it starts anew."""
        boots = self.node_state(node)["boots"]
        self._ask("shutdown", node=str(node), verb="reboot")
        self._await(
            f"{node} to shut down", lambda: self.node_state(node)["boots"] > boots, limit, "shut"
        )

    def shutdown(self, node: str | int, limit: float = _BOOT_LIMIT) -> None:
        """Shut a node down in order, and wait until it is off."""
        self._ask("shutdown", node=str(node), verb="poweroff")
        self._await(
            f"{node} to shut down", lambda: self.node_state(node)["state"] == "off", limit, "shut"
        )

    def freeze(self, node: str | int) -> None:
        """Stop a node's processors."""
        self._ask("freeze", node=str(node))

    def thaw(self, node: str | int) -> None:
        """Let a frozen node go on."""
        self._ask("thaw", node=str(node))

    def cut_link(self, node: str | int, network: str = "interconnect") -> None:
        """Unplug a node's cable of ``network``: ``interconnect`` or ``management``."""
        self._ask("set_link", node=str(node), network=network, up=False)

    def restore_link(self, node: str | int, network: str = "interconnect") -> None:
        """Plug a node's cable in again."""
        self._ask("set_link", node=str(node), network=network, up=True)

    def cut_path(self, node: str | int, lun: str, path: int) -> None:
        """Take ``lun`` away from ``path`` (0 or 1) of a node."""
        self._ask("cut_path", node=str(node), lun=lun, path=path)

    def restore_path(self, node: str | int, lun: str, path: int) -> None:
        """Give a cut path back."""
        self._ask("restore_path", node=str(node), lun=lun, path=path)

    def forward(self, node: str | int, port: int) -> int:
        """Pass what comes in at a port of this machine's loopback on to ``port`` of a node.

        Returns the port of this machine. It is open for as long as the lab lives.
        """
        # The socket is made here, so it belongs to this machine, wherever it is listened at.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._ask("forward", files=(listener.fileno(),), node=str(node), port=port)
            return listener.getsockname()[1]

    def add_node(self, hostname: str | None = None) -> str:
        """Add a node and switch it on. Returns its minion id at once; it has yet to boot."""
        return self._ask("add_node", hostname=hostname)

    def add_lun(self, text: str) -> str:
        """Add a LUN (``NAME:SIZE...``). Returns its WWID once all running nodes have its map.

        On an iSCSI SAN it returns at once: who logs in where is not the lab's business.
        """
        wwid = self._ask("add_lun", text=text)
        lun = self.spec.luns[-1]
        if lun.target:
            return wwid
        running = {
            node["minion_id"] for node in self.status()["nodes"] if node["state"] == "running"
        }
        wanted = {node.minion_id for node in self.spec.nodes if lun.seen_by(node)} & running
        self._await_all(
            f"to see /dev/mapper/{lun.alias}", wanted, lambda minions: self._seeing(lun, minions)
        )
        return wwid

    def _seeing(self, lun: LabLun, minions: set[str]) -> set[str]:
        """Which of ``minions`` have the map of a LUN."""
        test = ["test", "-b", f"/dev/mapper/{lun.alias}"]
        return {minion for minion in minions if self.run(minion, test).rc == 0}

    def grow_lun(self, name: str, size: str) -> None:
        """Grow a LUN to ``size`` (``4G``). The nodes see it after a rescan, as on a real SAN."""
        self._ask("grow_lun", name=name, size=parse_size(size))

    def blank_lun(self, name: str) -> None:
        """Make every byte of a LUN zero. Nobody may have it mounted."""
        self._ask("blank_lun", name=name)

    def _ask(self, name: str, /, **arguments):
        return request(self.state, name, **arguments)

    def _await_all(
        self,
        what: str,
        wanted: set[str],
        there: Callable[[set[str]], set[str]],
        limit: float = _BOOT_LIMIT,
    ) -> None:
        """Wait until ``there``, asked for those that are missing, has told of all of ``wanted``."""
        missing = set(wanted)

        def all_there():
            missing.difference_update(there(missing))
            return not missing

        self._await(lambda: f"{', '.join(sorted(missing))} {what}", all_there, limit, "boot")

    def _await(
        self,
        what: str | Callable[[], str],
        probe: Callable[[], object],
        limit: float,
        kind: str = "",
    ) -> None:
        """Call ``probe`` until it is true, say every 10 s what is waited for."""
        begun = time.monotonic()
        spoken = begun
        while not probe():
            now = time.monotonic()
            named = what() if callable(what) else what
            if now - begun > limit:
                raise LabError(f"Waited {limit:.0f} s for {named}, in vain.")
            if now - spoken >= 10:
                spoken = now
                self._say(f"waiting for {named}: {now - begun:.0f} s of at most {limit:.0f}")
            time.sleep(0.5 if kind else 0.1)

    def _last_words(self) -> str:
        """The ends of all logs, for a lab that could not start."""
        logs = [*sorted(self.state.glob("nodes/*/console.log")), self.state / "master" / "log"]
        parts = []
        for log in logs:
            if log.exists():
                lines = log.read_text(errors="replace").splitlines()[-15:]
                parts.append("\n".join([f"--- end of {log.relative_to(self.state)}", *lines]))
        return "\n".join(parts)
