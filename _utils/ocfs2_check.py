"""Check an ``ocfs2`` pillar and turn it into typed objects.

:func:`check` lists every error at once, :func:`parse` gives the
:class:`ocfs2_model.Desired` of a pillar without errors. Any object is a legal
argument: what Salt hands over is checked, never trusted.

The work has three steps: read every key by its table in ``ocfs2_model``, keeping
what is good; derive the defaults that depend on other keys; compare the keys with
each other.
"""

import difflib
import ipaddress
import posixpath
import re
from dataclasses import dataclass
from fractions import Fraction

import ocfs2_model as model

_SHOWN = 128  # characters of a wrong value that a message repeats
_BAD = object()


@dataclass(frozen=True)
class Problem:
    """One error: where it is ("ocfs2:nodes:host1:number"), why, and what to type."""

    path: str
    reason: str
    fix: str

    def __str__(self):
        return f"{self.path}: {self.reason}. Fix: {self.fix}."


class InvalidPillar(ValueError):  # noqa: N818 - what it is, not that it is an error
    """The pillar has errors: ``problems`` is a tuple of all of them."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Wrong(Exception):  # noqa: N818 - the same
    """A value is not acceptable: ``args`` is (reason, fix)."""


def check(pillar_section):
    """Return every Problem of ``pillar_section``, the value of the pillar key
    ``ocfs2``, in the order of the model; an empty list means that it is valid."""
    return _examine(pillar_section)[1]


def parse(pillar_section):
    """Return the Desired that ``pillar_section``, the value of the pillar key
    ``ocfs2``, describes. Raises InvalidPillar with all problems."""
    good, found = _examine(pillar_section)
    if found:
        raise InvalidPillar(found)
    return model.Desired(
        cluster=model.Cluster(**good["cluster"]),
        nodes=tuple(
            sorted(
                (model.Node(minion=minion, **node) for minion, node in good["nodes"].items()),
                key=lambda node: node.number,
            )
        ),
        luns=tuple(_lun(key, lun) for key, lun in sorted(good["luns"].items())),
        kernel=model.Kernel(**good["kernel"]),
        firewall=model.Firewall(**good["firewall"]),
    )


def _lun(key, lun):
    return model.Lun(**{**lun, "key": key, "mount": model.Mount(**lun["mount"])})


def _examine(pillar_section):
    """Return what is good in the pillar, and every problem."""
    found = []
    good = _read(model.PILLAR, pillar_section, model.PILLAR.name, found)
    if good is not _BAD:
        _derive(good, found)
        for rule in RULES:
            found.extend(rule(good))
    return good, found


# ---- step 1: read every key by its table


def _read(key, value, path, found):
    """Return the good part of ``value``, or _BAD; add what is wrong to ``found``."""
    try:
        return _READERS[key.kind](key, value, path, found)
    except _Wrong as wrong:
        found.append(Problem(path, *wrong.args))
        return _BAD


def _read_section(key, value, path, found):
    if value is None and not key.required:
        value = {}
    _expect_mapping(key, value)
    good = {}
    for sub in key.keys:
        result = _read_key(sub, value, f"{path}:{sub.name}", found)
        if result is not _BAD:
            good[sub.name] = result
    known = [sub.name for sub in key.keys]
    found.extend(_unknown(name, value, known, path) for name in value if name not in known)
    return good


def _read_key(key, section, path, found):
    value = section.get(key.name, key.default)
    if value is model.REQUIRED:
        found.append(Problem(path, "the key is missing", f"add {_typed(key)}"))
        return _BAD
    if key.kind != model.SECTION and (key.name not in section or key.default is value is None):
        return value
    return _read(key, value, path, found)


def _unknown(name, section, known, path):
    """Return the Problem of the unknown key ``name``."""
    if not isinstance(name, str):
        return Problem(f"{path}:{_plain(name)}", f"{_shown(name)} is not a key", _list(known))
    near = _nearest(name, known)
    if not near:
        fix = _list(known)
    elif near in section:
        fix = f"remove it, '{near}' is there already"
    else:
        fix = f"type '{near}'"
    return Problem(f"{path}:{_plain(name)}", "there is no such key", fix)


def _nearest(name, known):
    """Return the key that ``name`` may have been meant for, or None. A long word of a
    key stands for it too: "threshold" for "heartbeat_threshold"."""
    words = {word: key for key in known for word in key.split("_") if len(word) > 4}
    words.update((key, key) for key in known)
    near = difflib.get_close_matches(name[:_SHOWN].lower(), words, n=1)
    return words[near[0]] if near else None


def _read_table(key, value, path, found):
    _expect_mapping(key, value)
    if not value:
        raise _Wrong("it is empty", f"type {_typed(key)}")
    if len(value) > key.maximum:
        found.append(
            Problem(
                path,
                f"there are {len(value)} entries, {key.maximum} are possible",
                f"remove {len(value) - key.maximum} of them",
            )
        )
    good = {}
    for name, section in value.items():
        where = f"{path}:{_plain(name)}"
        entry = _read(key.entry, name, where, found)
        fields = _read(_entry_section(key), section, where, found)
        if _BAD not in (entry, fields):
            good[entry] = fields
    return good


def _entry_section(table):
    return model.Key(table.entry.example, model.SECTION, "", keys=table.keys)


def _expect_mapping(key, value):
    if isinstance(value, dict):
        return
    if value is None:
        raise _Wrong("there is nothing below it", f"type {_typed(key)}")
    raise _Wrong(f"{_shown(value)} stands where keys belong", f"type {_typed(key)}")


def _read_text(key, value, _path, _found):
    if not isinstance(value, str):
        raise _Wrong(*_not_text(key, value))
    if key.choices:
        return _chosen(key, value)
    if value != value.strip():
        raise _Wrong(f"{_shown(value)} has blanks around it", "remove them")
    if value and key.name in _TEXTS:
        _TEXTS[key.name](value)
    if not key.matches(value):
        raise _Wrong(f"{_shown(value)} is not {key.rule}", f"type it like '{key.example}'")
    return value


def _not_text(key, value):
    """Return reason and fix for ``value`` where text belongs."""
    if key.choices:
        return f"{_shown(value)} is not text", f"type {_quoted(key.choices)}"
    if isinstance(value, (dict, list, tuple)) or value is None:
        return f"{_shown(value)} stands where text belongs", f"type {_typed(key)}"
    like = f" like '{_shown(value)}'" if isinstance(value, (int, float)) else ""
    return (
        f"YAML reads this as {_shown(value)}, where text belongs",
        f"type it between quotes{like}, and compare every character: YAML changes numbers,"
        " dates, and words like yes, no, on and off",
    )


def _chosen(key, value):
    """Return ``value`` if it is one of the choices of ``key``."""
    if value in key.choices:
        return value
    plain = value.strip().lower()
    if plain in key.refused:
        reason = f"{_shown(value)} is refused: {key.refused[plain]}"
        raise _Wrong(reason, f"type {_quoted(key.choices)}")
    near = difflib.get_close_matches(plain[:_SHOWN], key.choices, n=1) or key.choices
    raise _Wrong(f"{_shown(value)} is not possible here", f"type {_quoted(near)}")


def _read_integer(key, value, _path, _found):
    span = f"a whole number from {key.minimum} to {key.maximum}"
    span += f" ({key.unit})" if key.unit else ""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(f"{_shown(value)} is not a whole number", _number_fix(value, span))
    if not key.minimum <= value <= key.maximum:
        raise _Wrong(f"{_shown(value)} is out of range", f"type {span}")
    return value


def _number_fix(value, span):
    """Return what to type for ``value``, which is not an int."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return f"type {int(value)}"
    digits = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{1,15}", digits):
        return f"type {span}"
    if digits.startswith("0") and digits != "0":
        return f"type {int(digits)}, without quotes and without leading zeros: YAML reads 010 as 8"
    return f"type {digits} without quotes"


def _read_boolean(_key, value, _path, _found):
    if not isinstance(value, bool):
        raise _Wrong(f"{_shown(value)} is not true or false", "type true or false, without quotes")
    return value


def _read_size(key, value, _path, _found):
    try:
        size = model.size_bytes(value)
    except (TypeError, ValueError):
        raise _Wrong(f"{_shown(value)} is not a size", _size_fix(value)) from None
    if not key.minimum <= size <= key.maximum:
        raise _Wrong(
            f"{_shown(value)} is out of range",
            f"type a size from {human(key.minimum)} to {human(key.maximum)}",
        )
    if size % model.SECTOR:
        raise _Wrong(
            f"{size} bytes are not a multiple of {model.SECTOR}",
            "type the bytes that 'blockdev --getsize64' prints for the LUN",
        )
    return size


def _size_fix(value):
    """Return what to type for ``value``, which is not a size."""
    general = "type bytes like 2199023255552, or a number with a unit like 2TiB or 2TB"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**18:
        return f"type {int(value)}"
    if not isinstance(value, str):
        return general
    found = re.fullmatch(r"\s*([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([A-Za-z]{0,3})\s*", value)
    if not found:
        return general
    number, unit = found.groups()
    if unit.upper() in ("K", "M", "G", "T", "P"):
        binary, decimal = f"{unit.upper()}iB", f"{unit.upper()}B".replace("KB", "kB")
        return (
            f"type {_whole(number, binary)} (powers of 1024) or {_whole(number, decimal)}"
            " (powers of 1000): tools disagree on what one letter means"
        )
    known = {name.lower(): name for name in model.UNITS}
    if unit and unit.lower() not in known:
        return general
    return f"type {_whole(number, known.get(unit.lower(), ''))}"


def _whole(number, unit):
    """Return ``number`` with ``unit`` as a valid size, in bytes if it has a fraction."""
    exact = Fraction(number)
    if exact.denominator == 1:
        return f"{exact.numerator}{unit}"
    return str(int(exact * model.UNITS.get(unit, 1)))


def _read_options(_key, value, path, found):
    if not isinstance(value, (list, tuple)):
        names = re.findall(r"[a-z_0-9=-]+", value[:_SHOWN]) if isinstance(value, str) else ()
        raise _Wrong(
            f"{_shown(value)} is not a list",
            f"type [{', '.join(names)}]" if names else "type a list like [noatime, nodev], or []",
        )
    groups = {}
    for index, item in enumerate(value):
        try:
            option = _option(item)
            _contradiction(groups, option, item)
        except _Wrong as wrong:
            found.append(Problem(f"{path}:{index}", *wrong.args))
    return tuple(value)


def _contradiction(groups, option, item):
    """Refuse ``item`` if one of its group is already there."""
    group = option.group or option.name
    if group in groups:
        first = groups[group]
        reason = "stands there twice" if first == item else f"contradicts {_shown(first)}"
        raise _Wrong(f"{_shown(item)} {reason}", "keep one of them")
    groups[group] = item


def _option(item):
    """Return the model's Option for the list item ``item``."""
    if not isinstance(item, str):
        raise _Wrong(f"{_shown(item)} is not a mount option", "type it as text, like noatime")
    if "," in item:
        raise _Wrong(f"{_shown(item)} is more than one option", "give each its own list item")
    name, equals, value = item.partition("=")
    for refused, why in model.REFUSED_OPTIONS.items():
        if name == refused or (refused.endswith(".") and name.startswith(refused)):
            raise _Wrong(f"{_shown(item)} is refused: {why}", "remove it")
    option = model.MOUNT_OPTIONS.get(name)
    if option is None:
        near = difflib.get_close_matches(name[:_SHOWN].lower(), model.MOUNT_OPTIONS, n=1)
        fix = f"type {near[0]}" if near else _list(model.MOUNT_OPTIONS)
        raise _Wrong(f"{_shown(item)} is not a known mount option", fix)
    _option_value(option, item, equals, value)
    return option


def _option_value(option, item, equals, value):
    """Refuse ``item`` unless its ``value`` is one that ``option`` takes."""
    if not option.takes_value:
        if equals:
            raise _Wrong(f"{_shown(item)}: the option takes no value", f"type {option.name}")
        return
    if option.choices:
        right = value in option.choices
        fix = _quoted(f"{option.name}={choice}" for choice in option.choices)
    else:
        plain = re.fullmatch(r"0|[1-9][0-9]{0,8}", value)
        right = plain and option.minimum <= int(value) <= option.maximum
        fix = f"{option.name}= and a whole number from {option.minimum} to {option.maximum}"
    if not right:
        raise _Wrong(f"{_shown(item)} is not possible", f"type {fix}")


_READERS = {
    model.SECTION: _read_section,
    model.TABLE: _read_table,
    model.TEXT: _read_text,
    model.INTEGER: _read_integer,
    model.BOOLEAN: _read_boolean,
    model.SIZE: _read_size,
    model.OPTIONS: _read_options,
}


# ---- what a pattern can not say well about a text


_NO_HOSTS = {
    ipaddress.IPv4Network("0.0.0.0/8"): "an unspecified",
    ipaddress.IPv4Network("127.0.0.0/8"): "a loopback",
    ipaddress.IPv4Network("224.0.0.0/4"): "a multicast",
    ipaddress.IPv4Network("255.255.255.255/32"): "the broadcast",
    ipaddress.IPv4Network("240.0.0.0/4"): "a reserved",
}


def _check_address(text):
    """Refuse what is not the unicast IPv4 address of one host."""
    fix = "type an IPv4 address of the node like 192.168.100.1"
    if ":" in text:
        raise _Wrong(f"{_shown(text)} is not IPv4, and the kernel's o2net knows nothing else", fix)
    if re.fullmatch(r"[0-9.]+/[0-9]+", text):
        raise _Wrong(f"{_shown(text)} is a network", f"type '{text.partition('/')[0][:_SHOWN]}'")
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise _Wrong(f"{_shown(text)} is not an IPv4 address", fix)
    plain = ".".join(str(int(part)) for part in parts)
    if plain != text:
        raise _Wrong(f"{_shown(text)} has leading zeros, which the tools refuse", f"type '{plain}'")
    if max(map(int, parts)) > 255:
        raise _Wrong(f"{_shown(text)} has a part above 255", fix)
    for network, what in _NO_HOSTS.items():
        if ipaddress.IPv4Address(text) in network:
            raise _Wrong(f"{_shown(text)} is {what} address, not that of a host", fix)


def _check_device(text):
    """Refuse names that another node or another boot gives to another device."""
    fix = "type the /dev/mapper/NAME or /dev/disk/by-id/NAME of the whole LUN"
    for pattern, why in model.UNSTABLE_DEVICES:
        if re.fullmatch(pattern, text):
            raise _Wrong(f"{_shown(text)} is not a stable name: {why}", fix)
    if not text.startswith("/"):
        raise _Wrong(f"{_shown(text)} is not an absolute path", fix)
    if ".." in text.split("/"):
        raise _Wrong(f"{_shown(text)} contains '..'", fix)
    if re.search(r"-part[0-9]+$", text):
        whole = re.sub(r"-part[0-9]+$", "", text)
        raise _Wrong(
            f"{_shown(text)} is a partition, and a LUN is used whole", f"type {_shown(whole)}"
        )
    if text == "/dev/mapper/control":
        raise _Wrong("'/dev/mapper/control' is the device-mapper itself", fix)


def _check_wwid(text):
    """Refuse other spellings of a WWID than that of udev and multipath."""
    bare = re.fullmatch(r"(?:naa\.|0x)?([25][0-9a-f]{15}|6[0-9a-f]{31})", text.lower())
    if bare:
        raise _Wrong(
            f"{_shown(text)} lacks the 3 that udev and multipath put before an NAA number",
            f"type '3{bare[1]}'",
        )
    if re.fullmatch(r"([123]|eui\.|uuid\.|nvme\.)[0-9A-Fa-f-]+", text) and text != text.lower():
        raise _Wrong(
            f"{_shown(text)} has capitals, and udev and multipath print none",
            f"type '{text.lower()[:128]}'",
        )


def _check_path(text):
    """Refuse mount points that are not plain or belong to the system."""
    if not text.startswith("/"):
        raise _Wrong(f"{_shown(text)} is not an absolute path", "type it from /, like /san/primary")
    plain = re.sub(r"^/+", "/", posixpath.normpath(text))
    if plain != text:
        raise _Wrong(f"{_shown(text)} is not a plain path", f"type {_shown(plain)}")
    if re.fullmatch(model.SYSTEM_PATHS, text):
        raise _Wrong(
            f"{_shown(text)} belongs to the system, and the mount would hide it",
            "type a directory of its own like /san/primary",
        )


_TEXTS = {
    "address": _check_address,
    "device": _check_device,
    "wwid": _check_wwid,
    "path": _check_path,
}


# ---- step 2: defaults that depend on other keys


def _derive(good, found):
    """Fill the derived defaults of nodes and LUNs in, and give values their one form."""
    nodes = good.get("nodes", {})
    for minion, node in nodes.items():
        if "name" in node and node["name"] is None:
            _derive_name(minion, node, found)
    for key, lun in good.get("luns", {}).items():
        if "label" in lun:
            lun["label"] = lun["label"] or key
        if "slots" in lun:
            lun["slots_given"] = lun["slots"] is not None
            lun["slots"] = lun["slots"] or model.default_slots(len(nodes))
        if lun.get("uuid"):
            lun["uuid"] = lun["uuid"].replace("-", "").upper()


def _derive_name(minion, node, found):
    """Fill the node name in, unless the minion id gives none."""
    key = model.NODE_NAME
    node["name"] = model.default_name(minion)
    if not key.matches(node["name"]):
        path = f"{model.PILLAR.name}:nodes:{_plain(minion)}:{key.name}"
        reason = f"{_shown(node['name'])}, from the minion id, is not {key.rule}"
        found.append(Problem(path, reason, f"add the host name of the node as {_typed(key)}"))
        del node["name"]


# ---- step 3: compare the keys with each other. Every rule takes the good part of the
# pillar, where any key may be absent, and yields problems. The docstrings are what the
# key reference tells the operator.


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
                f" {_shown(value)} makes it panic",
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
                f"{_shown(value)} is that of ocfs2:{table}:{first[value]} already",
                fix() if callable(fix) else fix,
            )
        first.setdefault(value, name)


def _node_values(good):
    """No two nodes share a number, an address or a name; capitals make no difference."""

    def free():
        used = {node.get("number") for node in good["nodes"].values()}
        for number in range(model.MAX_NODES):
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
                    f"{_shown('.'.join(labels[:count]))} also matches the host"
                    f" {_shown(node['name'])} of ocfs2:nodes:{minion}",
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
                    f"{_shown(path)} is inside {_shown(parent)}, the mount of"
                    f" ocfs2:luns:{keys[parent]}",
                    "type a directory outside of it",
                )
            parent = posixpath.dirname(parent)


def _device_wwids(good):
    """A device name that carries a WWID carries that of ``wwid``."""
    for key, lun in good.get("luns", {}).items():
        if "device" not in lun or "wwid" not in lun:
            continue
        for pattern, form in model.DEVICE_WWIDS:
            found = re.fullmatch(pattern, lun["device"])
            says = found and form.format(found[1])
            if says and says.lower() != lun["wwid"].lower():
                yield Problem(
                    f"ocfs2:luns:{key}:wwid",
                    f"{_shown(lun['wwid'])} is not the LUN of the device {_shown(lun['device'])}",
                    f"type '{says}' if the device is right, or else the device of this WWID",
                )


def _slots(good):
    """``slots`` is not below the number of nodes."""
    nodes = len(good.get("nodes", {}))
    for key, lun in good.get("luns", {}).items():
        if lun.get("slots", model.MAX_NODES) < nodes:
            yield Problem(
                f"ocfs2:luns:{key}:slots",
                f"{lun['slots']} slots are too few for {nodes} nodes",
                f"type {model.default_slots(nodes)}: more slots later need every node to unmount",
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
    minimum, journal = model.TYPES[kind].minimum, model.journal_bytes(kind, size)
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
    _device_wwids,
    _slots,
    _sizes,
)


# ---- words


_KINDS = (
    (bool, lambda value: str(value).lower()),
    (int, lambda value: str(value) if abs(value) < 10**30 else "a huge number"),
    (float, repr),
    (str, lambda value: ascii(value if len(value) <= _SHOWN else value[:_SHOWN] + "...")),
    (dict, lambda _: "a mapping"),
    ((list, tuple), lambda _: "a list"),
    (type(None), lambda _: "nothing"),
)


def _shown(value):
    """Return any value as a short text of one line."""
    for kind, show in _KINDS:
        if isinstance(value, kind):
            return show(value)
    return f"a value of the type {type(value).__name__}"


def _plain(name):
    """Return a key of the pillar as it appears in a path."""
    if isinstance(name, str) and re.fullmatch(rf"[\w.@+-]{{1,{_SHOWN}}}", name, re.ASCII):
        return name
    return _shown(name)


def _quoted(names):
    return " or ".join(f"'{name}'" for name in names)


def _list(names):
    return f"use one of: {', '.join(names)}"


def human(size):
    """Return a number of bytes with the largest unit that keeps it whole."""
    name, unit = max(
        ((name, unit) for name, unit in model.UNITS.items() if "i" in name and not size % unit),
        key=lambda item: item[1],
        default=("B", 1),
    )
    return f"{size // unit}{name}"


def _typed(key):
    """Return the smallest piece of YAML that is right for ``key``."""
    return f"'{key.name}: {_example(key)}'"


def _example(key):
    if key.kind == model.TABLE:
        return f"{{{_typed(_entry_section(key))[1:-1]}}}"
    if key.kind == model.SECTION:
        return f"{{{', '.join(_typed(sub)[1:-1] for sub in key.keys if sub.required)}}}"
    return key.example
