"""The process that owns a lab: process 1 of the lab's namespace and its only child.

Started by :mod:`lab.namespace` as ``python -m lab.supervisor STATE``. It starts the network, the
apt repository, the Salt master and the guests, and then answers requests on a Unix socket, one
connection and one JSON line each. Standard input is the life line: when it closes before
``detach`` was asked for, whoever started the lab is gone, and the lab goes too.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

from lab import host
from lab import package_server
from lab import render
from lab.errors import LabError
from lab.forward import forward
from lab.guest import Guest
from lab.iscsi import IscsiTarget
from lab.spec import HOST_ADDRESSES
from lab.spec import MASTER_ADDRESS
from lab.spec import MTU
from lab.spec import LabSpec

_REQUEST_PORT = 4506


class Supervisor:
    """Everything that runs in one lab. Each ``do_`` method is a request."""

    def __init__(self, state: Path):
        self.state = state
        start = json.loads((state / "start.json").read_text())
        self.images = {distro: Path(image) for distro, image in start["images"].items()}
        self.accel = start["accel"]
        self.spec = LabSpec.from_json((state / "spec.json").read_text())
        self.guests: dict[int, Guest] = {}
        self.master: subprocess.Popen | None = None
        self.target: IscsiTarget | None = None
        self.detached = False
        self.ended = threading.Event()
        # Nodes and LUNs come and go one at a time.
        self.changing = threading.Lock()

    def start(self) -> None:
        """Start everything. It has yet to boot when this returns."""
        for directory in ("luns", "nodes", "pillar", "tmp", "master/run", "master/etc"):
            (self.state / directory).mkdir(parents=True, exist_ok=True)
        # What Salt leaves in temporary directories goes with the lab.
        os.environ["TMPDIR"] = str(self.state / "tmp")
        self._start_network()
        self._start_repository()
        for lun in self.spec.luns:
            self._truncate(lun.name, lun.size)
        if self.spec.san == "iscsi":
            directories = (self.state / "target", self.state / "luns", host.target_tools())
            self.target = IscsiTarget(*directories, lambda: self.spec)
            self.target.start()
        for node in self.spec.nodes:
            self._prepare(node)
        self._link_root()
        config = self.state / "master" / "etc" / "master"
        config.write_text(render.master_config(self.spec, str(self.state)))
        self._start_master()
        for node in self.spec.nodes:
            self.guests[node.number].start()

    def _start_network(self) -> None:
        _ip("link", "set", "lo", "up")
        for network in self.spec.networks:
            _ip("link", "add", network[:5], "type", "bridge")
            _ip("link", "set", network[:5], "up")
            if network in HOST_ADDRESSES:
                _ip("address", "add", f"{HOST_ADDRESSES[network]}/24", "dev", network[:5])

    def _start_repository(self) -> None:
        repository = self.state / "repository"
        repository.mkdir()
        for distro, image in self.images.items():
            (repository / distro).symlink_to(image / "packages")
        package_server.serve(repository, (MASTER_ADDRESS, render.APT_PORT))

    def _start_master(self) -> None:
        with (self.state / "master" / "output").open("ab") as output:
            self.master = subprocess.Popen(
                [_tool("salt-master"), "-c", self.state / "master" / "etc"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # So that it can be killed with all its processes.
                start_new_session=True,
            )

    def _link_root(self) -> None:
        """The file root without what git and tools keep beside it: Salt would walk all of that."""
        root = self.state / "root"
        root.mkdir()
        for entry in Path(self.spec.root).iterdir():
            if not entry.name.startswith(".") and entry.name != "build":
                (root / entry.name).symlink_to(entry)

    def _truncate(self, lun: str, size: int) -> None:
        """Make or grow a LUN.

        Its first block is really there: QEMU finds out there which writes the file takes as they
        are. Over a hole it would take 4 KiB for the least, and do smaller writes by reading and
        writing the rest of the block, in which other nodes keep their heartbeat.
        """
        with (self.state / "luns" / lun).open("ab") as disk:
            if not disk.tell():
                disk.write(bytes(4096))
                disk.flush()
                os.fsync(disk.fileno())
            disk.truncate(size)

    def _prepare(self, node) -> None:
        """Make the guest of ``node``, its network ports, and its key known to the master."""
        directory = self.state / "nodes" / str(node.number)
        luns = self.state / "luns"
        image = self.images[node.distro]
        guest = Guest(node, directory, image, luns, self.accel, lambda: self.spec)
        guest.prepare()
        for network in self.spec.networks:
            _ip("tuntap", "add", "dev", node.tap(network), "mode", "tap")
            frame = ("mtu", str(MTU[network]))
            _ip("link", "set", node.tap(network), *frame, "master", network[:5], "up")
        accepted = self.state / "master" / "pki" / "minions"
        accepted.mkdir(parents=True, exist_ok=True)
        shutil.copy(guest.public_key, accepted / node.minion_id)
        self.guests[node.number] = guest

    def _keep_spec(self, spec: LabSpec) -> None:
        self.spec = spec
        replacement = self.state / "spec.json.new"
        replacement.write_text(spec.to_json())
        replacement.rename(self.state / "spec.json")

    def _guest(self, node: str) -> Guest:
        return self.guests[self.spec.node(node).number]

    def do_status(self) -> dict:
        """State of everything, as plain data."""
        return {
            "detached": self.detached,
            "accel": self.accel,
            "master": self.master is not None and self.master.poll() is None,
            "nodes": [
                {
                    "number": guest.node.number,
                    "minion_id": guest.node.minion_id,
                    "state": guest.state,
                    "boots": guest.boots,
                    "minion": guest.minion_connected,
                    "cut": sorted(guest.cut_paths | guest.cut_links),
                }
                for guest in self.guests.values()
            ],
            "luns": [
                {"name": lun.name, "alias": lun.alias, "wwid": lun.wwid, "size": lun.size}
                for lun in self.spec.luns
            ],
        }

    def do_connected(self) -> list[str]:
        """Minion ids that are connected to the master's publisher."""
        return [guest.node.minion_id for guest in self.guests.values() if guest.minion_connected]

    def do_master_listens(self) -> bool:
        """Whether the master takes requests. Raises LabError when it has ended."""
        if self.master.poll() is not None:
            output = (self.state / "master" / "output").read_text(errors="replace")
            raise LabError(f"The Salt master ended with {self.master.returncode}:\n{output}")
        with socket.socket() as probe:
            return probe.connect_ex((MASTER_ADDRESS, _REQUEST_PORT)) == 0

    def do_kill_master(self) -> None:
        """Kill all processes of the master at once, as a power cut of its host would."""
        os.killpg(self.master.pid, signal.SIGKILL)
        self.master.wait()

    def do_start_master(self) -> None:
        """Start the master again after it was killed."""
        if self.master.poll() is None:
            raise LabError("The Salt master is running already. Kill it first.")
        self._start_master()

    def do_agent(self, node: str, timeout: float) -> bool:
        """Whether the guest agent of ``node`` answers within ``timeout`` seconds."""
        return self._guest(node).answers(timeout)

    def do_run(self, node: str, argv: list[str], timeout: float, stdin: str) -> list:
        """Run a command in a guest: ``[exit code, stdout, stderr]``."""
        return list(self._guest(node).run(argv, timeout, stdin))

    def do_shutdown(self, node: str, verb: str) -> None:
        """Have a node shut itself down in order; ``verb`` is ``reboot`` or ``poweroff``."""
        self._guest(node).shutdown(verb)

    def do_start(self, node: str) -> None:
        """Switch a node on."""
        self._guest(node).start()

    def do_power_cut(self, node: str) -> None:
        """Switch a node off the hard way."""
        self._guest(node).power_cut()

    def do_freeze(self, node: str) -> None:
        """Stop a node's processors."""
        self._guest(node).freeze()

    def do_thaw(self, node: str) -> None:
        """Let a frozen node go on."""
        self._guest(node).thaw()

    def do_set_link(self, node: str, network: str, up: bool) -> None:
        """Plug or unplug a network cable."""
        self._guest(node).set_link(network, up)

    def do_set_fabric(self, network: str, up: bool) -> None:
        """Have a storage network pass frames, or none."""
        if network not in self.spec.networks:
            raise LabError(
                f"There is no network {network} in this lab. Start one with --san iscsi."
            )
        _ip("link", "set", network, "up" if up else "down")

    def do_target(self, action: str, **arguments):
        """Have the iSCSI target do something: a method of it."""
        if self.target is None:
            raise LabError("There is no iSCSI target in this lab. Start one with --san iscsi.")
        with self.changing:
            return getattr(self.target, action)(**arguments)

    def do_cut_path(self, node: str, lun: str, path: int) -> None:
        """Take a path to a LUN away."""
        self._guest(node).cut_path(self.spec.lun(lun), path)

    def do_restore_path(self, node: str, lun: str, path: int) -> None:
        """Give a path to a LUN back."""
        self._guest(node).restore_path(self.spec.lun(lun), path)

    def do_written(self, node: str, lun: str) -> int:
        """Bytes a node wrote to a LUN since it was started."""
        return self._guest(node).written(self.spec.lun(lun))

    def do_add_node(self, hostname: str | None) -> str:
        """Add a node and switch it on. Returns its minion id."""
        with self.changing:
            spec = self.spec.with_node(hostname)
            self._prepare(spec.nodes[-1])
            self._keep_spec(spec)
            self.guests[spec.nodes[-1].number].start()
        return spec.nodes[-1].minion_id

    def do_add_lun(self, text: str) -> str:
        """Add a LUN and show it to the nodes. Returns its WWID."""
        with self.changing:
            spec = self.spec.with_lun(text)
            lun = spec.luns[-1]
            self._truncate(lun.name, lun.size)
            self._keep_spec(spec)
            if self.target:
                self.target.export(lun)
                return lun.wwid
            for guest in self.guests.values():
                if lun.seen_by(guest.node):
                    guest.present(lun)
        return lun.wwid

    def do_grow_lun(self, name: str, size: int) -> None:
        """Grow a LUN under the running nodes."""
        with self.changing:
            spec = self.spec.with_size(name, size)
            lun = spec.lun(name)
            self._truncate(name, size)
            self._keep_spec(spec)
            if self.target:
                self.target.resize(name)
                return
            for guest in self.guests.values():
                if lun.seen_by(guest.node):
                    guest.resize(lun)

    def do_blank_lun(self, name: str) -> None:
        """Make a LUN all zeros."""
        with self.changing:
            os.truncate(self.state / "luns" / name, 0)
            self._truncate(name, self.spec.lun(name).size)

    def do_detach(self) -> None:
        """From now on the lab outlives whoever started it."""
        self.detached = True

    def do_down(self) -> None:
        """End the lab."""
        self.ended.set()

    def serve(self) -> None:
        """Answer requests until the lab is to end."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.state / "socket"))
        listener.listen(16)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            files: list[int] = []
            try:
                request, files = _receive(connection)
                name = request.pop("request")
                if name == "exec":
                    result = self._exec(connection, files, **request)
                elif name == "forward":
                    result = self._forward(files[0], **request)
                else:
                    result = getattr(self, f"do_{name}")(**request)
                reply = {"result": result}
            except (LabError, TimeoutError) as err:
                reply = {"error": str(err)}
            except Exception:  # pylint: disable=broad-except
                # A mistake in the lab itself: the caller is to see all of it.
                reply = {"error": traceback.format_exc()}
            finally:
                for handle in files:
                    os.close(handle)
            # Nobody may be there any more to hear it.
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps(reply).encode() + b"\n")

    def _exec(self, connection, files: list[int], tool: str, args: list[str], cwd: str) -> int:
        """Run one of Salt's commands in the namespace, on the caller's own files.

        Each byte that the caller sends meanwhile is the number of a signal for it and all its
        processes. It is ended when the caller goes away.
        """
        process = subprocess.Popen(
            [_tool(tool), "-c", self.state / "master" / "etc", *args],
            stdin=files[0],
            stdout=files[1],
            stderr=files[2],
            cwd=cwd,
            start_new_session=True,
        )
        ended = os.pidfd_open(process.pid)
        try:
            while ended not in select.select([connection, ended], [], [])[0]:
                word = connection.recv(1)
                os.killpg(process.pid, word[0] if word else signal.SIGTERM)
                if not word:
                    break
            return process.wait()
        finally:
            os.close(ended)

    def _forward(self, file: int, node: str, port: int) -> None:
        """Pass what comes in at a listening socket on to ``port`` of ``node``."""
        address = self.spec.node(node).management
        forward(socket.socket(fileno=os.dup(file)), (address, port))

    def watch_lifeline(self) -> None:
        """End the lab when standard input closes and nobody has detached it."""
        while os.read(0, 1):
            pass
        if not self.detached:
            self.ended.set()


def _receive(connection: socket.socket) -> tuple[dict, list[int]]:
    """One request and the files that came with it."""
    data, files, _, _ = socket.recv_fds(connection, 1 << 16, 3)
    while not data.endswith(b"\n"):
        more = connection.recv(1 << 16)
        if not more:
            break
        data += more
    return json.loads(data), files


def _tool(name: str) -> Path:
    """A command of the Python environment that runs the lab."""
    return Path(sys.executable).parent / name


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, stdin=subprocess.DEVNULL)


def supervise(state: Path) -> None:
    """Run the lab whose files are in ``state`` until it is to end."""
    supervisor = Supervisor(state)
    threading.Thread(target=supervisor.watch_lifeline, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: supervisor.ended.set())
    # A shell lets what it starts in the background ignore it, and Salt's commands would, too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_run_lab, args=(supervisor,), daemon=True).start()
    supervisor.ended.wait()
    # The answer to the one who asked for the end is still on its way.
    time.sleep(0.1)


def _run_lab(supervisor: Supervisor) -> None:
    try:
        supervisor.start()
        supervisor.serve()
    except Exception as err:  # pylint: disable=broad-except
        text = str(err) if isinstance(err, LabError) else traceback.format_exc()
        (supervisor.state / "failure").write_text(text)
        supervisor.ended.set()


def main(state: Path) -> int:
    """Process 1: runs the supervisor as a child, buries the dead, and leaves nothing behind."""
    child = os.fork()
    if child == 0:
        supervise(state)
        # Threads still wait for guests: nothing of that is of use any more.
        os._exit(0)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    while os.wait()[0] != child:
        pass
    os.kill(-1, signal.SIGKILL)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    failure = state / "failure"
    if failure.exists():
        sys.stderr.write(failure.read_text())
    shutil.rmtree(state)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
