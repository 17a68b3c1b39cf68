"""
How a volume stands in /etc/fstab.
"""

from ocfs2lib.commands import RETIRE_LUN
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part

#: Seconds a mount may take: the lock manager waits up to 60 s for a peer, the heartbeat before it.
MOUNT_TIMEOUT = 180

#: ``_netdev`` and the o2cb unit give the order network, devices, cluster, mount, and the reverse
#: at shutdown. There is no ``nofail``: with it the mount would lose its place before
#: remote-fs.target, and with that the guarantee that sessions end before the volume goes.
_OURS = (
    "_netdev",
    "x-systemd.requires=o2cb.service",
    "x-systemd.after=o2cb.service",
    f"x-systemd.mount-timeout={MOUNT_TIMEOUT}s",
)


def line(lun):
    """Return the line of a :class:`pillar.sections.luns_keys.Lun`; its options are the formula's
    own, then the operator's."""
    options = [*_OURS, *lun.mount.options]
    return {"device": lun.device, "fstype": "ocfs2", "options": options}


def strays(desired, fstab, mounts):
    """
    Return the :class:`Difference` of each OCFS2 on a node that is no LUN of pillar.

    desired
        Pillar as :class:`pillar.desired.Desired`.
    fstab, mounts
        The node's lines by mount point, and the paths on which an OCFS2 is mounted.
    """
    known = {lun.mount.path for lun in desired.luns}
    listed = [path for path, each in fstab.items() if is_ocfs2(each)]
    return [
        Difference(
            Part.MOUNT,
            path,
            "mounted" if path in mounts else "in fstab",
            None,
            verb=RETIRE_LUN,
            why="no LUN of pillar",
        )
        for path in dict.fromkeys([*mounts, *listed])
        if path not in known
    ]


def is_ocfs2(entry):
    """Return whether a line of fstab, as a node has answered it, mounts an OCFS2."""
    return isinstance(entry, dict) and entry.get("fstype") == "ocfs2"


def agrees(lun, lines):
    """Return whether the line of a LUN is among a node's ``lines``, which are by mount point."""
    return lines.get(lun.mount.path) == line(lun)
