"""Where faults happen: a cluster that runs, a LUN to be formatted, and one that must not be."""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile

from integration.conftest import NODES
from integration.shared import is_shared
from ocfs2lib.lun.superblock import HEAD_BYTES
from ocfs2lib.lun.superblock import parse
from support.images import blocks
from support.images import digest
from support.until import until

from .jobs import Jobs

#: The third node is one that nothing ever happens to.
LEADER, OTHER, WITNESS = NODES
ORCHESTRATE = ("state.orchestrate", "ocfs2.orch")
STAGES = ("ocfs2.converge", "ocfs2.format", "ocfs2.mount", "ocfs2.status")
#: What a refusal may name as the next thing to do, by the words that name it.
ACTIONS = {
    "clear": "blkdiscard --zeroout ",
    "forget": "salt-run ocfs2.forget ",
    "resume": "salt-run ocfs2.resume ",
    "wait": "Wait for it, then run again",
}
_REASON = "reason=said by the fault campaign"
#: How often a refusal may name yet another thing to do.
_ROUNDS = 8
_WAIT_LIMIT = 600
#: fsck.ocfs2 takes, and locks, as much memory as the volume is large, if it may.
_FSCK = ("prlimit", f"--as={300 << 20}", "fsck.ocfs2", "-fn")


def host(node):
    return f"host{node}.domain.com"


def wait_for(what, condition, limit=_WAIT_LIMIT):
    """Wait until a condition holds; AssertionError if it never does."""
    until(condition, what, limit, pause=0.002)


class Arena:
    """
    A cluster whose volume ``primary`` is mounted.

    ``target`` is the LUN to be formatted and ``sentinel`` one that holds ext4 and is described as
    ``format: once`` all the same, until a scenario comes to its end.
    """

    def __init__(self, cluster, target="target", sentinel="sentinel"):
        self.cluster, self.lab = cluster, cluster.lab
        self.target, self.sentinel = target, sentinel
        self.lun = self.lab.lun_path(target)
        self.wwid = self.lab.spec.lun(target).wwid
        self.path = f"/san/{target}"
        self.jobs = None
        #: The nodes that mount the primary when they boot.
        self.mounting = set(NODES)
        self._whole = True
        self._held = None
        self._audited = 0
        self._started = []

    def start_over(self):
        """Make the target a LUN that nobody knows, and let the sentinel into the pillar."""
        if not self._whole:
            self._mend()
        self._whole, self.mounting = False, set(NODES)
        self.leave()
        self.lab.blank_lun(self.target)
        answer = self.lab.salt_run("ocfs2.forget", f"wwid={self.wwid}", _REASON)
        assert answer.rc == 0 or "it is not on record" in answer.stdout, answer
        self.describe(self.target, self.sentinel)
        self._held = digest(self.lab.lun_path(self.sentinel))
        self._audited = len(self._audit())
        self._started = self.on_every_node(self._granted)
        self.jobs = Jobs(self.lab)

    def _mend(self):
        """Bring the cluster back from where a scenario that failed has left it."""
        status = self.lab.status()
        if not status["master"]:
            self.lab.start_master()
        for node in status["nodes"]:
            if node["state"] != "off":
                self.lab.power_cut(node["number"])
            self.lab.start(node["number"])
            for cut in node["cut"]:
                lun, _, path = cut.partition(".")
                if path:
                    self.lab.restore_path(node["number"], lun, int(path))
                else:
                    self.lab.restore_link(node["number"], cut)
        self.lab.wait_minions()
        self.describe()
        answer = self.lab.salt_run(*ORCHESTRATE)
        assert answer.rc == 0, answer

    def describe(self, *luns):
        """Have these LUNs formatted and mounted, besides the primary."""

        def change(section):
            for name in luns:
                self.cluster.add_lun(section, name)

        self.cluster.describe(change)

    def leave(self):
        """Unmount the target everywhere, now and for the next boot."""
        script = (
            'if mountpoint -q "$0"; then umount "$0"; fi && '
            'sed -i "\\|[[:space:]]$0[[:space:]]|d" /etc/fstab && sync'
        )
        self.on_every_node(lambda node: self.cluster.must(node, "sh", "-c", script, self.path))

    @staticmethod
    def on_every_node(function):
        """Call a function for every node, all at once."""
        with ThreadPoolExecutor(len(NODES)) as pool:
            return list(pool.map(function, NODES))

    def start(self, command):
        """Start a command of ``salt-run`` whose progress is watched."""
        return self.lab.start_tool("salt-run", *command)

    def holds_data(self):
        """Whether the target holds anything but zeros."""
        return bool(blocks(self.lun))

    def volume(self):
        """The superblock on the target, or None."""
        with self.lun.open("rb") as lun:
            return parse(lun.read(HEAD_BYTES))

    def birth(self):
        """
        UUID and generation of the volume on the target, None if it is not complete.

        Each run of mkfs.ocfs2 draws another generation, whatever UUID it is given.
        """
        if not self.volume():
            return None
        said = subprocess.run(
            ["debugfs.ocfs2", "-f", "/dev/stdin", self.lun],
            input="stats\nls /\n",
            check=False,
            capture_output=True,
            text=True,
        ).stdout
        generation = re.search(r"FS Generation: (\d+)", said)
        complete = "lost+found" in said.split()
        return (self.volume().uuid, generation[1]) if complete and generation else None

    def left(self):
        """In a word or two, what is on the target."""
        if not self.holds_data():
            return "blank"
        if not self.volume():
            return "no superblock"
        return "volume" if self.birth() else "half a volume"

    def wait_whole(self, nodes=NODES):
        """Wait until nodes to which something happened answer and have the primary mounted."""
        self.lab.wait_minions(nodes)
        for node in self.mounting.intersection(nodes):
            self.cluster.wait_mounted(node, "/san/primary")

    def wait_paths(self, node, count):
        """Wait until the target has so many paths on a node."""
        script = 'ls "/sys/class/block/$(basename "$(readlink -f "$0")")/slaves" | wc -l'
        device = f"/dev/mapper/{self.target}"
        wait_for(
            f"{count} paths on {host(node)}",
            lambda: self.lab.run(node, ["sh", "-c", script, device]).stdout.strip() == str(count),
        )

    def thaw(self, node):
        """Let a frozen node go on, and set its clock, which has stood still, as time servers do."""
        self.lab.thaw(node)
        self.cluster.must(node, "date", "--set", f"@{time.time():.3f}")

    def recover(self, command):
        """
        Run it again, with the stages after it, and do what a refusal names, until all is well.

        Returns what had to be done.
        """
        self.describe(self.target)
        done = []
        for _ in range(_ROUNDS):
            refusal = self._run_again(command)
            if not refusal:
                return done
            done.append(next_action(refusal))
            self.perform(done[-1])
        raise AssertionError(f"{done} do not lead to an end")

    def _run_again(self, command):
        """What the first stage that fails has printed, or None."""
        commands = [command]
        if command != ORCHESTRATE:
            commands = [(stage,) for stage in STAGES[STAGES.index(*command) :]]
        for each in commands:
            answer = self.lab.salt_run(*each)
            if answer.rc:
                return answer.stdout + answer.stderr
        return None

    def perform(self, action):
        """Do what was named."""
        if "clear" in action:
            self.cluster.must(LEADER, "blkdiscard", "--zeroout", f"/dev/mapper/{self.target}")
        for verb in ("forget", "resume"):
            if verb in action:
                answer = self.lab.salt_run(f"ocfs2.{verb}", f"wwid={self.wwid}", _REASON)
                assert answer.rc == 0, answer

    def judge(self, birth):
        """
        All is as it has to be in the end.

        ``birth`` is that of the volume that was seen complete before the recovery, or None.
        """
        is_shared(self.cluster, self.path)
        self.leave()
        check = subprocess.run([*_FSCK, self.lun], capture_output=True, text=True, check=False)
        assert check.returncode == 0, check.stdout + check.stderr
        assert "All passes succeeded." in check.stdout
        uuid, _ = self.birth()
        assert birth in (None, self.birth())
        answer = self.lab.salt_run("ocfs2.ledger", f"wwid={self.wwid}", "--out=json")
        record = json.loads(answer.stdout)["ledger"][self.wwid]
        assert (record["state"], record["uuid"]) == ("formatted", uuid)
        since_free = takewhile(lambda verdict: verdict != "forgotten", reversed(self.verdicts()))
        assert list(since_free).count("done") == 1, self.verdicts()
        assert digest(self.lab.lun_path(self.sentinel)) == self._held
        self._whole = True

    def verdicts(self):
        """What the master has decided about the target since the start, in order."""
        lines = [json.loads(line) for line in self._audit()[self._audited :]]
        return [line["verdict"] for line in lines if line["wwid"] == self.wwid]

    def _audit(self):
        log = self.lab.state / "master" / "ocfs2-audit.log"
        return log.read_text().splitlines() if log.exists() else []

    def started(self):
        """How often each node has begun to run mkfs.ocfs2 on the target since the start."""
        now = self.on_every_node(self._granted)
        return [count - before for count, before in zip(now, self._started, strict=True)]

    def _granted(self, node):
        log = self.lab.run(node, ["cat", "/var/log/salt/ocfs2-audit.log"]).stdout
        lines = [json.loads(line) for line in log.splitlines()]
        return [(line["verdict"], line["wwid"]) for line in lines].count(("granted", self.wwid))

    def news(self, words):
        """A condition: the kernel of the node that nothing happens to has said this once more."""

        def count():
            return self.cluster.must(WITNESS, "dmesg").count(words)

        before = count()
        return lambda: count() > before


def next_action(text):
    """The one thing that a refusal tells to do before the command is run again."""
    named = [name for name, words in ACTIONS.items() if words in text]
    if named == ["clear", "forget"]:
        return "clear and forget"
    assert len(named) < 2, f"{named} are named as the next action:\n{text}"
    assert named or "run again" in text or " ".join(ORCHESTRATE) in text, text
    return named[0] if named else "run again"
