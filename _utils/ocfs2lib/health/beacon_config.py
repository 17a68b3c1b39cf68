"""
The configuration of the beacon: what is wrong with it, and the limits that it sets.
"""

from dataclasses import dataclass
from dataclasses import fields

from ocfs2lib.errors import ArgumentInvalid

#: Seconds between two looks: Salt looks every second unless it is told otherwise.
_INTERVAL = (5, 3600)
#: Keys of every beacon, which Salt itself obeys.
_OF_SALT = ("interval", "enabled", "beacon_module", "disable_during_state_run", "run_once")


@dataclass(frozen=True)
class Limits:
    """
    What the operator has set for the beacon.

    heartbeat_late
        The part of the limit, after which the node fences itself, that the heartbeat may be late.
    slots, space
        The parts of a volume's slots and room that may be taken.
    mounts
        The mount points to watch; none for all that fstab has.
    metrics
        The directory in which the metrics are left at each look; ``""`` for nowhere.
    """

    heartbeat_late: float = 0.5
    slots: float = 0.9
    space: float = 0.9
    mounts: tuple = ()
    metrics: str = ""


_LIMITS = tuple(field.name for field in fields(Limits))
_SHARES = ("heartbeat_late", "slots", "space")
_NAMES = (*_LIMITS, *_OF_SALT)


def problems(config, interval=True):
    """
    Return what is wrong with the beacon's configuration, as sentences with the fix.

    config
        A list of dicts, as it stands in Salt's own.
    interval
        Whether it has to have one: Salt takes it out before it calls the beacon.
    """
    if not (isinstance(config, list) and all(isinstance(each, dict) for each in config)):
        return ["it is not a list of settings. Fix: write '- interval: 15' below ocfs2:"]
    given = _given(config)
    return [
        *(f"{key} is unknown. Fix: one of {', '.join(_NAMES)}" for key in _unknown(given)),
        *(_interval(given.get("interval")) if interval else ()),
        *(
            f"{key} is no part of a whole. Fix: a number above 0, 1 at most, such as 0.9"
            for key in _SHARES
            if key in given and not _is_share(given[key])
        ),
        *_paths(given),
    ]


def limits(config):
    """
    Return the :class:`Limits` of a configuration.

    config
        As for :func:`problems`, without its interval.

    Raises ``ArgumentInvalid`` with all problems if it has any.
    """
    found = problems(config, interval=False)
    if found:
        raise ArgumentInvalid("; ".join(found))
    given = {key: value for key, value in _given(config).items() if key in _LIMITS}
    return Limits(**{**given, "mounts": tuple(given.get("mounts", ()))})


def _given(config):
    return {key: value for each in config for key, value in each.items()}


def _unknown(given):
    # Salt adds some of its own, with such a name.
    return [str(key) for key in given if key not in _NAMES and not str(key).startswith("_")]


def _interval(value):
    low, high = _INTERVAL
    if not _is_number(value) or not low <= value <= high:
        yield f"interval is not {low} to {high} seconds. Fix: write '- interval: 15' below ocfs2:"


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(value):
    return _is_number(value) and 0 < value <= 1


def _paths(given):
    listed = given.get("mounts", [])
    if not (isinstance(listed, list) and all(map(_is_absolute, listed))):
        yield "mounts is not a list of absolute paths. Fix: such as [/san/primary], or leave it out"
    if "metrics" in given and not _is_absolute(given["metrics"]):
        yield "metrics is no absolute path. Fix: such as /var/lib/prometheus/node-exporter"


def _is_absolute(value):
    return isinstance(value, str) and value.startswith("/")
