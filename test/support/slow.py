"""Which of many similar cases a quick run leaves out."""

import pytest


def all_but(names, quick):
    """The names as parameters of a test; each that is not among ``quick`` is marked ``slow``."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in names]
