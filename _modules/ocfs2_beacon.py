"""
What the beacon of this node does at each look; ``_beacons/ocfs2.py`` calls it.

.. versionadded:: 1.0.0
"""

import logging

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.health import beacon_config
from ocfs2lib.health import events
from ocfs2lib.health import health
from ocfs2lib.system import operating_system
from ocfs2lib.system import time_limit

#: Seconds that a volume may take to say how much room it has.
_LIMIT = 1

_log = logging.getLogger(__name__)


def __virtual__():
    return operating_system.is_linux(__grains__)


def problems(config):
    """
    Return what is wrong with a configuration of the beacon.

    config
        A list, as it stands under ``beacons:ocfs2``.

    Returns sentences with the fix; none if nothing is.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_beacon.problems '[{interval: 15}, {space: 0.9}]'
    """
    return beacon_config.problems(config)


def look(config, seen=None):
    """
    Look at this node, and leave its metrics if the configuration says where.

    config
        As for :func:`problems`.
    seen
        What this function returned as ``seen`` after the look before; without it, this is the first
        look, which tells everything that is wrong.

    Returns ``{"events": [{"tag", "message", ...}], "seen": {...}}``, described at
    :func:`health.events.events`. Raises ``SaltInvocationError`` for a configuration with problems.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_beacon.look '[{interval: 15}, {space: 0.8}]'
    """
    try:
        limits = beacon_config.limits(config)
    except ArgumentInvalid as err:
        raise SaltInvocationError(str(err)) from err
    memory = seen or events.NO_MEMORY
    facts = __salt__["ocfs2_metrics.facts"]()
    if limits.metrics:
        _write_metrics(limits.metrics, facts)
    now = health.of(facts)
    space = _space(events.paths_to_measure(now, memory))
    found, memory = events.events(now, limits, memory, space)
    return {"events": found, "seen": memory}


def _write_metrics(directory, facts):
    # The events matter more than a file that gets old, for which there is an alert.
    try:
        __salt__["ocfs2_metrics.write"](directory, facts)
    except CommandExecutionError as err:
        _log.warning("%s", err)


def _space(paths):
    """Return the parts of the room that are taken, by path; a volume may never answer."""
    if not paths:
        return {}
    questions = {path: ["ocfs2_diagnose.space", path] for path in paths}
    found = time_limit.ask_each(_LIMIT, questions, __salt__, __opts__["cachedir"])
    return {
        path: 1 - room["free_bytes"] / room["bytes"]
        for path, room in found["answers"].items()
        if room["bytes"]
    }
