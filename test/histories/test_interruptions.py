"""Every operation on a simulated cluster, cut before any call, once or twice."""

import itertools
import os
import random

import pytest

from support.simulated_operator import SimulatedMasterDied
from support.simulated_operator import SimulatedTimeout

from .scenarios import SCENARIOS
from .scenarios import everything
from .scenarios import lost_answer
from .scenarios import until_done

#: ``make test-faults-host`` sets 1000: then every cut is made, else every third, and of these every
#: third in ``make test-quick``.
HISTORIES = int(os.environ.get("HISTORIES", "60"))
DOUBLE, STRIDE = HISTORIES // 4, 1 if HISTORIES >= 1000 else 3
#: What no function that is called returns, one after the other.
ODD = (None, {}, [], "ERROR: no room", 7, {"beating": None}, {"x": {}})
PARTS = [0, *(pytest.param(part, marks=pytest.mark.slow) for part in (1, 2))]

pytestmark = pytest.mark.once


def counted(scenario):
    """How many calls of a master to the world a whole run takes."""
    before = scenario.world.calls
    assert scenario.run()["result"] is True
    return scenario.world.calls - before


def faults(scenario):
    """``(words, function)`` of everything that may happen before a call of the master."""
    world = scenario.world

    def dies(number):
        raise SimulatedMasterDied

    def dies_amid(number):
        world.half = True

    yield "the master dies", dies
    yield "the master dies amid it", dies_amid
    for minion in world.nodes:
        yield f"{minion} loses its power", lambda number, minion=minion: lose(world, minion)
        yield f"{minion} has a highstate", lambda number, minion=minion: world.highstate(minion)


def lose(world, minion):
    if world.nodes[minion].up:
        world.nodes[minion].lose_power()


def cut(name, at, prepare, late):
    """
    A run that ``prepare`` disturbs at its ``at``-th call, and the runs after it.

    late
        What may be left in the end.
    """
    scenario = SCENARIOS[name]()
    first = scenario.world.calls
    said = []
    prepare(scenario, first + at)
    try:
        said.append(scenario.run()["lines"])
    except SimulatedMasterDied:
        said.append(["the master died"])
    assert scenario.world.wrong == [], said
    said += until_done(scenario)
    assert scenario.world.wrong == [], said
    # A node that booted while lists differed was refused its mount; the main orchestration does it.
    assert [each for each in scenario.left() if each != late] == [], said


def disturbances(name):
    """Every ``(words, prepare)``: who is hit, and by what."""

    def before(fault):
        def prepare(scenario, at):
            hit = dict(faults(scenario))[fault]
            scenario.world.before = lambda number: hit(number) if number == at else None

        return prepare

    def lost(minion):
        def prepare(scenario, at):
            scenario.world.after = lost_answer(scenario.world, minion, at)

        return prepare

    def raises(when):
        def prepare(scenario, at):
            def fail(number, *_):
                if number == at:
                    raise SimulatedTimeout("Message timed out")

            setattr(scenario.world, when, fail)

        return prepare

    def odd(minion):
        def prepare(scenario, at):
            answer = ODD[at % len(ODD)]
            scenario.world.answer = lambda number, who, true: (
                answer if (number, who) == (at, minion) else true
            )

        return prepare

    scenario = SCENARIOS[name]()
    found = [(fault, before(fault)) for fault, _ in faults(scenario)]
    found += [(f"the master fails {when} it", raises(when)) for when in ("before", "after")]
    for minion in scenario.world.nodes:
        found.append((f"{minion} goes silent", lost(minion)))
        found.append((f"{minion} answers oddly", odd(minion)))
    return found


@everything
@pytest.mark.parametrize("part", PARTS)
def test_whatever_cuts_a_run_the_same_command_goes_on_from_there(name, part):
    calls = counted(SCENARIOS[name]())
    failed = []
    cuts = itertools.product(range(1, calls + 1), disturbances(name))
    for at, (words, prepare) in itertools.islice(cuts, part * STRIDE, None, 3 * STRIDE):
        try:
            cut(name, at, prepare, f"{words.split()[0]}: mount LUN primary")
        except AssertionError as err:
            failed.append(f"call {at} of {calls}, {words}: {str(err)[:1500]}")
    assert not failed, f"{len(failed)}\n" + "\n".join(failed[:8])


@everything
@pytest.mark.parametrize("seed", range(DOUBLE))
def test_two_runs_in_a_row_may_be_cut(name, seed):
    """The second run begins where the first was cut, and is cut itself."""
    calls, chance = counted(SCENARIOS[name]()), random.Random(f"{name} {seed}")  # noqa: S311
    disturbing = disturbances(name)
    scenario, said, late = SCENARIOS[name](), [], set()
    for _ in range(2):
        words, prepare = chance.choice(disturbing)
        prepare(scenario, scenario.world.calls + chance.randint(1, calls))
        said.append(words)
        late.add(f"{words.split()[0]}: mount LUN primary")
        try:
            said.append(scenario.run()["lines"])
        except SimulatedMasterDied:
            said.append(["the master died"])
        scenario.world.settle()
    said += until_done(scenario)
    assert scenario.world.wrong == [], said
    assert [each for each in scenario.left() if each not in late] == [], said
