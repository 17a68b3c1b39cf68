"""
How a volume stands in /etc/fstab.
"""

from ocfs2lib.commands import RETIRE_LUN
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.pillar.identities import split_drbd

#: Seconds a mount may take: the lock manager waits up to 60 s for a peer, the heartbeat before it.
MOUNT_TIMEOUT = 180
#: What keeps the boot, and ``mount -a``, from mounting a line.
NOT_AT_BOOT = "noauto"
_NO_LUN = "no LUN of pillar"

#: ``_netdev`` and the o2cb unit give the order network, devices, cluster, mount, and the reverse
#: at shutdown. There is no ``nofail``: with it the mount would lose its place before
#: remote-fs.target, and with that the guarantee that sessions end before the volume goes.
_OURS = (
    "_netdev",
    "x-systemd.requires=o2cb.service",
    "x-systemd.after=o2cb.service",
    f"x-systemd.mount-timeout={MOUNT_TIMEOUT}s",
)
#: A side of DRBD cannot be mounted before it is connected and Primary.
_AFTER_DRBD = "x-systemd.after=drbd.service"

#: fstrim.timer runs on all nodes at one time, and one of them is enough for a volume. util-linux
#: before 2.37 does not know it, and ignores it like everything that begins with "X-".
NO_TRIM = "X-fstrim.notrim"


def line(lun, minion):
    """
    Return the line of a LUN on one of its nodes; the formula's options, then the operator's.

    lun
        The :class:`pillar.sections.luns_keys.Lun`.
    minion
        The minion id of the node.
    """
    extra = [] if lun.mount.auto else [NOT_AT_BOOT]
    extra += [_AFTER_DRBD] if split_drbd(lun.wwid) else []
    extra += [NO_TRIM] if minion != lun.nodes[0] else []
    options = list(dict.fromkeys([*_OURS, *extra, *lun.mount.options]))
    return {"device": lun.device, "fstype": "ocfs2", "options": options}


def strays(desired, minion, fstab, mounts):
    """
    Return the :class:`Difference` of each OCFS2 on a node that pillar does not have there.

    desired, minion
        Pillar as :class:`pillar.desired.Desired`, and the minion id of the node.
    fstab, mounts
        The node's lines by mount point, and the paths on which an OCFS2 is mounted.
    """
    known = {lun.mount.path for lun in desired.luns_of(minion)}
    others = {lun.mount.path: lun.key for lun in desired.luns}
    listed = [path for path, each in fstab.items() if is_ocfs2(each)]
    return [
        Difference(
            Part.MOUNT,
            path,
            "mounted" if path in mounts else "in fstab",
            None,
            verb=RETIRE_LUN,
            why=f"LUN {others[path]} is for other nodes" if path in others else _NO_LUN,
        )
        for path in dict.fromkeys([*mounts, *listed])
        if path not in known
    ]


def is_ocfs2(entry):
    """Return whether a line of fstab, as a node has answered it, mounts an OCFS2."""
    return isinstance(entry, dict) and entry.get("fstype") == "ocfs2"


def agrees(lun, minion, lines):
    """
    Return whether the line of a LUN is among those of one of its nodes.

    lun, minion
        As for :func:`line`.
    lines
        The node's lines by mount point.
    """
    return lines.get(lun.mount.path) == line(lun, minion)
