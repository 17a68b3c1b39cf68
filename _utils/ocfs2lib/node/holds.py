"""Holds: what keeps a node, or one LUN on it, down while an orchestration works on it.

A hold is a file, so it outlives a power cut: a node that boots in the middle of a change joins no
cluster and mounts nothing that is being worked on, and a highstate leaves both alone.
"""

from dataclasses import dataclass

from ocfs2lib.node.reasons import Blocked

#: Keeps ``o2cb.service`` from starting, and with it every mount.
CLUSTER = "/etc/ocfs2/hold"
#: The directory of the holds of single LUNs.
LUNS = "/etc/ocfs2/hold.d"

# In the file of a hold, between what is going on and what ends it.
_FIX = ". Fix: "


def path(lun=""):
    """Return where the hold of a LUN is, or that of the whole node."""
    return f"{LUNS}/{lun}" if lun else CLUSTER


@dataclass(frozen=True)
class Hold(Blocked):
    """One hold; ``lun`` is the key of the LUN that it keeps down, ``""`` for the whole node."""

    lun: str = ""
    finding: str = "held"

    def __str__(self):
        return f"{self.what}{_FIX}{self.fix}" if self.fix else self.what


def reason(what, command):
    """Return the text of a hold: what is going on, and the command that ends it."""
    return f"{what} is under way{_FIX}run {command} again, which ends it"


def exactly(holds, lun=""):
    """
    Return the :class:`Hold` of the whole node, or that of one LUN alone, as a list.

    holds
        What ``ocfs2_hold.present`` returned.
    lun
        As for :func:`path`.
    """
    return [hold for hold in of(holds) if hold.lun == lun]


def of(holds, lun=None):
    """
    Return every :class:`Hold` that keeps a node, or one LUN on it, down.

    holds
        What ``ocfs2_hold.present`` returned.
    lun
        The key of one LUN; None for all.
    """
    found = [_hold("", holds["cluster"])] if holds["cluster"] else []
    return found + [
        _hold(key, f"LUN {key}: {text}")
        for key, text in holds["luns"].items()
        if lun in (None, key)
    ]


def _hold(lun, text):
    what, _, fix = text.partition(_FIX)
    return Hold(what, fix, lun=lun)
