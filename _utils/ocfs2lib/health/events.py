"""
The events of the beacon: from what was known of a node before, and its health now.

Everything that is watched is wrong, right, or in between. In between it stays what it was, so that
a value near its limit makes no noise. An event tells when something becomes wrong, and when it is
right again; the first look tells what is wrong already. What went away, such as a volume that was
unmounted, is forgotten without an event.
"""

from __future__ import annotations

from dataclasses import dataclass

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
#: What is known of a node before the first look.
NO_MEMORY = {"looks": 0, "wrong": [], "connected": [], "beating": None}

#: How much of its volume must be free again.
_SPACE_STEP = 0.02
#: The room on volumes changes slowly, and to ask for it takes a process: each so many looks.
_SPACE_LOOKS = 20


def paths_to_measure(health, memory):
    """
    Return the mount points whose room has to be asked for now; only where an answer is likely.

    health, memory
        As for :func:`events`.
    """
    if memory["looks"] % _SPACE_LOOKS:
        return []
    return [each.paths[0] for each in health.volumes if each.paths and each.is_responsive]


def events(health, limits, memory, space):
    """
    Return the events of this look.

    health
        The :class:`health.health.Health` of the node.
    limits
        The :class:`beacon_config.Limits`.
    memory
        What this function returned at the look before, :data:`NO_MEMORY` for the first.
    space
        ``{path: part of the room that is taken}``, as far as it was asked for and answered.

    Returns ``(events, memory)``. Each event is ``{"tag", "message"}`` and, under ``path``,
    ``peer`` or ``setting``, what it is about.
    """
    found, wrong = [], []
    for trigger in _triggers(health, limits, memory, space):
        before = trigger.key in memory["wrong"]
        now = before if trigger.wrong is None else trigger.wrong
        if now:
            wrong.append(trigger.key)
        if now != before:
            found.append(trigger.event())
    return found, {"looks": memory["looks"] + 1, "wrong": wrong, **_peer_memory(health, memory)}


@dataclass(frozen=True)
class _Trigger:
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


def _triggers(health, limits, memory, space):
    yield from _mounts(health, limits)
    for volume in health.volumes:
        yield _read_only(volume)
        yield from _heartbeat(volume, limits.heartbeat_late)
        yield from _slots(volume, limits.slots)
        yield _space(volume, limits.space, space)
    # A node without a volume shares no locks, and has no connections.
    for peer in health.peers if health.volumes else ():
        yield _peer(peer, memory)
    for setting in health.settings:
        yield _drift(setting)


def _mounts(health, limits):
    for path, mounted in health.mounts.items():
        if path in limits.mounts or not limits.mounts:
            yield _Trigger(
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
    return _Trigger(
        "read-only",
        "path",
        volume.location,
        wrong=volume.read_only,
        bad=f"{volume.location} is read-only{cause}",
        why=_why("volume-failed" if volume.failed else "read-only"),
        good=f"{volume.location} can be written again",
    )


def _heartbeat(volume, limit):
    if volume.late is not None and volume.limit:
        yield _Trigger(
            "heartbeat-late",
            "path",
            volume.location,
            wrong=_exceeds(volume.late / volume.limit, limit, limit / 2),
            bad=f"no heartbeat was written to {volume.location} for {volume.late:.0f} of the "
            f"{volume.limit:g} s after which the node fences itself",
            why=_why("heartbeat-late"),
            good=f"the heartbeat on {volume.location} is on time again",
        )


def _slots(volume, limit):
    if volume.beating and volume.slots:
        taken = f"{volume.beating} of {volume.slots} slots of {volume.location} are taken"
        yield _Trigger(
            "slots-high",
            "path",
            volume.location,
            wrong=_exceeds(volume.beating / volume.slots, limit, limit),
            bad=taken,
            why=_why("slots-full"),
            good=taken,
        )


def _space(volume, limit, space):
    share = space.get(volume.location)
    taken = f"{share or 0:.0%} of the room on {volume.location} is taken"
    return _Trigger(
        "space-high",
        "path",
        volume.location,
        wrong=None if share is None else _exceeds(share, limit, limit - _SPACE_STEP),
        bad=taken,
        why=_why("space-low"),
        good=taken,
    )


def _peer(peer, memory):
    beating = memory["beating"]
    # One whose heartbeat is seen for the first time is about to connect.
    still_beating = peer.beating and (beating is None or peer.name in beating)
    lost = True if still_beating or peer.name in memory["connected"] else None
    return _Trigger(
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


def _peer_memory(health, memory):
    """Return who was connected, and who writes a heartbeat, while this node shares locks."""
    if not health.volumes:
        return {"connected": [], "beating": None}
    return {
        "connected": [
            each.name for each in health.peers if each.connected or each.name in memory["connected"]
        ],
        "beating": [each.name for each in health.peers if each.beating],
    }


def _drift(setting):
    return _Trigger(
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


def _exceeds(value, limit, back):
    """Return whether a value has reached its limit; None where it is below, but not yet back."""
    if value >= limit:
        return True
    return False if value < back else None
