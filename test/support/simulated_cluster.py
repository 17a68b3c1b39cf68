"""
A cluster at work, simulated around the real operations, plan, numbers and states.

Simulated are the transport, the kernel and the tools: every node has its files, its cluster in the
kernel and its mounts, all share one LUN, and the kernel refuses what the real one refuses. Each
call of a master to the world is counted, so that a test can let anything happen before each.
"""

import copy
from pathlib import Path

from salt.exceptions import CommandExecutionError

from ocfs2lib.answers import census as answers_census
from ocfs2lib.answers import returns as answers_returns
from ocfs2lib.lun import audit
from ocfs2lib.lun import ledger
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import fstab
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import requirements
from ocfs2lib.operations import node_numbers
from ocfs2lib.pillar import check as pillar_check
from ocfs2lib.plan import decide
from support import answers
from support.simulated import SimulatedCache

ROOT = Path(__file__).resolve().parents[2]
#: The states of each sls that operations apply, in their order; the host itself is as described.
_SLS = {
    "ocfs2.config": ("o2cb.cluster_conf", "o2cb.settings"),
    "ocfs2.node": ("o2cb.cluster_conf", "o2cb.settings", "o2cb.online"),
    "ocfs2.mount": ("ocfs2.mounted",),
}
_AGREED = ("heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms")
#: What the settings file calls the values of a cluster in the kernel.
_VALUES = {
    "heartbeat_threshold": "O2CB_HEARTBEAT_THRESHOLD",
    "idle_timeout_ms": "O2CB_IDLE_TIMEOUT_MS",
    "keepalive_delay_ms": "O2CB_KEEPALIVE_DELAY_MS",
    "reconnect_delay_ms": "O2CB_RECONNECT_DELAY_MS",
}
_TIME = "2026-01-31T23:59:59Z"
#: How many looks a restart takes.
_RESTART = 2


class SimulatedMasterDied(Exception):  # noqa: N818 - what it is, not that it is an error
    """The master's process has ended in the middle of a run."""


def _load(name):
    """A state module of the formula, ready for each node's own names."""
    path = ROOT / name
    return compile(path.read_text(), path, "exec")


_STATES = {"o2cb": _load("_states/o2cb.py"), "ocfs2": _load("_states/ocfs2.py")}


class SimulatedLun:
    """The LUN on the array; ``volume`` is as ``ocfs2.probe`` tells it, ``tool`` who works on it."""

    def __init__(self, pillar, slots):
        self.device, self.wwid = pillar.luns[0].device, pillar.luns[0].wwid
        self.size = pillar.luns[0].size
        self.volume = answers.volume(pillar, slots=slots)
        self.tool, self.findings, self.free = None, [], 1 << 40
        #: Numbers whose slots the others have yet to recover.
        self.unrecovered = []


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


class SimulatedNode:
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

    @property
    def hostname(self):
        return self.minion.partition(".")[0]

    def state(self):
        """All that can change."""
        names = ("kept", "up", "boot", "live", "mounts", "size", "users")
        return {name: copy.deepcopy(getattr(self, name)) for name in names}

    # ---- power

    def lose_power(self):
        self.up, self.live, self.mounts, self.starting = False, {}, {}, _RESTART
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
        for path in self.kept["fstab"]:
            try:
                self.ocfs2_mount_mount(path)
            except CommandExecutionError:
                continue

    def _start_service(self):
        if self.kept["holds"]["cluster"]:
            raise CommandExecutionError("o2cb.service: the assertion of its hold failed")
        settings = self.kept["settings"] or {}
        name = settings.get("O2CB_BOOTCLUSTER")
        nodes = self._nodes(name)
        if not any(node["local"] for node in nodes.values()):
            raise CommandExecutionError("o2cb.service: no node of cluster.conf is this host")
        values = {key: int(settings[variable]) for key, variable in _VALUES.items()}
        self.live = {
            name: {
                **values,
                "heartbeat_mode": "local",
                "fence_method": "reset",
                "nodes": nodes,
            }
        }
        self.world.check()

    def _nodes(self, cluster):
        """The nodes that register-cluster would make of cluster.conf."""
        conf = cluster_conf.parse(self.kept["conf"] or "")
        return {
            node.name: {
                "number": node.number,
                "address": node.address,
                "port": node.port,
                "local": requirements.name_matches(node.name, self.hostname),
            }
            for node in conf.nodes
            if node.cluster == cluster
        }

    # ---- what others see of it

    @property
    def online(self):
        return next(iter(self.live), None)

    @property
    def number(self):
        """Its own number in the kernel, None while it is offline."""
        nodes = self.live[self.online]["nodes"].values() if self.live else ()
        return next((node["number"] for node in nodes if node["local"]), None)

    def agrees_with(self, other):
        """Whether the two can mount one volume at once (tcp.c, dlmdomain.c)."""
        mine, its = self.live[self.online], other.live[other.online]
        lists = [
            {
                (name, node["number"], node["address"], node["port"])
                for name, node in each["nodes"].items()
            }
            for each in (mine, its)
        ]
        return lists[0] == lists[1] and all(mine[key] == its[key] for key in _AGREED)

    def is_connected(self, name):
        """Whether a node of the kernel's list is at work and has a volume in common."""
        other = self.world.nodes_by_hostname().get(name)
        return bool(other and other.up and self.mounts and other.mounts)

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

    # ---- o2cb

    def o2cb_facts(self):
        regions = sorted(self.mounts.values())  # local heartbeat: one for each volume
        clusters = {name: {**each, "regions": regions} for name, each in self.live.items()}
        return {
            "stack": "o2cb",
            "modules": True,
            "clusters": clusters,
            "online": self.online,
            "conf": {"path": "/etc/ocfs2/cluster.conf", "text": self.kept["conf"]},
            "settings": {"path": "/etc/default/o2cb", "values": self.kept["settings"]},
        }

    def o2cb_conf_write(self, text, path=None):
        cluster_conf.parse(text)
        self.kept["conf"] = text
        self.world.check()
        return True

    def o2cb_settings_write(self, values):
        self.kept["settings"] = dict(values)
        return True

    @staticmethod
    def o2cb_debconf_get():
        return None

    def o2cb_attribute_write(self, cluster, attribute, value):
        self.live[cluster][attribute] = value
        return True

    def o2cb_register(self, cluster):
        if cluster not in self.live:
            raise CommandExecutionError(f"cluster {cluster} is not online here")
        want, have = self._nodes(cluster), self.live[cluster]["nodes"]
        for name in [name for name in have if name not in want]:
            if self.is_connected(name):
                raise CommandExecutionError(f"rmdir {name}: Device or resource busy")
            del have[name]
        taken = {node["number"] for node in have.values()}
        for name, node in want.items():
            if name not in have and node["number"] not in taken:
                have[name] = node
        self.world.check()
        wrong = sorted(name for name, node in want.items() if have.get(name) != node)
        if wrong:
            raise CommandExecutionError(f"the kernel's entries of {', '.join(wrong)} differ")
        return True

    def o2cb_online(self, cluster):
        self.o2cb_offline()
        self._start_service()
        return True

    def o2cb_offline(self):
        use = self.o2cb_in_use()
        if use:
            raise CommandExecutionError(f"o2cb stays online: {use}. Fix: unmount first.")
        self.live = {}
        return True

    def o2cb_in_use(self):
        return "; ".join(f"{path} is mounted" for path in self.mounts)

    def state_single(self, state, name):
        """``o2cb.absent``, as the state does it."""
        assert state == "o2cb.absent"
        if self.live:
            result, comment = False, f"{self.online} is online."
        else:
            self.kept["conf"] = self.kept["settings"] = None
            result, comment = True, ""
        return {"o2cb_|-absent": {"result": result, "comment": comment, "changes": {}}}

    # ---- holds, mounts

    def ocfs2_hold_put(self, reason, lun=""):
        if lun:
            self.kept["holds"]["luns"][lun] = reason
        else:
            self.kept["holds"]["cluster"] = reason
        return True

    def ocfs2_hold_release(self, lun=""):
        if lun:
            self.kept["holds"]["luns"].pop(lun, None)
        else:
            self.kept["holds"]["cluster"] = None
        return True

    def ocfs2_hold_present(self):
        return copy.deepcopy(self.kept["holds"])

    def ocfs2_mount_at(self, path):
        found = self.mounts.get(path)
        return found and {"path": path, "source": found, "fstype": "ocfs2", "options": []}

    def ocfs2_mount_mounts(self, fstype):
        return [self.ocfs2_mount_at(path) for path in self.mounts]

    def ocfs2_mount_fstabs(self):
        return copy.deepcopy(self.kept["fstab"])

    def ocfs2_mount_fstab(self, path):
        return self.kept["fstab"].get(path)

    def ocfs2_mount_set_fstab(self, path, device, options):
        line = {"device": device, "fstype": "ocfs2", "options": list(options)}
        self.kept["fstab"][path] = line
        return True

    def ocfs2_mount_rm_fstab(self, path):
        self.kept["fstab"].pop(path, None)
        return True

    @staticmethod
    def ocfs2_mountpoint_hidden(path):
        return ""

    @staticmethod
    def ocfs2_mountpoint_protect(path):
        return True

    @staticmethod
    def ocfs2_mount_ready(services, mounted=()):
        return []

    @staticmethod
    def ocfs2_mount_start(services):
        return []

    def ocfs2_users_busy(self, paths):
        return {path: self.users[path] for path in paths if path in self.mounts and self._in(path)}

    def _in(self, path):
        return self.users.get(path)

    def ocfs2_mount_release(self, path, services=()):
        if path in self.mounts and self._in(path):
            raise CommandExecutionError(f"{path} is in use by {', '.join(self.users[path])}")
        self.mounts.pop(path, None)
        return True

    def ocfs2_mount_mount(self, path):
        if path in self.mounts:
            return True
        device = self.kept["fstab"][path]["device"]
        reason = self._refusal_of_mount(device)
        if reason:
            raise CommandExecutionError(f"{path} is not mounted (exit code 1): {reason}")
        self.mounts[path] = device
        self.world.check()
        return True

    def _refusal_of_mount(self, device):
        """Why the kernel would not mount, or None."""
        if self.number is None:
            return "Unable to access cluster service"
        others = [
            node
            for node in self.world.nodes.values()
            if node is not self and device in node.mounts.values()
        ]
        if any(not self.agrees_with(other) for other in others):
            return "error 22 or 107: the nodes do not agree"
        if device != self.world.lun.device:
            return None
        if self.world.lun.tool:
            self.world.wrong.append(f"{self.minion} mounts while {self.world.lun.tool} works on it")
            return "the volume is locked"
        if len(others) >= self.world.lun.volume["slots"]:
            return "error 22: no free slots available"
        return None

    # ---- the LUN

    def ocfs2_probe(self, device, prove_blank=False):
        lun = self.world.lun
        mounts = [
            {"path": path, "options": ["rw"]}
            for path, source in self.mounts.items()
            if source == device
        ]
        return answers.lun(
            self.world.pillar,
            size=self.size,
            volume=copy.deepcopy(lun.volume),
            mounts=mounts,
            written=None,
            half_made=False,
        )

    def ocfs2_volume_rescan(self, device):
        self.size = self.world.lun.size
        return self.size

    def _meant(self, device, uuid):
        lun = self.world.lun
        assert (device, uuid) == (lun.device, lun.volume["uuid"])
        return lun

    def ocfs2_volume_grow(self, device, uuid):
        lun = self._meant(device, uuid)
        if device not in self.mounts.values():
            raise CommandExecutionError(f"{device} is not mounted here")
        small = [node.minion for node in self.world.nodes.values() if node.size < self.size]
        if small:
            self.world.wrong.append(f"grown although {', '.join(small)} see the old size")
        lun.volume["size"] = self.size // lun.volume["cluster_size"] * lun.volume["cluster_size"]
        return True

    def _alone(self, lun):
        """A tool that needs the volume for itself begins to work."""
        if self.number is None:
            raise CommandExecutionError("Unable to access cluster service")
        mounted = [node.minion for node in self.world.nodes.values() if node.has(lun.device)]
        if mounted:
            self.world.wrong.append(f"a tool is started while {', '.join(mounted)} has it mounted")
            raise CommandExecutionError("Trylock failed while opening device")
        if lun.tool:
            self.world.wrong.append(f"a second tool is started beside that on {lun.tool}")
            raise CommandExecutionError("Trylock failed while opening device")

    def has(self, device):
        return device in self.mounts.values()

    def ocfs2_volume_slots(self, device, uuid, count):
        lun = self._meant(device, uuid)
        self._alone(lun)
        lun.volume["slots"] = count
        return True

    def ocfs2_volume_check(self, device, uuid, key, repair=False):
        lun = self._meant(device, uuid)
        self._alone(lun)
        found = list(lun.findings)
        if repair:
            lun.findings = []
        log = f"/var/log/ocfs2-fsck-{key}.log"
        ended = "ABORTED" not in found
        return {"ended": ended, "findings": found, "count": len(found), "log": log, "said": ""}

    def ocfs2_volume_members(self, device, uuid):
        lun = self._meant(device, uuid)
        numbers = [
            node.number for node in self.world.nodes.values() if node.up and node.has(device)
        ]
        return {"beating": sorted(numbers), "slots": sorted([*numbers, *lun.unrecovered])}

    def ocfs2_volume_room(self, device, uuid):
        return {"free": self._meant(device, uuid).free, "journal": 256 << 20}

    def saltutil_is_running(self, fun):
        return [{"fun": fun}] if self.world.lun.tool == self.minion else []

    # ---- restarts

    def ocfs2_reboot_boot_id(self):
        return f"{self.minion}-{self.boot}"

    def ocfs2_reboot_kernels(self):
        return self.kernels

    def ocfs2_reboot_now(self, boot):
        if boot != self.ocfs2_reboot_boot_id():
            raise CommandExecutionError(f"this node has restarted since boot {boot}")
        self.lose_power()
        return True


class SimulatedWorld:
    """
    Nodes, the LUN, and what has gone wrong.

    section
        The pillar by which the cluster has been set up.
    slots
        Of the volume.
    """

    def __init__(self, section, slots):
        self.section = section
        self.pillar = pillar_check.parse(section)
        self.cache, self.wrong = SimulatedCache(), []
        self.lun = SimulatedLun(self.pillar, slots)
        self.nodes = {}
        #: Which host has had which number.
        self.owners = {}
        #: Called with its number before each call of a master.
        self.before, self.calls = lambda number: None, 0
        #: Called after each call with its number, the function and its minions.
        self.after = lambda number, fun, minions: None
        #: Minions that a call does not reach, and whether the master dies amid the next one.
        self.unreached, self.half = frozenset(), False
        for node in self.pillar.nodes:
            self.add(node.minion, node.address).start()

    def add(self, minion, address):
        """A host; it is set up if pillar knows it."""
        node = self.nodes[minion] = SimulatedNode(self, minion, address)
        if self.pillar.node(minion):
            node.kept["conf"] = cluster_conf.render(cluster_conf.from_desired(self.pillar))
            node.kept["settings"] = o2cb_settings.from_desired(self.pillar)
            lun = self.pillar.luns[0]
            node.kept["fstab"][lun.mount.path] = fstab.line(lun)
        return node

    def describe(self, section):
        """The operator writes another pillar."""
        self.section, self.pillar = section, pillar_check.parse(section)

    def nodes_by_hostname(self):
        return {node.hostname: node for node in self.nodes.values()}

    def state(self):
        """All that can change, to be compared."""
        nodes = {minion: node.state() for minion, node in self.nodes.items()}
        lun = copy.deepcopy(vars(self.lun))
        return {"nodes": nodes, "lun": lun, "cache": copy.deepcopy(dict(self.cache))}

    def settle(self):
        """Nothing more happens by itself: every host is up, every tool has ended."""
        self.before, self.after = lambda number: None, lambda number, fun, minions: None
        self.unreached, self.half, self.lun.tool = frozenset(), False, None
        for node in self.nodes.values():
            node.answers = True
            if not node.up:
                node.start()

    def tick(self, fun, minions):
        """A call of a master to the world begins; time goes on."""
        self.calls += 1
        self.before(self.calls)
        for node in self.nodes.values():
            if node.starting:
                node.starting -= 1
                if not node.starting:
                    node.start()

    def highstate(self, minion):
        """A minion applies its highstate by itself, whatever comes of it."""
        node = self.nodes[minion]
        if node.up and self.pillar.node(minion):
            for sls in ("ocfs2.node", "ocfs2.mount"):
                node.apply(sls, self.section, testing=False)

    def reachable(self, minion):
        node = self.nodes.get(minion)
        return bool(node and node.up and node.answers and minion not in self.unreached)

    def check(self):
        """What must never be, put down in ``wrong``."""
        online = [node for node in self.nodes.values() if node.live]
        for node in online:
            for other in online:
                self._compare(node, other)
        for node in self.nodes.values():
            self._number_owners(node)

    def _compare(self, node, other):
        """A node may not know another yet; but what two know, they know alike."""
        mine, its = node.live[node.online], other.live[other.online]
        if any(mine[key] != its[key] for key in _AGREED):
            self._wrong(f"{node.minion} and {other.minion} are online with different timeouts")
        for name in mine["nodes"].keys() & its["nodes"].keys():
            pair = [
                tuple(each["nodes"][name][key] for key in ("number", "address", "port"))
                for each in (mine, its)
            ]
            if pair[0] != pair[1]:
                self._wrong(f"{node.minion} and {other.minion} disagree about {name}: {pair}")

    def _number_owners(self, node):
        known = {
            live["number"]: name
            for each in node.live.values()
            for name, live in each["nodes"].items()
        }
        listed = {
            each.number: each.name for each in cluster_conf.parse(node.kept["conf"] or "").nodes
        }
        for numbers in (known, listed):
            for number, name in numbers.items():
                if self.owners.setdefault(number, name) != name:
                    self._wrong(f"number {number} of {self.owners[number]} is given to {name}")

    def _wrong(self, text):
        if text not in self.wrong:
            self.wrong.append(text)


class SimulatedOperator:
    """The master of the cluster, for one run of an operation."""

    def __init__(self, world, testing=False):
        self.world, self.testing, self.desired = world, testing, world.pillar
        self.section = world.section
        self.ledger = ledger.Ledger(world.cache, sync=lambda: None)
        self.said = []

    def exclusive(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def plan(self, sync=False):
        self.world.tick("plan", self._roster())
        key, device = self.desired.luns[0].key, self.desired.luns[0].device
        census, silent = {}, {}
        for minion in self._roster():
            if self.world.reachable(minion):
                facts = self.world.nodes[minion].census(self.desired)
                census[minion] = answers_census.checked(facts, {key: device})
            else:
                silent[minion] = "did not answer ocfs2_node.census"
        records = {key: self.ledger.fetch(self.desired.luns[0].wwid)}
        found = decide.plan(self.desired, census, silent, answers.FORMULA, records, self.numbers())
        self.world.after(self.world.calls, "plan", self._roster())
        return found

    def _roster(self):
        return [node.minion for node in self.desired.nodes]

    def ask(self, minions, fun, *arguments, limit, **named):
        call = lambda node: node.run(fun, [*arguments, *named.values()])  # noqa: E731
        return self._reach(minions, fun, call)

    def _reach(self, minions, fun, call):
        self.world.tick(fun, minions)
        returns, silent = {}, {}
        for minion in minions:
            if self.world.half and returns:
                raise SimulatedMasterDied
            if self.world.reachable(minion):
                returns[minion] = call(self.world.nodes[minion])
            else:
                silent[minion] = f"did not answer {fun}"
        if self.world.half:
            raise SimulatedMasterDied
        self.world.after(self.world.calls, fun, minions)
        for minion in [minion for minion in returns if minion in self.world.unreached]:
            del returns[minion]
            silent[minion] = f"did not answer {fun}"
        return returns, silent

    def apply(self, minions, sls, limit=0, **arguments):
        call = lambda node: node.apply(sls, self.section, self.testing)  # noqa: E731
        returns, silent = self._reach(minions, sls, call)
        return answers_returns.state_runs(returns, silent)

    def numbers(self):
        return node_numbers.load(self.world.cache, self.desired.cluster.name)

    def keep_numbers(self, change):
        self.world.tick("keep_numbers", [])
        numbers = self.numbers()
        new = change(numbers, _TIME)
        if new.entries != numbers.entries:
            node_numbers.store(self.world.cache, new)

    def reboots(self, boots):
        name = self.desired.cluster.name
        begun = self.world.cache.fetch("ocfs2/reboots", name)
        if not begun:
            begun = {"time": _TIME, "boots": boots}
            if not self.testing:
                self.world.cache.store("ocfs2/reboots", name, begun)
        return begun

    def end_reboots(self):
        self.world.tick("end_reboots", [])
        self.world.cache.pop(("ocfs2/reboots", self.desired.cluster.name), None)

    @staticmethod
    def attempts(seconds):
        return range(2 * _RESTART + 2)

    def say(self, text):
        self.said.append(text)

    @staticmethod
    def stamp():
        return {"time": audit.now(), "job": "1", "operator": "root"}
