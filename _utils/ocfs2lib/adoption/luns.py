"""The LUNs of a cluster that was built by hand, in the words of pillar."""

import posixpath
import re

from ocfs2lib.adoption import fstab_lines
from ocfs2lib.adoption.oddity import Oddity
from ocfs2lib.adoption.oddity import agreed
from ocfs2lib.adoption.oddity import is_clear
from ocfs2lib.adoption.oddity import named
from ocfs2lib.pillar import values
from ocfs2lib.pillar.desired import default_slots
from ocfs2lib.pillar.device_names import UNSTABLE_DEVICES
from ocfs2lib.pillar.key import OPTIONS
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.keys import DEVICE
from ocfs2lib.pillar.keys import PILLAR

#: What the kernel lists for a mount although nobody asked for it (Linux 6.1).
_UNASKED = frozenset(
    (
        *("rw", "relatime", "nointr", "data=ordered", "errors=remount-ro", "atime_quantum=60"),
        *("coherency=full", "user_xattr", "acl"),
    )
)
#: Options that the formula sets by itself, or that change nothing, wherever they stand.
_IMPLIED = re.compile(r"_netdev|x-systemd\..*|defaults|rw|auto|heartbeat=local|cluster_stack=o2cb")
_OPTIONS = Key("options", OPTIONS, "")
_LUN_KEY = next(key.entry for key in PILLAR.keys if key.name == "luns")
_NO_LINE = "there is no line for it in /etc/fstab"


def described(surveys, roster, cluster):
    """
    The section ``luns`` of pillar, and what is odd about it.

    surveys
        ``{minion id: survey}``, shaped as :func:`answers.census.checked_survey` checks.
    roster
        The minion ids of the ``nodes`` section.
    cluster
        The name of the cluster.

    Returns ``(section, luns, oddities)``: ``luns`` has what each node saw of each LUN in it, as
    ``{key: {minion id: facts}}``.
    """
    members = {minion: survey for minion, survey in surveys.items() if minion in roster}
    volumes, found = _volumes(members)
    section, seen = {}, {}
    for volume in volumes:
        path, odd = volume.path()
        found += odd
        if path:
            key = _key(volume, path, section)
            section[key], odd = _lun(volume, path, key, cluster)
            odd += _slots(volume, key, len(roster))
            seen[key] = volume.seen
            found += odd
    return section, seen, found + list(_lines_of_nothing(members))


class _Volume:
    """One LUN with an OCFS2, as each node of the roster sees it."""

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

    def called(self):
        """How to name it to a reader who knows no key yet."""
        label = self.facts["label"]
        return f"volume {self.facts['uuid']}" + (f" ({label})" if label else "")

    def used(self):
        """How many nodes mount it, now or at boot."""
        return sum(bool(self.mounts[minion] or self.lines[minion]) for minion in self.seen)

    def path(self):
        """Where most nodes have it mounted, or have in fstab; None if none does."""
        now = {minion: self._mounted(minion) for minion in self.seen if self.mounts[minion]}
        boot = {minion: lines[0]["path"] for minion, lines in self.lines.items() if lines}
        paths = now or boot
        if not paths:
            return None, [
                Oddity(
                    f"{self.called()}: no node mounts it, so it is not in the pillar. To have it "
                    "mounted, add it to luns with its mount:path."
                )
            ]
        path, others = agreed(paths)
        return path, [*self._elsewhere(path, others, paths), *self._second_mounts(path)]

    def _mounted(self, minion):
        """Its mount point on a node; a bind mount looks the same, but is not that of fstab."""
        paths = self.mounts[minion]
        lines = [line["path"] for line in self.lines[minion]]
        return next((path for path in paths if path in lines), paths[0])

    def _elsewhere(self, path, others, paths):
        for minion in others:
            yield Oddity(
                f"{minion}: {self.called()} is mounted on {paths[minion]}, on the others on {path};"
                " the pillar has one path for all nodes, and programs would find it nowhere else. "
                f"Unmount it there and mount it on {path}, or correct mount:path.",
                obstacle=True,
            )

    def _second_mounts(self, path):
        for minion, paths in self.mounts.items():
            more = [each for each in paths if each != path]
            if path in paths and more:
                yield Oddity(
                    f"{minion}: {self.called()} is mounted on {named(more)} too, as by a bind "
                    f"mount; the pillar describes {path} alone and leaves the others as they are."
                )


def _volumes(members):
    """Every volume as a :class:`_Volume`, and what is odd about their LUNs."""
    groups, found = {}, []
    for minion, survey in members.items():
        for node, facts in survey["luns"].items():
            if facts["error"] or facts["unreadable"]:
                found.append(_unusable(minion, node, facts))
            elif facts["volume"]:
                group = groups.setdefault(_identity(facts), {})
                group.setdefault(minion, []).append(facts)
    found += [odd for group in groups.values() for odd in _without_multipath(group)]
    volumes = [
        _Volume({minion: _as_one(disks) for minion, disks in group.items()}, members)
        for group in groups.values()
    ]
    single, odd = _one_of_each(volumes)
    return sorted(single, key=lambda volume: volume.facts["uuid"]), found + odd


def _unusable(minion, node, facts):
    return Oddity(
        f"{minion}: {node} is no LUN that the formula can use: {facts['error'] or ''}"
        f"{facts['unreadable'] or ''}. Take it out of /etc/fstab, or present the LUN as a whole.",
        obstacle=True,
    )


def _identity(facts):
    return (facts["wwid"] or "").lower(), facts["volume"]["uuid"]


def _without_multipath(group):
    for minion, disks in group.items():
        if len(disks) > 1:
            nodes = named(str(facts["node"]) for facts in disks)
            yield Oddity(
                f"{minion}: {nodes} are one LUN without a multipath map; a mount goes one way and "
                "ends with it. Set up multipath, with the same alias on every node, before you "
                "apply the pillar: the device in it changes with that.",
                obstacle=True,
            )


def _as_one(disks):
    """The facts of the disk that is mounted; the others count as paths to it."""
    chosen = next((facts for facts in disks if facts["mounts"]), disks[0])
    others = {posixpath.basename(facts["node"] or ""): facts["wwid"] for facts in disks}
    return {**chosen, "paths": {**others, **chosen["paths"]}} if len(disks) > 1 else chosen


def _one_of_each(volumes):
    """Of several LUNs with one UUID, the one that is in use."""
    by_uuid, found = {}, []
    for volume in volumes:
        by_uuid.setdefault(volume.facts["uuid"], []).append(volume)
    for uuid, same in by_uuid.items():
        if len(same) > 1:
            same.sort(key=lambda volume: -volume.used())
            wwids = named(str(_wwid(volume)[0]) for volume in same)
            found.append(
                Oddity(
                    f"volume {uuid}: LUNs {wwids} have one UUID, as a snapshot or clone does; the "
                    "kernel takes them for one volume, and UUID= finds either. The pillar has the "
                    "first. Present the other to none of the nodes, or give it another UUID "
                    "(tunefs.ocfs2 --cloned-volume).",
                    obstacle=True,
                )
            )
    return [same[0] for same in by_uuid.values()], found


# ---- one LUN


def _key(volume, path, taken):
    """A name for the LUN: the last part of its path, its label, or a number."""
    for name in (posixpath.basename(path), volume.facts["label"]):
        if _LUN_KEY.matches(name) and name not in taken:
            return name
    return next(name for name in map("lun{}".format, range(1, 4096)) if name not in taken)


def _lun(volume, path, key, cluster):
    device, odd_name = _device(volume, key)
    wwid, odd_wwid = _wwid(volume)
    size, others = agreed({minion: facts["size"] for minion, facts in volume.seen.items()})
    options, odd_options = _options(volume, path, key)
    section = {
        "device": device,
        "wwid": wwid,
        "size": size,
        "label": volume.facts["label"] or None,
        "type": "vmstore",
        "slots": volume.facts["slots"],
        "format": "never",
        "uuid": volume.facts["uuid"],
        "mount": {"path": path, "options": options},
    }
    found = [*odd_name, *odd_wwid, *odd_options, *_stamp(volume, key, cluster, device)]
    found += [*_sizes(others, key, size), *_unseen(volume, key)]
    found += [*_mounted_somewhere(volume, path, key), *_fstab(volume, path, key, device)]
    return {name: value for name, value in section.items() if value is not None}, found


def _device(volume, key):
    """The best name that is stable and the same on every node."""
    names = [
        [name for name in facts["names"] if re.fullmatch(DEVICE, name)]
        for facts in volume.seen.values()
    ]
    common = [name for name in names[0] if all(name in other for other in names)]
    if common:
        return common[0], []
    first = next(
        (name for each in names for name in each), next(iter(volume.seen.values()))["node"]
    )
    return first, [
        Oddity(
            f"LUN {key}: no name below /dev/mapper or /dev/disk/by-id means it on every node; the "
            f"formula needs one, since {first} can mean another LUN elsewhere. Give it the same "
            "multipath alias everywhere and read the cluster again.",
            obstacle=True,
        )
    ]


def _wwid(volume):
    facts = next(iter(volume.seen.values()))
    if facts["wwid"]:
        return facts["wwid"], []
    return None, [
        Oddity(
            f"{volume.called()}: the device {facts['node']} has no WWID, by which alone the "
            "formula takes a LUN for the right one. Present it as a SCSI or NVMe LUN.",
            obstacle=True,
        )
    ]


def _stamp(volume, key, cluster, device):
    """The formula mounts only what belongs to the cluster by its stamp."""
    facts, stamp = volume.facts, f"o2cb,{cluster},local"
    update = f"Unmount it on every node, then on one: o2cluster --update={stamp} {device}"
    if facts["stack"] == "local":
        yield Oddity(
            f"LUN {key}: the volume was made for one node alone (local mount) and has no cluster "
            "locks; two nodes that mount it destroy it. Move its content to another LUN.",
            obstacle=True,
        )
    elif (facts["stack"], facts["cluster"]) != ("o2cb", cluster):
        matters = (
            f"it belongs to {facts['stamp']}, not to o2cb/{cluster}"
            if facts["cluster"]
            else "it has no stamp, so that any cluster which sees the LUN may mount it"
        )
        yield Oddity(f"LUN {key}: {matters}; the formula refuses it. {update}.", obstacle=True)
    elif facts["global_heartbeat"]:
        yield Oddity(
            f"LUN {key}: the volume is stamped for global heartbeat, which the formula does not "
            f"support yet. {update}.",
            obstacle=True,
        )
    if not facts["label"]:
        yield Oddity(
            f"LUN {key}: the volume has no label, by which people tell volumes apart, and the "
            f"formula wants one. With the cluster online: tunefs.ocfs2 -L {key} {device}, then "
            "read the cluster again.",
            obstacle=True,
        )


def _slots(volume, key, nodes):
    slots = volume.facts["slots"]
    if slots < nodes:
        yield Oddity(
            f"LUN {key}: it has {slots} slots for {nodes} nodes; the last to mount is refused. "
            f"Unmount it on every node, then on one: tunefs.ocfs2 -N {default_slots(nodes)}.",
            obstacle=True,
        )
    elif slots == nodes:
        yield Oddity(
            f"LUN {key}: its {slots} slots are full once all nodes mount it, and more slots need "
            "every node to unmount. Plan that before you add a node."
        )


def _sizes(others, key, size):
    if others:
        yield Oddity(
            f"{named(others)}: LUN {key} has another size than {size} bytes there; a node writes "
            "past its end or does not see all of it. Rescan it on every node.",
            obstacle=True,
        )


def _unseen(volume, key):
    missing = [minion for minion in volume.members if minion not in volume.seen]
    if missing:
        yield Oddity(
            f"{named(missing)}: LUN {key} is not seen there, or holds something else; the formula "
            "mounts every LUN on every node. Present the LUN to it, or take the node out.",
            obstacle=True,
        )


# ---- mounts and fstab


def _mounted_somewhere(volume, path, key):
    mounted = [minion for minion in volume.seen if volume.mounts[minion]]
    idle = [minion for minion in volume.seen if minion not in mounted]
    if mounted and idle:
        yield Oddity(
            f"{named(idle)}: LUN {key} is not mounted, on {named(mounted)} it is. Applying the "
            f"pillar mounts it on {path}; if that is not wanted, do not apply it."
        )
    for minion in volume.seen:
        if volume.lines[minion] and not volume.mounts[minion] and not mounted:
            yield Oddity(
                f"{minion}: LUN {key} is in /etc/fstab and not mounted. Applying the pillar mounts "
                f"it on {path}."
            )


def _fstab(volume, path, key, device):
    for minion, lines in volume.lines.items():
        if not lines and volume.mounts[minion]:
            yield Oddity(
                f"{minion}: LUN {key} is mounted, and {_NO_LINE}; it would not come back after a "
                "boot. Applying the pillar writes one."
            )
        for line in lines:
            yield from _line(minion, line, key, device)
        elsewhere = [line["path"] for line in lines if line["path"] != path]
        if elsewhere:
            yield Oddity(
                f"{minion}: /etc/fstab has LUN {key} on {named(elsewhere)}, not on {path}, and the "
                "formula removes no line that it has not written. Take it out by hand.",
                obstacle=True,
            )


def _line(minion, line, key, device):
    where = f"{minion}: the line of LUN {key} in /etc/fstab"
    for pattern, why in UNSTABLE_DEVICES:
        if re.fullmatch(pattern, line["source"]) and "disk/by-uuid" not in line["source"]:
            yield Oddity(
                f"{where} names {line['source']}; {why}, so that another LUN may be mounted after "
                f"a boot. Applying the pillar writes {device}."
            )
    if not line["options"]:
        yield Oddity(
            f"{where} has fewer than four fields; Salt takes it for no line at all and would leave "
            "it beside its own. Take it out by hand.",
            obstacle=True,
        )
    elif fstab_lines.lacks_type(line):
        yield Oddity(
            f"{where} has no type; mount takes {line['fstype'] or 'nothing'!r} for one and fails "
            "at boot. Applying the pillar writes ocfs2."
        )
    elif line["fstype"] != "ocfs2":
        yield Oddity(
            f"{where} has the type {line['fstype']}; without ocfs2 there, systemd mounts it before "
            "the network is up. Applying the pillar writes ocfs2."
        )


def _options(volume, path, key):
    """The options of the operator that pillar can have, as most nodes have them."""
    accepted, found = {}, []
    for minion in volume.seen:
        asked = _asked(volume, minion, path)
        if asked is None:
            continue
        mine = [option for option in asked if not _IMPLIED.fullmatch(option)]
        reasons = {option: _refusal(option) for option in mine}
        accepted[minion] = tuple(dict.fromkeys(each for each in mine if not reasons[each]))
        found += [
            Oddity(
                f"{minion}: LUN {key} has the mount option {option}, which the pillar can not have:"
                f" {reason}. Applying the pillar leaves it out of /etc/fstab."
            )
            for option, reason in reasons.items()
            if reason
        ]
    if not accepted:
        return [], found
    options, others = agreed(accepted)
    if others:
        said = "; ".join(f"{each} {','.join(accepted[each]) or 'none'}" for each in others)
        found.append(
            Oddity(
                f"LUN {key}: the nodes have different mount options ({said}; the others "
                f"{','.join(options) or 'none'}), so that programs behave differently on them. "
                "Applying the pillar gives all the latter, from their next mount on.",
                obstacle=not is_clear(accepted),
            )
        )
    return list(options), found


def _asked(volume, minion, path):
    """The options in fstab, or of a mount without a line those that somebody asked for."""
    lines = volume.lines[minion]
    if lines:
        return fstab_lines.intended_options(next((x for x in lines if x["path"] == path), lines[0]))
    mounts = volume.seen[minion]["mounts"]
    mount = next((each for each in mounts if each["path"] == path), None)
    return mount and [each for each in mount["options"] if each not in _UNASKED]


def _refusal(option):
    """Why the model does not take an option, or None."""
    problems = []
    values.read(_OPTIONS, [option], _OPTIONS.name, problems)
    return problems[0].reason if problems else None


def _lines_of_nothing(members):
    """Lines of the type ocfs2 whose device holds none."""
    for minion, survey in members.items():
        volumes = {node: facts for node, facts in survey["luns"].items() if facts["volume"]}
        for line in survey["fstab"]:
            if line["fstype"] == "ocfs2" and not any(
                fstab_lines.refers_to(line, node, facts) for node, facts in volumes.items()
            ):
                yield Oddity(
                    f"{minion}: /etc/fstab mounts {line['source']} on {line['path']}, and no OCFS2 "
                    "is there; its boot waits for it. Present the LUN, or take the line out.",
                    obstacle=True,
                )
