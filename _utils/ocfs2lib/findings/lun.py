"""
What is wrong with LUNs: identity, paths, contents.
"""

from ocfs2lib import commands
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.findings.snapshot import UNKNOWN_PATH
from ocfs2lib.lun.refusal import Code
from ocfs2lib.lun.wwid import drbd_resource
from ocfs2lib.lun.wwid import same_wwid
from ocfs2lib.lun.wwid import whole_wwid
from ocfs2lib.plan.cluster_plan import FORMAT

#: The kind of finding that tells each objection of a guard.
KIND_OF_CODE = {
    Code.LUN_MISSING: "lun-missing",
    Code.OTHER_LUN: "lun-other",
    Code.OTHER_PATH: "lun-other",
    Code.SIZE_DIFFERS: "lun-size-differs",
    Code.SECTORS_LARGE: "format-not-allowed",
    Code.UNREADABLE: "lun-unreadable",
    Code.NOT_READ: "lun-not-blank",
    Code.NOT_BLANK: "lun-not-blank",
    Code.RECORD_UNREADABLE: "lun-on-record",
    Code.ON_RECORD: "lun-on-record",
    Code.OTHER_CLUSTER: "lun-on-record",
    Code.OTHER_THAN_BEGUN: "lun-on-record",
    Code.PINNED: "format-not-allowed",
    Code.NOT_PERMITTED: "format-not-allowed",
    Code.BEING_FORMATTED: "format-unknown",
    Code.OUTCOME_UNKNOWN: "format-unknown",
    Code.IN_USE: "lun-in-use",
    Code.READ_ONLY: "lun-read-only",
    Code.CUT_SHORT: "format-cut",
    Code.OTHER_VOLUME: "volume-other",
    Code.SLOTS_TOO_FEW: "volume-other",
}


def refusals(snapshot):
    """Find LUNs that a guard keeps from being formatted or mounted."""
    for lun in snapshot.plan.luns:
        for refusal in lun.refusals:
            # An absent node is a finding about the node.
            if refusal.code is not Code.NODE_ABSENT and _is_seen(lun.case, refusal):
                yield Finding(
                    KIND_OF_CODE[refusal.code],
                    refusal.found,
                    refusal.fix,
                    (refusal.node,) if refusal.node else (),
                    lun.key,
                    # What becomes of a format is not known while its leader says nothing.
                    UNKNOWN if refusal.node and refusal.node not in lun.case.seen else "",
                )


def _is_seen(case, refusal):
    """Tell whether anybody has seen what the refusal is about: a record alone is no observation."""
    return refusal.node in case.seen or case.observed


def _same(one, other):
    return bool(one and same_wwid(one, other))


def waiting_for_format(snapshot):
    """Find LUNs that wait for their format."""
    for lun in snapshot.plan.luns:
        if lun.action == FORMAT:
            what = "its format was cut short" if lun.again else "it shows no volume"
            what += f", and {lun.leader} is to format it"
        elif lun.case.seen and {each.code for each in lun.refusals} == {Code.NODE_ABSENT}:
            what = "it shows no volume, and is not formatted while a node is missing"
        else:
            continue
        yield Finding("format-pending", what, ORCHESTRATE, (), lun.key)


def sizes(snapshot):
    """Find LUNs that have another size on one node than on another."""
    for lun in snapshot.plan.luns:
        largest = max(lun.case.sizes.values(), default=0)
        for minion, size in lun.case.behind.items():
            yield Finding(
                "lun-size-differs",
                f"it sees {size} bytes of {lun.case.lun.device}, others see {largest}",
                f"multipathd resize map, or rescan its paths; {ORCHESTRATE}.grow does it on all "
                "nodes",
                (minion,),
                lun.key,
            )


def paths(snapshot):
    """Find LUNs with paths that do not work, fewer than elsewhere, or none but one."""
    for lun in snapshot.desired.luns:
        counts = {
            node.minion: len(snapshot.paths(node.minion, lun.key))
            for node, _ in snapshot.nodes_of(lun)
        }
        most = max(counts.values(), default=0)
        for node, facts in snapshot.nodes_of(lun):
            seen = snapshot.paths(node.minion, lun.key)
            yield from _bad_paths(lun, node, seen, most)
            if _same(facts["luns"][lun.key]["wwid"], lun.wwid):
                yield from _unknown_paths(lun, node, seen)
            yield from _past_multipath(lun, node, facts, most)


def _bad_paths(lun, node, paths_, most):
    bad = {disk: each for disk, each in paths_.items() if each not in ("ok", UNKNOWN_PATH)}
    troubles = [f"{disk} is {state}" for disk, state in sorted(bad.items())]
    if 0 < len(paths_) < most:
        troubles.append(f"it has {len(paths_)} paths, other nodes have {most}")
    if troubles:
        yield Finding(
            "path-missing",
            f"paths of {lun.device}: {', '.join(troubles)}",
            "multipath -ll on the node, then its HBA or initiator, cables, switch and the array",
            (node.minion,),
            lun.key,
        )


def _unknown_paths(lun, node, paths_):
    unknown = [disk for disk, state in sorted(paths_.items()) if state == UNKNOWN_PATH]
    if unknown:
        yield Finding(
            "paths-unknown",
            f"multipathd says nothing of {', '.join(unknown)}, the paths of {lun.device}",
            "systemctl enable --now multipathd on the node; systemctl status multipathd says why "
            "it does not run",
            (node.minion,),
            lun.key,
        )


def _past_multipath(lun, node, facts, most):
    whole = whole_wwid(lun.wwid)
    unmapped = [
        each for wwid, disks in facts["unmapped"].items() if _same(wwid, whole) for each in disks
    ]
    if len(unmapped) > 1 or (unmapped and most):
        yield Finding(
            "no-multipath",
            f"{', '.join(unmapped)} lead to the LUN past multipath",
            "systemctl enable --now multipathd there, let multipath.conf take this WWID, and name "
            "the map in luns:" + lun.key + ":device",
            (node.minion,),
            lun.key,
        )


def drbd(snapshot):
    """Find resources of DRBD whose settings let two nodes write without each other."""
    for lun in snapshot.desired.luns:
        resource = drbd_resource(lun.wwid)
        for node, facts in snapshot.nodes():
            settings = (facts["drbd"] or {}).get(resource) if resource else None
            wrong = _unsafe_settings(settings) if settings else []
            if wrong:
                yield Finding(
                    "drbd-fencing",
                    f"the resource {resource} of DRBD has {', '.join(wrong)}",
                    "protocol C, allow-two-primaries yes, and fencing resource-and-stonith with a "
                    f"fence-peer handler in its configuration, then drbdadm adjust {resource}",
                    (node.minion,),
                    lun.key,
                )


def _unsafe_settings(settings):
    """Return the settings with which two primaries are not safe, as texts."""
    wrong = [f"protocol {each}" for each in settings["protocol"] if each != "C"]
    if settings["allow_two_primaries"] != ["yes"]:
        wrong.append("not allow-two-primaries yes")
    if "dont-care" in settings["fencing"] or not settings["fencing"]:
        wrong.append("no fencing (dont-care)")
    return wrong


def clones(snapshot):
    """Find volumes whose UUID another LUN has too."""
    homes = {}
    for node, facts in snapshot.nodes():
        for device, volume in facts["volumes"].items():
            wwid = (volume["wwid"] or device).lower()
            homes.setdefault(volume["uuid"], {}).setdefault(wwid, []).append((node, device))
    keys = {lun.wwid.lower(): lun.key for lun in snapshot.desired.luns}
    for uuid, luns in homes.items():
        if len(luns) > 1:
            places = [f"{wwid} ({_places(where)})" for wwid, where in sorted(luns.items())]
            copy = next((wwid for wwid in luns if wwid not in keys), next(iter(luns)))
            node, device = luns[copy][0]
            yield Finding(
                "clone",
                f"volume {uuid} is on {len(luns)} LUNs: {' and '.join(places)}",
                "hide the copy from all nodes, or, if nothing has it mounted, give it a UUID of "
                f"its own: {commands.as_other_volume(device)} on {node.minion}",
                tuple(dict.fromkeys(each.minion for where in luns.values() for each, _ in where)),
                next((keys[wwid] for wwid in luns if wwid in keys), ""),
            )


def _places(where):
    return ", ".join(f"{device} on {node.name}" for node, device in where)
