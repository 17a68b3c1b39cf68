"""
I/O on the volume of a running cluster that tells whether anything was lost, and who had to wait.

On each node a writer puts down what is safe on the volume, and another node reads it meanwhile.
Both are services of the guest, which come back by themselves after a boot.
"""

import json
import shlex
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .verdict import Clock
from .verdict import Sample
from .verdict import Verdict
from .verdict import judge

_HERE = Path(__file__).resolve().parent
_PROGRAMS = "/opt/traffic"
_STATE = "/var/lib/traffic"
_LOG = f"{_STATE}/acknowledged"
_FOLDER = "traffic"
_WRITER = "traffic-writer.service"
_READER = "traffic-reader@{}.service"
_WRITING_LIMIT = 300
_SAMPLES = 3
#: Seconds between two looks of a reader. For a moment after each it has the lock of the file, which
#: the writer cannot take back if the reader's node dies just then.
_LOOK = 5

_UNIT = """\
[Unit]
# No more than this: neither of them may be what mounts the volume.
After={mount}
PartOf={mount}

[Service]
ExecStart=/usr/bin/python3 {command}
Restart=on-failure
RestartSec=1

[Install]
WantedBy=multi-user.target {mount}
"""


class Traffic:
    """
    Writers and readers on the volume that is mounted on ``path`` of the nodes of a lab.

    Times are seconds of the host's clock.
    """

    def __init__(self, lab, path="/san/primary", nodes=(1, 2, 3)):
        self.lab, self.path = lab, path
        self.nodes = list(nodes)
        self._watchers = {}
        self._samples = []
        self._begun = self._ended = None

    def start(self, nodes=None):
        """Have ``nodes`` (all) write, each watched by the one before it; returns once they do."""
        self.nodes = list(nodes or self.nodes)
        assert len(self.nodes) > 1, "nobody is there to read"
        self.each(self._install)
        for node, watcher in zip(self.nodes, [self.nodes[-1], *self.nodes], strict=False):
            self._watchers[node] = watcher
        self.each(self._switch_on)
        self._begun, self._ended = time.time(), None

    def add(self, node):
        """Have a further node write, watched by the first one, once it has mounted the volume."""
        self._install(node)
        self._watchers[node] = watcher = self.nodes[0]
        self.nodes.append(node)
        self._must(watcher, "systemctl", "enable", "--now", *self._units(watcher))
        self._switch_on(node)

    def release(self, node):
        """Let go of the volume on a node, which then can unmount it, until resumed or booted."""
        self.sample(node)
        self._must(node, "systemctl", "stop", *self._units(node))

    def resume(self, node):
        """Have a node that has mounted the volume again write and read as before."""
        self._must(node, "systemctl", "start", *self._units(node))
        self.wait_writing(node)

    def look_away(self, node):
        """
        Have a node that is about to die read nothing, until resumed or booted.

        Whoever writes what a node has just read waits for it as long as its death is not known.
        """
        self.sample(node)
        for unit in self._readers(node):
            self._must(node, "systemctl", "stop", unit)
        # By then every writer has its lock back.
        time.sleep(1)

    def wait_writing(self, node, limit=_WRITING_LIMIT):
        """Wait until a node, which may be booting, acknowledges something new."""
        self.lab.wait_booted(node)
        deadline = time.monotonic() + limit
        before = None
        while True:
            last = self.lab.run(node, ["tail", "-n", "1", _LOG]).stdout
            if last[:1].isdigit():
                if before not in (None, last):
                    break
                before = last
            assert time.monotonic() < deadline, f"node {node} writes nothing: {last}"
            time.sleep(0.5)
        self.sample(node)

    def sample(self, node):
        """Compare the clock of a node with that of the host."""
        found = []
        for _ in range(_SAMPLES):
            before = time.time()
            boot, uptime = self._now(node)
            error = (time.time() - before) / 2
            found.append(Sample(boot, uptime, before + error, error))
        self._samples.append(min(found, key=lambda sample: sample.error))

    def stop(self):
        """End all of it, but for what is on the disks."""
        self._ended = time.time()
        self.each(self.sample)
        self.each(self._switch_off)

    def verdict(self):
        """
        What became of everything that was acknowledged up to now.

        Every node has to be on, and another one than the writer to have the volume mounted.
        """
        now = {}
        if self._ended is None:
            self.each(self.sample)
            now = dict(zip(self.nodes, self.each(self._now), strict=True))
        logs = self.each(lambda node: self._must(node, "cat", _LOG))
        period = (self._begun, self._ended or time.time())
        clock = Clock(self._samples)
        return Verdict(
            {
                node: judge(
                    node,
                    log,
                    self._read(node),
                    self._followed(node),
                    clock,
                    period,
                    now.get(node),
                )
                for node, log in zip(self.nodes, logs, strict=True)
            },
            period,
        )

    def each(self, function):
        """Call a function for every node, all at once."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            return list(pool.map(function, self.nodes))

    def _must(self, node, *argv, stdin=""):
        result = self.lab.run(node, list(argv), stdin=stdin)
        assert result.rc == 0, result
        return result.stdout

    def _shell(self, node, script, stdin=""):
        return self._must(node, "sh", "-ec", script, stdin=stdin)

    def _host(self, node):
        return self.lab.spec.node(node).hostname.partition(".")[0]

    def _file(self, node):
        return f"{self.path}/{_FOLDER}/{self._host(node)}"

    def _now(self, node):
        """The boot that a node runs and its age."""
        text = self._must(node, "cat", "/proc/sys/kernel/random/boot_id", "/proc/uptime")
        boot, uptime, _ = text.split()
        return boot, float(uptime)

    def _install(self, node):
        """Put programs and units on a node's own disk. What an earlier run has left there goes."""
        self._shell(
            node,
            f"systemctl stop 'traffic-*'; rm -rf {_PROGRAMS} {_STATE} {self._file(node)}; "
            f"mkdir -p {_PROGRAMS} {_STATE}",
        )
        for name in ("records", "writer", "reader"):
            text = (_HERE / f"{name}.py").read_text()
            self._write(node, f"{_PROGRAMS}/{name}.py", text)
        mount = self.path.strip("/").replace("-", "\\x2d").replace("/", "-") + ".mount"
        writer = f"{_PROGRAMS}/writer.py {self._host(node)} {self.path} {_FOLDER} {_LOG}"
        reader = f"{_PROGRAMS}/reader.py {self.path}/{_FOLDER}/%i {_STATE}/read-%i {_LOOK}"
        for name, command in ((_WRITER, writer), (_READER.format(""), reader)):
            unit = _UNIT.format(mount=mount, command=command)
            self._write(node, f"/etc/systemd/system/{name}", unit)
        self._must(node, "systemctl", "daemon-reload")

    def _write(self, node, path, text):
        self._shell(node, f"cat > {shlex.quote(path)}", stdin=text)

    def _readers(self, node):
        """The units on a node that read what others write."""
        watched = [other for other, by in self._watchers.items() if by == node]
        return [_READER.format(self._host(other)) for other in watched]

    def _units(self, node):
        return [_WRITER, *self._readers(node)]

    def _switch_on(self, node):
        self._must(node, "systemctl", "enable", "--now", *self._units(node))
        self.wait_writing(node)

    def _switch_off(self, node):
        self._must(node, "systemctl", "disable", "--now", *self._units(node))

    def _read(self, node):
        """What a node that is not the writer finds in the whole file."""
        mounted = ["mountpoint", "-q", self.path]
        others = (other for other in self.nodes if other != node)
        reader = next(other for other in others if self.lab.run(other, mounted).rc == 0)
        program = f"{_PROGRAMS}/reader.py"
        return json.loads(self._must(reader, "python3", program, self._file(node)))

    def _followed(self, node):
        """What the node that watches has reported since the start, and what it knows now."""
        watcher, unit = self._watchers[node], _READER.format(self._host(node))
        reports = self._reports(node)
        if self.lab.run(watcher, ["systemctl", "is-active", unit]).rc == 0:
            deadline = time.monotonic() + _WRITING_LIMIT
            while len(again := self._reports(node)) == len(reports):
                assert time.monotonic() < deadline, f"nobody reads what node {node} writes"
                self._must(watcher, "systemctl", "kill", "--signal=USR1", unit)
                time.sleep(0.5)
            reports = again
        return reports

    def _reports(self, node):
        log = f"{_STATE}/read-{self._host(node)}"
        text = self._must(self._watchers[node], "cat", log)
        return [json.loads(line) for line in text.splitlines()]
