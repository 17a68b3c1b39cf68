"""
The mounts of a volume: whether each node has it mounted, its lines in fstab, and its options.
"""

import re

from ocfs2lib.adoption import fstab_lines
from ocfs2lib.adoption import majority
from ocfs2lib.adoption.statement import issue
from ocfs2lib.node.fstab import NO_TRIM
from ocfs2lib.node.fstab import NOT_AT_BOOT
from ocfs2lib.pillar import values
from ocfs2lib.pillar.device_names import UNSTABLE_DEVICES
from ocfs2lib.pillar.key import OPTIONS
from ocfs2lib.pillar.key import Key

#: What the kernel lists for a mount although nobody asked for it (Linux 6.1).
_DEFAULTS = frozenset(
    (
        *("rw", "relatime", "nointr", "data=ordered", "errors=remount-ro", "atime_quantum=60"),
        *("coherency=full", "user_xattr", "acl"),
    )
)
#: Options that the formula sets by itself, or that change nothing, wherever they stand.
_IMPLIED = re.compile(r"_netdev|x-systemd\..*|defaults|rw|auto|heartbeat=local|cluster_stack=o2cb")
_OPTIONS = Key("options", OPTIONS, "")


def issues(volume, path, key, device):
    """
    Yield what is wrong with the mounts of a volume, and with its lines in fstab.

    volume
        A :class:`volumes.SharedVolume`.
    path
        Its mount point in the pillar.
    key
        The key of its LUN in ``luns``.
    device
        The device of its LUN in the pillar.
    """
    if not volume.is_manual():
        yield from _not_mounted(volume, path, key)
    for minion, lines in volume.lines.items():
        if not lines and volume.mounts[minion]:
            yield issue(
                minion,
                f"LUN {key} is mounted, and there is no line for it in /etc/fstab; it would not "
                "come back after a boot. Applying the pillar writes one.",
            )
        for line in lines:
            yield from _line_issues(minion, line, key, device)
        elsewhere = [line["path"] for line in lines if line["path"] != path]
        if elsewhere:
            yield issue(
                minion,
                f"/etc/fstab has LUN {key} on {', '.join(elsewhere)}, not on {path}, and the "
                "formula removes no line that it has not written. Take it out by hand.",
                obstacle=True,
            )


def _not_mounted(volume, path, key):
    mounted = [minion for minion in volume.seen if volume.mounts[minion]]
    idle = [minion for minion in volume.users() if minion not in mounted]
    if mounted and idle:
        yield issue(
            idle,
            f"LUN {key} is not mounted, on {', '.join(mounted)} it is. Applying the "
            f"pillar mounts it on {path}; if that is not wanted, do not apply it.",
        )
    for minion in volume.seen:
        if volume.lines[minion] and not volume.mounts[minion] and not mounted:
            yield issue(
                minion,
                f"LUN {key} is in /etc/fstab and not mounted. Applying the pillar mounts "
                f"it on {path}.",
            )


def _line_issues(minion, line, key, device):
    the_line = f"the line of LUN {key} in /etc/fstab"
    for pattern, why in UNSTABLE_DEVICES:
        if re.fullmatch(pattern, line["source"]) and "disk/by-uuid" not in line["source"]:
            yield issue(
                minion,
                f"{the_line} names {line['source']}; {why}, so that another LUN may be mounted "
                f"after a boot. Applying the pillar writes {device}.",
            )
    if not line["options"]:
        yield issue(
            minion,
            f"{the_line} has fewer than four fields. Applying the pillar writes all of them.",
        )
    elif fstab_lines.lacks_type(line):
        yield issue(
            minion,
            f"{the_line} has no type; mount takes {line['fstype'] or 'nothing'!r} for one and "
            "fails at boot. Applying the pillar writes ocfs2.",
        )
    elif line["fstype"] != "ocfs2":
        yield issue(
            minion,
            f"{the_line} has the type {line['fstype']}; without ocfs2 there, systemd mounts it "
            "before the network is up. Applying the pillar writes ocfs2.",
        )


def options(volume, path, key):
    """
    Return the options of the operator that pillar can have, as most nodes have them.

    volume, path, key
        As for :func:`issues`.

    Returns ``(options, issues)``.
    """
    accepted, found = {}, []
    for minion in volume.seen:
        requested = _requested(volume, minion, path)
        if requested is None:
            continue
        own = [option for option in requested if not _is_implied(option, volume, minion)]
        reasons = {option: _refusal(option) for option in own}
        accepted[minion] = tuple(dict.fromkeys(each for each in own if not reasons[each]))
        found += [
            issue(
                minion,
                f"LUN {key} has the mount option {option}, which the pillar cannot have:"
                f" {reason}. Applying the pillar leaves it out of /etc/fstab.",
            )
            for option, reason in reasons.items()
            if reason
        ]
    if not accepted:
        return [], found
    common, others = majority.of(accepted)
    if others:
        theirs = "; ".join(f"{each} {','.join(accepted[each]) or 'none'}" for each in others)
        found.append(
            issue(
                f"LUN {key}",
                f"the nodes have different mount options ({theirs}; the others "
                f"{','.join(common) or 'none'}), so that programs behave differently on them. "
                "Applying the pillar gives all the latter, from their next mount on.",
                obstacle=not majority.exists(accepted),
            )
        )
    return list(common), found


def _is_implied(option, volume, minion):
    """Return whether the formula writes an option by itself."""
    if option == NOT_AT_BOOT:
        return volume.is_manual()
    # On the first node, only an operator does that.
    own = option == NO_TRIM and any(
        NO_TRIM not in line["options"] for each in volume.users() for line in volume.lines[each]
    )
    return own or _IMPLIED.fullmatch(option) is not None


def _requested(volume, minion, path):
    """Return the options in fstab, or of a mount without a line those that are no defaults."""
    lines = volume.lines[minion]
    if lines:
        return fstab_lines.intended_options(next((x for x in lines if x["path"] == path), lines[0]))
    mounts = volume.seen[minion]["mounts"]
    mount = next((each for each in mounts if each["path"] == path), None)
    return mount and [each for each in mount["options"] if each not in _DEFAULTS]


def _refusal(option):
    """Return why pillar does not take an option, or None."""
    problems = []
    values.read(_OPTIONS, [option], _OPTIONS.name, problems)
    return problems[0].reason if problems else None


def lines_without_volume(members):
    """
    Yield an issue for each line of the type ocfs2 whose device holds none.

    members
        ``{minion id: survey}`` of the nodes of the cluster.
    """
    for minion, survey in members.items():
        named = {
            node: facts
            for node, facts in survey["luns"].items()
            # What is no LUN, or cannot be read, is an issue of its own.
            if facts["volume"] or facts["error"] or facts["unreadable"]
        }
        for line in survey["fstab"]:
            if line["fstype"] == "ocfs2" and not any(
                fstab_lines.refers_to(line, node, facts) for node, facts in named.items()
            ):
                there = "no OCFS2" if line["node"] else "no such device"
                yield issue(
                    minion,
                    f"/etc/fstab mounts {line['source']} on {line['path']}, and {there} "
                    "is there; its boot waits for it. Present the LUN, or take the line out.",
                    obstacle=True,
                )
