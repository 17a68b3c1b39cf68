"""
What needs the whole cluster: who takes part, what has to happen, and who formats.

:func:`plan` only looks. The other functions are the stages of
``salt-run state.orchestrate ocfs2.orch``, whose last is ``ocfs2.status`` (``ocfs2_look``). Each
asks all nodes anew before it acts, so none acts on an old answer, each is safe on its own, and
running all of them again continues after any crash.

Every function takes ``cluster``, the name of one cluster; without it, it works on all that the
pillar of this master's minions describes. The stages after the plan take ``absent``,
``{minion id: reason}`` of nodes that could not take part a moment ago: they are not waited for
once more.

Every function returns a dict with ``clusters`` (one entry each), ``retcode`` (0 or 1, the exit code
of salt-run) and ``outputter``.

.. versionadded:: 1.0.0
"""

from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.errors import MasterBusy
from ocfs2lib.operations.converge import converge_nodes
from ocfs2lib.operations.format_luns import FormatLuns
from ocfs2lib.plan import text

#: How a stage ends in which something went wrong.
_AGAIN = f"Next: put that right, then run again: {ORCHESTRATE}"


def plan(cluster=None):
    """
    What the orchestration would do, and what it would refuse and why.

    Changes nothing but the formula's own modules on the nodes: those that have another build of
    them than the master, or none, are synced.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.plan
        salt-run ocfs2.plan cluster=web --out=json
    """
    return __salt__["ocfs2_master.each"](cluster, _plan_stage)


def converge(cluster=None, absent=None):
    """
    Bring packages, kernel, configuration, firewall and service of every node to what pillar says.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.converge
    """
    return __salt__["ocfs2_master.each"](cluster, _converge_stage, absent)


def format(cluster=None, absent=None):
    """
    Format, on the leader alone, every LUN that the plan allows, and read it back on every node.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.format
    """
    return __salt__["ocfs2_master.each"](cluster, _format_stage, absent)


def mount(cluster=None, absent=None):
    """
    Mount every volume on every node, now and at each boot.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.mount
    """
    return __salt__["ocfs2_master.each"](cluster, _mount_stage, absent)


def _plan_stage(master):
    master.say(f"asking {len(master.desired.nodes)} nodes")
    found = master.plan(sync=True)
    lines = text.lines(found)
    master.say("\n".join(lines))
    failures, differences = found.failures() + _settled(master, found), found.differences()
    result = False if failures else (None if differences else True)
    return {"result": result, "lines": lines, "changes": {}, "plan": text.data(found)}


def _settled(master, found):
    """Put down what was seen, for the day a LUN reads as blank; what went wrong, as sentences."""
    if master.testing:
        return []
    try:
        with master.exclusive():
            master.keep_numbers(lambda roll, time: roll.seen(found.members(), time))
            return FormatLuns(master.desired, master).update_ledger(found)[1]
    except MasterBusy:
        return []  # the other run puts it down
    except ValueError as err:
        return [str(err)]


def _converge_stage(master):
    found, changes, failures = converge_nodes(master)
    return _applied(master, found, changes, failures, "configured")


def _mount_stage(master):
    found = master.plan()
    if found.impossible():
        return _applied(master, found, {}, found.impossible(), "mounted")
    # In test mode, some mounts would only be possible after the format.
    later = [{"id": f"ocfs2-mount-{lun.key}"} for lun in found.to_format() if master.testing]
    changes, failures = master.apply(found.answering(), "ocfs2.mount", exclude=later)
    return _applied(master, found, changes, failures, "mounted")


def _applied(master, found, changes, failures, done):
    """What came of applying an sls to every node that takes part."""
    failures = failures + [f"{node.minion}: {node.silent}" for node in found.nodes if node.silent]
    pending = master.testing and (changes or found.differences())
    would = "would be " if master.testing else ""
    return {
        "result": False if failures else (None if pending else True),
        "lines": _said(failures) or [f"{len(found.answering())} nodes {would}{done}."],
        "changes": changes,
    }


def _format_stage(master):
    if master.testing:
        return _format_tested(master.plan())
    with master.exclusive():
        volumes, failures = FormatLuns(master.desired, master).run()
    made = [f"LUN {key} formatted on {record.leader}." for key, record in volumes.items()]
    return {
        "result": not failures,
        "lines": made + _said(failures) or ["No LUN waits to be formatted."],
        "changes": {
            key: {"old": "blank", "new": f"volume {record.uuid} of {master.desired.cluster.name}"}
            for key, record in volumes.items()
        },
    }


def _format_tested(found):
    failures = found.failures()
    lines = [f"LUN {lun.key} would be formatted on {lun.leader}." for lun in found.to_format()]
    return {
        "result": False if failures else (None if lines else True),
        "lines": lines + _said(failures),
        "changes": {},
    }


def _said(failures):
    return [*failures, _AGAIN] if failures else []
