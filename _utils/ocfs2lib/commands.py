"""What an operator is told to type; one spelling for every message."""

import json
import shlex

#: The one command that brings the cluster up and carries out formats.
ORCHESTRATE = "salt-run state.orchestrate ocfs2.orch"

#: The orchestrations that alone close some differences.
GROW, SLOTS, RETUNE = "grow", "slots", "retune"
REMOVE_NODE, RETIRE_LUN = "remove_node", "retire_lun"


def orchestrate(verb="", **pillar):
    """
    One orchestration.

    verb
        ``""`` for the main one, or ``grow``, ``retune`` and so on.
    pillar
        Its arguments, without the prefix ``ocfs2_``: ``lun="primary"``.
    """
    arguments = {f"ocfs2_{name}": value for name, value in pillar.items()}
    words = [ORCHESTRATE + (f".{verb}" if verb else "")]
    return " ".join([*words, f"pillar={word(json.dumps(arguments))}"] if arguments else words)


def word(text):
    """Return a text as one word of a shell, whatever is in it: a node may have given it."""
    return shlex.quote(text)


def status(cluster, timeout):
    """Look at a cluster again, and give its nodes so many seconds."""
    return f"salt-run ocfs2.status cluster={cluster} timeout={timeout}"


def forget(wwid):
    """Take a LUN's record out of the ledger."""
    return f'salt-run ocfs2.forget wwid={wwid} reason="..."'


def resume(wwid):
    """Let another leader finish a format whose outcome is not known."""
    return f'salt-run ocfs2.resume wwid={wwid} reason="..."'


def free_number(cluster, number):
    """Let a new node have the number of one that was removed."""
    return f'salt-run ocfs2.free_number cluster={cluster} number={number} reason="..."'


def unprotect(path):
    """Let a directory be written again that was a mount point, by hand, on its node."""
    return f"chattr -i {word(path)}"


def clear(device):
    """Overwrite a LUN with zeros, by hand, on one node."""
    return f"blkdiscard --zeroout {word(device)}"


def as_other_volume(device):
    """Give a clone a UUID of its own, on the node that sees it."""
    return f"tunefs.ocfs2 --cloned-volume {word(device)}"
