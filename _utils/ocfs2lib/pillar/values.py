"""Read the keys of a pillar, each by its table in ``pillar.model``, and keep what is good.

Any object is a legal argument: what Salt hands over is checked, never trusted.
"""

import difflib
import ipaddress
import posixpath
import re
from fractions import Fraction

from ocfs2lib.pillar import model
from ocfs2lib.text import SHOWN
from ocfs2lib.text import Problem
from ocfs2lib.text import entry_section
from ocfs2lib.text import human
from ocfs2lib.text import in_path
from ocfs2lib.text import one_of
from ocfs2lib.text import quoted
from ocfs2lib.text import shown
from ocfs2lib.text import typed

#: What :func:`read` returns where nothing is good.
BAD = object()


class _Wrong(Exception):  # noqa: N818 - what it is, not that it is an error
    """A value is not acceptable: ``args`` is (reason, fix)."""


def read(key, value, path, found):
    """Return the good part of ``value``, or :data:`BAD`; add what is wrong to ``found``."""
    try:
        return _READERS[key.kind](key, value, path, found)
    except _Wrong as wrong:
        found.append(Problem(path, *wrong.args))
        return BAD


def _read_section(key, value, path, found):
    if value is None and not key.required:
        value = {}
    _expect_mapping(key, value)
    good = {}
    for sub in key.keys:
        result = _read_key(sub, value, f"{path}:{sub.name}", found)
        if result is not BAD:
            good[sub.name] = result
    known = [sub.name for sub in key.keys]
    found.extend(_unknown(name, value, known, path) for name in value if name not in known)
    return good


def _read_key(key, section, path, found):
    value = section.get(key.name, key.default)
    if value is model.REQUIRED:
        found.append(Problem(path, "the key is missing", f"add {typed(key)}"))
        return BAD
    if key.kind != model.SECTION and (key.name not in section or key.default is value is None):
        return value
    return read(key, value, path, found)


def _unknown(name, section, known, path):
    """Return the Problem of the unknown key ``name``."""
    if not isinstance(name, str):
        return Problem(f"{path}:{in_path(name)}", f"{shown(name)} is not a key", one_of(known))
    near = _nearest(name, known)
    if not near:
        fix = one_of(known)
    elif near in section:
        fix = f"remove it, '{near}' is there already"
    else:
        fix = f"type '{near}'"
    return Problem(f"{path}:{in_path(name)}", "there is no such key", fix)


def _nearest(name, known):
    """Return the key that ``name`` may have been meant for, or None. A long word of a
    key stands for it too: "threshold" for "heartbeat_threshold"."""
    words = {word: key for key in known for word in key.split("_") if len(word) > 4}
    words.update((key, key) for key in known)
    near = difflib.get_close_matches(name[:SHOWN].lower(), words, n=1)
    return words[near[0]] if near else None


def _read_table(key, value, path, found):
    _expect_mapping(key, value)
    if not value:
        raise _Wrong("it is empty", f"type {typed(key)}")
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
        where = f"{path}:{in_path(name)}"
        entry = read(key.entry, name, where, found)
        fields = read(entry_section(key), section, where, found)
        if BAD not in (entry, fields):
            good[entry] = fields
    return good


def _expect_mapping(key, value):
    if isinstance(value, dict):
        return
    if value is None:
        raise _Wrong("there is nothing below it", f"type {typed(key)}")
    raise _Wrong(f"{shown(value)} stands where keys belong", f"type {typed(key)}")


def _read_text(key, value, _path, _found):
    if not isinstance(value, str):
        raise _Wrong(*_not_text(key, value))
    if key.choices:
        return _chosen(key, value)
    if value != value.strip():
        raise _Wrong(f"{shown(value)} has blanks around it", "remove them")
    if value and key.name in _TEXTS:
        _TEXTS[key.name](value)
    if not key.matches(value):
        raise _Wrong(f"{shown(value)} is not {key.rule}", f"type it like '{key.example}'")
    return value


def _not_text(key, value):
    """Return reason and fix for ``value`` where text belongs."""
    if key.choices:
        return f"{shown(value)} is not text", f"type {quoted(key.choices)}"
    if isinstance(value, (dict, list, tuple)) or value is None:
        return f"{shown(value)} stands where text belongs", f"type {typed(key)}"
    like = f" like '{shown(value)}'" if isinstance(value, (int, float)) else ""
    return (
        f"YAML reads this as {shown(value)}, where text belongs",
        f"type it between quotes{like}, and compare every character: YAML changes numbers,"
        " dates, and words like yes, no, on and off",
    )


def _chosen(key, value):
    """Return ``value`` if it is one of the choices of ``key``."""
    if value in key.choices:
        return value
    plain = value.strip().lower()
    if plain in key.refused:
        reason = f"{shown(value)} is refused: {key.refused[plain]}"
        raise _Wrong(reason, f"type {quoted(key.choices)}")
    near = difflib.get_close_matches(plain[:SHOWN], key.choices, n=1) or key.choices
    raise _Wrong(f"{shown(value)} is not possible here", f"type {quoted(near)}")


def _read_integer(key, value, _path, _found):
    span = f"a whole number from {key.minimum} to {key.maximum}"
    span += f" ({key.unit})" if key.unit else ""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(f"{shown(value)} is not a whole number", _number_fix(value, span))
    if not key.minimum <= value <= key.maximum:
        raise _Wrong(f"{shown(value)} is out of range", f"type {span}")
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
        raise _Wrong(f"{shown(value)} is not true or false", "type true or false, without quotes")
    return value


def _read_size(key, value, _path, _found):
    try:
        size = model.size_bytes(value)
    except (TypeError, ValueError):
        raise _Wrong(f"{shown(value)} is not a size", _size_fix(value)) from None
    if not key.minimum <= size <= key.maximum:
        raise _Wrong(
            f"{shown(value)} is out of range",
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
    found = re.fullmatch(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([A-Za-z]{0,3})", value.strip())
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
        names = re.findall(r"[a-z_0-9=-]+", value[:SHOWN]) if isinstance(value, str) else ()
        raise _Wrong(
            f"{shown(value)} is not a list",
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
        reason = "stands there twice" if first == item else f"contradicts {shown(first)}"
        raise _Wrong(f"{shown(item)} {reason}", "keep one of them")
    groups[group] = item


def _option(item):
    """Return the model's Option for the list item ``item``."""
    if not isinstance(item, str):
        raise _Wrong(f"{shown(item)} is not a mount option", "type it as text, like noatime")
    if "," in item:
        raise _Wrong(f"{shown(item)} is more than one option", "give each its own list item")
    name, equals, value = item.partition("=")
    for refused, why in model.REFUSED_OPTIONS.items():
        if name == refused or (refused.endswith(".") and name.startswith(refused)):
            raise _Wrong(f"{shown(item)} is refused: {why}", "remove it")
    option = model.MOUNT_OPTIONS.get(name)
    if option is None:
        near = difflib.get_close_matches(name[:SHOWN].lower(), model.MOUNT_OPTIONS, n=1)
        fix = f"type {near[0]}" if near else one_of(model.MOUNT_OPTIONS)
        raise _Wrong(f"{shown(item)} is not a known mount option", fix)
    _option_value(option, item, equals, value)
    return option


def _option_value(option, item, equals, value):
    """Refuse ``item`` unless its ``value`` is one that ``option`` takes."""
    if not option.takes_value:
        if equals:
            raise _Wrong(f"{shown(item)}: the option takes no value", f"type {option.name}")
        return
    if option.choices:
        right = value in option.choices
        fix = quoted(f"{option.name}={choice}" for choice in option.choices)
    else:
        plain = re.fullmatch(r"0|[1-9][0-9]{0,8}", value)
        right = plain and option.minimum <= int(value) <= option.maximum
        fix = f"{option.name}= and a whole number from {option.minimum} to {option.maximum}"
    if not right:
        raise _Wrong(f"{shown(item)} is not possible", f"type {fix}")


def _read_names(key, value, path, found):
    if not isinstance(value, (list, tuple)):
        raise _Wrong(
            f"{shown(value)} is not a list", f"type a list like [{key.entry.example}], or []"
        )
    names = []
    for index, item in enumerate(value):
        try:
            name = _name(key.entry, item)
            if name in names:
                raise _Wrong(f"{shown(name)} stands there twice", "keep one of them")
            names.append(name)
        except _Wrong as wrong:
            found.append(Problem(f"{path}:{index}", *wrong.args))
    return tuple(names)


def _name(entry, item):
    """Return the list item ``item``, which has to be a text as ``entry`` describes it."""
    if not isinstance(item, str):
        raise _Wrong(f"{shown(item)} is not text", f"type it like '{entry.example}'")
    return _read_text(entry, item, None, None)


_READERS = {
    model.SECTION: _read_section,
    model.TABLE: _read_table,
    model.TEXT: _read_text,
    model.INTEGER: _read_integer,
    model.BOOLEAN: _read_boolean,
    model.SIZE: _read_size,
    model.OPTIONS: _read_options,
    model.NAMES: _read_names,
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
        raise _Wrong(f"{shown(text)} is not IPv4, and the kernel's o2net knows nothing else", fix)
    if re.fullmatch(r"[0-9.]+/[0-9]+", text):
        raise _Wrong(f"{shown(text)} is a network", f"type '{text.partition('/')[0][:SHOWN]}'")
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise _Wrong(f"{shown(text)} is not an IPv4 address", fix)
    plain = ".".join(str(int(part)) for part in parts)
    if plain != text:
        raise _Wrong(f"{shown(text)} has leading zeros, which the tools refuse", f"type '{plain}'")
    if max(map(int, parts)) > 255:
        raise _Wrong(f"{shown(text)} has a part above 255", fix)
    for network, what in _NO_HOSTS.items():
        if ipaddress.IPv4Address(text) in network:
            raise _Wrong(f"{shown(text)} is {what} address, not that of a host", fix)


def _check_device(text):
    """Refuse names that another node or another boot gives to another device."""
    fix = "type the /dev/mapper/NAME or /dev/disk/by-id/NAME of the whole LUN"
    for pattern, why in model.UNSTABLE_DEVICES:
        if re.fullmatch(pattern, text):
            raise _Wrong(f"{shown(text)} is not a stable name: {why}", fix)
    if not text.startswith("/"):
        raise _Wrong(f"{shown(text)} is not an absolute path", fix)
    if ".." in text.split("/"):
        raise _Wrong(f"{shown(text)} contains '..'", fix)
    if re.search(r"-part[0-9]+$", text):
        whole = re.sub(r"-part[0-9]+$", "", text)
        raise _Wrong(
            f"{shown(text)} is a partition, and a LUN is used whole", f"type {shown(whole)}"
        )
    if text == "/dev/mapper/control":
        raise _Wrong("'/dev/mapper/control' is the device-mapper itself", fix)


def _check_wwid(text):
    """Refuse other spellings of a WWID than that of udev and multipath."""
    bare = re.fullmatch(r"(?:naa\.|0x)?([25][0-9a-f]{15}|6[0-9a-f]{31})", text.lower())
    if bare:
        raise _Wrong(
            f"{shown(text)} lacks the 3 that udev and multipath put before an NAA number",
            f"type '3{bare[1]}'",
        )
    if re.fullmatch(r"([123]|eui\.|uuid\.|nvme\.)[0-9A-Fa-f-]+", text) and text != text.lower():
        raise _Wrong(
            f"{shown(text)} has capitals, and udev and multipath print none",
            f"type '{text.lower()[:128]}'",
        )


def _check_path(text):
    """Refuse mount points that are not plain or belong to the system."""
    if not text.startswith("/"):
        raise _Wrong(f"{shown(text)} is not an absolute path", "type it from /, like /san/primary")
    plain = re.sub(r"^/+", "/", posixpath.normpath(text))
    if plain != text:
        raise _Wrong(f"{shown(text)} is not a plain path", f"type {shown(plain)}")
    if re.fullmatch(model.SYSTEM_PATHS, text):
        raise _Wrong(
            f"{shown(text)} belongs to the system, and the mount would hide it",
            "type a directory of its own like /san/primary",
        )


def _check_service(text):
    """Refuse what is not the name of a service that can wait for a mount."""
    fix = "type the name of its unit like 'libvirtd.service'"
    if "/" in text:
        raise _Wrong(f"{shown(text)} is a path", fix)
    if not text.endswith(".service"):
        raise _Wrong(f"{shown(text)} is not the full name of a service", fix)
    for pattern, why in model.REFUSED_SERVICES:
        if re.fullmatch(pattern, text):
            raise _Wrong(f"{shown(text)} can not wait for a mount: {why}", "remove it")


def _check_command(text):
    """Refuse what is not the bare path of an executable."""
    if not text.startswith("/"):
        raise _Wrong(
            f"{shown(text)} is not an absolute path",
            "type it from /, like /usr/local/sbin/drain-hypervisor",
        )
    if " " in text:
        raise _Wrong(
            f"{shown(text)} has blanks in it, and it is run without arguments and without a shell",
            "put the command into a script and type the path of the script",
        )


def _check_state(text):
    """Refuse the path of an sls, and what the formula itself is made of."""
    if "/" in text or text.endswith(".sls"):
        plain = text.strip("/").removesuffix(".sls").replace("/", ".")
        raise _Wrong(f"{shown(text)} is a path, not the name of an sls", f"type {shown(plain)}")
    if text == "ocfs2" or text.startswith("ocfs2."):
        raise _Wrong(
            f"{shown(text)} is of the formula, and it is yours to know how a node is emptied",
            "type the name of an sls of your own like 'hypervisor.drain'",
        )


_TEXTS = {
    "address": _check_address,
    "device": _check_device,
    "wwid": _check_wwid,
    "path": _check_path,
    "service": _check_service,
    "command": _check_command,
    "state": _check_state,
}
