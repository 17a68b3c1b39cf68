"""What separates a host from pillar besides the cluster itself: packages, boot, services, firewall,
panics.

The states close these gaps one by one; plan and status show all of them.
"""

from ocfs2lib.firewall import backend as firewall_backend
from ocfs2lib.firewall import registry as backends
from ocfs2lib.node import service_dropins
from ocfs2lib.node import units
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.reasons import Blocked
from ocfs2lib.platform import registry

#: Every file that is looked at.
FILES = (
    units.UNIT_PATH,
    units.STOP_PATH,
    firewall_backend.UNIT_PATH,
    *(backend.rules_path for backend in backends.FIREWALLS.values()),
)
#: Every unit of which it is asked whether it is enabled or masked.
UNITS = (units.UNIT, units.NODE_KILLER_UNIT, firewall_backend.UNIT)
#: The tools that have to be installed.
TOOLS = ("mkfs.ocfs2", "mount.ocfs2", "o2cb", "modprobe")
#: Every kernel setting that is looked at.
PANIC = ("kernel.panic", "kernel.panic_on_oops")

_ABSENT, _PRESENT, _OTHER = "absent", "as described", "other content"


def differences(desired, minion, facts, host):
    """Return every :class:`Difference` of one host.

    desired
        Pillar as ``pillar.desired.Desired``.
    minion
        Minion id of the node.
    facts
        What ``o2cb_setup.facts`` returned there.
    host
        What ``ocfs2_node.host`` returned there.
    """
    platform = registry.of(host)
    return [
        *_packages(facts),
        *panic(desired, facts["panic"]),
        *(boot(desired, facts, platform) if platform else ()),
        *services(desired, facts["services"]),
        *(firewall(desired, minion, facts, platform) if platform else ()),
    ]


def _packages(facts):
    return [Difference(Part.TOOL, tool, None, "installed") for tool in facts["missing"]]


def panic(desired, settings):
    """Return the differences of the kernel's panic settings.

    settings
        ``{name: {"live", "file"}}``, what runs and what the next boot sets.
    """
    wanted = (desired.kernel.panic, int(desired.kernel.panic_on_oops))
    return [
        Difference(Part.PANIC, name, f"{old['live']}, at boot {old['file'] or 'not set'}", new)
        for name, new, old in zip(PANIC, wanted, map(settings.get, PANIC), strict=True)
        if (old["live"], old["file"]) != (str(new), str(new))
    ]


def boot(desired, facts, platform):
    """Return the differences of what systemd does at boot and shutdown."""
    found = _files(units.files(desired, platform), facts["files"])
    if units.NODE_KILLER_UNIT not in facts["masked"]:
        found.append(Difference(Part.UNIT, units.NODE_KILLER_UNIT, "not masked", "masked"))
    return found + _disabled(units.UNIT, facts)


def services(desired, drop_ins):
    """Return the differences of the drop-ins that bind services to their mounts.

    drop_ins
        ``{path: text}`` of the formula's drop-ins on the host.
    """
    wanted = service_dropins.files(desired)
    stale = [path for path in drop_ins if path not in wanted]
    return [*_files(wanted, drop_ins), *present(stale, drop_ins)]


def firewall_arguments(desired):
    """Return the arguments of ``o2cb_firewall.facts``: what a node has to know for it."""
    return {
        "backend": desired.firewall.backend,
        "port": desired.cluster.port,
        "nodes": {node.minion: node.address for node in desired.nodes},
    }


def firewall_files(desired, minion, platform):
    """Return {path: text} of the firewall that pillar asks for."""
    name = desired.firewall.backend
    if name == backends.NONE:
        return {}
    peers, service = _peers(desired, minion), platform.firewalls[name].service
    return backends.BACKENDS[name].files(desired.cluster.port, peers, service)


def firewall(desired, minion, facts, platform):
    """Return the differences of the firewall: files, unit, and the rules in the kernel."""
    name = desired.firewall.backend
    found = leftovers(name, facts["files"])
    if name == backends.NONE:
        return found
    found += _files(firewall_files(desired, minion, platform), facts["files"])
    expected = backends.BACKENDS[name].expected(desired.cluster.port, _peers(desired, minion))
    if facts["firewall"]["rules"] != expected:
        found.append(Difference(Part.FIREWALL_RULES, None, "other or none", f"loaded by {name}"))
    return found + _disabled(firewall_backend.UNIT, facts)


def leftovers(name, files):
    """Return the files of every firewall but the one called ``name`` that are there; for ``none``
    the unit is one of them."""
    others = [backend for other, backend in backends.FIREWALLS.items() if other != name]
    paths = [backend.rules_path for backend in others]
    if name == backends.NONE:
        paths.append(firewall_backend.UNIT_PATH)
    return present(paths, files)


def present(paths, files):
    """Return the differences of files that should not be there."""
    return [
        Difference(Part.FILE, path, "present", _ABSENT) for path in paths if files[path] is not None
    ]


def blocked(desired, minion, chains):
    """Return what keeps the other nodes out (:class:`node.reasons.Blocked`).

    chains
        ``[(family, table, chain)]`` of others that drop the port.
    """
    backend = backends.BACKENDS[desired.firewall.backend]
    port, peers = desired.cluster.port, _peers(desired, minion)
    return [
        Blocked(
            f"Chain {' '.join(chain)} drops TCP port {port} from the other nodes",
            backend.remedy(tuple(chain), port, peers),
            "port-blocked",
        )
        for chain in chains
    ]


def _peers(desired, minion):
    return [peer.address for peer in desired.peers(minion)]


def _files(wanted, files):
    return [
        Difference(Part.FILE, path, _ABSENT if files.get(path) is None else _OTHER, _PRESENT)
        for path, text in wanted.items()
        if files.get(path) != text
    ]


def _disabled(unit, facts):
    return [] if unit in facts["enabled"] else [Difference(Part.UNIT, unit, "disabled", "enabled")]
