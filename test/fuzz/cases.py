"""How many cases there are, and what each is made from: the seed and its number alone, so a number
is all that a failure has to name."""

import os
import random

import hypothesis

#: How many pillars there are; every other test takes a share of that.
CASES = int(os.environ.get("FUZZ_CASES", "2000"))
#: With fewer, how often something happens says nothing, and is not asserted.
ENOUGH = CASES >= 400
SEED = os.environ.get("FUZZ_SEED", "1")


def share(part, least=1):
    """One of ``part`` parts of all cases, but no fewer than ``least``."""
    return range(max(least, CASES // part))


def chance(kind, number):
    """The random numbers of one case."""
    return random.Random(f"{SEED} {kind} {number}")  # noqa: S311


def examples(part):
    """Decorate a Hypothesis test: it draws one of ``part`` parts of all cases."""
    settings = hypothesis.settings(
        max_examples=len(share(part)),
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    return lambda test: hypothesis.seed(SEED)(settings(test))
