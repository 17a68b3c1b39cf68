"""Holds: what keeps a node, or one LUN on it, down while an orchestration works on it.

A hold is a file, so it outlives a power cut: a node that boots in the middle of a change joins no
cluster and mounts nothing that is being worked on, and a highstate leaves both alone.
"""

#: Keeps ``o2cb.service`` from starting, and with it every mount.
CLUSTER = "/etc/ocfs2/hold"
#: The directory of the holds of single LUNs.
LUNS = "/etc/ocfs2/hold.d"


def path(lun=""):
    """Where the hold of a LUN is, or that of the whole node."""
    return f"{LUNS}/{lun}" if lun else CLUSTER


def reason(what, command):
    """What a hold says: what is going on, and the command that ends it."""
    return f"{what} is under way. Fix: run {command} again, which ends it"


def own(holds, lun=""):
    """
    The sentences of one hold alone.

    holds
        What ``ocfs2_hold.present`` returned.
    lun
        As for :func:`path`.
    """
    luns = {key: text for key, text in holds["luns"].items() if key == lun}
    return sentences({"cluster": None if lun else holds["cluster"], "luns": luns})


def sentences(holds, lun=None):
    """
    Why a node, or one LUN on it, is held, as sentences.

    holds
        What ``ocfs2_hold.present`` returned.
    lun
        The key of one LUN; None for all.
    """
    found = [holds["cluster"]] if holds["cluster"] else []
    return found + [
        f"LUN {key}: {text}" for key, text in holds["luns"].items() if lun in (None, key)
    ]
