"""
What is worth an event: from what was known of a node before, and a look at it now.

Everything that is watched is wrong, right, or in between; in between it stays what it was, so that
a value beside its mark makes no noise. An event tells when something becomes wrong, and when it is
right again; the first look tells what is wrong already. What went away, such as a volume that was
unmounted, is forgotten without a word.
"""

from dataclasses import dataclass
from dataclasses import fields

from ocfs2lib.findings import kinds

#: What tells that something is wrong, and what that it is right again.
KINDS = {
    "mount-lost": "mount-back",
    "read-only": "read-write",
    "peer-lost": "peer-returned",
    "heartbeat-late": "heartbeat-back",
    "slots-high": "slots-back",
    "space-high": "space-back",
    "drift": "drift-gone",
}
#: What a node that was not looked at yet is known to be like.
NOTHING = {"looks": 0, "told": [], "met": [], "beating": None}

#: Seconds between two looks: Salt looks every second unless it is told otherwise.
_INTERVAL = (5, 3600)
#: Keys of every beacon, which Salt itself obeys.
_SALTS = ("interval", "enabled", "beacon_module", "disable_during_state_run", "run_once")
#: How much of its volume must be free again.
_SPACE_STEP = 0.02
#: The room on volumes changes slowly, and to ask for it takes a process: each so many looks.
_SPACE_LOOKS = 20


@dataclass(frozen=True)
class Marks:
    """
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


_MARKS = tuple(field.name for field in fields(Marks))
_SHARES = ("heartbeat_late", "slots", "space")
_NAMES = (*_MARKS, *_SALTS)


def problems(config, interval=True):
    """
    What is wrong with the beacon's configuration, as sentences with the fix.

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


def marks(config):
    """The :class:`Marks` of a configuration; ValueError with all problems if it has any."""
    wrong = problems(config, interval=False)
    if wrong:
        raise ValueError("; ".join(wrong))
    given = {key: value for key, value in _given(config).items() if key in _MARKS}
    return Marks(**{**given, "mounts": tuple(given.get("mounts", ()))})


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


def wants_space(look, memory):
    """The mount points whose room is to be asked for now; only where an answer is likely."""
    if memory["looks"] % _SPACE_LOOKS:
        return []
    return [each.paths[0] for each in look.volumes if each.paths and each.is_well]


def events(look, limits, memory, space):
    """
    What is to be told now.

    look
        The :class:`health.health.Look`.
    limits
        The :class:`Marks`.
    memory
        What this function returned after the look before, :data:`NOTHING` for the first.
    space
        ``{path: part of the room that is taken}``, as far as it was asked for and answered.

    Returns ``(events, memory)``. Each event is ``{"tag", "message"}`` and, under ``path``,
    ``peer`` or ``setting``, what it is about.
    """
    found, told = [], []
    for case in _cases(look, limits, memory, space):
        before = case.key in memory["told"]
        now = before if case.wrong is None else case.wrong
        if now:
            told.append(case.key)
        if now != before:
            found.append(case.event())
    return found, {"looks": memory["looks"] + 1, "told": told, **_peers_after(look, memory)}


@dataclass(frozen=True)
class _Case:
    """
    One thing that is watched.

    ``kind`` and ``subject`` name it, ``sort`` is what the subject is; ``wrong`` is None in between,
    or where nothing is known; ``bad`` and ``good`` say how it is then, ``why`` why that matters.
    """

    kind: str
    sort: str
    subject: str
    wrong: bool | None
    bad: str
    why: str
    good: str

    @property
    def key(self):
        return f"{self.kind} {self.subject}"

    def event(self):
        tag = self.kind if self.wrong else KINDS[self.kind]
        bad = f"{self.bad}; {self.why}. Next: salt-run ocfs2.status"
        return {"tag": tag, self.sort: self.subject, "message": bad if self.wrong else self.good}


def _cases(look, limits, memory, space):
    yield from _mounts(look, limits)
    for volume in look.volumes:
        yield _read_only(volume)
        yield from _heartbeat(volume, limits.heartbeat_late)
        yield from _slots(volume, limits.slots)
        yield _space(volume, limits.space, space)
    # A node without a volume shares no locks, and has no connections.
    for peer in look.peers if look.volumes else ():
        yield _peer(peer, memory)
    for setting in look.settings:
        yield _drift(setting)


def _mounts(look, limits):
    for path, mounted in look.mounts.items():
        if path in limits.mounts or not limits.mounts:
            yield _Case(
                "mount-lost",
                "path",
                path,
                wrong=not mounted,
                bad=f"{path} is not mounted",
                why=_why("not-mounted"),
                good=f"{path} is mounted again",
            )


def _read_only(volume):
    cause = " because of an error in the volume" if volume.failed else ""
    return _Case(
        "read-only",
        "path",
        volume.place,
        wrong=volume.read_only,
        bad=f"{volume.place} is read-only{cause}",
        why=_why("volume-failed" if volume.failed else "read-only"),
        good=f"{volume.place} can be written again",
    )


def _heartbeat(volume, mark):
    if volume.late is not None and volume.limit:
        yield _Case(
            "heartbeat-late",
            "path",
            volume.place,
            wrong=_beyond(volume.late / volume.limit, mark, mark / 2),
            bad=f"no heartbeat was written to {volume.place} for {volume.late:.0f} of the "
            f"{volume.limit:g} s after which the node fences itself",
            why=_why("heartbeat-late"),
            good=f"the heartbeat on {volume.place} is on time again",
        )


def _slots(volume, mark):
    if volume.beating and volume.slots:
        taken = f"{volume.beating} of {volume.slots} slots of {volume.place} are taken"
        yield _Case(
            "slots-high",
            "path",
            volume.place,
            wrong=_beyond(volume.beating / volume.slots, mark, mark),
            bad=taken,
            why=_why("slots-full"),
            good=taken,
        )


def _space(volume, mark, space):
    share = space.get(volume.place)
    taken = f"{share or 0:.0%} of the room on {volume.place} is taken"
    return _Case(
        "space-high",
        "path",
        volume.place,
        wrong=None if share is None else _beyond(share, mark, mark - _SPACE_STEP),
        bad=taken,
        why=_why("space-low"),
        good=taken,
    )


def _peer(peer, memory):
    beating = memory["beating"]
    # One that has just begun to beat is about to connect.
    beats = peer.beating and (beating is None or peer.name in beating)
    lost = True if beats or peer.name in memory["met"] else None
    return _Case(
        "peer-lost",
        "peer",
        peer.name,
        wrong=False if peer.connected else lost,
        bad=f"{peer.name} beats, and there is no connection to it"
        if peer.beating
        else f"{peer.name} is gone: no connection, and no heartbeat on a volume of this node",
        why=_why("connection-missing")
        if peer.beating
        else "it was stopped, or it is dead and its journal is replayed",
        good=f"{peer.name} is connected again",
    )


def _peers_after(look, memory):
    """Who was connected once, and who beats, while this node shares locks with others."""
    if not look.volumes:
        return {"met": [], "beating": None}
    return {
        "met": [each.name for each in look.peers if each.connected or each.name in memory["met"]],
        "beating": [each.name for each in look.peers if each.beating],
    }


def _drift(setting):
    return _Case(
        "drift",
        "setting",
        setting.name,
        wrong=setting.drifts,
        bad=f"{setting.name} is {setting.kernel or 'nothing'} in the kernel and "
        f"{setting.file or 'nothing'} in its file",
        why=_why("live-differs"),
        good=f"kernel and file agree on {setting.name} again",
    )


def _why(finding):
    return kinds.KINDS[finding][1]


def _beyond(value, mark, back):
    """Whether a value is at its mark; None where it is below, but not yet back."""
    if value >= mark:
        return True
    return False if value < back else None
