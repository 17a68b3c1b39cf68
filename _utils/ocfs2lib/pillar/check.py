"""Check an ``ocfs2`` pillar and turn it into typed objects.

:func:`check` lists every error at once, :func:`parse` gives the :class:`pillar.desired.Desired` of
a pillar without errors. Any object is a legal argument: what Salt hands over is checked, never
trusted.

The work has three steps: read every key by its table (``pillar.values``); derive the defaults that
depend on other keys; compare the keys with each other (``pillar.rules``). What is done for a
section stands in its file in ``pillar/sections/``; none of them is named here.
"""

from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import desired
from ocfs2lib.pillar import keys
from ocfs2lib.pillar import rules
from ocfs2lib.pillar import values


def check(pillar_section):
    """Return every Problem of ``pillar_section``, the value of the pillar key
    ``ocfs2``, in the order of the keys; an empty list means that it is valid."""
    return _examine(pillar_section)[1]


def parse(pillar_section):
    """Return the Desired that ``pillar_section``, the value of the pillar key
    ``ocfs2``, describes. Raises PillarInvalid with all problems."""
    good, found = _examine(pillar_section)
    if found:
        raise PillarInvalid(found)
    return desired.Desired(**{section.name: section.built(good) for section in keys.SECTIONS})


def _examine(pillar_section):
    """Return what is good in the pillar, and every problem."""
    found = []
    good = values.read(keys.PILLAR, pillar_section, keys.PILLAR.name, found)
    if good is not values.BAD:
        for section in keys.SECTIONS:
            section.fill_in(good, found)
        for rule in rules.RULES:
            found.extend(rule(good))
    return good, found
