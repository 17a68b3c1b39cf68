"""Values of any kind, most of them wrong wherever they stand."""

import datetime

from ocfs2lib.pillar.keys import PILLAR

from . import shell_words

_DEEP = 1020  # levels, about what msgpack lets through
_WIDE = 100_000  # characters
FIELDS = {sub.name: sub for key in (PILLAR, *PILLAR.keys) for sub in key.keys}
FIELDS |= {
    sub.name: sub
    for inner in ("mount", "module", "iscsi", "nvme", "fcoe")
    for sub in FIELDS[inner].keys
}
FIELDS |= {sub.name: sub for sub in FIELDS["chap"].keys}
#: Keys of pillar, and names that stand for those of nodes and LUNs.
KEYS = (*FIELDS, "host1.domain.com", "primary")

TEXTS = (
    *shell_words.SHELL,
    *("", " ", "-", "--", "-F", "-x", "--force", "--help", "~", "null", "yes", "No", "off", "010"),
    *("0x1F", "1e3", "1_000", "12:30:45", "2024-01-02", ".inf", "=", "<<", "*", "?", "[a]", "{a}"),
    *("a\n", "a\nb", "a\r\nb", "\r", "\t", "\x0b", "\x1c", "\x85", "\u2028", "\xa0", "\0", "a\0b"),
    *("'", '"', "''", "\\", "\\n", "\\\n", "%s%n", "%(x)s", "{}", "{0}", "{{ 7*7 }}", "{% raw %}"),
    *("é", "ﬀ", "ß", "İ", "٣", "²", "ⅷ", "\u202e", "\ufeff", "\U0001f980", "\ud800", "a\u0301"),
    *("..", "../..", "/", "//", "/dev/sda", "/dev/mapper/../sda", "/san/../etc", "/proc", "/dev"),
    *("::1", "fe80::1%eth0", "10.0.0.1;x", "010.0.0.1", "10.0.0.256", "0.0.0.0"),  # noqa: S104
    "255.255.255.255",
    *("2T", "2 TiB", "1.5TiB", "-1TiB", "99999999999999999999PiB", "0B", "512B", "300MiB", "1e9B"),
    *("global", "Local", "shorewall", "once ", "Once", "always", "remount-ro", "commit=0"),
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


def brief(value):
    """Any value as a short text; what is nested in it is not looked at."""
    if isinstance(value, (dict, list, tuple, set)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 300:
        return f"an int of {value.bit_length()} bits"
    return ascii(value)[:60]


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
        value = {dice.choice(KEYS): value}
    return value


def _endless(dice):
    value = dice.choice(([], {}))
    if isinstance(value, list):
        return [value, value]
    inner = {}
    inner["nodes"] = inner["luns"] = inner
    return inner


def _mixed(dice):
    return {dice.choice(KEYS): dice.choice(TEXTS) for _ in range(5)} | {dice.choice(_NUMBERS): 1}
