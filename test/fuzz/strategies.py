"""What the fuzz is made of: pillars, whole and damaged."""

import copy
import datetime
import random
from dataclasses import dataclass
from pathlib import Path

import yaml

from ocfs2lib import sizes
from ocfs2lib.pillar.desired import default_slots
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.mount_options import MOUNT_OPTIONS
from support import roster

from .cases import SEED
from .cases import chance

EXAMPLE_PATH = Path(__file__).parents[2] / "pillar.example"
EXAMPLE = yaml.safe_load(EXAMPLE_PATH.read_text(encoding="utf-8"))["ocfs2"]
#: In every text that a shell would act on; such a shell leaves a file of this name.
CANARY = "ocfs2canary"

_DEEP = 1020  # levels, about what msgpack lets through
_WIDE = 100_000  # characters
_NETWORKS = ((10, 0), (10, 255), (172, 16), (192, 168), (100, 64), (198, 18), (1, 1), (223, 255))
_PRINTABLE = [chr(code) for code in range(0x21, 0x7F) if chr(code) != "/"]
_LABEL = [each for each in _PRINTABLE if each != "-"]  # as the first character
_FIELDS = {sub.name: sub for key in (PILLAR, *PILLAR.keys) for sub in key.keys}
_FIELDS |= {sub.name: sub for sub in _FIELDS["mount"].keys}

SHELL = (
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY}",
    f"x;touch {CANARY};",
    f"| touch {CANARY}",
    f"&& touch {CANARY}",
    f"\ntouch {CANARY}\n",
    f"' ; touch {CANARY} '",
    f'" ; touch {CANARY} "',
    f"$(touch${{IFS}}{CANARY})",
    f">{CANARY}",
    f"-o{CANARY}",
    f"--output={CANARY}",
)
TEXTS = (
    *SHELL,
    *("", " ", "-", "--", "-F", "-x", "--force", "--help", "~", "null", "yes", "No", "off", "010"),
    *("0x1F", "1e3", "1_000", "12:30:45", "2024-01-02", ".inf", "=", "<<", "*", "?", "[a]", "{a}"),
    *("a\n", "a\nb", "a\r\nb", "\r", "\t", "\x0b", "\x1c", "\x85", "\u2028", "\xa0", "\0", "a\0b"),
    *("'", '"', "''", "\\", "\\n", "\\\n", "%s%n", "%(x)s", "{}", "{0}", "{{ 7*7 }}", "{% raw %}"),
    *("é", "ﬀ", "ß", "İ", "٣", "²", "ⅷ", "\u202e", "\ufeff", "\U0001f980", "\ud800", "a\u0301"),
    *("..", "../..", "/", "//", "/dev/sda", "/dev/mapper/../sda", "/san/../etc", "/proc", "/dev"),
    *("::1", "fe80::1%eth0", "10.0.0.1;x", "010.0.0.1", "10.0.0.256", "0.0.0.0"),  # noqa: S104
    "255.255.255.255",
    *("2T", "2 TiB", "1.5TiB", "-1TiB", "99999999999999999999PiB", "0B", "512B", "300MiB", "1e9B"),
    *("global", "Local", "firewalld", "once ", "Once", "always", "remount-ro", "commit=0"),
    *("a" * 17, "a" * 64, "a" * 65, "a" * 256, "9" * 5000, "A" * _WIDE, " " * _WIDE, "." * _WIDE),
    *("0" * _WIDE, "/" * _WIDE, "a." * (_WIDE // 2), "a-" * (_WIDE // 2) + "!"),
)
_NUMBERS = (
    *(0, -1, 1, 2, 6, 7, 254, 255, 256, 511, 512, 1023, 2999, 65534, 65535, 65536, 2**31, 2**32),
    *(2**63, 2**64, -(2**63), 10**60, 10**5000, 0.0, -0.0, 0.5, 1.0, 7777.0, 2e12, 1e308),
    *(float("nan"), float("inf"), float("-inf")),
)
_OTHERS = (
    *(None, True, False, b"", b"\xff", (), [], {}, [[]], [{}], {"a": {}}, {1: 2}, {None: None}),
    *(datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2), {("a", "b"): 1}, set(), object()),
)


@dataclass(frozen=True)
class Case:
    """A pillar: ``section`` is what stands under ``ocfs2``, ``done`` is what was done to it."""

    number: int
    section: object
    done: dict[int | None, str]

    def __str__(self):
        words = "; ".join(self.done.values()) or "nothing done"
        return f"FUZZ_SEED={SEED} pillar {self.number} with {list(self.done)}: {words}"


def pillar(number, keep=None):
    """The case ``number``: a valid pillar, most often with something done to it.

    keep
        Which of the things in ``done`` are to be done, to see which of them matter.
    """
    dice = chance("pillar", number)
    if dice.random() < 0.02:
        value = anything(dice)
        return Case(number, value, {None: f"nothing but {brief(value)}"})
    section = whole(dice)
    count = dice.choices((0, 1, 2, 3, 6), (30, 40, 15, 10, 5))[0]
    done = {}
    for place in range(count):
        alone = random.Random(dice.getrandbits(64))  # noqa: S311
        if keep is None or place in keep:
            done[place] = alone.choices(_CHANGES, _WEIGHTS)[0](alone, section)
    return Case(number, section, done)


def smaller(case):
    """The same pillar with one thing less done to it."""
    for place in case.done.keys() - {None}:
        yield pillar(case.number, case.done.keys() - {place})


def brief(value):
    """Any value as a short text; what is nested in it is not looked at."""
    if isinstance(value, (dict, list, tuple, set)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 300:
        return f"an int of {value.bit_length()} bits"
    return ascii(value)[:60]


def damaged(dice, tree):
    """A tree of dicts and lists, changed in place in one to three places; says what was done."""
    return [dice.choice(_ANYWHERE)(dice, tree) for _ in range(dice.choice((1, 1, 2, 3)))]


def garbled(dice, text, pieces):
    """A text, or bytes, that is damaged in one to three places; ``pieces`` are put into it."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randint(0, len(text))
        text = dice.choice((_inserted, _inserted, _cut, _moved, _doubled))(dice, text, at, pieces)
    return text


def _inserted(dice, text, at, pieces):
    return text[:at] + dice.choice(pieces) + text[at:]


def _cut(dice, text, at, _pieces):
    return text[:at] + text[at + dice.choice((1, 1, 2, 5, 12, len(text))) :]


def _moved(dice, text, at, _pieces):
    newline = text[:0] + ("\n" if isinstance(text, str) else b"\n")
    lines = text.split(newline)
    lines.insert(dice.randrange(len(lines)), lines.pop(dice.randrange(len(lines))))
    return newline.join(lines)


def _doubled(dice, text, at, _pieces):
    end = at + dice.randrange(1, 60)
    return text[:end] + text[at:end] * dice.choice((1, 1, 2, 30)) + text[end:]


# Valid pillars.


def whole(dice):
    """A valid pillar."""
    kind = dice.random()
    if kind < 0.1:
        return copy.deepcopy(EXAMPLE)
    if kind < 0.2:
        return roster.section(dice.randint(1, 16))
    nodes = _nodes(dice)
    section = {"nodes": nodes, "luns": _luns(dice, len(nodes))}
    sections = {"cluster": _cluster, "kernel": _kernel, "firewall": _firewall, "drain": _drain}
    for name, make in sections.items():
        if dice.random() < 0.6:
            section[name] = make(dice)
    return section


def _some(dice, entries):
    """Some of a dict, in any order; None or empty now and then."""
    if dice.random() < 0.1:
        return dice.choice((None, {}))
    names = dice.sample(list(entries), dice.randint(0, len(entries)))
    return {name: entries[name] for name in names}


def _cluster(dice):
    keepalive, reconnect = dice.randint(1000, 20000), dice.randint(2000, 20000)
    # Also against the defaults of the two others.
    least = max(keepalive, 2000) + max(reconnect, 2000)
    section = _some(
        dice,
        {
            "name": "".join(dice.choices(_ALNUM, k=dice.randint(1, 16))),
            "heartbeat_mode": "local",
            "heartbeat_threshold": dice.choice((7, 31, 61, 601, dice.randint(7, 601))),
            "idle_timeout_ms": dice.choice((600000, dice.randint(least, 600000))),
            "keepalive_delay_ms": keepalive,
            "reconnect_delay_ms": reconnect,
            "fence_method": dice.choice(("reset", "panic")),
            "port": dice.choice((1, 7777, 65534, dice.randint(1, 65534))),
        },
    )
    if section and "idle_timeout_ms" not in section:
        section.pop("keepalive_delay_ms", None)
    return section


_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _kernel(dice):
    return _some(dice, {"panic": dice.choice((1, 30, 3600)), "panic_on_oops": dice.random() < 0.5})


def _firewall(dice):
    return _some(dice, {"backend": dice.choice(("nftables", "iptables", "none"))})


def _drain(dice):
    how = {"command": "/opt/drain_1.sh", "state": f"hypervisor.{dice.choice('ab_')}-1"}
    how[dice.choice(("command", "state"))] = None
    return _some(dice, {**how, "limit": dice.choice((1, 600, 86400))})


def _nodes(dice):
    count = dice.choices(
        (dice.randint(1, 8), dice.randint(9, 32), dice.choice((64, 254, 255))), (930, 65, 5)
    )[0]
    numbers = dice.sample(range(255), count) if dice.random() < 0.5 else range(count)
    network = dice.choice(_NETWORKS)
    hosts = dice.sample(range(1, 2**16 - 1), count)
    style = dice.randrange(4)
    nodes = {}
    for index in range(count):
        minion, name = _names(style, index)
        host = hosts[index]
        address = f"{network[0]}.{network[1]}.{host >> 8}.{host & 255}"
        nodes[minion] = {"number": numbers[index], "address": address}
        if name:
            nodes[minion]["name"] = name
        elif dice.random() < 0.1:
            nodes[minion]["name"] = None
    return nodes


def _names(style, index):
    """Minion id and node name; a name of None is derived from the minion id."""
    return (
        (f"host{index}.example.com", None),
        (f"NODE-{index}", None),
        (f"_web+{index}@rack.example", f"web{index}.rack-{index}.example"),
        (f"{index}" + "x" * (255 - len(str(index))), f"{index}" + "a" * (64 - len(str(index)))),
    )[style]


def _luns(dice, nodes):
    count = dice.choices((dice.randint(1, 3), dice.randint(4, 16), 64), (930, 65, 5))[0]
    return {_lun_key(dice, index): _lun(dice, index, nodes) for index in range(count)}


def _lun_key(dice, index):
    return f"{index}{dice.choice(('', 'a._-', 'primary', 'x' * 50))}"


def _lun(dice, index, nodes):
    device, wwid = _identity(dice, index)
    pinned = dice.random() < 0.3
    slots = dice.choice((None, nodes, 255, dice.randint(nodes, 255)))
    kind = dice.choice(("vmstore", "datafiles", "mail"))
    needed = max(2 * (slots or default_slots(nodes)) * 256 * sizes.MIB, 2 * sizes.GIB)
    lun = {
        "device": device,
        "wwid": wwid,
        "size": _size(dice, 300 * sizes.MIB if pinned else needed),
        "mount": {"path": f"/san/{dice.choice(('a.b', 'x_y', 'd/e', 'p@q+r'))}{index}"},
    }
    label = dice.choice(_LABEL) + "".join(dice.choices(_PRINTABLE, k=dice.randint(2, 56)))
    optional = {
        "label": dice.choice((None, label)),
        "type": kind,
        "format": dice.choice(("never", "once")),
    }
    lun.update(_some(dice, optional) or {})
    if lun.get("label"):
        lun["label"] += f"#{index}"
    if slots or dice.random() < 0.1:
        lun["slots"] = slots
    if pinned or dice.random() < 0.1:
        lun["uuid"] = _uuid(dice) if pinned else None
    if dice.random() < 0.5:
        lun["mount"]["options"] = _options(dice)
    if dice.random() < 0.3:
        lun["mount"]["services"] = dice.sample(_SERVICES, dice.randint(0, len(_SERVICES)))
    return lun


_SERVICES = ("libvirtd.service", "a:b_c.d-e@f@g.service", "0" * 245 + ".service")


def _identity(dice, index):
    """A device and the WWID that it may have."""
    digits = f"{dice.choice('0123456789abcdef')}{dice.getrandbits(96):024x}{index:07x}"
    short = f"{dice.choice('013456789abcdef')}{dice.getrandbits(32):08x}{index:07x}"
    name = f"{dice.choice(('a', 'LUN_', 'm.p-', 'v:w+', 'x@y=', '_', 'b#'))}{index}"
    return dice.choice(
        (
            (f"/dev/mapper/{name}", f"3{digits}"),
            (f"/dev/mapper/3{digits}", f"3{digits}"),
            (f"/dev/mapper/{name}", f"eui.{short}"),
            (f"/dev/mapper/{name}", f"SVENDOR_disk.{index}:{name.translate(_PLAIN)}"),
            (f"/dev/disk/by-id/wwn-0x{short}", f"3{short}"),
            (f"/dev/disk/by-id/scsi-3{digits}", f"3{digits}"),
            (f"/dev/disk/by-id/dm-uuid-mpath-3{digits}", f"3{digits}"),
            (f"/dev/disk/by-id/dm-name-{name}", f"2{short}"),
            (f"/dev/disk/by-id/nvme-eui.{digits}", f"eui.{digits}"),
        )
    )


_PLAIN = str.maketrans("+@=#", "____")


def _size(dice, least):
    size = max(least, dice.choice((least, 3 * sizes.GIB, sizes.TIB, 16 * sizes.TIB)))
    size += dice.choice((0, 0, sizes.SECTOR, sizes.GIB))
    for unit in ("TiB", "GiB", "MiB", "kB"):
        if not size % sizes.UNITS[unit] and dice.random() < 0.4:
            return f"{size // sizes.UNITS[unit]}{unit}"
    return size


def _uuid(dice):
    text = f"{dice.getrandbits(128):032x}"
    dashed = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return dice.choice((text, text.upper(), dashed, dashed.upper()))


def _options(dice):
    """Mount options that do not contradict each other."""
    groups = {}
    for option in dice.sample(list(MOUNT_OPTIONS.values()), dice.randint(0, 8)):
        value = ""
        if option.choices:
            value = f"={dice.choice(option.choices)}"
        elif option.takes_value:
            value = f"={dice.choice((option.minimum, option.maximum))}"
        groups[option.group or option.name] = f"{option.name}{value}"
    return list(groups.values())


# What is done to them. Each function changes the pillar in place and says what it did.


def anything(dice):
    """Any value, most of them wrong wherever they stand."""
    kind = dice.random()
    if kind < 0.55:
        return dice.choice(TEXTS)
    if kind < 0.75:
        return dice.choice(_NUMBERS)
    if kind < 0.9:
        return dice.choice(_OTHERS)
    return dice.choice((_deep_list, _deep_mapping, _endless, _mixed))(dice)


def _deep_list(dice):
    value = dice.choice(TEXTS)
    for _ in range(dice.choice((2, 50, _DEEP))):
        value = [value]
    return value


def _deep_mapping(dice):
    value = dice.choice(TEXTS)
    for _ in range(dice.choice((2, 50, _DEEP))):
        value = {dice.choice(_KEYS): value}
    return value


def _endless(dice):
    value = dice.choice(([], {}))
    if isinstance(value, list):
        return [value, value]
    inner = {}
    inner["nodes"] = inner["luns"] = inner
    return inner


def _mixed(dice):
    return {dice.choice(_KEYS): dice.choice(TEXTS) for _ in range(5)} | {dice.choice(_NUMBERS): 1}


_KEYS = (*_FIELDS, "host1.domain.com", "primary")


def _place(dice, section):
    """A container somewhere in the pillar, and a key of it."""
    container = section
    while True:
        keys = list(container) if isinstance(container, dict) else range(len(container))
        key = dice.choice(keys)
        inner = container[key]
        if not (isinstance(inner, (dict, list)) and inner and dice.random() < 0.85):
            return container, key
        container = inner


def _emptied(change):
    """A change that needs something to change; all of it may have been removed before."""

    def guarded(dice, section):
        return change(dice, section) if section else "nothing left"

    return guarded


@_emptied
def _replace(dice, section):
    container, key = _place(dice, section)
    container[key] = anything(dice)
    return f"{brief(key)} is {brief(container[key])}"


@_emptied
def _edge(dice, section):
    """A value at or beyond the edge of what some key may have."""
    container, key = _place(dice, section)
    known = _FIELDS.get(key if isinstance(key, str) else "", dice.choice(_ALL_FIELDS))
    values = [*known.choices, *known.refused, known.example, known.default]
    if known.minimum is not None:
        ends = (known.minimum, known.maximum)
        values += [end + step for end in ends for step in (-512, -1, 0, 0, 0, 1, 512)]
    container[key] = dice.choice(values)
    return f"{brief(key)} is {brief(container[key])}"


_ALL_FIELDS = tuple(_FIELDS.values())


@_emptied
def _twist(dice, section):
    """A text or number that is a little off."""
    container, key = _place(dice, section)
    value = container[key]
    if isinstance(value, str):
        value = _twisted(dice, value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = dice.choice((value + 1, value - 1, -value, value * 1024, float(value % 2**64)))
    else:
        value = [value] if isinstance(value, (dict, list)) else str(value)
    container[key] = value
    return f"{brief(key)} is {brief(value)}"


def _twisted(dice, text):
    at = dice.randint(0, len(text))
    piece = dice.choice(TEXTS[: len(TEXTS) - 10])
    return dice.choice(
        (
            text[:at] + piece + text[at:],
            text[:at] + dice.choice(_PRINTABLE) + text[at:],
            text[:at] + text[at + 1 :],
            text.upper(),
            text.swapcase(),
            f" {text}",
            f"{text}\n",
            f"{text}\r\n",
            f"'{text}'",
            f"-{text}",
            text.encode(errors="surrogatepass"),
            [text],
            text * 2,
        )
    )


@_emptied
def _remove(dice, section):
    container, key = _place(dice, section)
    del container[key]
    return f"without {brief(key)}"


def _add(dice, section):
    container = _place(dice, section)[0] if section else section
    if isinstance(container, list):
        container.append(anything(dice))
        return f"{brief(container[-1])} in a list"
    name = dice.choice((*_KEYS, *_TYPOS, *TEXTS, *_HASHABLE))
    container[name] = dice.choice((anything(dice), dice.choice(list(container.values()) or [0])))
    return f"{brief(name)} is {brief(container[name])}"


_TYPOS = ("nmae", "Name", "node", "lun", "adress", "threshold", "uid", "mount_point", "ocfs2")
_HASHABLE = (None, True, 0, 1.5, 10**60, (), (1, 2), b"name", datetime.date(2024, 1, 2))


@_emptied
def _twin(dice, section):
    """One entry gets a value of another."""
    table = section.get(dice.choice(("nodes", "luns")))
    entries = [each for each in table.values() if each] if isinstance(table, dict) else []
    entries = [each for each in entries if isinstance(each, dict)]
    if len(entries) < 2:
        return _add_twin(dice, section)
    one, other = dice.sample(entries, 2)
    name = dice.choice(list(one))
    other[name] = one[name]
    return f"{brief(name)} twice"


def _add_twin(dice, section):
    name = dice.choice(("nodes", "luns"))
    table = section.get(name)
    if not (isinstance(table, dict) and table):
        return _replace(dice, section)
    key = dice.choice(list(table))
    table[f"{key}2" if isinstance(key, str) else "twin"] = table[key]
    return f"{brief(key)} of {name} twice"


@_emptied
def _rename(dice, section):
    name = dice.choice(("nodes", "luns"))
    table = section.get(name)
    if not (isinstance(table, dict) and table):
        return _replace(dice, section)
    old = dice.choice(list(table))
    new = dice.choice((*TEXTS, *_HASHABLE, *_LEGAL))
    if isinstance(old, str) and dice.random() < 0.5:
        new = _twisted(dice, old)
        new = new if isinstance(new, (str, bytes)) else "renamed"
    table[new] = table.pop(old)
    return f"{brief(old)} of {name} is called {brief(new)}"


_LEGAL = ("a", "0", "A" * 63, "web.example.com", "x._-", "n@b", "host1.domain.com")


@_emptied
def _wrap(dice, section):
    container, key = _place(dice, section)
    value = container[key]
    container[key] = dice.choice(([value], {key: value}, (value,), [value, value]))
    return f"{brief(key)} is {brief(container[key])}"


def _crowd(dice, section):
    """More nodes or LUNs, up to more than there may be."""
    if dice.random() < 0.8:
        count = dice.choice((2, 10, 100, 250, 300))
        table = section.setdefault("nodes", {})
        new = {
            f"crowd{index}": {"number": 254 - index % 300, "address": f"9.8.{index // 250}.{index}"}
            for index in range(count)
        }
    else:
        count = dice.choice((2, 10, 64, 70))
        table = section.setdefault("luns", {})
        new = {
            f"crowd{index}": {
                "device": f"/dev/mapper/crowd{index}",
                "wwid": f"3600a0b8000000000000abcd{index:08x}",
                "size": "500TiB",
                "mount": {"path": f"/crowd/{index}"},
            }
            for index in range(count)
        }
    if isinstance(table, dict):
        table.update(new)
    return f"{count} more"


_CHANGES, _WEIGHTS = zip(
    (_replace, 20),
    (_edge, 22),
    (_twist, 22),
    (_remove, 10),
    (_add, 10),
    (_twin, 14),
    (_rename, 10),
    (_wrap, 5),
    (_crowd, 1),
    strict=True,
)


@_emptied
def _rename_anything(dice, tree):
    container, old = _place(dice, tree)
    if isinstance(container, list):
        return _remove(dice, tree)
    new = dice.choice((*TEXTS, *_HASHABLE, *_LEGAL))
    container[new] = container.pop(old)
    return f"{brief(old)} is called {brief(new)}"


_ANYWHERE = (_replace, _replace, _twist, _remove, _wrap, _add, _rename_anything)
