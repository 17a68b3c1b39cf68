"""A cluster at work in the lab, with I/O on every node, and the operations on it."""

import contextlib
import copy
import json
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from integration.conftest import LabCluster

from .traffic import Traffic

#: The volume with the traffic on it, and one that may go down beside it.
BUSY, IDLE = "primary", "extra"
#: Seconds that an orchestration gets: a restart of three nodes takes a while.
_LIMIT = 3600
#: What no refusal may touch.
_MANAGED = ("/etc/ocfs2/cluster.conf", "/etc/default/o2cb", "/etc/fstab")


def host(node):
    return f"host{node}.domain.com"


@dataclass
class OperationRow:
    """What became of one operation, for the documents."""

    operation: str
    seconds: float = 0.0
    gap: float = 0.0
    writing: int = 0
    records: int = 0

    def cells(self):
        figures = (f"{self.seconds:.0f}", f"{self.gap:.2f}", str(self.writing), str(self.records))
        return (self.operation, *figures)


class WorkingCluster(LabCluster):
    """The cluster, with a pillar that is edited again and again."""

    def __init__(self, lab):
        super().__init__(lab)
        self.add_lun(self.section, IDLE, type="mail", slots=4)
        self.section["luns"][BUSY].update(slots=8)
        self.traffic = Traffic(lab, f"/san/{BUSY}")
        self.rows = []
        self._described = self.section

    @property
    def nodes(self):
        """The numbers of the lab's nodes that are in pillar."""
        members = self._described["nodes"]
        return [node.number for node in self.lab.spec.nodes if node.minion_id in members]

    def change(self, change):
        """Edit the pillar for good."""
        change(self.section)
        self.describe()

    def describe(self, *changes):
        """Give the nodes in pillar the pillar, and no other minion one."""
        pillar = copy.deepcopy(self.pillar)
        for change in changes:
            change(pillar["ocfs2"])
        self._described = pillar["ocfs2"]
        # Services of the traffic go down and come up with its volume, wherever they are.
        services = ["traffic-writer.service"]
        services += [f"traffic-reader@host{number}.service" for number in range(1, 5)]
        pillar["ocfs2"]["luns"][BUSY]["mount"]["services"] = services
        self.lab.set_pillar(pillar, pillar["ocfs2"]["nodes"])

    def adopt(self, file):
        """Give the nodes the pillar that was written for them."""
        self.pillar = yaml.safe_load(Path(file).read_text())
        self._described = self.section
        self.lab.set_pillar(self.pillar, self.section["nodes"])

    def add_host(self, node):
        """Put a node into pillar."""

        def change(section):
            entry = {"number": node - 1, "address": f"192.168.100.{node}"}
            section["nodes"][host(node)] = entry

        return change

    @staticmethod
    def drop_host(node):
        return lambda section: section["nodes"].pop(host(node))

    def mounted(self, node):
        """The paths on which a node has an OCFS2 mounted."""
        return self.lab.run(node, ["findmnt", "-nt", "ocfs2", "-o", "TARGET"]).stdout.split()

    def command(self, verb, **told):
        words = ["state.orchestrate", f"ocfs2.orch.{verb}" if verb else "ocfs2.orch"]
        if told:
            pillar = {f"ocfs2_{name}": value for name, value in told.items()}
            words.append(f"pillar={json.dumps(pillar)}")
        return words

    def run(self, verb, **told):
        """Run an orchestration to its end, whatever that is."""
        return self.lab.salt_run(*self.command(verb, **told))

    def succeeds(self, verb, **told):
        """It ends well, with the table of truth; returns what it printed."""
        answer = self.run(verb, **told)
        assert answer.rc == 0, answer.stdout + answer.stderr
        assert "Cluster ocfs2: " in answer.stdout
        return answer.stdout

    def is_refused(self, words, verb, **told):
        """It ends badly, says why, and has changed nothing."""
        before = self._fingerprint()
        answer = self.run(verb, **told)
        assert answer.rc != 0, answer.stdout
        for each in [words] if isinstance(words, str) else words:
            assert each in answer.stdout, answer.stdout + answer.stderr
        assert self._fingerprint() == before
        return answer.stdout

    def would_change_nothing(self, verb, **told):
        """In test mode it says what it would do, and does nothing."""
        before = self._fingerprint()
        answer = self.lab.salt_run(*self.command(verb, **told), "test=True")
        assert "would: " in answer.stdout, answer.stdout + answer.stderr
        assert self._fingerprint() == before

    def _fingerprint(self):
        """Files, mounts and what is in the kernel; a node that is no member may lack all of it."""
        entries = self.lab.status()["nodes"]
        nodes = [entry["number"] for entry in entries if entry["state"] != "off"]
        looks = (
            ["md5sum", *_MANAGED],
            ["findmnt", "-nt", "ocfs2", "-o", "TARGET"],
            ["find", "/sys/kernel/config/cluster", "-type", "d"],
        )
        return [
            sorted(self.lab.run(node, look).stdout.splitlines()) for node in nodes for look in looks
        ]

    def cut(self, words, fault, verb, **told):
        """Let a fault happen in the middle of an operation: once it has said ``words``."""
        with self.lab.start_tool("salt-run", *self.command(verb, **told)) as run:
            deadline = time.monotonic() + _LIMIT
            while not any(words in line for line in run.lines):
                assert not run.ended, run.wait()
                assert time.monotonic() < deadline, run.lines
                time.sleep(0.05)
            return fault(run)

    def kill_master(self, run):
        """The master dies, and with it the run; both come back."""
        self.lab.kill_master()
        run.kill()
        self.lab.start_master()
        self.lab.wait_minions(self.nodes)

    def kill_node(self, node):
        """A node loses its power, and the run is left to find out."""

        def fault(run):
            self.lab.power_cut(node)
            result = run.wait(_LIMIT)
            assert result.rc != 0, result.stdout
            self.lab.start(node)
            self.lab.wait_booted(node)
            self.lab.wait_minions([node])
            return result

        return fault

    @contextlib.contextmanager
    def watched(self, operation, others=()):
        """Watch the traffic while an operation goes on; nothing is lost, and a row is kept."""
        begin = time.time()
        row = OperationRow(operation)
        yield row
        end = time.time()
        row.seconds = end - begin
        verdict = self.traffic.verdict()
        verdict.assert_nothing_lost()
        period = verdict.between(begin, end)
        print(f"{operation}\n{period}", flush=True)
        row.gap = max((period.longest_gap(node) for node in others), default=0.0)
        row.writing = period.least_writing()[0]
        row.records = sum(len(node.times) for node in period.nodes.values())
        self.rows.append(row)
