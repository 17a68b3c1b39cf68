"""
The guards of a format: why a LUN must not be formatted.

Each guard is a function that yields a :class:`lun.refusal.Refusal` for everything it objects to; a
LUN may be formatted only if no guard yields anything. Some judge what one node sees
(:class:`lun.case.NodeView`), on the master for every node and once more on the leader; the others
judge all that is known (:class:`lun.case.LunCase`). They are numbered as in ``docs/safety.rst``: G9
acts on the leader, where the format happens, and G10 is the absence of any writing code before
they have passed.
"""

import functools

from ocfs2lib import commands
from ocfs2lib.lun import contents
from ocfs2lib.lun.ledger import FORMATTED
from ocfs2lib.lun.ledger import HELD
from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.refusal import Refusal
from ocfs2lib.lun.wwid import drbd_resource
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import whole_wwid
from ocfs2lib.pillar import refused_devices
from ocfs2lib.pillar import volume_types

#: What to do first about a LUN that no node sees.
_UNSEEN = "Have a node see the LUN and run again: nobody knows now what it holds"


def refusals(case):
    """Every reason not to format, of all guards together; an empty list is the permission."""
    return [refusal for guard in FORMAT_GUARDS for refusal in guard(case)]


def leader_refusals(view):
    """Every reason of the leader not to format what it sees itself."""
    return [refusal for guard in LEADER_GUARDS for refusal in guard(view)]


# ---- what one node sees


def identity(view):
    """G1: the node sees, under the name in pillar, the LUN with the WWID in pillar."""
    facts = view.facts
    if facts["error"]:
        yield Refusal(
            "G1",
            Code.LUN_MISSING,
            view.minion,
            facts["error"],
            "Present the LUN to this node and run again",
        )
    elif not view.shows_lun:
        yield Refusal(
            "G1",
            Code.OTHER_LUN,
            view.minion,
            f"{view.device} is {facts['wwid'] or _nameless(facts)}, not {view.wwid}",
            "Correct luns:" + view.key + ":wwid or the device's name on this node",
        )
    else:
        yield from _foreign_paths(view)


def _nameless(facts):
    """Return what a device without an identity is, as text."""
    refused = refused_devices.by_node(facts["node"] or "")
    return f"without a WWID ({refused.kind}: {refused.reason})" if refused else "without a WWID"


def _foreign_paths(view):
    # A path leads to the whole LUN, also where its partition is meant.
    wanted = whole_wwid(view.wwid)
    for name, wwid in sorted(view.facts["paths"].items()):
        if not wwid or not same_wwid(wwid, wanted):
            where = wwid or "an unnamed LUN"
            yield Refusal(
                "G1",
                Code.OTHER_PATH,
                view.minion,
                f"path {name} of {view.device} leads to {where}, not {wanted}",
                "Repair the paths of this map (multipath -ll)",
            )


def size(view):
    """G1: the size is pillar's, to the byte."""
    facts = view.facts
    # Of what could not even be opened, no size is known.
    known = facts["size"] or not facts["unreadable"]
    if not facts["error"] and known and facts["size"] != view.size:
        yield Refusal(
            "G1",
            Code.SIZE_DIFFERS,
            view.minion,
            f"{view.device} has {facts['size']} bytes, pillar says {view.size}",
            f"If this is the right LUN, write size: {facts['size']}; "
            "if it has just grown, rescan it on every node",
        )


def sectors(view):
    """G1: a sector is no larger than a block, else no kernel mounts the volume."""
    sector = view.facts["sector_size"]
    block = volume_types.block_bytes(view.size, view.block_size)
    # It is known of each LUN that could be opened; the others are refused as unreadable.
    if not view.facts["error"] and sector and sector > block:
        yield Refusal(
            "G1",
            Code.SECTORS_LARGE,
            view.minion,
            f"{view.device} has sectors of {sector} bytes, and the volume would have blocks of "
            f"{block}",
            f"Write block_size: {max(sector, block)} under luns:{view.key}, or have the array "
            "present smaller sectors",
        )


def readable(view):
    """G2: every read succeeded; an I/O error is never taken for blank."""
    if view.facts["unreadable"]:
        yield Refusal(
            "G2",
            Code.UNREADABLE,
            view.minion,
            view.facts["unreadable"],
            _reading(view),
        )


def _reading(view):
    """What to do about a device that cannot be read."""
    resource = drbd_resource(view.wwid)
    if resource:
        return (
            "Have both sides primary, connected and up to date "
            f"(drbdadm status {resource}), then run again"
        )
    return "Repair the path to the LUN, or release the reservation on it, then run again"


def blank(view):
    """
    G3: no signature, and zeros wherever a format leaves its mark.

    A format of ours that was cut short may have left what mkfs.ocfs2 writes, and nothing else.
    """
    facts = view.facts
    if facts["error"] or facts["unreadable"]:
        return
    found = contents.beside_format(facts) if view.is_cut_format else contents.describe(facts)
    if found:
        yield Refusal(
            "G3",
            Code.NOT_BLANK,
            view.minion,
            f"{view.device} is not blank: it holds {found}",
            _clearing(view),
        )
    elif view.proof and facts["written"] is None:
        yield Refusal("G3", Code.NOT_READ, view.minion, f"{view.device} was not read", "Run again")


def _clearing(view):
    """What to do about a LUN that is not blank."""
    if view.is_cut_format and view.reached:
        return (
            "mkfs.ocfs2 writes no such block, but a power cut can leave half of one. If nobody "
            f"else wrote there, clear the LUN by hand on one node ({commands.clear(view.device)}), "
            f"then {commands.forget(view.wwid)}"
        )
    if view.started_uuid and view.facts["written"] and view.reached:
        return (
            "A format on record as begun may have left this, cut short before it had a superblock. "
            "If nobody else wrote there, clear the LUN by hand on one node "
            f"({commands.clear(view.device)}), then run again"
        )
    if view.started_uuid and view.facts["written"]:
        return (
            "No node is known to have written for the format on record, so find out whose it is. "
            f"If the LUN may be used all the same: {commands.forget(view.wwid)}, and clear it"
        )
    return (
        "Name another LUN, or clear this one by hand if its data is worth nothing, then "
        + commands.forget(view.wwid)
    )


def in_use(view):
    """
    G7: nothing on the node holds the LUN, and no process has it open for writing.

    A host that is not in the roster but has a volume on this LUN mounted writes its heartbeat
    every two seconds, within 5 MiB of the start whatever the block and cluster size (mkfs.ocfs2
    1.8.7). :func:`blank` finds it there: those bytes are read in the plan, again in the format
    stage, and twice more on the leader.
    """
    facts = view.facts
    users = [f"mounted on {mount['path']}" for mount in facts["mounts"]]
    users += [f"held by {holder}" for holder in facts["holders"]]
    users += ["changing while it is looked at: somebody writes to it"] * bool(facts["changing"])
    users += [f"open for writing in {process}" for process in facts["writers"]]
    if facts["busy"] and not users:
        users = ["opened exclusively by another program"]
    if users:
        yield Refusal(
            "G7",
            Code.IN_USE,
            view.minion,
            f"{view.device} is in use: {', '.join(users)}",
            "Release it on this node first",
        )


def writable(view):
    """G7: the LUN accepts writes."""
    if view.facts["read_only"]:
        yield Refusal(
            "G7",
            Code.READ_ONLY,
            view.minion,
            f"{view.device} is read-only",
            "Export it writable, or release the reservation on it",
        )


# ---- what is known of all nodes


def ledger(case):
    """
    G4: nothing is on record of the LUN, other than a format of this cluster that was cut; nor of a
    partition of it or, of a partition, of its whole LUN.

    The record refuses whether or not anybody sees the LUN. But only to somebody who can look at it
    is it said how to have the record forgotten.
    """
    record, wwid = case.record, case.lun.wwid
    if isinstance(record, str):
        yield _recorded(
            case,
            Code.RECORD_UNREADABLE,
            record,
            "Repair the cache of this Salt master",
            f"; if this record alone is broken and the LUN was never in use: "
            f"{commands.forget(wwid)}",
        )
    elif record and (record.state in (FORMATTED, HELD) or record.found):
        found = f"LUN {wwid} is on record: {record.description()}"
        shown = (
            "What it shows now is not proof that this is gone: an array can return zeros for a "
            "while"
        )
        yield _recorded(
            case,
            Code.ON_RECORD,
            f"{found}. {shown}" if case.observed else found,
            "Find out where it went",
            f". If the LUN was cleared on purpose: {commands.forget(wwid)}",
        )
    elif case.started_format and case.started_format.cluster != case.desired.cluster.name:
        yield _recorded(
            case,
            Code.OTHER_CLUSTER,
            f"LUN {wwid} is on record: {record.description()}",
            "Name another LUN",
            f". If that cluster is gone for good: {commands.forget(wwid)}",
        )
    for other, found in case.overlaps.items():
        yield _recorded(
            case,
            Code.ON_RECORD,
            f"LUN {other}, which has the same blocks, is on record: {found}",
            "Find out where it went",
            f". If it was cleared on purpose: {commands.forget(other)}",
        )


def _recorded(case, code, found, fix, forget):
    """The refusal, with the advice to forget the record only where somebody sees the LUN."""
    return Refusal("G4", code, "", found, fix + forget if case.observed else _UNSEEN)


def outcome(case):
    """G4: of a format that its leader has made to the end, there is the volume."""
    started = case.started_format
    if not started or any(view.facts["volume"] for view in case.views()):
        return
    if started.leader in case.seen and case.formats.get(started.leader, {}) is None:
        yield Refusal(
            "G4",
            Code.OUTCOME_UNKNOWN,
            started.leader,
            f"its audit log cannot be read, so what became of volume {started.uuid} is not known",
            "Repair the log beside that of its salt-minion, then run again",
        )
    if case.last_verdict == "done":
        cleared = f". If the LUN was cleared on purpose: {commands.forget(case.lun.wwid)}"
        yield Refusal(
            "G4",
            Code.ON_RECORD,
            started.leader,
            f"it has made volume {started.uuid} on LUN {case.lun.wwid} to its end, and nobody sees "
            "it now: an array can return zeros for a while",
            "Find out where it went" + cleared if case.observed else _UNSEEN,
        )


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


def one_writer(case):
    """G6: nobody else formats the LUN, and nobody who may still be about to has been lost."""
    for node, wwid in sorted(case.formatting.items()):
        if same_wwid(wwid, case.lun.wwid):
            yield Refusal(
                "G6",
                Code.BEING_FORMATTED,
                node,
                f"{case.lun.device} is being formatted",
                "Wait for it, then run again",
            )
    started = case.started_format
    leader = started.leader if started else ""
    if leader and (leader in case.silent or leader not in case.seen):
        yield Refusal(
            "G6",
            Code.OUTCOME_UNKNOWN,
            leader,
            f"its format of {case.lun.device}, begun {started.time}, has an UNKNOWN outcome, "
            "and it takes no part; nobody else is elected",
            "Bring it back and run again. If it is gone for good, make sure that it is switched "
            "off, then " + commands.resume(case.lun.wwid),
        )
    elif leader and leader not in case.lun.nodes:
        yield Refusal(
            "G6",
            Code.OUTCOME_UNKNOWN,
            leader,
            f"its format of {case.lun.device}, begun {started.time}, has not reached its end, and "
            "it is none of the LUN's nodes any more; nobody else is elected",
            f"Write it under luns:{case.lun.key}:nodes again and run again",
        )


def roster(case):
    """G8: every node of the roster answered and is fit to join."""
    for node, silence in sorted(case.silent.items()):
        yield Refusal(
            "G8",
            Code.NODE_ABSENT,
            node,
            f"takes no part: {silence.short}",
            "Nothing is formatted unless every node of the roster agrees; bring it back or take "
            "it out of pillar",
        )


def of_every_node(guard):
    """Make a guard of all that is known from ``guard``, which judges what one node sees."""

    @functools.wraps(guard)
    def judge(case):
        for view in case.views():
            yield from guard(view)

    return judge


FORMAT_GUARDS = (
    of_every_node(identity),
    of_every_node(size),
    of_every_node(sectors),
    of_every_node(readable),
    of_every_node(blank),
    ledger,
    outcome,
    permission,
    one_writer,
    of_every_node(in_use),
    of_every_node(writable),
    roster,
)
#: What the leader proves again by itself, on the handle it holds, right before mkfs.
LEADER_GUARDS = (identity, size, sectors, readable, blank, in_use, writable)
