"""One QEMU guest. This part runs inside the lab's namespace, as a child of the supervisor."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lab import host
from lab import render
from lab.errors import LabError
from lab.qmp import Agent
from lab.qmp import Monitor
from lab.spec import PATHS
from lab.spec import LabLun
from lab.spec import LabNode
from lab.spec import LabSpec

# Without the parts of a q35 nobody uses here: each costs the guest time at boot.
MACHINE = "q35,sata=off,smbus=off,vmport=off"
# What later processors have, AVX above all, costs more to emulate than it saves: with "max", three
# guests boot in a sixth to a quarter more time.
EMULATED_CPU = "Westmere"
# What every process has at another address, TCG translates for each of them anew: without
# "norandmaps", the start of a process takes three times as long.
KERNEL_ARGUMENTS = (
    "root=/dev/vda rw rootflags=noinit_itable fsck.mode=skip console=ttyS0 quiet loglevel=4"
    " mitigations=off audit=0 apparmor=0 selinux=0 nokaslr norandmaps random.trust_cpu=on"
    " no_timer_check"
)


_TCP_ESTABLISHED = "01"
_PUBLISH_PORT = 4505


class Guest:
    """The guest of ``node``, with its files in ``directory``.

    ``spec`` gives the lab as it is by now. ``boots`` counts how often the guest was started or
    has reset itself, so that a node which fenced itself shows as one boot more. What was cut
    stays cut when the guest starts anew.
    """

    def __init__(
        self,
        node: LabNode,
        directory: Path,
        image: Path,
        luns: Path,
        accel: str,
        spec: Callable[[], LabSpec],
    ):
        self.node = node
        self.directory = directory
        self.image = image
        self.luns = luns
        self.accel = accel
        self.spec = spec
        self.process: subprocess.Popen | None = None
        self.monitor: Monitor | None = None
        self.agent: Agent | None = None
        self.boots = 0
        self.cut_paths: set[str] = set()
        self.cut_links: set[str] = set()
        self._stale_peers: set[int] = set()
        # A reset and its owner may switch it on at once.
        self._switch = threading.Lock()

    def prepare(self) -> None:
        """Make what outlives a power cut: the disk and the minion's key pair."""
        self.directory.mkdir(parents=True)
        host.run("openssl", "genrsa", "-out", self._key, "2048")
        host.run("openssl", "rsa", "-in", self._key, "-pubout", "-out", self.public_key)
        host.run(
            *("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw"),
            *("-b", self.image / "root.img", self.directory / "root.qcow2"),
        )

    @property
    def _key(self) -> Path:
        return self.directory / "minion.pem"

    @property
    def public_key(self) -> Path:
        """The minion's public key, for the master."""
        return self.directory / "minion.pub"

    @property
    def state(self) -> str:
        """``off``, ``running`` or ``frozen``."""
        if self.monitor is None or self.process.poll() is not None:
            return "off"
        try:
            status = self.monitor.execute("query-status")
        except LabError:
            # It is just ending.
            return "off"
        return "running" if status["running"] else "frozen"

    @property
    def minion_connected(self) -> bool:
        """Whether the guest's minion is connected to the master's publisher."""
        return self.state != "off" and bool(self._publisher_peers() - self._stale_peers)

    def _publisher_peers(self) -> set[int]:
        """The guest's ports of its connections to the master's publisher."""
        peers = set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, status, *_ = line.split()
            address, port = remote.split(":")
            # The kernel prints the address as a little-endian number.
            address = ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))
            if (status, address) == (_TCP_ESTABLISHED, self.node.management) and (
                int(local.split(":")[1], 16) == _PUBLISH_PORT
            ):
                peers.add(int(port, 16))
        return peers

    def start(self) -> None:
        """Switch the guest on, from the disk as it was left."""
        with self._switch:
            if self.state != "off":
                raise LabError(f"{self.node.minion_id} is on already. Cut its power first.")
            self._start()
            # Only now: who waits for a boot may want to do something to the guest.
            self.boots += 1

    def _start(self) -> None:
        self.monitor = None
        # The master does not know yet that the guest's last life is over.
        self._stale_peers = self._publisher_peers()
        self.write_config()
        for name in ("qmp", "agent"):
            (self.directory / name).unlink(missing_ok=True)
        with (self.directory / "qemu.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._argv(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        monitor = self._connect(self.directory / "qmp")
        self.agent = Agent(self.directory / "agent")
        for network in self.cut_links:
            monitor.execute("set_link", name=network, up=False)
        self.monitor = monitor
        threading.Thread(target=self._watch, args=(self.process, monitor), daemon=True).start()

    def _watch(self, process: subprocess.Popen, monitor: Monitor) -> None:
        """Start the guest anew after it has reset itself.

        QEMU ends on a reset: a fresh one boots like the first, while the firmware of one that was
        reset takes a minute more without KVM.
        """
        process.wait()
        monitor.finished.wait()
        ends = [event["data"] for event in monitor.events if event["event"] == "SHUTDOWN"]
        if ends and ends[-1]["reason"] == "guest-reset":
            self.start()

    def _connect(self, qmp: Path) -> Monitor:
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                return Monitor(qmp)
            except OSError:
                time.sleep(0.05)
        log = (self.directory / "qemu.log").read_text(errors="replace")
        raise LabError(f"QEMU of {self.node.minion_id} did not start:\n{log[-2000:]}")

    def _argv(self) -> list[str]:
        spec = self.spec()
        argv = [
            *("qemu-system-x86_64", "-name", self.node.minion_id, "-nodefaults"),
            *("-no-user-config", "-display", "none", "-vga", "none", "-no-reboot"),
            *("-machine", MACHINE, "-accel", self.accel),
            *("-cpu", "host" if self.accel == "kvm" else EMULATED_CPU),
            *("-smp", str(spec.cpus), "-m", str(spec.memory)),
            *("-kernel", f"{self.image}/vmlinuz", "-initrd", f"{self.image}/initrd"),
            *("-append", KERNEL_ARGUMENTS),
            # Nothing synced is lost by ending QEMU: it is in the page cache of the host.
            *("-drive", f"file={self.directory}/root.qcow2,if=virtio,cache=unsafe"),
            *("-drive", f"file={self.directory}/config.tar,format=raw,if=virtio,readonly=on"),
            *("-chardev", f"file,id=console,path={self.directory}/console.log,append=on"),
            *("-serial", "chardev:console", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=shell,path={self.directory}/shell,server=on,wait=off"),
            *("-device", "virtconsole,chardev=shell"),
            *("-chardev", f"socket,id=agent,path={self.directory}/agent,server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"),
            *("-qmp", f"unix:{self.directory}/qmp,server=on,wait=off"),
            *("-device", "virtio-rng-pci"),
        ]
        for network in spec.networks:
            tap = f"tap,id=net-{network},ifname={self.node.tap(network)},script=no,downscript=no"
            card = f"virtio-net-pci,id={network},netdev=net-{network},romfile="
            argv += ["-netdev", tap, "-device", f"{card},mac={self.node.mac(network)}"]
        for path in PATHS:
            argv += ["-device", f"virtio-scsi-pci,id=path{path}"]
            for lun in spec.disks_of(self.node):
                argv += ["-blockdev", json.dumps(self._backend(lun, path))]
                if lun.device(path) not in self.cut_paths:
                    argv += ["-device", json.dumps(self._disk(lun, path))]
        return argv

    def _backend(self, lun: LabLun, path: int) -> dict:
        cache = {"direct": True}
        file = {"driver": "file", "filename": f"{self.luns}/{lun.name}", "locking": "off"}
        return {
            "driver": "raw",
            "node-name": lun.device(path),
            "cache": cache,
            "file": {**file, "cache": cache},
        }

    def _disk(self, lun: LabLun, path: int) -> dict:
        return {
            "driver": "scsi-hd",
            "id": f"disk-{lun.device(path)}",
            "drive": lun.device(path),
            "bus": f"path{path}.0",
            "lun": lun.number,
            "wwn": int(lun.wwn, 16),
            "serial": lun.serial,
            "share-rw": True,
        }

    def write_config(self) -> None:
        """Write the configuration drive: a tar archive the guest unpacks at every boot."""
        files = render.guest_files(
            self.spec(), self.node, self._key.read_text(), self.public_key.read_text()
        )
        # Written in place, for QEMU has it open, and with room to grow.
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, (mode, text) in files.items():
                member = tarfile.TarInfo(name)
                member.mode, member.size = mode, len(text.encode())
                tar.addfile(member, io.BytesIO(text.encode()))
        with (self.directory / "config.tar").open("wb") as drive:
            drive.write(archive.getvalue().ljust(1 << 20, b"\0"))

    def answers(self, timeout: float) -> bool:
        """Whether the guest's agent answers within ``timeout`` seconds."""
        if self.state != "running":
            return False
        try:
            self.agent.call("guest-ping", timeout)
        except TimeoutError:
            return False
        return True

    def run(self, argv: list[str], timeout: float, stdin: str = "") -> tuple[int, str, str]:
        """Run a command in the guest, see :meth:`lab.qmp.Agent.run`."""
        self._require("running")
        return self.agent.run(argv, timeout, stdin)

    def shutdown(self, verb: str) -> None:
        """Have the guest shut itself down in order; ``verb`` is ``reboot`` or ``poweroff``."""
        self._require("running")
        # Not the agent's own guest-shutdown: that needs logind, which the image goes without.
        self.agent.tell("guest-exec", path="systemctl", arg=[verb])

    def power_cut(self) -> None:
        """Switch the guest off as a power cut does."""
        self._require("running", "frozen")
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop the guest's processors: it neither computes nor answers."""
        self._require("running")
        self.monitor.execute("stop")

    def thaw(self) -> None:
        """Let a frozen guest go on, unaware of the time it missed."""
        self._require("frozen")
        self.monitor.execute("cont")

    def set_link(self, network: str, up: bool) -> None:
        """Plug or unplug the cable of ``network``."""
        self._require("running", "frozen")
        self.monitor.execute("set_link", name=network, up=up)
        (self.cut_links.discard if up else self.cut_links.add)(network)

    def cut_path(self, lun: LabLun, path: int) -> None:
        """Take the LUN away from one path: the SCSI device disappears."""
        self._require("running", "frozen")
        if lun.target:
            raise LabError(f"{lun.name} has no paths of QEMU: cut a link of the node or a portal.")
        if lun.device(path) in self.cut_paths:
            raise LabError(f"Path {path} of {lun.name} is cut on {self.node.minion_id} already.")
        self.monitor.execute("device_del", id=f"disk-{lun.device(path)}")
        self.cut_paths.add(lun.device(path))

    def restore_path(self, lun: LabLun, path: int) -> None:
        """Present the LUN on a cut path again."""
        self._require("running", "frozen")
        if lun.device(path) not in self.cut_paths:
            raise LabError(f"Path {path} of {lun.name} is not cut on {self.node.minion_id}.")
        self.monitor.execute("device_add", **self._disk(lun, path))
        self.cut_paths.discard(lun.device(path))

    def present(self, lun: LabLun) -> None:
        """Show a new LUN to the guest, and its alias to the guest's multipath."""
        self.write_config()
        if self.state == "off":
            return
        for path in PATHS:
            self.monitor.execute("blockdev-add", **self._backend(lun, path))
        if self.state == "running":
            conf = render.multipath_conf(self.spec().disks_of(self.node))
            self.run(["tee", "/etc/multipath.conf"], 30, conf)
            self.run(["multipathd", "reconfigure"], 60)
        for path in PATHS:
            self.monitor.execute("device_add", **self._disk(lun, path))

    def resize(self, lun: LabLun) -> None:
        """Tell the guest's disks that the LUN has grown."""
        if self.state == "off":
            return
        for path in PATHS:
            self.monitor.execute("block_resize", node_name=lun.device(path), size=lun.size)

    def written(self, lun: LabLun) -> int:
        """Bytes the guest has written to the LUN since it was started, over both paths.

        A path that was cut and restored counts from zero again.
        """
        self._require("running", "frozen")
        if lun.target:
            raise LabError(f"{lun.name} is no disk of QEMU: nobody counts what is written to it.")
        disks = {f"disk-{lun.device(path)}" for path in PATHS}
        return sum(
            entry["stats"]["wr_bytes"]
            for entry in self.monitor.execute("query-blockstats")
            if entry.get("qdev", "").rpartition("/")[2] in disks
        )

    def _require(self, *states: str) -> None:
        if self.state not in states:
            raise LabError(
                f"{self.node.minion_id} is {self.state}, and this needs it"
                f" {' or '.join(states)}. See the status of the lab."
            )
