"""Operations on a simulated cluster: from start to end, refused, and cut before any call."""

import copy
import itertools
import os
import random

import pytest

from ocfs2lib.errors import Refused
from ocfs2lib.operations import node_numbers
from ocfs2lib.operations.add_node import AddNode
from ocfs2lib.operations.converge import converge_nodes
from ocfs2lib.operations.fsck import Fsck
from ocfs2lib.operations.grow import Grow
from ocfs2lib.operations.remove_node import RemoveNode
from ocfs2lib.operations.retire_lun import RetireLun
from ocfs2lib.operations.retune import Retune
from ocfs2lib.operations.rolling_reboot import RollingReboot
from ocfs2lib.operations.slots import Slots
from support import roster
from support.simulated_cluster import SimulatedMasterDied
from support.simulated_cluster import SimulatedOperator
from support.simulated_cluster import SimulatedWorld

NAME, PATH, OLD = "ocfs2", "/san/primary", "/san/old"
HOSTS = [f"host{number}.example.com" for number in range(5)]
TIB = 1 << 40
#: After a cut, an operator runs it again this often at most.
RUNS = 4
#: ``make test-faults-host`` sets 1000: then every cut is made, else every third.
HISTORIES = int(os.environ.get("HISTORIES", "60"))
DOUBLE, STRIDE = HISTORIES // 4, 1 if HISTORIES >= 1000 else 3

pytestmark = pytest.mark.once


class Scenario:
    """
    A cluster, the pillar that it does not match yet, and what brings it there.

    make
        Makes the operation of a master.
    section
        The pillar by which it was set up; by default three nodes.
    slots
        Of its volume.
    """

    def __init__(self, make, section=None, slots=8):
        self.make, self.absent = make, ()
        self.world = SimulatedWorld(section or roster.section(), slots)
        master = SimulatedOperator(self.world)
        members = master.plan().members()
        master.keep_numbers(lambda numbers, time: numbers.seen(members, time))

    def pillar(self, change):
        """The operator changes pillar."""
        section = copy.deepcopy(self.world.section)
        change(section)
        self.world.describe(section)
        return self

    def run(self, make=None, testing=False):
        """One run: its result, None if it was refused."""
        master = SimulatedOperator(self.world, testing)
        operation = (make or self.make)(master)
        try:
            return operation.run()
        except Refused as err:
            return {"result": None, "lines": str(err).splitlines(), "changes": {}}

    def left(self):
        """What is not as pillar says."""
        found = SimulatedOperator(self.world).plan()
        wanted = found.failures() + found.differences()
        return [each for each in wanted if not each.startswith(self.absent)]


def add_node():
    found = Scenario(AddNode)
    found.world.add(HOSTS[3], "10.1.0.4")
    return found.pillar(lambda section: section.update(nodes=roster.section(4)["nodes"]))


def add_two_nodes():
    found = add_node()
    found.world.add(HOSTS[4], "10.1.0.5")
    return found.pillar(lambda section: section.update(nodes=roster.section(5)["nodes"]))


def slots():
    found = Scenario(lambda master: Slots(master, "primary", "primary"), slots=4)
    return found.pillar(lambda section: section["luns"]["primary"].update(slots=6))


def _absent(name):
    """How what differs begins while a node of pillar has not come."""
    gaps = (f"conf:ocfs2:{name}", "conf:ocfs2:", f"live:node:{name}")
    return (f"{name}.", *(f"{host}: {gap}" for host in HOSTS for gap in gaps))


def slots_for_a_newcomer():
    """A node is to come for which the volume has no slot; it comes afterwards, by add_node."""
    found = Scenario(lambda master: Slots(master, "primary", "primary"), slots=3)
    found.world.add(HOSTS[3], "10.1.0.4")
    found.absent = _absent("host3")
    return found.pillar(lambda section: section.update(nodes=roster.section(4)["nodes"]))


def _with_a_newcomer_of_the_lowest_number(make, slots):
    section = roster.section(4)
    first = section["nodes"].pop(HOSTS[0])
    found = Scenario(make, section, slots)
    found.world.add(HOSTS[0], first["address"])
    found.pillar(lambda section: section["nodes"].update({HOSTS[0]: first}))
    return found


def add_the_first_node():
    return _with_a_newcomer_of_the_lowest_number(AddNode, 8)


def slots_for_the_first_node():
    make = lambda master: Slots(master, "primary", "primary")  # noqa: E731
    found = _with_a_newcomer_of_the_lowest_number(make, 3)
    found.absent = _absent("host0")
    return found


def fsck():
    return Scenario(lambda master: Fsck(master, "primary", "primary"))


def fsck_repair():
    found = Scenario(lambda master: Fsck(master, "primary", "primary", "primary"))
    found.world.lun.findings = ["ORPHAN_INODE"]
    return found


def grow():
    found = Scenario(lambda master: Grow(master, "primary"))
    found.world.lun.size = 3 * TIB
    return found.pillar(lambda section: section["luns"]["primary"].update(size="3TiB"))


def retune():
    found = Scenario(lambda master: Retune(master, NAME))
    cluster = {"heartbeat_threshold": 61, "idle_timeout_ms": 60000}
    return found.pillar(lambda section: section.update(cluster=cluster))


def retune_addresses():
    found = Scenario(lambda master: Retune(master, NAME))
    found.world.nodes[HOSTS[1]].addresses.append("10.2.0.2")
    return found.pillar(lambda section: section["nodes"][HOSTS[1]].update(address="10.2.0.2"))


def rolling_reboot():
    return Scenario(RollingReboot)


def retire_lun():
    found = Scenario(lambda master: RetireLun(master, OLD))
    line = {"device": "/dev/mapper/old", "fstype": "ocfs2", "options": []}
    for node in found.world.nodes.values():
        node.kept["fstab"][OLD] = line
        node.mounts[OLD] = line["device"]
    return found


def _removing(host, section=None):
    found = Scenario(lambda master: RemoveNode(master, host), section or roster.section(4))
    return found.pillar(lambda section: section["nodes"].pop(host))


def remove_node():
    return _removing(HOSTS[3])


def remove_the_first_node():
    return _removing(HOSTS[0])


def remove_a_node_with_a_name_of_its_own():
    section = roster.section(4)
    section["nodes"][HOSTS[3]]["name"] = "host3.example"
    return _removing(HOSTS[3], section)


def remove_a_dead_node():
    found = remove_node()
    found.world.nodes[HOSTS[3]].lose_power()
    found.world.nodes[HOSTS[3]].starting = 0
    return found


SCENARIOS = {
    each.__name__: each
    for each in (
        add_node,
        add_two_nodes,
        add_the_first_node,
        slots,
        slots_for_a_newcomer,
        slots_for_the_first_node,
        fsck,
        fsck_repair,
        grow,
        retune,
        retune_addresses,
        rolling_reboot,
        retire_lun,
        remove_node,
        remove_the_first_node,
        remove_a_node_with_a_name_of_its_own,
        remove_a_dead_node,
    )
}
everything = pytest.mark.parametrize("name", SCENARIOS)


def counted(scenario):
    """How many calls of a master to the world a whole run takes."""
    before = scenario.world.calls
    assert scenario.run()["result"] is True
    return scenario.world.calls - before


def until_done(scenario):
    """Run it again, as an operator does; what each run said."""
    said = []
    for _ in range(RUNS):
        scenario.world.settle()
        answer = scenario.run()
        said.append(answer["lines"])
        if answer["result"]:
            break
    return said


@everything
def test_an_operation_leaves_the_cluster_as_pillar_says(name):
    scenario = SCENARIOS[name]()
    answer = scenario.run()
    assert answer["result"] is True, answer["lines"]
    assert answer["changes"]
    assert scenario.world.wrong == []
    assert scenario.left() == []
    assert not any(node.kept["holds"]["cluster"] for node in scenario.world.nodes.values())


@everything
def test_a_second_run_has_nothing_to_do_or_does_it_all_again(name):
    scenario = SCENARIOS[name]()
    scenario.run()
    answer = scenario.run()
    assert answer["result"] is True, answer["lines"]
    repeats = name in ("fsck", "fsck_repair", "rolling_reboot")
    assert bool(answer["changes"]) == repeats
    assert scenario.left() == []


@everything
def test_test_mode_changes_nothing(name):
    scenario = SCENARIOS[name]()
    before = scenario.world.state()
    answer = scenario.run(testing=True)
    assert answer["result"] is None
    assert all(line.startswith("would: ") for line in answer["lines"])
    assert scenario.world.state() == before


def faults(scenario):
    """``(words, function)`` of everything that may happen before a call of the master."""
    world = scenario.world

    def dies(number):
        raise SimulatedMasterDied

    def dies_amid(number):
        world.half = True

    yield "the master dies", dies
    yield "the master dies amid it", dies_amid
    for minion in world.nodes:
        yield f"{minion} loses its power", lambda number, minion=minion: lose(world, minion)
        yield f"{minion} has a highstate", lambda number, minion=minion: world.highstate(minion)


def lose(world, minion):
    if world.nodes[minion].up:
        world.nodes[minion].lose_power()


def lost_answer(world, minion, at):
    """The k-th call is carried out, but a node's answer gets lost, and so do those after it."""

    def after(number, fun, minions):
        if number == at and minion in minions:
            world.unreached = frozenset((minion,))
            if fun in ("ocfs2_volume.slots", "ocfs2_volume.check"):
                world.lun.tool = minion

    return after


def cut(name, at, prepare, late):
    """
    A run that ``prepare`` disturbs at its ``at``-th call, and the runs after it.

    late
        What may be left in the end.
    """
    scenario = SCENARIOS[name]()
    first = scenario.world.calls
    said = []
    prepare(scenario, first + at)
    try:
        said.append(scenario.run()["lines"])
    except SimulatedMasterDied:
        said.append(["the master died"])
    assert scenario.world.wrong == [], said
    said += until_done(scenario)
    assert scenario.world.wrong == [], said
    # A node that booted while lists differed was refused its mount; the main orchestration does it.
    assert [each for each in scenario.left() if each != late] == [], said


def disturbances(name):
    """Every ``(words, prepare)``: who is hit, and by what."""

    def before(fault):
        def prepare(scenario, at):
            hit = dict(faults(scenario))[fault]
            scenario.world.before = lambda number: hit(number) if number == at else None

        return prepare

    def lost(minion):
        def prepare(scenario, at):
            scenario.world.after = lost_answer(scenario.world, minion, at)

        return prepare

    scenario = SCENARIOS[name]()
    found = [(fault, before(fault)) for fault, _ in faults(scenario)]
    return found + [(f"{minion} goes silent", lost(minion)) for minion in scenario.world.nodes]


@everything
def test_whatever_cuts_a_run_the_same_command_goes_on_from_there(name):
    calls = counted(SCENARIOS[name]())
    failed = []
    cuts = itertools.product(range(1, calls + 1), disturbances(name))
    for at, (words, prepare) in itertools.islice(cuts, 0, None, STRIDE):
        try:
            cut(name, at, prepare, f"{words.split()[0]}: mount LUN primary")
        except AssertionError as err:
            failed.append(f"call {at} of {calls}, {words}: {str(err)[:1500]}")
    assert not failed, f"{len(failed)}\n" + "\n".join(failed[:8])


@everything
@pytest.mark.parametrize("seed", range(DOUBLE))
def test_two_runs_in_a_row_may_be_cut(name, seed):
    """The second run begins where the first was cut, and is cut itself."""
    calls, chance = counted(SCENARIOS[name]()), random.Random(f"{name} {seed}")  # noqa: S311
    disturbing = disturbances(name)
    scenario, said, late = SCENARIOS[name](), [], set()
    for _ in range(2):
        words, prepare = chance.choice(disturbing)
        prepare(scenario, scenario.world.calls + chance.randint(1, calls))
        said.append(words)
        late.add(f"{words.split()[0]}: mount LUN primary")
        try:
            said.append(scenario.run()["lines"])
        except SimulatedMasterDied:
            said.append(["the master died"])
        scenario.world.settle()
    said += until_done(scenario)
    assert scenario.world.wrong == [], said
    assert [each for each in scenario.left() if each not in late] == [], said


def test_a_newcomer_comes_once_there_is_a_slot_for_it():
    scenario = slots_for_a_newcomer()
    first = scenario.run(AddNode)
    assert any(
        "First: salt-run state.orchestrate ocfs2.orch.slots" in each for each in first["lines"]
    )
    assert scenario.run()["result"] is True
    assert scenario.run(AddNode)["result"] is True
    scenario.absent = ()
    assert scenario.left() == []


@pytest.mark.parametrize("name", ["slots", "fsck", "fsck_repair"])
def test_while_a_tool_may_still_work_the_lun_stays_down_and_no_second_one_is_started(name):
    scenario = SCENARIOS[name]()
    leader = HOSTS[0]

    def after(number, fun, minions):
        if fun in ("ocfs2_volume.slots", "ocfs2_volume.check"):
            scenario.world.unreached, scenario.world.lun.tool = frozenset((leader,)), leader

    scenario.world.after = after
    answer = scenario.run()
    assert answer["result"] is False
    assert "LUN primary stays down." in answer["lines"]
    assert not any(node.mounts for node in scenario.world.nodes.values())
    scenario.world.unreached = frozenset()
    before = scenario.world.state()
    again = scenario.run()
    assert again["result"] is None
    assert f"{leader}: a tool still works on a volume there, wait for its end" in again["lines"]
    assert scenario.world.state() == before
    assert scenario.world.wrong == []
    until_done(scenario)
    assert scenario.left() == []


def test_a_check_that_finds_something_fails_and_leaves_it_alone():
    scenario = fsck()
    scenario.world.lun.findings = ["ORPHAN_INODE", "ORPHAN_INODE", "DIR_ZERO"]
    answer = scenario.run()
    assert answer["result"] is False
    text = "\n".join(answer["lines"])
    assert "LUN primary: 3 findings (ORPHAN_INODE, ORPHAN_INODE, DIR_ZERO)" in text
    assert "Nothing was repaired." in text
    assert '"ocfs2_repair": "primary"' in text
    assert len(scenario.world.lun.findings) == 3
    assert scenario.left() == []


def test_a_check_that_does_not_end_brings_the_lun_back():
    scenario = fsck()
    scenario.world.lun.findings = ["ABORTED"]
    answer = scenario.run()
    assert answer["result"] is False
    assert "LUN primary is mounted again on every node, as it was." in answer["lines"]
    assert scenario.left() == []


def test_a_retune_that_can_not_unmount_a_node_brings_the_others_back():
    scenario = retune()
    before = scenario.world.state()
    node = scenario.world.nodes[HOSTS[1]]
    # The hook of the operator: without one, users are seen before anything begins.
    scenario.pillar(lambda section: section.update(drain={"command": "/usr/local/sbin/drain"}))
    node.users = {PATH: ["qemu (pid 7)"]}
    node.ocfs2_drain_run = lambda command, limit: True
    for other in scenario.world.nodes.values():
        other.ocfs2_drain_run = node.ocfs2_drain_run
    answer = scenario.run()
    assert answer["result"] is False
    assert "Every volume is mounted as before; nothing was changed." in answer["lines"]
    node.users = {}
    assert scenario.world.state() == before


def test_a_retune_that_is_stopped_again_releases_no_node_that_may_have_new_files():
    scenario = retune()
    world = scenario.world

    def before(number):
        world.half = any(node.kept["conf"] and not node.live for node in world.nodes.values())

    world.before = before
    with pytest.raises(SimulatedMasterDied):
        scenario.run()
    world.settle()
    world.after = lost_answer(world, HOSTS[1], world.calls + 3)
    answer = scenario.run()
    assert answer["result"] is False
    assert "which goes on from there" in answer["lines"][-1]
    assert all(node.kept["holds"]["cluster"] for node in world.nodes.values())
    until_done(scenario)
    assert scenario.left() == []


def test_a_drained_node_that_is_not_empty_is_not_unmounted():
    scenario = slots()
    scenario.pillar(lambda section: section.update(drain={"command": "/usr/local/sbin/drain"}))
    for node in scenario.world.nodes.values():
        node.ocfs2_drain_run = lambda command, limit: True
    scenario.world.nodes[HOSTS[2]].users = {PATH: ["qemu (pid 7)"]}
    before = scenario.world.state()
    answer = scenario.run()
    assert answer["result"] is False
    assert f"{HOSTS[2]}: {PATH} is in use by qemu (pid 7)" in answer["lines"][0]
    assert scenario.world.state() == before


def _silent(host=HOSTS[1]):
    return lambda scenario: setattr(scenario.world.nodes[host], "answers", False)


def _used(host=HOSTS[1]):
    return lambda scenario: scenario.world.nodes[host].users.update({PATH: ["qemu (pid 7)"]})


def _pillar(change):
    return lambda scenario: scenario.pillar(change)


def _lun(**changes):
    return _pillar(lambda section: section["luns"]["primary"].update(changes))


def _typed(operation, *arguments):
    return lambda scenario: setattr(scenario, "make", lambda master: operation(master, *arguments))


def _held(lun=""):
    reason = "another change is under way"
    return lambda scenario: scenario.world.nodes[HOSTS[2]].ocfs2_hold_put(reason, lun)


def _old_size(scenario):
    """One path of one node does not see what the array has."""
    scenario.world.nodes[HOSTS[2]].ocfs2_volume_rescan = lambda device: 2 * TIB


def _larger_than_pillar(scenario):
    _lun(size="2TiB")(scenario)
    for node in scenario.world.nodes.values():
        node.size = 3 * TIB


def _no_module(scenario):
    scenario.world.nodes[HOSTS[0]].kernels = {"6.1.0-20-cloud-amd64": ["ocfs2"]}


def _unmounted(scenario):
    scenario.world.nodes[HOSTS[2]].mounts.clear()


def _offline(scenario):
    node = scenario.world.nodes[HOSTS[2]]
    node.mounts, node.live = {}, {}


def _all_offline(scenario):
    for node in scenario.world.nodes.values():
        node.mounts, node.live = {}, {}


def _no_room(scenario):
    scenario.world.lun.free = 1 << 20


def _beats(scenario):
    """Its minion is down, the host is not."""
    node = scenario.world.nodes[HOSTS[3]]
    node.start()
    node.answers = False


def _unrecovered(scenario):
    scenario.world.lun.unrecovered = [3]


def _back_in_pillar(scenario):
    scenario.pillar(lambda section: section.update(nodes=roster.section(4)["nodes"]))


def _taken_number(scenario):
    """Pillar gives a number that another host had."""
    gone = node_numbers.Entry(3, "host8.example.com", "host8", "10.1.0.8", "retired", "then")
    master = SimulatedOperator(scenario.world)
    master.keep_numbers(lambda numbers, time: numbers.retired(gone, time))


_TIMEOUTS = _pillar(lambda section: section.update(cluster={"heartbeat_threshold": 61}))

REFUSED = [
    *((name, _silent(), f"{HOSTS[1]}: did not answer") for name in SCENARIOS if name != "grow"),
    *(
        (name, _used(), f"{HOSTS[1]}: {PATH} is in use by qemu (pid 7); stop them first")
        for name in ("slots", "slots_for_a_newcomer", "fsck", "retune", "rolling_reboot")
    ),
    ("remove_node", _used(HOSTS[3]), f"{HOSTS[3]}: {PATH} is in use by qemu (pid 7)"),
    *(
        (name, _pillar(lambda section: section["nodes"][HOSTS[1]].update(number=7)), "for ever")
        for name in SCENARIOS
    ),
    *((name, _lun(size="1TiB"), "a volume never shrinks") for name in SCENARIOS),
    *(
        (name, _held(), "another change is under way")
        for name in SCENARIOS
        if not name.startswith("retune")
    ),
    *(
        (name, _held("primary"), "another change is under way")
        for name in SCENARIOS
        if not name.startswith(("slots", "fsck"))
    ),
    ("add_node", _taken_number, "number 3 is that of host8.example.com"),
    ("add_node", _all_offline, "no node is online yet"),
    ("add_node", _TIMEOUTS, "First: salt-run state.orchestrate ocfs2.orch.retune"),
    ("slots", _typed(Slots, "primary"), "type its name: salt-run state.orchestrate"),
    ("slots", _typed(Slots, "primary", "secondary"), "type its name: salt-run"),
    ("slots", _typed(Slots, "nosuch", "nosuch"), "pillar has no LUN nosuch"),
    ("slots", _typed(Slots, None), "name one of primary as ocfs2_lun"),
    ("slots", _no_room, "free some, or grow the LUN first"),
    ("slots", _all_offline, "no node is online"),
    ("slots", _TIMEOUTS, "the cluster waits for its retune"),
    ("slots", _lun(slots=3), "slots are not taken away"),
    ("fsck", _typed(Fsck, "primary"), "type its name: salt-run state.orchestrate"),
    ("fsck", _typed(Fsck, "primary", "primary", "other"), "ocfs2_repair names other"),
    ("retune", _typed(Retune), "the whole cluster ocfs2 goes down"),
    ("retune", _typed(Retune, "web"), '"ocfs2_outage": "ocfs2"'),
    ("retune", _pillar(lambda section: section["nodes"].pop(HOSTS[2])), "ocfs2.orch.remove_node"),
    ("rolling_reboot", _no_module, "may start kernel 6.1.0-20-cloud-amd64, which has no ocfs2"),
    ("rolling_reboot", _unmounted, f"{HOSTS[2]} has not mounted LUN primary"),
    ("rolling_reboot", _offline, f"{HOSTS[2]} is not online"),
    ("rolling_reboot", _typed(RollingReboot, 10), "ocfs2_limit 10 is not a number of seconds"),
    ("rolling_reboot", _typed(RollingReboot, "1h"), "ocfs2_limit '1h' is not a number"),
    ("grow", _typed(Grow, "nosuch"), "pillar has no LUN nosuch"),
    ("grow", _larger_than_pillar, "write size: 3298534883328 first"),
    ("retire_lun", _typed(RetireLun, PATH), "is LUN primary of pillar: take it out of luns first"),
    ("retire_lun", _typed(RetireLun, None), "name the mount point"),
    ("retire_lun", _typed(RetireLun, "san"), "name the mount point"),
    ("remove_node", _back_in_pillar, f"{HOSTS[3]} is in pillar: take it out of nodes first"),
    ("remove_node", _typed(RemoveNode, None), "name the minion id of the node"),
    ("remove_node", _typed(RemoveNode, "host9.example.com"), "but known are host3"),
    ("remove_node", _TIMEOUTS, "the cluster waits for its retune"),
    ("remove_a_dead_node", _beats, "but writes its heartbeat on LUN primary: it is alive"),
    ("remove_a_dead_node", _unrecovered, "have not recovered its slot on LUN primary yet"),
]


@pytest.mark.parametrize(("name", "change", "words"), REFUSED)
@pytest.mark.parametrize("testing", [False, True])
def test_what_is_refused_leaves_everything_as_it_was(name, change, words, testing):
    scenario = SCENARIOS[name]()
    change(scenario)
    before = scenario.world.state()
    answer = scenario.run(testing=testing)
    assert answer["result"] is None, answer["lines"]
    assert words in "\n".join(answer["lines"])
    assert answer["lines"][-1] == "Refused: nothing was changed."
    assert scenario.world.state() == before


def test_while_a_retune_waits_the_main_orchestration_changes_nobody():
    scenario = Scenario(Retune)
    scenario.world.nodes[HOSTS[2]].mounts.clear()
    scenario.pillar(lambda section: section.update(cluster={"heartbeat_threshold": 61}))
    before = scenario.world.state()
    _, changes, failures = converge_nodes(SimulatedOperator(scenario.world))
    assert changes == {}
    assert any("ocfs2.orch.retune" in each for each in failures)
    assert scenario.world.state() == before


def test_a_volume_grows_only_once_every_node_sees_the_new_size():
    scenario = grow()
    _old_size(scenario)
    answer = scenario.run()
    assert answer["result"] is False
    assert f"{HOSTS[2]} sees {2 * TIB} bytes of LUN primary" in answer["lines"][0]
    assert scenario.world.lun.volume["size"] == 2 * TIB
    assert scenario.world.wrong == []


def test_a_rolling_reboot_goes_on_with_those_that_have_not_restarted():
    scenario = rolling_reboot()
    boots = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    _no = scenario.world.nodes[HOSTS[1]]
    _no.ocfs2_reboot_now = lambda boot: "ERROR: systemctl said no"
    answer = scenario.run()
    assert answer["result"] is False
    del _no.ocfs2_reboot_now
    assert scenario.run()["result"] is True
    after = {minion: node.boot for minion, node in scenario.world.nodes.items()}
    assert after == {minion: boot + 1 for minion, boot in boots.items()}


def test_a_number_stays_that_of_its_host_until_it_is_freed():
    scenario = remove_node()
    scenario.run()
    other = {"number": 3, "address": "10.1.0.77"}
    scenario.world.add("host7.example.com", "10.1.0.77")
    scenario.pillar(lambda section: section["nodes"].update({"host7.example.com": other}))
    answer = scenario.run(AddNode)
    assert any(f"number 3 is that of {HOSTS[3]}" in each for each in answer["lines"])
    assert scenario.world.wrong == []
    master = SimulatedOperator(scenario.world)
    master.keep_numbers(lambda numbers, time: numbers.freed(3))
    assert scenario.run(AddNode)["result"] is True
