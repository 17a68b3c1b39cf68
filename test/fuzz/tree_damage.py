"""Damage to a tree of dicts and lists, such as a pillar or an answer.

Each function changes the tree in place and says what it did.
"""

import datetime

from . import valid_pillars
from . import wrong_values

_TYPOS = ("nmae", "Name", "node", "lun", "adress", "threshold", "uid", "mount_point", "ocfs2")
HASHABLE = (None, True, 0, 1.5, 10**60, (), (1, 2), b"name", datetime.date(2024, 1, 2))
LEGAL = ("a", "0", "A" * 63, "web.example.com", "x._-", "n@b", "host1.domain.com")


def damaged(dice, tree):
    """A tree of dicts and lists, changed in place in one to three places; says what was done."""
    return [dice.choice(_ANYWHERE)(dice, tree) for _ in range(dice.choice((1, 1, 2, 3)))]


def place(dice, tree):
    """A container somewhere in the tree, and a key of it."""
    container = tree
    while True:
        keys = list(container) if isinstance(container, dict) else range(len(container))
        key = dice.choice(keys)
        inner = container[key]
        if not (isinstance(inner, (dict, list)) and inner and dice.random() < 0.85):
            return container, key
        container = inner


def unless_empty(change):
    """A change that needs something to change; all of it may have been removed before."""

    def guarded(dice, tree):
        return change(dice, tree) if tree else "nothing left"

    return guarded


@unless_empty
def replace(dice, tree):
    """Anything in the place of a value."""
    container, key = place(dice, tree)
    container[key] = wrong_values.anything(dice)
    return f"{wrong_values.brief(key)} is {wrong_values.brief(container[key])}"


@unless_empty
def twist(dice, tree):
    """A text or number that is a little off."""
    container, key = place(dice, tree)
    value = container[key]
    if isinstance(value, str):
        value = twisted(dice, value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = dice.choice((value + 1, value - 1, -value, value * 1024, float(value % 2**64)))
    else:
        value = [value] if isinstance(value, (dict, list)) else str(value)
    container[key] = value
    return f"{wrong_values.brief(key)} is {wrong_values.brief(value)}"


def twisted(dice, text):
    """A text that is a little off, or what is no text any more."""
    at = dice.randint(0, len(text))
    piece = dice.choice(wrong_values.TEXTS[: len(wrong_values.TEXTS) - 10])
    return dice.choice(
        (
            text[:at] + piece + text[at:],
            text[:at] + dice.choice(valid_pillars.PRINTABLE) + text[at:],
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


@unless_empty
def remove(dice, tree):
    """A key or an entry less."""
    container, key = place(dice, tree)
    del container[key]
    return f"without {wrong_values.brief(key)}"


def add(dice, tree):
    """A key or an entry more."""
    container = place(dice, tree)[0] if tree else tree
    if isinstance(container, list):
        container.append(wrong_values.anything(dice))
        return f"{wrong_values.brief(container[-1])} in a list"
    name = dice.choice((*wrong_values.KEYS, *_TYPOS, *wrong_values.TEXTS, *HASHABLE))
    container[name] = dice.choice(
        (wrong_values.anything(dice), dice.choice(list(container.values()) or [0]))
    )
    return f"{wrong_values.brief(name)} is {wrong_values.brief(container[name])}"


@unless_empty
def wrap(dice, tree):
    """A value inside another container."""
    container, key = place(dice, tree)
    value = container[key]
    container[key] = dice.choice(([value], {key: value}, (value,), [value, value]))
    return f"{wrong_values.brief(key)} is {wrong_values.brief(container[key])}"


@unless_empty
def _rename_anything(dice, tree):
    container, old = place(dice, tree)
    if isinstance(container, list):
        return remove(dice, tree)
    new = dice.choice((*wrong_values.TEXTS, *HASHABLE, *LEGAL))
    container[new] = container.pop(old)
    return f"{wrong_values.brief(old)} is called {wrong_values.brief(new)}"


_ANYWHERE = (replace, replace, twist, remove, wrap, add, _rename_anything)
