"""
The guards: why a LUN must not be formatted, and why a volume must not be mounted.

Each guard is one function with one kind of reason. It takes a :class:`Case` and
yields a :class:`Refusal` for everything it objects to; a LUN may be formatted
only if no guard yields anything. The guards are numbered as in
``docs/safety.rst``: G9 acts on the leader, where the format happens, and G10
is the absence of any writing code before they have passed.
"""

from dataclasses import dataclass
from dataclasses import field

from ocfs2lib import commands
from ocfs2lib.lun import ledger as lun_ledger
from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.refusal import Refusal
from ocfs2lib.parsers import blockdev

#: What to do first about a LUN that no node sees.
_UNSEEN = "Have a node see the LUN and run again: nobody knows now what it holds"


@dataclass(frozen=True)
class Case:
    """
    One LUN and all that is known of it.

    desired, lun
        What pillar says (:class:`pillar.desired.Desired`, :class:`pillar.desired.Lun`).
    seen
        ``{minion id: facts}``, the LUN's entry of every node that answered the census.
    silent
        ``{minion id: reason}`` of every node of the roster that did not answer or is not fit.
    record
        What the ledger has of the LUN (:class:`lun.ledger.Record`), the reason why it can not
        be read (text), or None where there is no ledger: on a node.
    formatting
        ``{minion id: WWID}`` of the nodes that are formatting a LUN at this moment.
    proof
        Whether the nodes were asked to prove that the LUN is blank. Where they were not, nothing
        may be formatted on the strength of the case.
    """

    desired: object
    lun: object
    seen: dict
    silent: dict = field(default_factory=dict)
    record: object = None
    formatting: dict = field(default_factory=dict)
    proof: bool = True

    @property
    def begun(self):
        """The record of the format that was ordered and has not been read back, or None."""
        record = self.record
        known = isinstance(record, lun_ledger.Record)
        return record if known and record.state == lun_ledger.FORMATTING else None

    @property
    def mounted(self):
        """The set of minions that have the LUN mounted where pillar says."""
        path = self.lun.mount.path
        return {
            minion
            for minion, facts in self.seen.items()
            if path in [mount["path"] for mount in facts["mounts"]]
        }

    def shows(self, facts):
        """Whether what a node sees under the LUN's name is the LUN."""
        wwid = facts["wwid"]
        return bool(wwid) and not facts["error"] and blockdev.same_wwid(wwid, self.lun.wwid)

    @property
    def observed(self):
        """Whether a node sees the LUN and could read it; a record alone is no observation."""
        return any(self.shows(facts) and not facts["unreadable"] for facts in self.seen.values())

    @property
    def sizes(self):
        """``{minion: bytes}``: how much of the LUN each node sees, where that is known."""
        return {
            minion: facts["size"]
            for minion, facts in self.seen.items()
            if facts["size"] and self.shows(facts)
        }

    @property
    def behind(self):
        """``{minion: bytes}`` of those who see less of the LUN than another node."""
        sizes = self.sizes
        largest = max(sizes.values(), default=0)
        return {minion: size for minion, size in sizes.items() if size < largest}

    def left_by_ours(self, facts):
        """
        Whether this is the volume that our own format, on record as begun, was cut short of.

        It bears the UUID that was chosen for it before the format, and nobody ever mounted it.
        """
        volume = facts["volume"]
        ours = bool(self.begun and volume and volume["uuid"] == self.begun.uuid)
        return ours and facts["half_made"] is True


def format_refusals(case):
    """Every reason not to format, of all guards together; an empty list is the permission."""
    return [refusal for guard in FORMAT_GUARDS for refusal in guard(case)]


def mount_refusals(case):
    """Every reason not to mount the volume, node by node."""
    return [refusal for guard in MOUNT_GUARDS for refusal in guard(case)]


def identity(case):
    """G1: every node sees, under the name in pillar, the LUN with the WWID in pillar."""
    want = case.lun.wwid
    for node, facts in sorted(case.seen.items()):
        if facts["error"]:
            yield Refusal(
                "G1",
                Code.LUN_MISSING,
                node,
                facts["error"],
                "Present the LUN to this node and run again",
            )
        elif not case.shows(facts):
            yield Refusal(
                "G1",
                Code.OTHER_LUN,
                node,
                f"{case.lun.device} is {facts['wwid'] or 'without a WWID'}, not {want}",
                "Correct luns:" + case.lun.key + ":wwid or the device's name on this node",
            )
        else:
            yield from _foreign_paths(case.lun, node, facts)


def _foreign_paths(lun, node, facts):
    for name, wwid in sorted(facts["paths"].items()):
        if not wwid or not blockdev.same_wwid(wwid, lun.wwid):
            yield Refusal(
                "G1",
                Code.OTHER_PATH,
                node,
                f"path {name} of {lun.device} leads to {wwid or 'an unnamed LUN'}, not {lun.wwid}",
                "Repair the paths of this map (multipath -ll)",
            )


def size(case):
    """G1: the size is pillar's, to the byte, on every node."""
    for node, facts in sorted(case.seen.items()):
        # Of what could not even be opened, no size is known.
        known = facts["size"] or not facts["unreadable"]
        if not facts["error"] and known and facts["size"] != case.lun.size:
            yield Refusal(
                "G1",
                Code.SIZE_DIFFERS,
                node,
                f"{case.lun.device} has {facts['size']} bytes, pillar says {case.lun.size}",
                f"If this is the right LUN, write size: {facts['size']}; "
                "if it has just grown, rescan it on every node",
            )


def readable(case):
    """G2: every read succeeded; an I/O error is never taken for blank."""
    for node, facts in sorted(case.seen.items()):
        if facts["unreadable"]:
            yield Refusal(
                "G2",
                Code.UNREADABLE,
                node,
                facts["unreadable"],
                "Repair the path to the LUN, then run again",
            )


def blank(case):
    """G3: no signature, and zeros wherever a format leaves its mark."""
    for node, facts in sorted(case.seen.items()):
        if facts["error"] or facts["unreadable"] or case.left_by_ours(facts):
            continue
        found = contents(facts)
        if case.proof and not found and facts["written"] is None:
            yield Refusal("G3", Code.NOT_READ, node, f"{case.lun.device} was not read", "Run again")
        elif found:
            yield Refusal(
                "G3",
                Code.NOT_BLANK,
                node,
                f"{case.lun.device} is not blank: it holds {found}",
                _clearing(case, facts),
            )


def _clearing(case, facts):
    """What to do about a LUN that is not blank."""
    if case.begun and facts["written"]:
        return (
            "A format on record as begun may have left this, cut short before it had a superblock. "
            "If nobody else wrote there, clear the LUN by hand on one node "
            f"({commands.clear(case.lun.device)}), then run again"
        )
    return (
        "Name another LUN, or clear this one by hand if its data is worth nothing, then "
        + commands.forget(case.lun.wwid)
    )


def ledger(case):
    """
    G4: nothing is on record of the LUN, other than a format of this cluster that was cut.

    The record refuses whether or not anybody sees the LUN. But only to somebody who can look at it
    is it said how to have the record forgotten.
    """
    record, wwid = case.record, case.lun.wwid
    if isinstance(record, str):
        yield _on_record(
            case,
            Code.RECORD_UNREADABLE,
            record,
            "Repair the cache of this Salt master",
            f"; if this record alone is broken and the LUN was never in use: "
            f"{commands.forget(wwid)}",
        )
    elif record and record.state in (lun_ledger.FORMATTED, lun_ledger.HELD):
        found = f"LUN {wwid} is on record: {record.words()}"
        shown = (
            "What it shows now is not proof that this is gone: an array can return zeros for a "
            "while"
        )
        yield _on_record(
            case,
            Code.ON_RECORD,
            f"{found}. {shown}" if case.observed else found,
            "Find out where it went",
            f". If the LUN was cleared on purpose: {commands.forget(wwid)}",
        )
    elif case.begun and case.begun.cluster != case.desired.cluster.name:
        yield _on_record(
            case,
            Code.OTHER_CLUSTER,
            f"LUN {wwid} is on record: {record.words()}",
            "Name another LUN",
            f". If that cluster is gone for good: {commands.forget(wwid)}",
        )


def _on_record(case, code, found, fix, forget):
    """The refusal, with the advice to forget the record only where somebody sees the LUN."""
    return Refusal("G4", code, "", found, fix + forget if case.observed else _UNSEEN)


def one_writer(case):
    """G6: nobody else formats the LUN, and nobody who may still be about to has been lost."""
    for node, wwid in sorted(case.formatting.items()):
        if blockdev.same_wwid(wwid, case.lun.wwid):
            yield Refusal(
                "G6",
                Code.BEING_FORMATTED,
                node,
                f"{case.lun.device} is being formatted",
                "Wait for it, then run again",
            )
    leader = case.begun.leader if case.begun else ""
    if leader and (leader in case.silent or leader not in case.seen):
        yield Refusal(
            "G6",
            Code.OUTCOME_UNKNOWN,
            leader,
            f"its format of {case.lun.device}, begun {case.begun.time}, has an UNKNOWN outcome, "
            "and it takes no part; nobody else is elected",
            "Bring it back and run again. If it is gone for good, make sure that it is switched "
            "off, then " + commands.resume(case.lun.wwid),
        )


def held(case):
    """What the LUN was seen to hold, by which node, in words; ``""`` if nobody saw anything."""
    for node, facts in sorted(case.seen.items()):
        if case.shows(facts) and contents(facts):
            return f"{contents(facts)} on {node}"
    return ""


def contents(facts):
    """What a LUN holds, in words; ``""`` for nothing that was found."""
    found = []
    if facts["volume"]:
        volume = facts["volume"]
        found.append(
            f"an OCFS2 volume (label {volume['label'] or 'none'}, {volume['stamp']}, "
            f"uuid {volume['uuid']})"
        )
    elif facts["signature"]:
        found.append(_signature(facts["signature"]))
    if facts["written"]:
        found.append("data at byte " + ", ".join(str(offset) for offset in facts["written"]))
    return " and ".join(found)


def _signature(signature):
    kind = signature.get("TYPE") or signature.get("PTTYPE", "") + " partition table"
    name = signature.get("LABEL") or signature.get("UUID") or signature.get("PTUUID")
    return f"{kind} ({name})" if name else kind


def permission(case):
    """G5: pillar allows it for this LUN, and no volume has been pinned to it."""
    path = f"luns:{case.lun.key}"
    if case.lun.uuid:
        found = f"{path}:uuid pins volume {case.lun.uuid}"
        lost = "Find out where the volume went; a pinned LUN is never formatted"
        if case.observed:
            yield Refusal("G5", Code.PINNED, "", f"{found}, but the LUN does not hold it", lost)
        else:
            yield Refusal("G5", Code.PINNED, "", found, _UNSEEN)
    elif case.lun.format != "once":
        allow = f"To have this blank LUN formatted, write format: once under {path}"
        found = f"{path}:format is {case.lun.format}"
        yield Refusal("G5", Code.NOT_PERMITTED, "", found, allow if case.observed else _UNSEEN)


def in_use(case):
    """
    G7: nothing on any node of the roster holds the LUN.

    A host that is not in the roster but has a volume on this LUN mounted writes its heartbeat
    every two seconds, within 5 MiB of the start whatever the block and cluster size (mkfs.ocfs2
    1.8.7). :func:`blank` finds it there: those bytes are read in the plan, again in the format
    stage, and twice more on the leader.
    """
    for node, facts in sorted(case.seen.items()):
        users = [f"mounted on {mount['path']}" for mount in facts["mounts"]]
        users += [f"held by {holder}" for holder in facts["holders"]]
        users += ["changing while it is looked at: somebody writes to it"] * bool(facts["beats"])
        if facts["busy"] and not users:
            users = ["opened exclusively by another program"]
        if users:
            yield Refusal(
                "G7",
                Code.IN_USE,
                node,
                f"{case.lun.device} is in use: {', '.join(users)}",
                "Release it on this node first",
            )


def writable(case):
    """G7: the LUN accepts writes."""
    for node, facts in sorted(case.seen.items()):
        if facts["read_only"]:
            yield Refusal(
                "G7",
                Code.READ_ONLY,
                node,
                f"{case.lun.device} is read-only",
                "Export it writable, or release the reservation on it",
            )


def roster(case):
    """G8: every node of the roster answered and is fit to join."""
    for node, reason in sorted(case.silent.items()):
        yield Refusal(
            "G8",
            Code.NODE_ABSENT,
            node,
            "takes no part: " + reason.split(";")[0],
            "Nothing is formatted unless every node of the roster agrees; bring it back or take "
            "it out of pillar",
        )


def stamped_as_ours(case):
    """The volume on the LUN is the one that pillar describes."""
    for node, facts in sorted(case.seen.items()):
        # What another LUN holds says nothing of this one.
        other = facts["wwid"] and not case.shows(facts)
        if facts["error"] or facts["unreadable"] or other:
            continue
        for difference in volume_differences(case, facts["volume"]):
            yield Refusal(
                "mount",
                Code.OTHER_VOLUME,
                node,
                f"{case.lun.device} holds {contents(facts) or 'no volume'}: {difference}",
                "Mounting it is refused; correct pillar or present the right LUN",
            )


def enough_slots(case):
    """Every node that wants to mount the volume finds a slot. Where the volume is down, those who
    had it mounted have to get it back, and who comes too late is told by the kernel."""
    nodes, mounted = len(case.desired.nodes), case.mounted
    for node, facts in sorted(case.seen.items()):
        volume = facts["volume"]
        if volume and volume["slots"] <= len(mounted) < nodes and node not in mounted:
            yield Refusal(
                "mount",
                Code.SLOTS_TOO_FEW,
                node,
                f"{case.lun.device} has {volume['slots']} slots for {nodes} nodes",
                f"Raise them by {commands.orchestrate('slots', lun=case.lun.key)}",
            )


def finished(case):
    """G9: the format of the volume has reached its end."""
    for node, facts in sorted(case.seen.items()):
        if facts["volume"] and facts["half_made"]:
            yield Refusal(
                "G9",
                Code.CUT_SHORT,
                node,
                f"the format of {case.lun.device} as volume {facts['volume']['uuid']} was cut short"
                " (no lost+found, never mounted)",
                _finishing(case),
            )


def _finishing(case):
    if case.record is None or case.begun:
        return f"Run {commands.ORCHESTRATE} on the master, which makes it again"
    return (
        "No record says that it is ours. If nobody needs it, clear the LUN by hand "
        f"({commands.clear(case.lun.device)}), then {commands.forget(case.lun.wwid)}"
    )


def as_on_record(case):
    """G4: where a format is on record as begun, the volume is the one that was begun."""
    for node, facts in sorted(case.seen.items()):
        volume = facts["volume"]
        if case.begun and volume and volume["uuid"] != case.begun.uuid:
            yield Refusal(
                "G4",
                Code.OTHER_THAN_BEGUN,
                node,
                f"{case.lun.device} holds volume {volume['uuid']}, but on record is "
                f"{case.begun.words()}",
                "Find out who made it. To use it: " + commands.forget(case.lun.wwid),
            )


def volume_differences(case, volume):
    """How a volume (its facts, or None) differs from what pillar describes, as sentences."""
    if not volume:
        return ["there is no OCFS2 volume to mount"]
    lun, cluster = case.lun, case.desired.cluster
    found = []
    if lun.uuid and volume["uuid"] != lun.uuid:
        found.append(f"pillar pins uuid {lun.uuid}")
    if (volume["stack"], volume["cluster"]) != ("o2cb", cluster.name):
        found.append(f"it belongs to {volume['stamp']}, not to o2cb/{cluster.name}")
    if volume["global_heartbeat"]:
        found.append("it was made for global heartbeat")
    if volume["label"] != lun.label:
        found.append(f"pillar gives the label {lun.label}")
    return found


FORMAT_GUARDS = (
    identity,
    size,
    readable,
    blank,
    ledger,
    permission,
    one_writer,
    in_use,
    writable,
    roster,
)
#: What the leader proves again by itself, on the handle it holds, right before mkfs.
LEADER_GUARDS = (identity, size, readable, blank, in_use, writable)
MOUNT_GUARDS = (identity, readable, stamped_as_ours, enough_slots, finished, as_on_record)
