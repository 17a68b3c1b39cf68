"""
The LUNs of the cluster as its nodes have them: the section ``luns`` of pillar.
"""

import posixpath
import re

from ocfs2lib.adoption import majority
from ocfs2lib.adoption import mount_section
from ocfs2lib.adoption import stamps
from ocfs2lib.adoption import volumes
from ocfs2lib.adoption.statement import issue
from ocfs2lib.pillar import device_checks
from ocfs2lib.pillar import refused_devices
from ocfs2lib.pillar.sections.luns_keys import DEVICE
from ocfs2lib.pillar.sections.luns_keys import LUNS

_LUN_KEY = LUNS.key.entry
#: Mount options that a pillar may have only beside the feature of the same name.
_QUOTAS = ("usrquota", "grpquota")


def describe(surveys, roster, cluster):
    """
    Return the section ``luns`` of pillar, and the issues with it.

    surveys
        ``{minion id: survey}``, shaped as :func:`answers.census.checked_survey` checks.
    roster
        The minion ids of the ``nodes`` section.
    cluster
        The name of the cluster.

    Returns ``(section, luns, issues)``: ``luns`` has what each node saw of each LUN in it, as
    ``{key: {minion id: facts}}``.
    """
    members = {minion: survey for minion, survey in surveys.items() if minion in roster}
    found, issues = volumes.find(members)
    section, seen = {}, {}
    for volume in found:
        path, more = volume.path()
        issues += more
        if path:
            key = _key(volume, path, section)
            section[key], more = _lun(volume, path, key, cluster)
            nodes = len(section[key].get("nodes", roster))
            issues += [*more, *stamps.slot_issues(volume.facts["slots"], key, nodes)]
            seen[key] = volume.seen
    return section, seen, issues + list(mount_section.lines_without_volume(members))


def _key(volume, path, taken):
    """Return a name for the LUN: the last part of its path, its label, or a number."""
    for name in (posixpath.basename(path), volume.facts["label"]):
        if _LUN_KEY.matches(name) and name not in taken:
            return name
    return next(name for name in map("lun{}".format, range(1, 4096)) if name not in taken)


def _lun(volume, path, key, cluster):
    device, device_issues = _device(volume, key)
    wwid, wwid_issues = _wwid(volume)
    size, others = majority.of({minion: facts["size"] for minion, facts in volume.seen.items()})
    options, option_issues = mount_section.options(volume, path, key)
    without = [each for each in options if each in _QUOTAS and each not in volume.facts["features"]]
    options = [each for each in options if each not in without]
    label = volume.facts["label"]
    section = {
        "device": device,
        "wwid": wwid,
        "size": size,
        "nodes": _nodes(volume),
        "label": label if stamps.is_acceptable(label) else None,
        "type": "vmstore",
        "slots": volume.facts["slots"],
        # What is not in pillar is not compared; only this has to be there.
        "features": [each for each in options if each in _QUOTAS] or None,
        "format": "never",
        "uuid": volume.facts["uuid"],
        "mount": {"path": path, "options": options},
    }
    if volume.is_manual():
        section["mount"]["auto"] = False
    issues = [
        *device_issues,
        *wwid_issues,
        *option_issues,
        *_without_feature(without, key, device),
        *stamps.issues(volume.facts, key, cluster, device),
        *_different_sizes(others, key, size),
        *_not_among_its_nodes(volume, key),
        *mount_section.issues(volume, path, key, device),
    ]
    return {name: value for name, value in section.items() if value is not None}, issues


def _without_feature(options, key, device):
    for option in options:
        yield issue(
            f"LUN {key}",
            f"the mount option {option} needs the feature of that name, which the volume does not "
            "have, so no node can mount it with that. Applying the pillar leaves the option out of "
            "/etc/fstab. To have it, switch the feature on while no node has the volume mounted "
            f"(tunefs.ocfs2 --fs-features={option} {device}) and write it into features.",
        )


def _device(volume, key):
    """Return the best name that is stable and the same on every node."""
    names = [
        [name for name in facts["names"] if _is_acceptable(name, facts["wwid"])]
        for facts in volume.seen.values()
    ]
    common = [name for name in names[0] if all(name in other for other in names)]
    if common:
        return common[0], []
    first = next(
        (name for each in names for name in each), next(iter(volume.seen.values()))["node"]
    )
    return first, [
        issue(
            f"LUN {key}",
            "no name below /dev/mapper or /dev/disk/by-id means it on every node; the "
            f"formula needs one, since {first} can mean another LUN elsewhere. Give it the same "
            "multipath alias everywhere and read the cluster again.",
            obstacle=True,
        )
    ]


def _is_acceptable(name, wwid):
    """Return whether pillar can have a name for the device with an identity."""
    if not re.fullmatch(DEVICE, name) or refused_devices.by_name(name):
        return False
    return not wwid or not device_checks.difference(name, wwid)


def _wwid(volume):
    facts = next(iter(volume.seen.values()))
    if facts["wwid"]:
        return facts["wwid"], []
    refused = refused_devices.by_node(facts["node"] or "")
    what = f". It {refused.sentence}" if refused else ""
    instead = refused.instead if refused else "present it as a SCSI or NVMe LUN"
    return None, [
        issue(
            volume.label(),
            f"the device {facts['node']} has no WWID, by which alone the formula takes a LUN for "
            f"the right one{what}. To have it in pillar, {instead}.",
            obstacle=True,
        )
    ]


def _different_sizes(others, key, size):
    if others:
        yield issue(
            others,
            f"LUN {key} has another size than {size} bytes there; a node writes "
            "past its end or does not see all of it. Rescan it on every node.",
            obstacle=True,
        )


def _nodes(volume):
    """Return the nodes that use a volume, None if all do."""
    users = volume.users()
    return users if len(users) < len(volume.members) else None


def _not_among_its_nodes(volume, key):
    users = volume.users()
    unseen = [minion for minion in volume.members if minion not in volume.seen]
    unused = [minion for minion in volume.seen if minion not in users]
    for minions, why in (
        (unseen, "is not seen there, or holds something else"),
        (unused, "is seen there, is not mounted, and has no line in /etc/fstab"),
    ):
        if minions:
            yield issue(
                minions,
                f"LUN {key} {why}, so luns:{key}:nodes in the pillar leaves this node out. To have "
                "it there as well, present it, if it is not, and write the node there.",
            )
