"""The operations on a simulated cluster, each with what makes it necessary."""

import copy

import pytest

from ocfs2lib.errors import Refused
from ocfs2lib.operations.add_node import AddNode
from ocfs2lib.operations.fsck import Fsck
from ocfs2lib.operations.grow import Grow
from ocfs2lib.operations.remove_node import RemoveNode
from ocfs2lib.operations.retire_lun import RetireLun
from ocfs2lib.operations.retune import Retune
from ocfs2lib.operations.rolling_reboot import RollingReboot
from ocfs2lib.operations.slots import Slots
from support import roster
from support.simulated_operator import SimulatedOperator
from support.simulated_operator import SimulatedTimeout
from support.simulated_world import SimulatedWorld

NAME, PATH, OLD = "ocfs2", "/san/primary", "/san/old"
HOSTS = [f"host{number}.example.com" for number in range(5)]
TIB = 1 << 40
#: After a cut, an operator runs it again this often at most.
RUNS = 4


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
        except SimulatedTimeout as err:
            # Before the first step; master.carry_out shows it.
            return {"result": False, "lines": [str(err)], "changes": {}}

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


def _for_some(make, change=lambda section: None, slots=8, **mount):
    """A LUN that the first node neither sees nor is to have."""
    section = roster.section()
    section["luns"]["primary"]["nodes"] = HOSTS[1:3]
    section["luns"]["primary"]["mount"].update(mount)
    found = Scenario(make, section, slots)
    found.world.nodes[HOSTS[0]].sees_lun = False
    return found.pillar(change)


def grow_for_some():
    def change(section):
        section["luns"]["primary"].update(size="3TiB")

    found = _for_some(lambda master: Grow(master, "primary"), change)
    found.world.lun.size = 3 * TIB
    return found


def slots_for_some():
    def change(section):
        section["luns"]["primary"].update(slots=6)

    return _for_some(lambda master: Slots(master, "primary", "primary"), change, slots=4)


def retune_for_some():
    def change(section):
        section.update(cluster={"heartbeat_threshold": 61, "idle_timeout_ms": 60000})

    return _for_some(lambda master: Retune(master, NAME), change)


def rolling_reboot_for_some():
    return _for_some(RollingReboot)


def one_node_more():
    """Another node of the roster gets the LUN, by the states alone."""
    found = _for_some(AddNode)
    found.world.nodes[HOSTS[0]].sees_lun = True
    return found.pillar(lambda section: section["luns"]["primary"].pop("nodes"))


def retire_lun_from_one():
    """A node is taken off the list while it has the LUN mounted."""
    found = Scenario(lambda master: RetireLun(master, PATH))
    return found.pillar(lambda section: section["luns"]["primary"].update(nodes=HOSTS[:2]))


def _by_hand(make, change=lambda section: None):
    """A LUN that only an operator mounts, and has mounted on two nodes."""
    section = roster.section()
    section["luns"]["primary"]["mount"]["auto"] = False
    found = Scenario(make, section)
    for host in HOSTS[:2]:
        found.world.nodes[host].ocfs2_mount_mount(PATH)
    return found.pillar(change)


def fsck_of_one_by_hand():
    return _by_hand(lambda master: Fsck(master, "primary", "primary"))


def retune_of_one_by_hand():
    def change(section):
        section.update(cluster={"heartbeat_threshold": 61, "idle_timeout_ms": 60000})

    return _by_hand(lambda master: Retune(master, NAME), change)


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
        grow_for_some,
        slots_for_some,
        retune_for_some,
        rolling_reboot_for_some,
        one_node_more,
        retire_lun_from_one,
        fsck_of_one_by_hand,
        retune_of_one_by_hand,
        remove_node,
        remove_the_first_node,
        remove_a_node_with_a_name_of_its_own,
        remove_a_dead_node,
    )
}
everything = pytest.mark.parametrize("name", SCENARIOS)


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


def lost_answer(world, minion, at):
    """The k-th call is carried out, but a node's answer gets lost, and so do those after it."""

    def after(number, fun, minions):
        if number == at and minion in minions:
            world.unreached = frozenset((minion,))
            if fun in ("ocfs2_volume.slots", "ocfs2_volume.check"):
                world.lun.tool = minion

    return after
