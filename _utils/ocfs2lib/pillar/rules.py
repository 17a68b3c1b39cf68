"""The rules between the keys of a pillar.

Every rule takes the good part of the pillar, where any key may be absent, and yields problems.
The docstrings are what the key reference tells the operator.
"""

import posixpath
import re

from ocfs2lib import unit_names
from ocfs2lib.pillar import desired
from ocfs2lib.pillar import device_names
from ocfs2lib.pillar import keys
from ocfs2lib.pillar import volume_types
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.sizes import human
from ocfs2lib.text import shown


def _timeouts(good):
    """``cluster:idle_timeout_ms`` is not below ``keepalive_delay_ms`` and
    ``reconnect_delay_ms`` together."""
    cluster = good.get("cluster", {})
    names = ("idle_timeout_ms", "keepalive_delay_ms", "reconnect_delay_ms")
    if not all(name in cluster for name in names):
        return
    idle, keepalive, reconnect = (cluster[name] for name in names)
    path = "ocfs2:cluster:idle_timeout_ms"
    fix = f"type {keepalive + reconnect} or more, or lower the delays"
    if idle <= keepalive:
        reason = f"{idle} is not above keepalive_delay_ms {keepalive}, and the kernel refuses that"
        yield Problem(path, reason, fix)
    elif idle < keepalive + reconnect:
        yield Problem(
            path,
            f"{idle} is below keepalive_delay_ms {keepalive} + reconnect_delay_ms {reconnect}:"
            " a broken connection would count as dead before it is tried again",
            fix,
        )


def _panics(good):
    """``kernel:panic`` is above 0 where ``fence_method`` is ``panic`` or
    ``panic_on_oops`` is true."""
    causes = (("cluster", "fence_method", "panic"), ("kernel", "panic_on_oops", True))
    for section, name, value in causes:
        if good.get("kernel", {}).get("panic") == 0 and good.get(section, {}).get(name) == value:
            yield Problem(
                "ocfs2:kernel:panic",
                f"0 leaves a node hanging for ever after a panic, and {section}:{name}"
                f" {shown(value)} makes it panic",
                "type 30, the seconds until it restarts",
            )


def _unique(good, table, get, what, fix):
    """Yield a Problem for every entry of ``table`` with the value of an earlier one.

    ``get`` returns the value as it is compared, or None; ``fix`` is a text or a
    function of nothing that returns it."""
    first = {}
    for name, entry in good.get(table, {}).items():
        value = get(entry)
        if value is None:
            continue
        if value in first:
            yield Problem(
                f"ocfs2:{table}:{name}:{what}",
                f"{shown(value)} is that of ocfs2:{table}:{first[value]} already",
                fix() if callable(fix) else fix,
            )
        first.setdefault(value, name)


def _node_values(good):
    """No two nodes share a number, an address or a name; capitals make no difference."""

    def free():
        used = {node.get("number") for node in good["nodes"].values()}
        for number in range(keys.MAX_NODES):
            if number not in used:
                return f"type a number that no host ever had, like {number}"
        return "remove one of the two: every number is in use"

    yield from _unique(good, "nodes", lambda node: node.get("number"), "number", free)
    fix = "type the node's own address on the interconnect"
    yield from _unique(good, "nodes", lambda node: node.get("address"), "address", fix)
    fix = "type the full host name of each of the two nodes as its 'name'"
    yield from _unique(good, "nodes", _node_name, "name", fix)


def _node_name(node):
    return node["name"].lower() if "name" in node else None


def _node_prefixes(good):
    """No node name is that of another node up to a dot, since one host would take both
    for its own: ``host1`` and ``host1.domain.com``."""
    minions = {_node_name(node): minion for minion, node in good.get("nodes", {}).items()}
    for minion, node in good.get("nodes", {}).items():
        labels = (_node_name(node) or "").split(".")
        for count in range(1, len(labels)):
            other = minions.get(".".join(labels[:count]))
            if other is not None:
                yield Problem(
                    f"ocfs2:nodes:{other}:name",
                    f"{shown('.'.join(labels[:count]))} also matches the host"
                    f" {shown(node['name'])} of ocfs2:nodes:{minion}",
                    "type the full host name of each of the two nodes as its 'name'",
                )


def _lun_values(good):
    """No two LUNs share a device, a WWID, a label, a UUID or a directory."""

    def own(what):
        return f"type the LUN's own {what}"

    def path(lun):
        return lun.get("mount", {}).get("path")

    yield from _unique(good, "luns", lambda lun: lun.get("device"), "device", own("device"))
    # One LUN in two spellings is still one LUN, and would be formatted twice.
    yield from _unique(
        good,
        "luns",
        lambda lun: lun["wwid"].lower() if "wwid" in lun else None,
        "wwid",
        own("WWID"),
    )
    yield from _unique(good, "luns", lambda lun: lun.get("label"), "label", own("label"))
    yield from _unique(good, "luns", lambda lun: lun.get("uuid"), "uuid", own("UUID"))
    yield from _unique(good, "luns", path, "mount:path", own("directory"))


def _nested_mounts(good):
    """No LUN is mounted inside the directory of another."""
    keys = {lun.get("mount", {}).get("path"): key for key, lun in good.get("luns", {}).items()}
    for path, key in keys.items():
        parent = posixpath.dirname(path or "")
        while len(parent) > 1:
            if parent in keys:
                yield Problem(
                    f"ocfs2:luns:{key}:mount:path",
                    f"{shown(path)} is inside {shown(parent)}, the mount of"
                    f" ocfs2:luns:{keys[parent]}",
                    "type a directory outside of it",
                )
            parent = posixpath.dirname(parent)


def _mount_units(good):
    """The path of a LUN with ``services`` is short enough for the name of a unit of
    systemd, in which each of ``+@-`` takes four characters."""
    for key, lun in good.get("luns", {}).items():
        mount = lun.get("mount", {})
        if not (mount.get("services") and "path" in mount):
            continue
        unit = unit_names.of_mount(mount["path"])
        if len(unit) > unit_names.LONGEST:
            yield Problem(
                f"ocfs2:luns:{key}:mount:path",
                f"{shown(mount['path'])} becomes a unit of {len(unit)} characters, and"
                f" {unit_names.LONGEST} are possible",
                "type a shorter path, or one with fewer of +@-",
            )


def _device_wwids(good):
    """A device name that carries a WWID carries that of ``wwid``."""
    for key, lun in good.get("luns", {}).items():
        if "device" not in lun or "wwid" not in lun:
            continue
        for pattern, form in device_names.DEVICE_WWIDS:
            found = re.fullmatch(pattern, lun["device"])
            says = found and form.format(found[1])
            if says and says.lower() != lun["wwid"].lower():
                yield Problem(
                    f"ocfs2:luns:{key}:wwid",
                    f"{shown(lun['wwid'])} is not the LUN of the device {shown(lun['device'])}",
                    f"type '{says}' if the device is right, or else the device of this WWID",
                )


def _drain(good):
    """``drain`` has a ``command`` or a ``state``, not both."""
    drain = good.get("drain", {})
    if drain.get("command") and drain.get("state"):
        yield Problem(
            "ocfs2:drain:state",
            f"{shown(drain['state'])} stands beside the command {shown(drain['command'])}",
            "keep one of them, and let it do all",
        )


def _slots(good):
    """``slots`` is not below the number of nodes."""
    nodes = len(good.get("nodes", {}))
    for key, lun in good.get("luns", {}).items():
        if "slots" in lun and lun["slots"] < nodes:
            yield Problem(
                f"ocfs2:luns:{key}:slots",
                f"{lun['slots']} slots are too few for {nodes} nodes",
                f"type {desired.default_slots(nodes)}: more slots later need every node to unmount",
            )


def _sizes(good):
    """A LUN without a pinned ``uuid`` is large enough for its type, and the journals of
    all slots together take no more than half of it."""
    nodes = len(good.get("nodes", {}))
    for key, lun in good.get("luns", {}).items():
        if {"size", "type", "slots"} <= lun.keys() and not lun.get("uuid"):
            yield from _room(f"ocfs2:luns:{key}", lun["size"], lun["type"], lun["slots"], nodes)


def _room(path, size, kind, slots, nodes):
    """Yield the Problem of a LUN of ``size`` bytes that has no room for what it shall be."""
    minimum, journal = volume_types.TYPES[kind].minimum, volume_types.journal_bytes(kind, size)
    fewer = size // 2 // journal
    if size < minimum:
        yield Problem(
            f"{path}:size",
            f"{human(size)} is too small for the type {kind}",
            f"use a LUN of {human(minimum)} or more, or type 'type: mail'",
        )
    # Half of the LUN: mkfs.ocfs2 notices too late, when the old content is gone.
    elif slots > fewer:
        yield Problem(
            f"{path}:slots",
            f"{slots} slots with a journal of {human(journal)} each take more than half of"
            f" {human(size)}",
            (f"type {fewer}, or " if fewer >= nodes else "")
            + f"use a LUN of {human(slots * journal * 2)} or more",
        )


RULES = (
    _timeouts,
    _panics,
    _node_values,
    _node_prefixes,
    _lun_values,
    _nested_mounts,
    _mount_units,
    _device_wwids,
    _slots,
    _sizes,
    _drain,
)
