"""Nodes are emptied before their volumes go: by the operator's own hook, and then proved empty."""

from ocfs2lib.answers import calls
from ocfs2lib.answers import returns
from ocfs2lib.errors import StepFailed
from ocfs2lib.operations.operation import QUICK


def mounts(desired, keys=None, minion=None):
    """Return ``{mount point: [services]}`` of the LUNs of pillar, or of some of them: those with
    ``keys``, those of one node."""
    return {
        lun.mount.path: list(lun.mount.services)
        for lun in desired.luns
        if (keys is None or lun.key in keys) and minion in (None, *lun.nodes)
    }


def run_hook(operation, minions):
    """Run the operator's drain hook on nodes, in parallel. Raises StepFailed if it fails on one."""
    drain = operation.desired.drain
    if drain.command:
        limit = drain.limit + QUICK
        operation.call(minions, "ocfs2_drain.run", drain.command, drain.limit, limit=limit)
    elif drain.state:
        operation.apply(minions, drain.state, limit=drain.limit)


def users(operation, minions, paths):
    """
    Return who works on volumes, besides the services that end with them, as sentences.

    paths
        What :func:`mounts` returned.
    """
    answers, silent = operation.master.ask(minions, "ocfs2_users.busy", paths, limit=QUICK)
    found, failures = returns.of_calls(answers, silent, calls.users)
    return failures + [
        f"{minion}: {path} is in use by {', '.join(who)}; stop them first"
        for minion, answer in found.items()
        for path, who in answer.items()
    ]


def has_hook(desired):
    """Tell whether pillar says how a node is emptied."""
    return bool(desired.drain.command or desired.drain.state)


def drain_nodes(operation, minions, paths):
    """Empty nodes. Raises StepFailed if anybody still works there."""
    run_hook(operation, minions)
    still = users(operation, minions, paths)
    if still:
        raise StepFailed(*still)


def not_drainable(operation, minions, paths):
    """Return why a node would not become empty, as sentences; a hook shows it only later."""
    return [] if has_hook(operation.desired) else users(operation, minions, paths)
