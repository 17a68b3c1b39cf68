"""
The volumes of the cluster: which devices of the nodes are one LUN, and where it is mounted.
"""

import posixpath

from ocfs2lib.adoption import fstab_lines
from ocfs2lib.adoption import majority
from ocfs2lib.adoption.statement import issue
from ocfs2lib.lun import superblock
from ocfs2lib.lun.wwid import drbd_resource
from ocfs2lib.node.fstab import NOT_AT_BOOT


class SharedVolume:
    """
    One LUN with an OCFS2, as each node of the cluster sees it.

    ``seen`` is ``{minion id: facts}`` of the nodes that see it, ``members`` ``{minion id: survey}``
    of all; ``facts`` are those of the volume, ``lines`` and ``mounts`` the lines of fstab and the
    mount points of each node that sees it.
    """

    def __init__(self, seen, members):
        self.seen, self.members = seen, members
        self.facts = next(iter(seen.values()))["volume"]
        self.lines = {
            minion: [
                line
                for line in members[minion]["fstab"]
                if fstab_lines.refers_to(line, facts["node"], facts)
            ]
            for minion, facts in seen.items()
        }
        self.mounts = {
            minion: [mount["path"] for mount in facts["mounts"]] for minion, facts in seen.items()
        }

    def label(self):
        """Return how to name it to a reader who knows no key of pillar yet."""
        label = self.facts["label"]
        return f"volume {self.facts['uuid']}" + (f" ({label})" if label else "")

    def users(self):
        """Return the minion ids of the nodes that mount it, now or by a line in fstab."""
        return [minion for minion in self.seen if self.mounts[minion] or self.lines[minion]]

    def is_manual(self):
        """Return whether no boot mounts it: each node that uses it has a line with noauto."""
        lines = [self.lines[minion] for minion in self.users()]
        return bool(lines) and all(
            each and all(NOT_AT_BOOT in line["options"] for line in each) for each in lines
        )

    def path(self):
        """
        Return where most nodes have it mounted, or have it in fstab, and the issues with that.

        Returns ``(path, issues)``; the path is None if no node mounts it.
        """
        now = {minion: self._mounted(minion) for minion in self.seen if self.mounts[minion]}
        boot = {minion: lines[0]["path"] for minion, lines in self.lines.items() if lines}
        paths = now or boot
        if self.facts["stack"] == superblock.HEARTBEAT:
            return None, [
                issue(
                    self.label(),
                    "it is a heartbeat device (mkfs.ocfs2 -H), which nobody can mount: a cluster "
                    "with global heartbeat beats on it. The formula has local heartbeat, on each "
                    "volume; leave it out of the pillar.",
                )
            ]
        if not paths:
            return None, [
                issue(
                    self.label(),
                    "no node mounts it, so it is not in the pillar. To have it "
                    "mounted, add it to luns with its mount:path.",
                )
            ]
        path, others = majority.of(paths)
        return path, [*self._elsewhere(path, others, paths), *self._second_mounts(path)]

    def _mounted(self, minion):
        # A bind mount looks the same, but is not that of fstab.
        paths = self.mounts[minion]
        lines = [line["path"] for line in self.lines[minion]]
        return next((path for path in paths if path in lines), paths[0])

    def _elsewhere(self, path, others, paths):
        for minion in others:
            yield issue(
                minion,
                f"{self.label()} is mounted on {paths[minion]}, on the others on {path};"
                " the pillar has one path for all nodes, and programs would find it nowhere else. "
                f"Unmount it there and mount it on {path}, or correct mount:path.",
                obstacle=True,
            )

    def _second_mounts(self, path):
        for minion, paths in self.mounts.items():
            more = [each for each in paths if each != path]
            if path in paths and more:
                yield issue(
                    minion,
                    f"{self.label()} is mounted on {', '.join(more)} too, as by a bind "
                    f"mount; the pillar describes {path} alone and leaves the others as they are.",
                )


def find(members):
    """
    Return every volume as a :class:`SharedVolume`, and the issues with their LUNs.

    members
        ``{minion id: survey}`` of the nodes of the cluster.

    Returns ``(volumes, issues)``.
    """
    groups, issues = {}, []
    for minion, survey in members.items():
        for node, facts in survey["luns"].items():
            if facts["error"]:
                issues.append(_no_lun(minion, node, facts, survey))
            elif facts["unreadable"]:
                issues.append(_unreadable(minion, facts))
            elif facts["volume"]:
                group = groups.setdefault(_identity(facts), {})
                group.setdefault(minion, []).append(facts)
    issues += [each for group in groups.values() for each in _without_multipath(group)]
    volumes = [
        SharedVolume({minion: _as_one(disks) for minion, disks in group.items()}, members)
        for group in groups.values()
    ]
    unique, more = _one_of_each(volumes)
    return sorted(unique, key=lambda volume: volume.facts["uuid"]), issues + more


def _unreadable(minion, facts):
    return issue(
        minion,
        f"{facts['unreadable']}. What it holds is not known. {_look(facts)}, and read the cluster "
        "again.",
        obstacle=True,
    )


def _look(facts):
    resource = drbd_resource(facts["wwid"] or "")
    if resource:
        return f"Have both sides primary and up to date (drbdadm status {resource})"
    return "Look at its paths (multipath -ll)"


def _no_lun(minion, node, facts, survey):
    """The issue of a logical volume or another device that can be no LUN of pillar."""
    volume = facts["volume"]
    lines = [line["path"] for line in survey["fstab"] if line["node"] == node]
    paths = [mount["path"] for mount in facts["mounts"]]
    parts = [facts["error"]]
    if volume:
        parts.append(
            f"it holds volume {volume['uuid']}" + f" ({volume['label']})" * bool(volume["label"])
        )
    parts += [f"it is mounted on {', '.join(paths)}"] if paths else []
    parts += [f"/etc/fstab has it on {', '.join(lines)}"] if lines else []
    what = (
        "It is not in the pillar, and nothing of the formula touches it. To have it there, copy "
        "its data to a volume on a LUN"
        if volume
        else "Take its line out of /etc/fstab"
    )
    return issue(minion, f"{'; '.join(parts)}. {what}.", obstacle=True)


def _identity(facts):
    return (facts["wwid"] or "").lower(), facts["volume"]["uuid"]


def _without_multipath(group):
    for minion, disks in group.items():
        if len(disks) > 1:
            nodes = ", ".join(str(facts["node"]) for facts in disks)
            yield issue(
                minion,
                f"{nodes} are one LUN without a multipath map; a mount goes one way and "
                "ends with it. Set up multipath, with the same alias on every node, before you "
                "apply the pillar: the device in it changes with that.",
                obstacle=True,
            )


def _as_one(disks):
    """Return the facts of the disk that is mounted; the others count as paths to it."""
    chosen = next((facts for facts in disks if facts["mounts"]), disks[0])
    others = {posixpath.basename(facts["node"] or ""): facts["wwid"] for facts in disks}
    return {**chosen, "paths": {**others, **chosen["paths"]}} if len(disks) > 1 else chosen


def _one_of_each(volumes):
    """Return, of several LUNs with one UUID, the one that most nodes use; and the issues."""
    by_uuid, issues = {}, []
    for volume in volumes:
        by_uuid.setdefault(volume.facts["uuid"], []).append(volume)
    for uuid, same in by_uuid.items():
        if len(same) > 1:
            same.sort(key=lambda volume: -len(volume.users()))
            wwids = ", ".join(str(_wwid(volume)) for volume in same)
            issues.append(
                issue(
                    f"volume {uuid}",
                    f"LUNs {wwids} have one UUID, as a snapshot or clone does; the "
                    "kernel takes them for one volume, and UUID= finds either. The pillar has the "
                    "first. Present the other to none of the nodes, or give it another UUID "
                    "(tunefs.ocfs2 --cloned-volume).",
                    obstacle=True,
                )
            )
    return [same[0] for same in by_uuid.values()], issues


def _wwid(volume):
    return next(iter(volume.seen.values()))["wwid"] or None
