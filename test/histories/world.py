"""
A world of simulated nodes, masters and one LUN, in which everything can happen between two steps.

What decides is real: the execution module that formats, the state that calls it, plan, guards,
ledger and stage. Simulated are the transport, the clock and what lies below the module: the LUN is
a little file in memory, and mkfs.ocfs2 writes to it in three steps, as the real one does.

Masters and jobs run as greenlets. Whoever drives the world decides which of them takes its next
step, so a history is repeatable.
"""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from greenlet import getcurrent
from greenlet import greenlet

from ocfs2lib.lun import audit
from ocfs2lib.lun import ledger
from ocfs2lib.lun import superblock
from ocfs2lib.lun.refusal import Code
from ocfs2lib.pillar import check
from support import answers
from support import roster
from support.simulated import SimulatedCache
from support.simulated import SimulatedMaster

ROOT = Path(__file__).resolve().parents[2]
#: Where the simulated LUN keeps what a real one has all over itself.
_RAW, _LOST_FOUND, _FOREIGN, _BYTES = 32 << 10, 40 << 10, 48 << 10, 64 << 10
_UUID_AT = 2 * 4096 + 0xC0 + 0x90


def real_head():
    """The first bytes of a volume that the real mkfs.ocfs2 made."""
    with tempfile.NamedTemporaryFile() as image:
        os.truncate(image.name, 1 << 30)
        stamp = ("--cluster-stack=o2cb", "--cluster-name=ocfs2")
        argv = ["mkfs.ocfs2", "-q", "-L", "primary", "-N", "5", *stamp, image.name]
        subprocess.run(argv, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return image.read(superblock.HEAD_BYTES)


class SimulatedBlankLun:
    """The LUN, and the account of who formatted it; ``wrong`` is what must never happen."""

    def __init__(self, head):
        self._head = head
        self.fd = os.memfd_create("lun", os.MFD_CLOEXEC)
        os.truncate(self.fd, _BYTES)
        self.wrong, self.made = [], []
        self._writer, self._raw_of = None, None

    def close(self):
        os.close(self.fd)

    def has(self, where):
        return os.pread(self.fd, 1, where) != b"\0"

    def put(self, where, data):
        os.pwrite(self.fd, data, where)

    @property
    def volume(self):
        return superblock.parse(os.pread(self.fd, superblock.HEAD_BYTES, 0))

    def facts(self, pillar):
        """What the probe of a node finds."""
        volume = self.volume
        if volume:
            half_made = not self.has(_LOST_FOUND)
            beside = [_FOREIGN] if self.has(_FOREIGN) else []
            seen = {**vars(volume), "stamp": volume.stamp, "features": [*volume.features]}
            written = beside if half_made else None
            return answers.lun(pillar, volume=seen, half_made=half_made, written=written)
        written = [where for where in (_RAW, _FOREIGN) if self.has(where)]
        return answers.lun(pillar, written=written)

    def write_foreign(self):
        """Another host puts its data there."""
        self.put(_FOREIGN, b"\1")

    def clear(self):
        """A human has it cleared by hand."""
        os.truncate(self.fd, 0)
        os.truncate(self.fd, _BYTES)
        self._raw_of = None

    def mkfs(self, node, uuid, pause):
        """What mkfs.ocfs2 does, a step at a time; cut anywhere if its greenlet is."""
        if self.has(_FOREIGN) or self.volume or self._raw_of not in (None, uuid):
            self.wrong.append(f"{node} formats a LUN that is not blank")
        if self._writer:
            self.wrong.append(f"{node} formats while {self._writer} does")
        self._writer = node
        try:
            self._raw_of = uuid
            self.put(_RAW, b"\1")
            pause()
            head = bytearray(self._head)
            head[_UUID_AT : _UUID_AT + 16] = bytes.fromhex(uuid)
            self.put(0, bytes(head))
            pause()
            self.put(_LOST_FOUND, b"\1")
            self.made.append(uuid)
            pause()
        finally:
            self._writer = None
        if len(self.made) > 1:
            self.wrong.append(f"formatted {len(self.made)} times: {self.made}")


def _load(name, **names):
    """A module of the formula with the names that Salt's loader would give it, and more."""
    path = ROOT / name
    module = {"__name__": path.stem}
    exec(compile(path.read_text(), path, "exec"), module)  # noqa: S102 (our own module)
    module.update(names)
    return module


class SimulatedVolumeTools:
    """``system.volume_tools``, where mkfs.ocfs2 is the only tool."""

    def __init__(self, finish):
        self.finish = finish


class SimulatedGrains:
    """The file of the grains of a host."""

    def __init__(self, host):
        self._host = host

    def get(self, name):
        return self._host.grains.get(name)

    def put(self, name, value):
        self._host.world.pause()
        self._host.grains[name] = value
        self._host.world.pause()


class SimulatedHost:
    """One host: its minion's grains outlive a crash, its jobs do not."""

    def __init__(self, world, minion):
        self.world, self.minion = world, minion
        self.up, self.frozen, self.grains, self.formatting = True, False, {}, None
        #: What its audit log has of each volume, which outlives a crash too.
        self.formats = {}
        #: Between the last proof and the first write of mkfs.ocfs2.
        self.proved = False
        salt = {
            "ocfs2.probe": self._probe,
        }
        module = _load(
            "_modules/ocfs2_format.py",
            __salt__=salt,
            __grains__={"id": minion, "kernel": "Linux"},
            __opts__={"id": minion, "log_file": "", "local": True},
            _static_grains=lambda: SimulatedGrains(self),
            _only_one_format=self._only_one_format,
            _opened=self._opened,
            _write_head=self._write_head,
            _missing_tools=list,
            volume_tools=SimulatedVolumeTools(self._finish),
        )
        module["_Audit"].write = lambda log, verdict, *_: self._audit(log, verdict)
        self._refusal = module["_refusal"]
        salt["ocfs2_format.mkfs"] = module["mkfs"]
        salt["ocfs2_format.mark"] = module["mark"]
        opts = {"id": minion, "test": False}
        state = _load("_states/ocfs2.py", __salt__=salt, __opts__=opts)
        self._functions = {**salt, "formatted": state["formatted"]}

    def _audit(self, log, verdict):
        self.world.pause()
        if verdict in audit.REACHED:
            self.formats[log._about["volume"]] = verdict

    def _probe(self, device, prove_blank=False, full=False, handle=None, progress=None):
        self.world.pause()
        facts = self.world.lun.facts(self.world.pillar)
        self.proved = prove_blank
        return facts

    def _finish(self, volume, task, argv, limit):
        self.world.pause()
        self.proved = False
        self.world.lun.mkfs(self.minion, volume, self.world.pause)
        return {"retcode": 0, "stdout": "", "stderr": ""}

    @contextlib.contextmanager
    def _only_one_format(self, order, log):
        if self.formatting:
            found = "another format is running here"
            raise log.refused([self._refusal("G6", Code.BEING_FORMATTED, found, "Wait")])
        self.formatting = order.wwid
        try:
            yield lambda read: None
        finally:
            self.formatting = None
            self.proved = False

    @contextlib.contextmanager
    def _opened(self, device, log):
        yield self.world.lun.fd

    def _write_head(self, node, head):
        self.world.pause()
        self.world.lun.put(0, bytes(head))

    # What a master sees of the node.

    def census_of(self, lun):
        self.world.pause()
        if not self.up or self.frozen:
            return None
        facts = {
            **self.world.lun.facts(self.world.pillar),
            "formatting": self.formatting,
            "formats": dict(self.formats),
        }
        self.world.pause()
        return facts

    def carry_out(self, fun, arg, kwarg):
        return self.world.wait_for(self.world.send(self.minion, fun, arg, kwarg))

    def run(self, fun, arg, kwarg):
        if fun != "state.apply":
            return self._functions[fun](*arg, **kwarg)
        sent = kwarg["pillar"]["ocfs2_format"]
        return self._functions["formatted"](sent["lun"], self.world.section, sent["grant"])


class SimulatedJob:
    """One job of a node; what a master has sent can be sent again."""

    def __init__(self, world, minion, fun, arg, kwarg):
        self.minion, self.sent = minion, (fun, arg, kwarg)
        self.answer, self.over = None, False
        self.task = world.task(self._run, world.nodes[minion])

    def _run(self, node):
        try:
            self.answer = node.run(*self.sent)
        finally:
            self.over = True


class World:
    """Nodes, masters, jobs, and whose turn it is."""

    def __init__(self, head, nodes, shared_ledger):
        self.section = roster.section(nodes)
        self.section["luns"]["primary"].update(format="once", slots=5, label="primary")
        self.pillar = check.parse(self.section)
        self.lun = SimulatedBlankLun(head)
        self.nodes = {node.minion: SimulatedHost(self, node.minion) for node in self.pillar.nodes}
        first = SimulatedCache()
        self.caches = [first, first if shared_ledger else SimulatedCache()]
        self.masters = [None, None]
        self.jobs, self._given_up = [], set()
        self._hub = getcurrent()

    def close(self):
        for job in self.jobs:
            self._end(job.task)
        for number in range(len(self.masters)):
            self.kill_master(number)
        self.lun.close()

    # Turns.

    def task(self, function, *arguments):
        return greenlet(lambda: function(*arguments), parent=self._hub)

    def pause(self):
        """Whoever calls this lets others go on; if it is killed here, it ends here."""
        if getcurrent() is not self._hub:
            self._hub.switch()

    @staticmethod
    def _end(task):
        # Not its truth: a greenlet that has not begun yet counts as false.
        if task is not None and not task.dead:
            task.throw()

    # Masters.

    def orchestrate(self, number):
        """A run of one master, unless one is under way: the master's own lock sees to that."""
        if self.masters[number] is not None and not self.masters[number].dead:
            return
        master = SimulatedMaster(self.pillar, self.nodes_of_pillar(), self.caches[number])
        self.masters[number] = self.task(master.orchestrate)

    def nodes_of_pillar(self):
        return {node.minion: self.nodes[node.minion] for node in self.pillar.nodes}

    def step_master(self, number):
        task = self.masters[number]
        if task is not None and not task.dead:
            task.switch()

    def kill_master(self, number):
        self._end(self.masters[number])

    def send(self, minion, fun, arg, kwarg):
        self.jobs.append(SimulatedJob(self, minion, fun, arg, kwarg))
        return self.jobs[-1]

    def wait_for(self, job):
        """The job's answer, or None once whoever waits is told to give up."""
        me = getcurrent()
        while not job.over and me not in self._given_up:
            self.pause()
        self._given_up.discard(me)
        return job.answer

    def give_up(self, number):
        """The master's patience with the node that it waits for is over."""
        if self.masters[number] is not None:
            self._given_up.add(self.masters[number])

    # Nodes.

    def open_jobs(self):
        return [
            job
            for job in self.jobs
            if not job.task.dead and self.nodes[job.minion].up and not self.nodes[job.minion].frozen
        ]

    def ordered(self):
        """Whether a format is ordered and the LUN still blank."""
        return any(job.sent[0] == "state.apply" for job in self.open_jobs()) and not any(
            self.lun.has(where) for where in (_RAW, _FOREIGN)
        )

    def crash(self, minion):
        node = self.nodes[minion]
        node.up = False
        for job in self.jobs:
            if job.minion == minion:
                self._end(job.task)
                job.answer, job.over = None, False
        node.formatting, node.frozen = None, False

    def proving(self):
        """Whether a node is between its last look at the LUN and its first write."""
        return any(node.proved for node in self.nodes.values())

    def scrap(self, minion):
        """A node is switched off for good and taken out of pillar."""
        self.crash(minion)
        del self.section["nodes"][minion]
        self.pillar = check.parse(self.section)

    def begun_on(self, number):
        """The leader of the format that a master has on record as begun, or None."""
        record = self._ledger(number).fetch(self.pillar.luns[0].wwid)
        return record.leader if record.state == ledger.FORMATTING else None

    def resume(self, number):
        """What ``salt-run ocfs2.resume`` does to the record."""
        records = self._ledger(number)
        records.store(records.fetch(self.pillar.luns[0].wwid).released("f" * 32))

    def _ledger(self, number):
        return ledger.Ledger(self.caches[number], sync=lambda: None)
