"""The pillars of the fuzz, by number: valid ones, most often with something done to them."""

import random
from dataclasses import dataclass

from . import tree_damage
from . import valid_pillars
from . import wrong_values
from .cases import SEED
from .cases import chance


@dataclass(frozen=True)
class PillarCase:
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
        value = wrong_values.anything(dice)
        return PillarCase(number, value, {None: f"nothing but {wrong_values.brief(value)}"})
    section = valid_pillars.valid_pillar(dice)
    count = dice.choices((0, 1, 2, 3, 6), (30, 40, 15, 10, 5))[0]
    done = {}
    for place in range(count):
        alone = random.Random(dice.getrandbits(64))  # noqa: S311
        if keep is None or place in keep:
            done[place] = alone.choices(_CHANGES, _WEIGHTS)[0](alone, section)
    return PillarCase(number, section, done)


def smaller(case):
    """The same pillar with one thing less done to it."""
    for place in case.done.keys() - {None}:
        yield pillar(case.number, case.done.keys() - {place})


# What is done to a pillar alone. Each function changes it in place and says what it did.


@tree_damage.unless_empty
def _edge(dice, section):
    """A value at or beyond the edge of what some key may have."""
    container, key = tree_damage.place(dice, section)
    known = wrong_values.FIELDS.get(key if isinstance(key, str) else "", dice.choice(_ALL_FIELDS))
    values = [*known.choices, *known.refused, known.example, known.default]
    if known.minimum is not None:
        ends = (known.minimum, known.maximum)
        values += [end + step for end in ends for step in (-512, -1, 0, 0, 0, 1, 512)]
    container[key] = dice.choice(values)
    return f"{wrong_values.brief(key)} is {wrong_values.brief(container[key])}"


_ALL_FIELDS = tuple(wrong_values.FIELDS.values())


@tree_damage.unless_empty
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
    return f"{wrong_values.brief(name)} twice"


def _add_twin(dice, section):
    name = dice.choice(("nodes", "luns"))
    table = section.get(name)
    if not (isinstance(table, dict) and table):
        return tree_damage.replace(dice, section)
    key = dice.choice(list(table))
    table[f"{key}2" if isinstance(key, str) else "twin"] = table[key]
    return f"{wrong_values.brief(key)} of {name} twice"


@tree_damage.unless_empty
def _rename(dice, section):
    name = dice.choice(("nodes", "luns"))
    table = section.get(name)
    if not (isinstance(table, dict) and table):
        return tree_damage.replace(dice, section)
    old = dice.choice(list(table))
    new = dice.choice((*wrong_values.TEXTS, *tree_damage.HASHABLE, *tree_damage.LEGAL))
    if isinstance(old, str) and dice.random() < 0.5:
        new = tree_damage.twisted(dice, old)
        new = new if isinstance(new, (str, bytes)) else "renamed"
    table[new] = table.pop(old)
    return f"{wrong_values.brief(old)} of {name} is called {wrong_values.brief(new)}"


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
    (tree_damage.replace, 20),
    (_edge, 22),
    (tree_damage.twist, 22),
    (tree_damage.remove, 10),
    (tree_damage.add, 10),
    (_twin, 14),
    (_rename, 10),
    (tree_damage.wrap, 5),
    (_crowd, 1),
    strict=True,
)
