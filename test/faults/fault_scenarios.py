"""The scenarios: what goes wrong, for whom and when; by name."""

import contextlib
import json
import time
from dataclasses import dataclass
from typing import NamedTuple

from .arena import LEADER
from .arena import ORCHESTRATE
from .arena import OTHER
from .arena import host
from .arena import wait_for

CONVERGE, FORMAT, MOUNT = ("ocfs2.converge",), ("ocfs2.format",), ("ocfs2.mount",)
#: What the runner prints when a format whose leader is gone is given up.
UNKNOWN = "the outcome is UNKNOWN and no other node takes over"


class Moment(NamedTuple):
    """A moment of a run: its name, the command that reaches it, and whether it has come."""

    name: str
    command: tuple
    reached: object


def _published(function, argument=None):
    return lambda arena, run: arena.jobs.find(function, argument)


def _said(text):
    return lambda arena, run: any(text in line for line in run.lines)


def _ordered(arena, run):
    """The format is ordered: the job is in the job cache, and on its way to the leader."""
    return arena.jobs.find("state.apply", "ocfs2.format")


def _made(arena, run):
    return any(job.returned(host(LEADER)) for job in _ordered(arena, run))


PLAN = Moment("plan", ORCHESTRATE, _said("asking 3 nodes"))
CENSUS = Moment("census", FORMAT, _published("ocfs2_node.census"))
CONVERGING = Moment("converge", CONVERGE, _said("state.apply ocfs2.node on 3 nodes"))
MARK = Moment("mark", FORMAT, _published("ocfs2_format.mark"))
ORDER = Moment("order", FORMAT, _ordered)
FIRST_WRITE = Moment("first-write", FORMAT, lambda arena, run: arena.holds_data())
SUPERBLOCK = Moment("superblock", FORMAT, lambda arena, run: arena.volume())
READ_BACK = Moment("read-back", FORMAT, _made)
MOUNTING = Moment("mount", MOUNT, _said("state.apply ocfs2.mount on 3 nodes"))


@dataclass(frozen=True)
class FaultScenario:
    """
    A fault that happens to a node at a moment.

    ``fault(arena, node, run)`` lets it happen and heals what it broke, but for what it did to the
    run. ``waits`` says that the run is then left to end by itself; else somebody loses patience
    with it. ``says`` has to be in what it prints.
    """

    fault: object
    victim: str
    moment: Moment
    waits: bool = True
    says: str = ""

    @property
    def name(self):
        words = [self.fault.__name__.replace("_", "-"), self.victim, "at", self.moment.name]
        return "-".join(word for word in words if word)

    def play(self, arena):
        """Let it happen. Returns the command that was hit, and how its run ended, in words."""
        if self.moment is MOUNTING:
            _format_in_peace(arena)
        if self.moment is CONVERGING:
            _give_it_something_to_do(arena)
        node = LEADER if self.victim == "leader" else OTHER
        with arena.start(self.moment.command) as run:
            wait_for(self.name, lambda: _has_come(self.moment, arena, run))
            self.fault(arena, node, run)
            if not (self.waits or run.ended):
                run.interrupt()
                return self.moment.command, "interrupted"
            result = run.wait(1200)
        assert self.says in result.stdout + result.stderr, result
        return self.moment.command, "killed" if result.rc < 0 else f"exit code {result.rc}"


def _has_come(moment, arena, run):
    if moment.reached(arena, run):
        return True
    assert not run.ended, run.wait()
    return False


def _format_in_peace(arena):
    arena.describe(arena.target)
    answer = arena.lab.salt_run(*FORMAT)
    assert answer.rc == 0, answer
    arena.describe(arena.target, arena.sentinel)


def _give_it_something_to_do(arena):
    """Take the cluster's configuration away from a node."""
    answer = arena.cluster.apply(host(OTHER), sls="ocfs2.clean")
    assert answer.rc == 0, answer
    arena.mounting.discard(OTHER)


def power_cut(arena, node, run):
    arena.lab.power_cut(node)
    arena.lab.start(node)
    arena.wait_whole([node])


def short_freeze(arena, node, run):
    """Frozen until the interconnect has noticed, which is before the heartbeat does."""
    noticed = arena.news("has been idle for")
    arena.lab.freeze(node)
    wait_for("the others to notice", noticed)
    arena.thaw(node)


def long_freeze(arena, node, run):
    """
    Frozen until the others have given the node up, and then switched off and on.

    The clock of a guest stops with it: thawed, the node believes that no time has passed, does
    not fence itself, and goes on as a member that the others have buried.
    """
    given_up = arena.news("has evicted node")
    arena.lab.freeze(node)
    wait_for("the others to give it up", given_up)
    arena.lab.thaw(node)
    power_cut(arena, node, run)


def link_cut(arena, node, run):
    """Cut until the node, alone without the others, has fenced itself."""
    boots = arena.lab.node_state(node)["boots"]
    arena.lab.cut_link(node)
    wait_for("the node to fence itself", lambda: arena.lab.node_state(node)["boots"] > boots)
    arena.lab.restore_link(node)
    arena.wait_whole([node])


def one_path_cut(arena, node, run):
    arena.lab.cut_path(node, arena.target, 0)
    run.wait(1200)
    arena.lab.restore_path(node, arena.target, 0)
    arena.wait_paths(node, 2)


def both_paths_cut(arena, node, run):
    for path in (0, 1):
        arena.lab.cut_path(node, arena.target, path)
    run.wait(1200)
    for path in (0, 1):
        arena.lab.restore_path(node, arena.target, path)
    arena.wait_paths(node, 2)


def run_killed(arena, node, run):
    run.kill()


def run_interrupted(arena, node, run):
    run.interrupt()


def master_killed(arena, node, run):
    arena.lab.kill_master()
    run.kill()
    arena.lab.start_master()
    arena.wait_whole()


FAULTS = [
    FaultScenario(power_cut, "leader", PLAN),
    FaultScenario(power_cut, "leader", CENSUS),
    FaultScenario(power_cut, "other", CONVERGING, waits=False),
    FaultScenario(power_cut, "leader", MARK, waits=False),
    FaultScenario(power_cut, "leader", ORDER, waits=False),
    FaultScenario(power_cut, "leader", FIRST_WRITE, waits=False),
    FaultScenario(power_cut, "leader", SUPERBLOCK, says=UNKNOWN),
    FaultScenario(power_cut, "leader", READ_BACK),
    FaultScenario(power_cut, "other", FIRST_WRITE),
    FaultScenario(power_cut, "other", MOUNTING, waits=False),
    FaultScenario(short_freeze, "leader", ORDER),
    FaultScenario(short_freeze, "leader", FIRST_WRITE),
    FaultScenario(long_freeze, "leader", FIRST_WRITE, waits=False),
    FaultScenario(short_freeze, "other", READ_BACK),
    FaultScenario(short_freeze, "other", MOUNTING),
    FaultScenario(short_freeze, "leader", CONVERGING),
    FaultScenario(link_cut, "leader", FIRST_WRITE),
    FaultScenario(link_cut, "other", MOUNTING, waits=False),
    FaultScenario(
        one_path_cut, "leader", FIRST_WRITE, says="LUN target formatted on host1.domain.com."
    ),
    FaultScenario(both_paths_cut, "leader", ORDER),
    FaultScenario(both_paths_cut, "leader", FIRST_WRITE),
    FaultScenario(both_paths_cut, "other", READ_BACK),
    FaultScenario(both_paths_cut, "other", MOUNTING),
    FaultScenario(run_killed, "", PLAN),
    FaultScenario(run_killed, "", CONVERGING),
    FaultScenario(run_killed, "", MARK),
    FaultScenario(run_killed, "", ORDER),
    FaultScenario(run_interrupted, "", FIRST_WRITE),
    FaultScenario(run_killed, "", READ_BACK),
    FaultScenario(run_killed, "", MOUNTING),
    FaultScenario(master_killed, "", ORDER),
    FaultScenario(master_killed, "", FIRST_WRITE),
    FaultScenario(master_killed, "", READ_BACK),
    FaultScenario(master_killed, "", MOUNTING),
]


@dataclass(frozen=True)
class Intrusion:
    """Somebody gives orders while a format goes on; ``act`` is a function like the faults."""

    act: object

    @property
    def name(self):
        return self.act.__name__.replace("_", "-")

    def play(self, arena):
        return FORMAT, self.act(arena)


def _until(moment, arena, run):
    wait_for(moment.name, lambda: _has_come(moment, arena, run))


def _ended(result):
    return f"exit code {result.rc}"


def _formatted(arena, result):
    assert f"LUN {arena.target} formatted on {host(LEADER)}." in result.stdout, result
    return _ended(result)


def _send_again(arena, minion, *more):
    """Have the master publish the very format job once more, for whichever minion."""
    (job,) = arena.jobs.find("state.apply", "ocfs2.format")[:1]
    pillar = f"pillar={json.dumps(job.keywords['pillar'])}"
    return arena.lab.salt("--timeout=300", minion, "state.apply", "ocfs2.format", pillar, *more)


@contextlib.contextmanager
def _stopped_leader(arena):
    """A format whose leader is stopped before it begins; yields its run, and the job it got."""
    with arena.start(FORMAT) as run:
        _until(ORDER, arena, run)
        arena.lab.freeze(LEADER)
        (job,) = arena.jobs.find("state.apply", "ocfs2.format")
        yield run, job


def two_orchestrations_from_the_start(arena):
    """Both run to their end; only one may decide about a format."""
    with arena.start(ORCHESTRATE) as first, arena.start(ORCHESTRATE) as second:
        results = [first.wait(1200), second.wait(1200)]
    assert arena.verdicts().count("granted") == 1
    return ", ".join(map(_ended, results))


def a_second_format_run_during_the_first(arena):
    with arena.start(FORMAT) as run:
        _until(ORDER, arena, run)
        second = arena.lab.salt_run(*FORMAT)
        assert second.rc == 1
        assert "another run on this master is at the formats" in second.stdout
        return _formatted(arena, run.wait(1200))


def the_format_job_sent_again_during(arena):
    """At the first write of mkfs, and without regard to the state run that goes on."""
    with arena.start(FORMAT) as run:
        _until(FIRST_WRITE, arena, run)
        again = _send_again(arena, host(LEADER), "concurrent=True")
        birth = arena.birth()
        result = run.wait(1200)
    assert again.rc != 0 or "Not formatted" not in again.stdout, again
    assert birth in (None, arena.birth())
    assert sum(arena.started()) == 1
    return _formatted(arena, result)


def the_format_job_sent_again_after(arena):
    with arena.start(FORMAT) as run:
        result = run.wait(1200)
    birth = arena.birth()
    assert birth
    answer = _send_again(arena, host(LEADER))
    assert arena.birth() == birth, answer
    assert sum(arena.started()) == 1
    return _formatted(arena, result)


def the_format_job_sent_again_on_a_blank_lun(arena):
    """The volume is gone, the LUN all zeros: the token is spent all the same."""
    with arena.start(FORMAT) as run:
        result = run.wait(1200)
    arena.lab.blank_lun(arena.target)
    answer = _send_again(arena, host(LEADER))
    assert answer.rc != 0
    assert "G6" in answer.stdout, answer
    assert not arena.holds_data()
    refused = arena.lab.salt_run(*FORMAT)
    assert f"LUN {arena.target}: G4: " in refused.stdout
    assert not arena.holds_data()
    arena.perform("forget")
    return _formatted(arena, result)


def the_leaders_grain_forged_on_another_node(arena):
    """The leader is stopped before it begins; another node bears its mark and gets its order."""
    with _stopped_leader(arena) as (run, job):
        grant = job.keywords["pillar"]["ocfs2_format"]["grant"]
        mark = ("ocfs2", arena.wwid, grant["token"])
        arena.lab.salt(host(OTHER), "ocfs2_format.mark", *mark)
        answer = _send_again(arena, host(OTHER))
        arena.thaw(LEADER)
        result = run.wait(1200)
    arena.lab.salt(host(OTHER), "grains.delkey", "ocfs2_leader", "force=True")
    arena.wait_whole()
    assert answer.rc != 0, answer
    assert "G6" in answer.stdout, answer
    assert arena.started()[OTHER - 1] == 0
    return _formatted(arena, result)


def the_leaders_return_forged_as_an_event(arena):
    """Another node fires the event of a good return while the leader is stopped."""
    with _stopped_leader(arena) as (run, job):
        tag = f"salt/job/{job.jid}/ret/{host(LEADER)}"
        forged = {"id": host(LEADER), "jid": job.jid, "fun": "state.apply", "retcode": 0}
        forged.update(success=True, fun_args=[], **{"return": {"forged": {"result": True}}})
        with arena.lab.start_tool("salt-run", "state.event", tag, "count=1") as heard:
            while not heard.ended:
                arena.cluster.must(OTHER, "salt-call", "event.send", tag, json.dumps(forged))
        assert not run.ended
        arena.thaw(LEADER)
        result = run.wait(1200)
    return _formatted(arena, result)


INTRUSIONS = [
    Intrusion(act)
    for act in (
        two_orchestrations_from_the_start,
        a_second_format_run_during_the_first,
        the_format_job_sent_again_during,
        the_format_job_sent_again_after,
        the_format_job_sent_again_on_a_blank_lun,
        the_leaders_grain_forged_on_another_node,
        the_leaders_return_forged_as_an_event,
    )
]

SCENARIOS = {each.name: each for each in (*FAULTS, *INTRUSIONS)}


def survive(arena, name, row):
    """Play a scenario to its good end, and put down in a row of the report what became of it."""
    begun = time.monotonic()
    try:
        arena.start_over()
        command, row.run = SCENARIOS[name].play(arena)
        row.left, birth = arena.left(), arena.birth()
        row.named = ", ".join(arena.recover(command)) or "nothing"
        arena.judge(birth)
        row.verdict = "one volume"
    finally:
        row.seconds = time.monotonic() - begun
