"""What each operation refuses on a simulated cluster, where nothing changes then."""

import pytest

from ocfs2lib.operations import node_numbers
from ocfs2lib.operations.fsck import Fsck
from ocfs2lib.operations.grow import Grow
from ocfs2lib.operations.remove_node import RemoveNode
from ocfs2lib.operations.retire_lun import RetireLun
from ocfs2lib.operations.retune import Retune
from ocfs2lib.operations.rolling_reboot import RollingReboot
from ocfs2lib.operations.slots import Slots
from support import roster
from support.simulated_operator import SimulatedOperator

from .scenarios import HOSTS
from .scenarios import OLD
from .scenarios import PATH
from .scenarios import SCENARIOS
from .scenarios import TIB

pytestmark = pytest.mark.once


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


def _beats_beside_a_refusal(scenario):
    """It writes its heartbeat on a LUN whose volume pillar describes otherwise."""
    _beats(scenario)
    scenario.pillar(lambda section: section["luns"]["primary"].update(label="other"))


def _stray(scenario):
    scenario.world.nodes[HOSTS[1]].mounts[OLD] = "/dev/mapper/old"


def _unreadable(scenario):
    for node in scenario.world.nodes.values():
        facts = {**node.ocfs2_probe(scenario.world.lun.device), "volume": None}
        facts["unreadable"] = "Input/output error"
        node.ocfs2_probe = lambda device, prove_blank=False, facts=facts: facts


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
        # A retune that was stopped may wait for a LUN to be retired.
        if not name.startswith(("retune", "retire_lun"))
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
    ("remove_a_dead_node", _beats_beside_a_refusal, "but writes its heartbeat on LUN primary"),
    ("remove_a_dead_node", _stray, "/san/old is mounted, and is no LUN that pillar has there"),
    ("remove_a_dead_node", _unreadable, "nobody can tell whether it writes its heartbeat"),
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
