"""The guards of a mount: why a volume must not be mounted on a node."""

import functools

from ocfs2lib import commands
from ocfs2lib.lun import contents
from ocfs2lib.lun import format_guards
from ocfs2lib.lun import superblock
from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.refusal import Refusal


def refusals(case):
    """Every reason not to mount the volume of a :class:`lun.case.LunCase`, node by node."""
    return [refusal for guard in MOUNT_GUARDS for refusal in guard(case)]


def stamped_as_ours(case):
    """The volume on the LUN is the one that pillar describes."""
    for view in case.views():
        facts = view.facts
        # What another LUN holds says nothing of this one.
        other = facts["wwid"] and not view.shows_lun
        if facts["error"] or facts["unreadable"] or other:
            continue
        for difference in _differences(case, facts["volume"]):
            yield Refusal(
                "mount",
                Code.OTHER_VOLUME,
                view.minion,
                f"{view.device} holds {contents.describe(facts) or 'no volume'}: {difference}",
                "Mounting it is refused; correct pillar or present the right LUN",
            )


def enough_slots(case):
    """Every node that wants to mount the volume finds a slot."""
    # Where the volume is down, those who had it mounted have to get it back, and who comes too late
    # is told by the kernel.
    nodes, mounted = len(case.lun.nodes), case.mounted
    for node, facts in sorted(case.members.items()) if case.lun.mount.auto else ():
        volume = facts["volume"]
        if volume and volume["slots"] <= len(mounted) and node not in mounted:
            yield Refusal(
                "mount",
                Code.SLOTS_TOO_FEW,
                node,
                f"{case.lun.device} has {volume['slots']} slots for {nodes} nodes",
                f"Raise them by {commands.orchestrate('slots', lun=case.lun.key)}",
            )


def finished(case):
    """
    G9: the format of the volume has reached its end.

    Where the format is on record as begun, that needs a proof. Of any other volume, users may have
    removed ``lost+found`` long ago.
    """
    for node, facts in sorted(case.seen.items()):
        if facts["volume"] and facts["half_made"] is None and case.started_format:
            yield Refusal(
                "G9",
                Code.OUTCOME_UNKNOWN,
                node,
                f"whether the format of {case.lun.device} as volume {facts['volume']['uuid']} has "
                "reached its end is not known (no lost+found, not each system file, not a journal "
                "for each slot, or a heartbeat that names a node or cannot be read)",
                "Find out who has written to the volume since. To use it: "
                + commands.forget(case.lun.wwid),
            )
        elif facts["volume"] and facts["half_made"]:
            yield Refusal(
                "G9",
                Code.CUT_SHORT,
                node,
                f"the format of {case.lun.device} as volume {facts['volume']['uuid']} was cut short"
                " (no lost+found, never mounted)",
                _finishing(case),
            )


def _finishing(case):
    if case.record is None or case.started_format:
        return f"Run {commands.ORCHESTRATE} on the master, which makes it again"
    return (
        "No record says that it is ours. If nobody needs it, clear the LUN by hand "
        f"({commands.clear(case.lun.device)}), then {commands.forget(case.lun.wwid)}"
    )


def as_on_record(case):
    """G4: where a format is on record as begun, the volume is the one that was begun."""
    for node, facts in sorted(case.seen.items()):
        volume = facts["volume"]
        if case.started_format and volume and volume["uuid"] != case.started_format.uuid:
            yield Refusal(
                "G4",
                Code.OTHER_THAN_BEGUN,
                node,
                f"{case.lun.device} holds volume {volume['uuid']}, but on record is "
                f"{case.started_format.description()}",
                "Find out who made it. To use it: " + commands.forget(case.lun.wwid),
            )


def _differences(case, volume):
    """How a volume (its facts, or None) differs from what pillar describes, as sentences."""
    if not volume:
        return ["there is no OCFS2 volume to mount"]
    lun, cluster = case.lun, case.desired.cluster
    found = []
    if lun.uuid and volume["uuid"] != lun.uuid:
        found.append(f"pillar pins uuid {lun.uuid}")
    if volume["stack"] == superblock.HEARTBEAT:
        return ["it is a heartbeat device (mkfs.ocfs2 -H), which cannot be mounted"]
    if (volume["stack"], volume["cluster"]) != ("o2cb", cluster.name):
        found.append(f"it belongs to {volume['stamp']}, not to o2cb/{cluster.name}")
    if volume["global_heartbeat"]:
        found.append("it was made for global heartbeat")
    if volume["label"] != lun.label:
        found.append(f"pillar gives the label {lun.label}")
    return found


def _of_its_nodes(guard):
    """Make a guard of all that is known from one of what a node sees that is to mount the LUN."""

    @functools.wraps(guard)
    def judge(case):
        for view in case.views():
            if view.minion in case.lun.nodes:
                yield from guard(view)

    return judge


MOUNT_GUARDS = (
    _of_its_nodes(format_guards.identity),
    _of_its_nodes(format_guards.readable),
    stamped_as_ours,
    enough_slots,
    finished,
    as_on_record,
)
