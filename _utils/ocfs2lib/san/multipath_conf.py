"""The one file of multipath that the formula writes: what each LUN of pillar is called, and how
long it waits for a path."""

import re

from ocfs2lib import heartbeat
from ocfs2lib.pillar import identities
from ocfs2lib.san import timeout_budget

#: Files in this directory win over multipath.conf, and the last of them over the others.
PATH = "/etc/multipath/conf.d/ocfs2.conf"
#: ``polling_interval`` where nobody has set another, seconds (multipath.conf(5)).
USUAL_INTERVAL = 5

#: What a map does without a path, while it has none and does not tell.
UNKNOWN = "unknown"

_NO_CHECKS = "fail"
#: Kinds of a WWID that device-mapper multipath makes no map of.
_NEVER_MAPPED = ("eui.", "uuid.", "nvme.", "virtio-", "drbd-")
_ALIAS = re.compile(r"/dev/mapper/(?!3[0-9a-f]{16,})([A-Za-z0-9_][A-Za-z0-9._:+=@#-]*)")
_ALIAS_OF_PARTITION = re.compile(r"(.+?)(?:-part|(?<=[0-9])p)[0-9]+")

_HEAD = """\
# Written by ocfs2-formula from the pillar; changes are overwritten.
#
# A node fences itself {fence}
# after its last heartbeat, and five sixths of that, {usable} s, may be used. A dead path is known
# after {detection} s at most; then multipathd waits no_path_retry x polling_interval + 1 s:
# {sum}.
multipaths {{
"""
_ENTRY = """\
    multipath {{
        wwid "{wwid}"
{alias}        no_path_retry {retries}
    }}
"""


def maps(luns):
    """
    Return ``{WWID: alias}`` of the maps that LUNs need; the alias is None where the device of a LUN
    is not called by one. A partition needs the map of the whole LUN.

    luns
        Those of pillar (:class:`pillar.sections.luns_keys.Lun`).
    """
    found = {}
    for lun in luns:
        if not lun.wwid.startswith(_NEVER_MAPPED):
            wwid, partuuid = identities.split_partition(lun.wwid)
            found[wwid] = found.get(wwid) or _alias(lun.device, bool(partuuid))
    return found


def _alias(device, is_partition):
    match = _ALIAS.fullmatch(device)
    if not match:
        return None
    if not is_partition:
        return match[1]
    whole = _ALIAS_OF_PARTITION.fullmatch(match[1])
    return whole[1] if whole else None


def retries(interval, threshold):
    """Return ``no_path_retry`` as multipath.conf has it."""
    checks = timeout_budget.path_checks(interval, threshold)
    return str(checks) if checks else _NO_CHECKS


def sum_text(interval, threshold):
    """Return the arithmetic of one map, as text."""
    checks = timeout_budget.path_checks(interval, threshold)
    detection = timeout_budget.DETECTION[timeout_budget.MULTIPATH]
    if not checks:
        return f"no check of {interval} s fits, so I/O fails with the last path"
    total = detection + checks * interval + 1
    return f"{detection} s + {checks} x {interval} s + 1 s = {total} s"


def render(luns, interval, threshold):
    """
    Return the text of :data:`PATH`.

    luns
        As for :func:`maps`.
    interval
        ``polling_interval`` of the node, seconds.
    threshold
        ``heartbeat_threshold``: the smaller of that of pillar and that which the kernel works with.
    """
    head = _HEAD.format(
        fence=heartbeat.write_limit_sum(threshold),
        usable=timeout_budget.usable(threshold),
        detection=timeout_budget.DETECTION[timeout_budget.MULTIPATH],
        sum=sum_text(interval, threshold),
    )
    # Each keyword stands on a line of its own: of a section in one line, the rest is dropped.
    entries = [
        _ENTRY.format(
            wwid=wwid,
            alias=f'        alias "{alias}"\n' if alias else "",
            retries=retries(interval, threshold),
        )
        for wwid, alias in sorted(maps(luns).items())
    ]
    return head + "".join(entries) + "}\n"
