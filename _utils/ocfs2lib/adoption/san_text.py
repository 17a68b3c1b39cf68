"""
What several nodes see of the LUNs of a SAN: as lines for a reader, as data, and as lines of pillar.
"""

import json
import posixpath
import re

from ocfs2lib import sizes
from ocfs2lib.adoption import statement
from ocfs2lib.pillar.sections.luns_keys import LUNS

_LUN_KEY = LUNS.key.entry
#: What a name of a device begins with that nobody has chosen.
_NOT_CHOSEN = re.compile(r"/dev/disk/|/dev/mapper/(3|mpath|eui\.|nvme\.|uuid\.)")


def lines(luns, flags, silent):
    """
    Return the whole report as lines.

    luns, flags
        What :func:`san_view.seen_luns` and :func:`san_view.flags` returned.
    silent
        ``{minion id: reason}`` of those that did not answer.
    """
    found, keys = [], set()
    for lun in luns:
        found += [*_lun(lun), *_pillar(lun, keys), ""]
    if not luns:
        found += ["Nobody sees a LUN.", ""]
    texts = [f"{minion}: {reason}" for minion, reason in sorted(silent.items())]
    texts += statement.grouped(flags)
    if texts:
        found += ["What does not fit:", *(f"- {text}" for text in texts), ""]
        return [*found, "Next: put that right, then run this again."]
    if not keys:
        return [*found, "Next: present a LUN to these nodes, then run this again."]
    return [
        *found,
        "Next: paste the lines of those that are to be used below ocfs2:luns in pillar, choose "
        "names and paths, then salt-call --local ocfs2.check FILE.",
    ]


def _lun(lun):
    """Yield what is known of a LUN: a line for a look, and the rest indented below it."""
    where = "all" if not lun.unseen else ", ".join(lun.seen)
    size = " or ".join(sizes.human(each) for each in lun.sizes) or "size not known"
    yield f"{lun.title}: {size}, {_paths(lun)}, seen by {where}"
    yield f"  holds   {' or '.join(lun.contents) or 'not known: it cannot be read'}"
    yield f"  names   {', '.join(_names(lun))}"
    for minion, users in lun.users.items():
        yield f"  used    on {minion}: {', '.join(users)}"
    if lun.is_local:
        yield "  local   no SAN leads to it"


def _paths(lun):
    counts = lun.paths
    different = set(counts.values())
    if len(different) == 1:
        (count,) = different
        return "1 path" if count == 1 else f"{count} paths"
    return "paths: " + ", ".join(f"{count} on {minion}" for minion, count in counts.items())


def _names(lun):
    if lun.device:
        return [lun.device]
    return [f"{facts['node']} on {minion}" for minion, facts in lun.facts]


def _pillar(lun, keys):
    """Yield the lines of pillar, or why there are none; ``keys`` are the names that are taken."""
    if lun.is_of_hosts:
        return
    if not lun.wwid:
        yield "  pillar  none: it has no WWID, by which alone the formula knows a LUN"
    elif not lun.device:
        yield (
            "  pillar  none: no name below /dev/mapper or /dev/disk/by-id means it on every node; "
            "give it one alias in multipath.conf everywhere"
        )
    elif len(lun.sizes) != 1:
        yield "  pillar  none: the nodes do not see one size"
    else:
        key = _key(lun, keys)
        keys.add(key)
        yield "  pillar"
        yield from (f"    {line}" for line in pillar_lines(lun, key))


def _key(lun, taken):
    name = posixpath.basename(lun.device)
    if not _NOT_CHOSEN.match(lun.device) and _LUN_KEY.matches(name) and name not in taken:
        return name
    return next(name for name in map("lun{}".format, range(1, 8192)) if name not in taken)


def pillar_lines(lun, key):
    """
    Return the lines of one LUN below ``ocfs2:luns`` in pillar.

    lun
        A :class:`san_view.SeenLun` with a WWID, a device and one size.
    key
        Its name there.
    """
    (size,) = lun.sizes
    # What comes from a node is quoted as JSON, which YAML reads alike.
    found = [
        f"{key}:",
        f"  device: {json.dumps(lun.device)}",
        f"  wwid: {json.dumps(lun.wwid)}",
        f"  size: {size}",
    ]
    if lun.unseen:
        found.append(f"  nodes: {json.dumps(list(lun.seen))}")
    return [*found, f"  mount: {{path: /san/{key}}}"]


def data(luns):
    """Return the LUNs as data, as docs/operations.rst promises; ``luns`` as for :func:`lines`."""
    return [
        {
            "wwid": lun.wwid,
            "device": lun.device,
            "sizes": [{"bytes": size, "nodes": nodes} for size, nodes in lun.sizes.items()],
            "paths": lun.paths,
            "contents": [{"what": what, "nodes": nodes} for what, nodes in lun.contents.items()],
            "users": lun.users,
            "nodes": list(lun.seen),
            "of_hosts": lun.is_of_hosts,
            "local": lun.is_local,
        }
        for lun in luns
    ]
