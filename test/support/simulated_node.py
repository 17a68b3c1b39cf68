"""A simulated node: its power, its parts, and what its minion returns."""

import copy
import uuid
from pathlib import Path

from salt.exceptions import CommandExecutionError

from ocfs2lib.node import fstab
from support import answers
from support.simulated_lun import SimulatedLunTools
from support.simulated_mounts import SimulatedMounts
from support.simulated_o2cb import SimulatedO2cb

ROOT = Path(__file__).resolve().parents[2]
#: The states of each sls that operations apply, in their order; the host itself is as described.
_SLS = {
    "ocfs2.config": ("o2cb.cluster_conf", "o2cb.settings"),
    "ocfs2.node": ("o2cb.cluster_conf", "o2cb.settings", "o2cb.online"),
    "ocfs2.mount": ("ocfs2.mounted",),
}
#: How many looks a restart takes.
RESTART = 2


def _load(name):
    """A state module of the formula, ready for each node's own names."""
    path = ROOT / name
    return compile(path.read_text(), path, "exec")


_STATES = {"o2cb": _load("_states/o2cb.py"), "ocfs2": _load("_states/ocfs2.py")}


class SimulatedLoader:
    """The functions of one node under the names that Salt gives them."""

    def __init__(self, node):
        self._node = node

    def __getitem__(self, fun):
        return getattr(self._node, fun.replace(".", "_"))


class SimulatedFiles:
    """What the states read by themselves (:mod:`system.files`)."""

    def __init__(self, node):
        self._node = node

    def read(self, path):
        assert path == "/etc/ocfs2/cluster.conf"
        return self._node.kept["conf"]


class SimulatedNode(SimulatedO2cb, SimulatedMounts, SimulatedLunTools):
    """One host, and what its minion can do; ``kept`` are its files, which outlive a power cut."""

    def __init__(self, world, minion, address):
        self.world, self.minion = world, minion
        self.kept = {
            "conf": None,
            "settings": None,
            "fstab": {},
            "holds": {"cluster": None, "luns": {}},
        }
        self.addresses = [address]
        self.up, self.answers, self.boot, self.starting = True, True, 1, 0
        self.live, self.mounts = {}, {}
        self.size = world.lun.size
        self.users = {}
        self.kernels = {"6.1.0-18-amd64": []}
        self.unconnected = False
        #: Whether the array presents the LUN to it.
        self.sees_lun = True

    @property
    def hostname(self):
        return self.minion.partition(".")[0]

    def state(self):
        """All that can change."""
        names = ("kept", "up", "boot", "live", "mounts", "size", "users")
        return {name: copy.deepcopy(getattr(self, name)) for name in names}

    # ---- power

    def lose_power(self):
        self.up, self.live, self.mounts, self.starting = False, {}, {}, RESTART
        if self.world.lun.tool == self.minion:
            self.world.lun.tool = None

    def start(self):
        """What o2cb.service and fstab do at boot."""
        self.up, self.boot, self.starting = True, self.boot + 1, 0
        self.size = self.world.lun.size
        try:
            self._start_service()
        except CommandExecutionError:
            return
        for path, line in self.kept["fstab"].items():
            if fstab.NOT_AT_BOOT in line["options"]:
                continue
            try:
                self.ocfs2_mount_mount(path)
            except CommandExecutionError:
                continue

    # ---- what others see of it

    def census(self, pillar):
        """What ``ocfs2_node.census`` returns, for a host that is set up as described."""
        found = answers.node(pillar, self.minion)
        host = {**found["host"], "hostname": self.hostname, "addresses": self.addresses}
        key = pillar.luns[0].key
        return copy.deepcopy(
            {
                **found,
                "host": host,
                "o2cb": self.o2cb_facts(),
                "mounts": list(self.mounts),
                "holds": self.kept["holds"],
                "fstab": self.kept["fstab"],
                "luns": {key: self.ocfs2_probe(pillar.luns[0].device)},
            }
        )

    def run(self, fun, arguments):
        """What a minion returns for a call of one function."""
        try:
            return copy.deepcopy(SimulatedLoader(self)[fun](*copy.deepcopy(arguments)))
        except CommandExecutionError as err:
            return f"ERROR: {err}"

    def apply(self, sls, section, testing):
        """What a minion returns for ``state.apply``."""
        answer = {}
        for state in _SLS[sls]:
            file, function = state.split(".")
            module = {"__name__": file}
            exec(_STATES[file], module)  # noqa: S102 (our own module)
            module.update(
                __salt__=SimulatedLoader(self),
                __opts__={"id": self.minion, "test": testing},
                files=SimulatedFiles(self),
            )
            name = {"o2cb.cluster_conf": "/etc/ocfs2/cluster.conf", "ocfs2.mounted": "primary"}
            done = module[function](name.get(state, "ocfs2"), copy.deepcopy(section))
            answer[f"{state}_|-{done['name']}"] = {**done, "__id__": state}
            if done["result"] is False:
                break  # each of them is failhard
        return answer

    # ---- restarts

    def ocfs2_reboot_boot_id(self):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.boot}.{self.minion}"))

    def ocfs2_reboot_kernels(self):
        return self.kernels

    def ocfs2_reboot_now(self, boot):
        if boot != self.ocfs2_reboot_boot_id():
            raise CommandExecutionError(f"this node has restarted since boot {boot}")
        self.lose_power()
        return True
