"""The firewall of the port: the files of its backend, their unit, and the rules in the kernel."""

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
    """``firewall`` is what ``o2cb_firewall.facts`` returns: our rules, and chains in their way."""

    name = "firewall"
    done = "The firewall of the interconnect is set."
    files = (
        UNIT_PATH,
        *(backend.rules_path for backend in FIREWALLS.values()),
    )
    units = (UNIT,)
    shape = {"firewall": {"rules": (dict,), "blocking": dict.fromkeys(nft_trace.WAYS, (list,))}}
    text_lists = tuple(("firewall", "blocking", way) for way in nft_trace.WAYS)

    def packages(self, desired, platform, lacking=None):
        here = platform.firewalls.get(desired.firewall.backend)
        return here.packages if here else ()

    def unsupported(self, desired, platform):
        name = desired.firewall.backend
        if name == NONE or name in platform.firewalls:
            return []
        names = " or ".join((*platform.firewalls, NONE))
        what = f"on {platform.name} the formula does not use the firewall {name}"
        return [Reason(what, f"write {names} under firewall:backend", "host-unfit")]

    def arguments(self, desired):
        return [
            desired.firewall.backend,
            desired.cluster.port,
            {node.minion: node.address for node in desired.nodes},
        ]

    def facts(self, call, arguments):
        return {"firewall": call("o2cb_firewall.facts", *(arguments or (NONE, 0, {})))}

    def blocked(self, desired, minion, facts):
        port, peers = desired.cluster.port, _peers(desired, minion)
        return [
            Blocked(
                f"Chain {' '.join(chain)} drops {others.words(way, port)}",
                others.remedy(chain, way, port, peers),
                "port-blocked",
            )
            for way in nft_trace.WAYS
            for chain in facts["firewall"]["blocking"][way]
        ]

    def differences(self, desired, minion, facts, platform):
        backend = BACKENDS[desired.firewall.backend]
        found = _leftovers(backend, facts["files"])
        if platform is None or self.unsupported(desired, platform):
            return found
        found += setup_part.of_files(files(desired, minion, platform), facts["files"])
        expected = backend.expected(desired.cluster.port, _peers(desired, minion))
        if facts["firewall"]["rules"] != expected:
            loaded = f"loaded by {backend.name}"
            found.append(Difference(Part.FIREWALL_RULES, None, "other or none", loaded))
        return found + (setup_part.disabled(backend.unit, facts) if backend.unit else [])

    def close(self, call, found, desired, minion, platform):
        name = desired.firewall.backend
        if name in FIREWALLS:
            setup_part.write(call, files(desired, minion, platform), found)
            call("o2cb_firewall.load", name)
        unit = {BACKENDS[name].unit, UNIT_PATH}
        if BACKENDS[name].unit and unit & subjects(found, Part.UNIT, Part.FILE):
            _start_unit(call)
        _remove_others(call, BACKENDS[name])

    def leftovers(self, call):
        return _leftovers(BACKENDS[NONE], setup_part.read(call, self.files))

    def remove(self, call):
        _remove_others(call, BACKENDS[NONE])


PART = FirewallPart()


def files(desired, minion, platform):
    """Return ``{path: text}`` of the firewall that pillar asks for."""
    name = desired.firewall.backend
    service = platform.firewalls[name].service if name in FIREWALLS else ""
    return BACKENDS[name].files(desired.cluster.port, _peers(desired, minion), service)


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
