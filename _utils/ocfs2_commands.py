"""What an operator is told to type; one spelling for every message."""

#: The one command that brings the cluster up and carries out formats.
ORCHESTRATE = "salt-run state.orchestrate ocfs2.orch"


def forget(wwid):
    """Take a LUN's record out of the ledger."""
    return f'salt-run ocfs2.forget wwid={wwid} reason="..."'


def resume(wwid):
    """Let another leader finish a format whose outcome is not known."""
    return f'salt-run ocfs2.resume wwid={wwid} reason="..."'


def unprotect(path):
    """Let a directory be written again that was a mount point, by hand, on its node."""
    return f"chattr -i {path}"


def clear(device):
    """Overwrite a LUN with zeros, by hand, on one node."""
    return f"blkdiscard --zeroout {device}"
