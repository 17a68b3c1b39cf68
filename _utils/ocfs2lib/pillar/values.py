"""
Read the keys of a pillar, each by its ``pillar.key.Key``, and keep what is good.

Any object is a legal argument: what Salt hands over is checked, never trusted.
"""

import difflib
import re
from fractions import Fraction

from ocfs2lib import sizes
from ocfs2lib.pillar import key as key_kinds
from ocfs2lib.pillar import mount_options
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.pillar.problem import in_path
from ocfs2lib.pillar.problem import typed
from ocfs2lib.text import SHOWN
from ocfs2lib.text import one_of
from ocfs2lib.text import quoted
from ocfs2lib.text import shown

#: What :func:`read` returns where nothing is good.
BAD = object()


def read(key, value, path, found):
    """Return the good part of ``value``, or :data:`BAD`; add what is wrong to ``found``."""
    try:
        return _READERS[key.kind](key, value, path, found)
    except WrongValue as wrong:
        told = (f"it is not {key.rule}", "type it as text, in quotes") if key.secret else wrong.args
        found.append(Problem(path, *told))
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
    if value is key_kinds.REQUIRED:
        found.append(Problem(path, "the key is missing", f"add {typed(key)}"))
        return BAD
    left_out = key.name not in section or key.default is value is None
    if left_out and (key.kind != key_kinds.SECTION or key.derived):
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
        raise WrongValue("it is empty", f"type {typed(key)}")
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
        fields = read(key.entry_section(), section, where, found)
        if BAD not in (entry, fields):
            good[entry] = fields
    return good


def _expect_mapping(key, value):
    if isinstance(value, dict):
        return
    if value is None:
        raise WrongValue("there is nothing below it", f"type {typed(key)}")
    raise WrongValue(f"{shown(value)} stands where keys belong", f"type {typed(key)}")


def _read_text(key, value, _path, _found):
    if not isinstance(value, str):
        raise WrongValue(*_not_text(key, value))
    if key.choices:
        return _chosen(key, value)
    if value != value.strip():
        raise WrongValue(f"{shown(value)} has blanks around it", "remove them")
    if value and key.check:
        key.check(value)
    if not key.matches(value):
        raise WrongValue(f"{shown(value)} is not {key.rule}", f"type it like '{key.example}'")
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
        raise WrongValue(reason, f"type {quoted(key.choices)}")
    near = difflib.get_close_matches(plain[:SHOWN], key.choices, n=1) or key.choices
    raise WrongValue(f"{shown(value)} is not possible here", f"type {quoted(near)}")


def _read_integer(key, value, _path, _found):
    span = f"a whole number from {key.minimum} to {key.maximum}"
    span += f" ({key.unit})" if key.unit else ""
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValue(f"{shown(value)} is not a whole number", _number_fix(value, span))
    if not key.minimum <= value <= key.maximum:
        raise WrongValue(f"{shown(value)} is out of range", f"type {span}")
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
        raise WrongValue(
            f"{shown(value)} is not true or false", "type true or false, without quotes"
        )
    return value


def _read_size(key, value, _path, _found):
    try:
        size = sizes.size_bytes(value)
    except (TypeError, ValueError):
        raise WrongValue(f"{shown(value)} is not a size", _size_fix(value)) from None
    if not key.minimum <= size <= key.maximum:
        raise WrongValue(
            f"{shown(value)} is out of range",
            f"type a size from {sizes.human(key.minimum)} to {sizes.human(key.maximum)}",
        )
    if size % sizes.SECTOR:
        raise WrongValue(
            f"{size} bytes are not a multiple of {sizes.SECTOR}",
            "type the bytes that 'blockdev --getsize64' prints for the LUN",
        )
    if key.check:
        key.check(size)
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
    known = {name.lower(): name for name in sizes.UNITS}
    if unit and unit.lower() not in known:
        return general
    return f"type {_whole(number, known.get(unit.lower(), ''))}"


def _whole(number, unit):
    """Return ``number`` with ``unit`` as a valid size, in bytes if it has a fraction."""
    exact = Fraction(number)
    if exact.denominator == 1:
        return f"{exact.numerator}{unit}"
    return str(int(exact * sizes.UNITS.get(unit, 1)))


def _read_options(_key, value, path, found):
    if not isinstance(value, (list, tuple)):
        names = re.findall(r"[a-z_0-9=-]+", value[:SHOWN]) if isinstance(value, str) else ()
        raise WrongValue(
            f"{shown(value)} is not a list",
            f"type [{', '.join(names)}]" if names else "type a list like [noatime, nodev], or []",
        )
    groups = {}
    for index, item in enumerate(value):
        try:
            option = _option(item)
            _contradiction(groups, option, item)
        except WrongValue as wrong:
            found.append(Problem(f"{path}:{index}", *wrong.args))
    return tuple(value)


def _contradiction(groups, option, item):
    """Refuse ``item`` if one of its group is already there."""
    group = option.group or option.name
    if group in groups:
        first = groups[group]
        reason = "stands there twice" if first == item else f"contradicts {shown(first)}"
        raise WrongValue(f"{shown(item)} {reason}", "keep one of them")
    groups[group] = item


def _option(item):
    """Return the Option for the list item ``item``."""
    if not isinstance(item, str):
        raise WrongValue(f"{shown(item)} is not a mount option", "type it as text, like noatime")
    if "," in item:
        raise WrongValue(f"{shown(item)} is more than one option", "give each its own list item")
    name, equals, value = item.partition("=")
    for refused, why in mount_options.REFUSED_OPTIONS.items():
        if name == refused or (refused.endswith(".") and name.startswith(refused)):
            raise WrongValue(f"{shown(item)} is refused: {why}", "remove it")
    option = mount_options.MOUNT_OPTIONS.get(name)
    if option is None:
        near = difflib.get_close_matches(name[:SHOWN].lower(), mount_options.MOUNT_OPTIONS, n=1)
        fix = f"type {near[0]}" if near else one_of(mount_options.MOUNT_OPTIONS)
        raise WrongValue(f"{shown(item)} is not a known mount option", fix)
    _option_value(option, item, equals, value)
    return option


def _option_value(option, item, equals, value):
    """Refuse ``item`` unless its ``value`` is one that ``option`` takes."""
    if not option.takes_value:
        if equals:
            raise WrongValue(f"{shown(item)}: the option takes no value", f"type {option.name}")
        return
    if option.choices:
        right = value in option.choices
        fix = quoted(f"{option.name}={choice}" for choice in option.choices)
    else:
        plain = re.fullmatch(r"0|[1-9][0-9]{0,8}", value)
        right = plain and option.minimum <= int(value) <= option.maximum
        fix = f"{option.name}= and a whole number from {option.minimum} to {option.maximum}"
    if not right:
        raise WrongValue(f"{shown(item)} is not possible", f"type {fix}")


def _read_names(key, value, path, found):
    if not isinstance(value, (list, tuple)):
        raise WrongValue(
            f"{shown(value)} is not a list",
            f"type a list like [{key.entry.example}]" + (", or []" if key.default == () else ""),
        )
    names, before = [], len(found)
    for index, item in enumerate(value):
        try:
            name = _name(key.entry, item)
            if name in names:
                raise WrongValue(f"{shown(name)} stands there twice", "keep one of them")
            names.append(name)
        except WrongValue as wrong:
            found.append(Problem(f"{path}:{index}", *wrong.args))
    # The rest of them may lack what a rule asks for.
    return tuple(names) if len(found) == before else BAD


def _name(entry, item):
    """Return the list item ``item``, which has to be a text as ``entry`` describes it."""
    if not isinstance(item, str):
        raise WrongValue(f"{shown(item)} is not text", f"type it like '{entry.example}'")
    return _read_text(entry, item, None, None)


_READERS = {
    key_kinds.SECTION: _read_section,
    key_kinds.TABLE: _read_table,
    key_kinds.TEXT: _read_text,
    key_kinds.INTEGER: _read_integer,
    key_kinds.BOOLEAN: _read_boolean,
    key_kinds.SIZE: _read_size,
    key_kinds.OPTIONS: _read_options,
    key_kinds.NAMES: _read_names,
}
