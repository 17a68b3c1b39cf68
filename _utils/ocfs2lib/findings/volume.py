"""
What is wrong with volumes: mounts, room, errors, and what is left where they are mounted.
"""

from ocfs2lib import commands
from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import NODES
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.node import fstab
from ocfs2lib.node.difference import IMPOSSIBLE
from ocfs2lib.node.difference import OUTAGE
from ocfs2lib.node.difference import Part

#: Shares of free room below which there is too little, and next to none.
_LOW, _NONE = 0.10, 0.02
#: The type that SELinux gives to what has no label.
_UNLABELLED = "unlabeled_t"


def not_mounted(snapshot):
    """Find volumes that are not mounted where they should be, or will not be at the next boot."""
    for lun in snapshot.plan.luns:
        if not lun.volume:
            continue
        path = snapshot.desired.lun(lun.key).mount.path
        for minion in lun.mount_on:
            if not snapshot.is_held(minion, lun.key):
                what = f"the volume is not mounted on {path}"
                yield Finding("not-mounted", what, ORCHESTRATE, (minion,), lun.key)
        for minion in lun.fstab_on:
            if not snapshot.is_held(minion, lun.key):
                yield _fstab(snapshot, minion, lun.key)


def not_in_pillar(snapshot):
    """Find mounts of an OCFS2 that is no LUN of pillar."""
    for plan, _ in snapshot.node_plans():
        for gap in plan.gaps_of("stray-volume"):
            lun = next(
                (each for each in snapshot.desired.luns if each.mount.path == gap.subject), None
            )
            what = f"an OCFS2 that is no LUN of pillar is {gap.old} on {gap.subject}"
            if lun:
                what = (
                    f"an OCFS2 is {gap.old} on {gap.subject}, and luns:{lun.key}:nodes does not "
                    "name this node"
                )
            fix = snapshot.command(gap.verb, path=gap.subject)
            fix += ", or write the node there" if lun else ""
            yield Finding(gap.finding, what, fix, (plan.minion,), lun.key if lun else "")


def _fstab(snapshot, minion, key):
    want = snapshot.desired.lun(key)
    have = snapshot.examinations[minion]["fstab"].get(want.mount.path)
    what = f"/etc/fstab has no line for {want.mount.path}"
    if have:
        what = f"the line of /etc/fstab for {want.mount.path} is not as described"
        options = have.get("options") if isinstance(have, dict) else None
        known = options if isinstance(options, list) else []
        lacking = [each for each in fstab.line(want, minion)["options"] if each not in known]
        what += f" (it lacks {', '.join(lacking)})" if lacking else ""
    return Finding("fstab-differs", what, f"salt {NODES} state.apply ocfs2", (minion,), key)


def broken(snapshot):
    """Find volumes that are read-only, or that do not answer."""
    for lun in snapshot.desired.luns:
        for node, facts in snapshot.nodes():
            path = lun.mount.path
            if path in facts["hung"]:
                yield Finding(
                    "volume-hangs",
                    f"{path} {facts['hung'][path]}",
                    "look at the paths of its LUN and at the connections (this list); if nothing "
                    "helps, reset the node",
                    (node.minion,),
                    lun.key,
                )
            yield from _read_only(snapshot, lun, node, facts)


def _read_only(snapshot, lun, node, facts):
    path = lun.mount.path
    volumes = facts["health"]["volumes"].values()
    volume = next((each for each in volumes if path in each["paths"]), None)
    wanted = any(
        mount["path"] == path and "ro" in mount["options"]
        for mount in facts["luns"][lun.key]["mounts"]
    )
    if volume and volume["failed"]:
        command = snapshot.command("fsck", lun=lun.key, outage=lun.key)
        yield Finding(
            "volume-failed",
            f"{path} is read-only because of an error in the volume",
            f"dmesg on the node names the error; {command}, with repair if it finds some",
            (node.minion,),
            lun.key,
        )
    elif (volume and volume["read_only"]) or (wanted and "ro" not in lun.mount.options):
        fix = f"mount -o remount,rw {path} on the node, or write the option ro into pillar"
        yield Finding("read-only", f"{path} is read-only", fix, (node.minion,), lun.key)


def slots(snapshot):
    """Find volumes on which no node, or only one more, finds a slot."""
    for lun in snapshot.plan.luns:
        nodes = len(lun.case.lun.nodes)
        spare = lun.volume["slots"] - nodes if lun.volume else None
        if spare is None or spare > 1 or any(gap.verb == commands.SLOTS for gap in lun.gaps):
            continue
        count = lun.volume["slots"]
        command = snapshot.command(commands.SLOTS, lun=lun.key, outage=lun.key)
        yield Finding(
            "slots-full" if spare <= 0 else "slots-few",
            f"{nodes} nodes take {min(nodes, count)} of {count} slots",
            f"write slots: {nodes + 2} under luns:{lun.key}, then {command}",
            (),
            lun.key,
        )


def space(snapshot):
    """Find volumes with little room."""
    # All nodes see one volume: the first that answered speaks for it.
    for lun in snapshot.desired.luns:
        path = lun.mount.path
        seen = next(
            (each["space"][path] for _, each in snapshot.nodes_of(lun) if path in each["space"]),
            None,
        )
        if seen:
            yield from _room(snapshot, lun, seen)


def _room(snapshot, lun, seen):
    # One share for both: OCFS2 counts inodes by the clusters of which they can be made (statfs).
    free, total = seen["free_bytes"], seen["bytes"]
    if total > 0 and free < _LOW * total:
        none = free < _NONE * total
        yield Finding(
            "space-low",
            f"less than {_NONE if none else _LOW:.0%} of its room, for bytes and inodes, is free",
            "remove what nobody needs, or grow the LUN on the array, write its new size, and "
            + snapshot.command(commands.GROW, lun=lun.key),
            (),
            lun.key,
            BROKEN if none else "",
        )


def differences(snapshot):
    """Find volumes whose size or slots are not pillar's."""
    for lun in snapshot.plan.luns:
        for gap in lun.gaps_of("volume-differs"):
            # That a node sees less of the LUN than another is a finding about the LUN.
            if gap.part is not Part.SIZE_SEEN or gap.subject not in lun.case.behind:
                what = f"{gap.what} {gap.old}, pillar says {gap.new}"
                yield Finding(gap.finding, what, _closing(snapshot, lun, gap), (), lun.key)


def _closing(snapshot, lun, gap):
    """Return what closes a difference of a volume."""
    if gap.kind == IMPOSSIBLE:
        return gap.why
    outage = {"outage": lun.key} if gap.kind == OUTAGE else {}
    command = snapshot.command(gap.verb, lun=lun.key, **outage)
    return f"{gap.why}; then {command}" if gap.why else command


def hidden_files(snapshot):
    """Find files in a directory that is a mount point."""
    for lun in snapshot.desired.luns:
        for node, facts in snapshot.nodes_of(lun):
            names = facts["hidden"].get(lun.mount.path)
            if names:
                parent, _, name = lun.mount.path.rpartition("/")
                yield Finding(
                    "files-under-mount",
                    f"{', '.join(names[:3])}{' and more' if len(names) > 3 else ''} lie in "
                    f"{lun.mount.path} under the mount",
                    # Nothing can be moved out of a directory that is immutable.
                    f"mount --bind {parent or '/'} /mnt && chattr -i /mnt/{name} on the node, move "
                    f"what is in it, then chattr +i /mnt/{name} && umount /mnt",
                    (node.minion,),
                    lun.key,
                )


def labels(snapshot):
    """Find volumes without a label where SELinux enforces its policy."""
    for lun in snapshot.desired.luns:
        without = {
            node.minion: facts["labels"][lun.mount.path]
            for node, facts in snapshot.nodes_of(lun)
            if _UNLABELLED in facts["labels"].get(lun.mount.path, "").split(":")
        }
        if without:
            path = lun.mount.path
            yield Finding(
                "selinux-unlabelled",
                f"{path} is labelled {next(iter(without.values()))}, as a fresh volume is",
                f"semanage fcontext -a -t virt_image_t '{path}(/.*)?' on every node (that type for "
                f"libvirt's images), then restorecon -R {path} on one",
                tuple(without),
                lun.key,
            )
