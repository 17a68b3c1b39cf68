"""A host as the parts of the set-up see it: execution functions over plain data."""

from ocfs2lib.firewall import managers
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.san import multipath_conf


class BareHost:
    """
    ``call`` answers like the execution modules of a Debian host on which nothing is set up.

    ``files`` is ``{path: text}``, ``calls`` has every call that changes something. ``manager`` is
    the firewall that it runs by itself, if it runs one.
    """

    def __init__(self, manager=None):
        self.managers = {
            name: managers.RUNNING if name == manager else managers.ABSENT
            for name in managers.MANAGERS
        }
        self.files, self.enabled, self.masked = {}, set(), set()
        self.loaded, self.sysctl, self.calls = {}, {}, []
        self.records, self.controllers = {}, {}

    def call(self, function, *arguments):
        return getattr(self, function.replace(".", "_"))(*arguments)

    def cmd_which(self, tool):
        return f"/usr/sbin/{tool}"

    def signing_keys_fingerprints(self, path):
        return None

    def signing_keys_trusted(self):
        return []

    def tools_output(self, argv):
        return None

    def files_read(self, path):
        return self.files.get(path)

    def files_read_exactly(self, path):
        return self.files.get(path)

    def files_names(self, directory):
        below = (path for path in self.files if path.startswith(directory + "/"))
        return sorted({path[len(directory) + 1 :].split("/")[0] for path in below})

    def files_write(self, path, text):
        self.calls.append(("write", path))
        self.files[path] = text

    def files_remove(self, path):
        if self.files.pop(path, None) is not None:
            self.calls.append(("remove", path))

    def systemd_booted(self):
        return True

    def systemd_reload(self):
        self.calls.append(("reload",))

    def systemd_enabled(self, unit):
        return unit in self.enabled

    def systemd_masked(self, unit):
        return unit in self.masked

    def systemd_unit(self, verb, unit):
        self.calls.append((verb, unit))
        if verb in ("enable", "reenable"):
            self.enabled.add(unit)
        elif verb == "mask":
            self.masked.add(unit)
        else:
            {"disable": self.enabled, "unmask": self.masked}.get(verb, set()).discard(unit)

    def ocfs2_multipath_facts(self, wwids):
        return {"interval": 5, "threshold": None, "maps": [], "disks": []}

    def ocfs2_multipath_apply(self, text, wwids):
        self.files_write(multipath_conf.PATH, text)

    def ocfs2_multipath_remove(self):
        self.files_remove(multipath_conf.PATH)

    def ocfs2_iscsi_facts(self, names):
        pairs = [list(pair) for pair in self.records]
        lines = [
            [
                "secrets=as pillar says",
                *(f"{name}={each[name]}" for name in names if each.get(name)),
            ]
            for each in self.records.values()
        ]
        return {
            "initiator": "iqn.1993-08.org.debian:01:1",
            "records": [[*pair, *each] for pair, each in zip(pairs, lines)],
            "sessions": [[*pair, "LOGGED_IN"] for pair in pairs],
            "made": pairs,
        }

    def ocfs2_iscsi_connect(self, portals, targets, settings):
        self.calls.append(("connect", *portals))
        self.records = {(target, portal): settings for target in targets for portal in portals}

    def ocfs2_iscsi_disconnect(self, target, portal):
        self.calls.append(("disconnect", portal))
        del self.records[target, portal]

    def ocfs2_nvme_facts(self, wanted):
        return {
            "host": "nqn.2014-08.org.nvmexpress:uuid:1",
            "controllers": [[*pair, "live", tmo] for pair, tmo in self.controllers.items()],
        }

    def ocfs2_nvme_await_connected(self, pairs, fail_after):
        self.controllers = {tuple(pair): str(fail_after) for pair in pairs}

    def ocfs2_fcoe_start(self, interfaces, unit):
        self.calls.append(("start", *interfaces))

    def sysctl_assign(self, name, value):
        self.calls.append(("sysctl", name))
        self.sysctl[name] = str(value)

    def o2cb_setup_panic(self, path):
        lines = self.files.get(path, "").splitlines()
        kept = dict(line.split(" = ") for line in lines)
        return {
            name: {"live": self.sysctl.get(name, "0"), "file": kept.get(name)}
            for name in ("kernel.panic", "kernel.panic_on_oops")
        }

    def o2cb_firewall_managers(self):
        return self.managers

    def o2cb_firewall_load(self, name, port, nodes):
        """firewalld writes its file itself."""
        self.calls.append(("load", name))
        self.loaded[name] = self.files.setdefault(BACKENDS[name].rules_path, "")

    def o2cb_firewall_unload(self, name):
        self.calls.append(("unload", name))
        self.loaded.pop(name, None)

    def o2cb_firewall_facts(self, asked, port, nodes):
        """What is loaded is what was described: the peers are all but the first node."""
        name, peers = managers.backend(asked, self.managers), list(nodes.values())[1:]
        rules = BACKENDS[name].expected(port, peers) if name in self.loaded else {}
        return {"managers": self.managers, "rules": rules, "blocking": others.nothing()}
