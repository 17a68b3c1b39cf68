"""The firewall of the port: the files of its backend, their unit, and the rules in the kernel."""

from ocfs2lib.firewall import managers
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backend import UNIT
from ocfs2lib.firewall.backend import UNIT_PATH
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.firewall.backends import NONE
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.difference import subjects
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.reasons import Blocked
from ocfs2lib.node.reasons import Reason


class FirewallPart(setup_part.SetupPart):
    """``firewall`` is what ``o2cb_firewall.facts`` returns: which firewalls the host runs by
    itself, our rules, and chains in their way."""

    name = "firewall"
    done = "The firewall of the interconnect is set."
    files = (
        UNIT_PATH,
        *(backend.rules_path for backend in FIREWALLS.values()),
    )
    units = (UNIT,)
    shape = {
        "firewall": {
            "managers": dict.fromkeys(managers.MANAGERS, (str,)),
            "rules": (dict,),
            "blocking": dict.fromkeys(nft_trace.WAYS, (list,)),
        }
    }
    text_lists = tuple(("firewall", "blocking", way) for way in nft_trace.WAYS)

    def packages(self, desired, platform, lacking=None):
        names = managers.candidates(desired.firewall.backend)
        here = [platform.firewalls[name] for name in names if name in platform.firewalls]
        return tuple(dict.fromkeys(package for each in here for package in each.packages))

    def fitness(self, call):
        return {"firewall": {"managers": call("o2cb_firewall.managers")}}

    def unsupported(self, desired, platform, facts):
        states = facts["firewall"]["managers"]
        found = [
            Reason(*each, "host-unfit")
            for each in managers.refusals(desired.firewall.backend, states)
        ]
        name = managers.backend(desired.firewall.backend, states)
        if name != NONE and name not in platform.firewalls:
            names = " or ".join((*platform.firewalls, NONE))
            what = f"on {platform.name} the formula does not use the firewall {name}"
            found.append(Reason(what, f"write {names} under firewall:backend", "host-unfit"))
        return found

    def arguments(self, desired, name=None):
        return [
            name or desired.firewall.backend,
            desired.cluster.port,
            {node.minion: node.address for node in desired.nodes},
        ]

    def facts(self, call, arguments):
        return {"firewall": call("o2cb_firewall.facts", *(arguments or (NONE, 0, {})))}

    def blocked(self, desired, minion, facts, platform):
        port, peers = desired.cluster.port, _peers(desired, minion)
        manager = managers.in_use(facts["firewall"]["managers"])
        is_used = manager == _name(desired, facts)
        return [
            Blocked(
                f"Chain {' '.join(chain)} drops {others.words(way, port)}",
                _remedy(
                    platform, others.remedy(chain, way, port, peers, manager, is_used), port, peers
                ),
                "port-blocked",
            )
            for way in nft_trace.WAYS
            for chain in facts["firewall"]["blocking"][way]
        ]

    def differences(self, desired, minion, facts, platform):
        name = _name(desired, facts)
        backend = BACKENDS[name]
        found = _leftovers(backend, facts["files"])
        if platform is None or self.unsupported(desired, platform, facts):
            return found
        found += setup_part.of_files(files(desired, minion, platform, name), facts["files"])
        expected = backend.expected(desired.cluster.port, _peers(desired, minion))
        if facts["firewall"]["rules"] != expected:
            lost = facts["firewall"]["managers"].get(name) == managers.LOST
            old = "not in the kernel" if lost else "other or none"
            found.append(Difference(Part.FIREWALL_RULES, None, old, f"loaded by {name}"))
        return found + (setup_part.disabled(backend.unit, facts) if backend.unit else [])

    def close(self, call, found, desired, minion, platform):
        name = _name(desired, self.fitness(call))
        if name in FIREWALLS:
            setup_part.write(call, files(desired, minion, platform, name), found)
            call("o2cb_firewall.load", *self.arguments(desired, name))
        unit = {BACKENDS[name].unit, UNIT_PATH}
        if BACKENDS[name].unit and unit & subjects(found, Part.UNIT, Part.FILE):
            _start_unit(call)
        _remove_others(call, BACKENDS[name])

    def leftovers(self, call):
        return _leftovers(BACKENDS[NONE], setup_part.read(call, self.files))

    def remove(self, call):
        _remove_others(call, BACKENDS[NONE])


PART = FirewallPart()


def files(desired, minion, platform, name):
    """Return ``{path: text}`` of the firewall with that name."""
    service = platform.firewalls[name].service if name in FIREWALLS else ""
    return BACKENDS[name].files(desired.cluster.port, _peers(desired, minion), service)


def _name(desired, facts):
    return managers.backend(desired.firewall.backend, facts["firewall"]["managers"])


def _remedy(platform, remedy, port, peers):
    """Return what to do about a chain, on a platform with a firewall of its own in two cases."""
    own = platform.own_firewall if platform else ""
    cases = (own.format(port=port, addresses=",".join(peers)), remedy)
    return "; if not, ".join(filter(None, cases))


def _peers(desired, minion):
    return [peer.address for peer in desired.peers(minion)]


def _leftovers(kept, texts):
    """The differences of the files of every backend but the one that is kept, and of the unit if
    that one has none.

    texts
        ``{path: text or None}``, the files that a node tells.
    """
    paths = [each.rules_path for each in FIREWALLS.values() if each.name != kept.name]
    if not kept.unit:
        paths.append(UNIT_PATH)
    return setup_part.present(paths, texts)


def _start_unit(call):
    call("systemd.unit", "reenable", UNIT)
    call("systemd.reload")
    if call("systemd.booted"):
        call("systemd.unit", "restart", UNIT)


def _remove_others(call, kept):
    """Remove the rules, files and unit of every backend but the one that is kept; the file goes
    last, so an interrupted removal is taken up again."""
    paths = subjects(_leftovers(kept, setup_part.read(call, PART.files)), Part.FILE)
    if UNIT_PATH in paths:
        setup_part.remove_unit(call, UNIT, UNIT_PATH)
    for name, backend in FIREWALLS.items():
        if backend.rules_path in paths:
            call("o2cb_firewall.unload", name)
            call("files.remove", backend.rules_path)
