"""
What is stamped on a volume: the cluster it belongs to, its label, its node slots.
"""

import re

from ocfs2lib.adoption.statement import issue
from ocfs2lib.pillar.sections.luns_keys import LABEL
from ocfs2lib.pillar.sections.luns_keys import default_slots
from ocfs2lib.text import shown


def issues(facts, key, cluster, device):
    """
    Yield what is stamped on a volume that the formula refuses.

    facts
        Those of the volume, as ``ocfs2.superblock`` returns them.
    key
        The key of the LUN in ``luns``.
    cluster
        The name of the cluster.
    device
        The name of the LUN for a command.
    """
    lun, stamp = f"LUN {key}", f"o2cb,{cluster},local"
    update = f"Unmount it on every node, then on one: o2cluster --update={stamp} {device}"
    if facts["stack"] == "local":
        yield issue(
            lun,
            "the volume was made for one node alone (local mount) and has no cluster "
            "locks; two nodes that mount it destroy it. Move its content to another LUN.",
            obstacle=True,
        )
    # The formula mounts only what belongs to the cluster by its stamp.
    elif (facts["stack"], facts["cluster"]) != ("o2cb", cluster):
        why = (
            f"it belongs to {facts['stamp']}, not to o2cb/{cluster}"
            if facts["cluster"]
            else "it has no stamp, so that any cluster which sees the LUN may mount it"
        )
        yield issue(lun, f"{why}; the formula refuses it. {update}.", obstacle=True)
    elif facts["global_heartbeat"]:
        yield issue(
            lun,
            "the volume is stamped for global heartbeat, which the formula does not "
            f"support yet. {update}.",
            obstacle=True,
        )
    label = facts["label"]
    if not is_acceptable(label):
        why = (
            f"the label of the volume, {shown(label)}, is none that pillar can have"
            if label
            else "the volume has no label, by which people tell volumes apart, and the formula "
            "wants one"
        )
        yield issue(
            lun,
            f"{why}. With the cluster online: tunefs.ocfs2 -L {key} {device}, then read the "
            "cluster again.",
            obstacle=True,
        )


def is_acceptable(label):
    """Return whether pillar can have the label of a volume."""
    return bool(re.fullmatch(LABEL, label))


def slot_issues(slots, key, nodes):
    """
    Yield what is wrong with the number of slots of a volume.

    slots
        How many it has.
    key
        The key of the LUN in ``luns``.
    nodes
        How many nodes the cluster has.
    """
    if slots < nodes:
        yield issue(
            f"LUN {key}",
            f"it has {slots} slots for {nodes} nodes; the last to mount is refused. "
            f"Unmount it on every node, then on one: tunefs.ocfs2 -N {default_slots(nodes)}.",
            obstacle=True,
        )
    elif slots == nodes:
        yield issue(
            f"LUN {key}",
            f"its {slots} slots are full once all nodes mount it, and more slots need "
            "every node to unmount. Plan that before you add a node.",
        )
