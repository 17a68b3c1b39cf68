"""The cluster in the kernel of a simulated node, and what ``o2cb`` and its service do there."""

from salt.exceptions import CommandExecutionError

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import requirements

#: In what the nodes of a cluster must agree.
CLUSTER_WIDE = ("heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms")
#: What the settings file calls the values of a cluster in the kernel.
_VALUES = {
    "heartbeat_threshold": "O2CB_HEARTBEAT_THRESHOLD",
    "idle_timeout_ms": "O2CB_IDLE_TIMEOUT_MS",
    "keepalive_delay_ms": "O2CB_KEEPALIVE_DELAY_MS",
    "reconnect_delay_ms": "O2CB_RECONNECT_DELAY_MS",
}


class SimulatedO2cb:
    """The part of a simulated node that is about its cluster, online or in files."""

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
        return lists[0] == lists[1] and all(mine[key] == its[key] for key in CLUSTER_WIDE)

    def is_connected(self, name):
        """Whether a node of the kernel's list is at work and has a volume in common."""
        other = self.world.nodes_by_hostname().get(name)
        return bool(other and other.up and self.mounts and other.mounts)

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
