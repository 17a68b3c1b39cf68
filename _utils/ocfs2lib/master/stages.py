"""
The stages of an orchestration, each for one cluster.

Each asks all nodes anew before it acts, so none acts on an old answer, each is safe on its own, and
running all of them again continues after any crash.

Every function takes the :class:`master.master.Master` of the cluster and returns ``{"result",
"lines", "changes"}``.
"""

from ocfs2lib.commands import ORCHESTRATE
from ocfs2lib.errors import FormulaError
from ocfs2lib.errors import MasterBusy
from ocfs2lib.operations.converge import converge_nodes
from ocfs2lib.operations.format_luns import FormatLuns
from ocfs2lib.plan import plan_text

#: How a stage ends in which something went wrong.
_AGAIN = f"Next: put that right, then run again: {ORCHESTRATE}"


def plan(master):
    """Ask all nodes, give them the formula, and show what would happen and what is refused."""
    master.say(f"asking {len(master.desired.nodes)} nodes")
    found = master.plan(sync=True)
    lines = plan_text.lines(found)
    master.say("\n".join(lines))
    failures, differences = found.failures() + _record(master, found), found.differences()
    result = False if failures else (None if differences else True)
    return {"result": result, "lines": lines, "changes": {}, "plan": plan_text.data(found)}


def _record(master, found):
    """Record what was seen, for the day a LUN reads as blank; what went wrong, as sentences."""
    if master.testing:
        return []
    try:
        with master.exclusive():
            master.keep_numbers(lambda numbers, time: numbers.seen(found.members(), time))
            return FormatLuns(master.desired, master).update_ledger(found)[1]
    except MasterBusy:
        return []  # the other run records it
    except FormulaError as err:
        return [str(err)]


def converge(master):
    """Bring every node to what pillar says, but for volumes and mounts."""
    found, changes, failures = converge_nodes(master)
    return _applied(master, found, changes, failures, "configured")


def mount(master):
    """Mount every volume on every node."""
    found = master.plan()
    if found.halting():
        return _applied(master, found, {}, found.halting(), "mounted")
    # In test mode, some mounts would only be possible once the LUN is there, or formatted.
    later = [{"id": f"ocfs2-mount-{lun.key}"} for lun in found.to_come() if master.testing]
    changes, failures = master.apply(found.answering(), "ocfs2.mount", exclude=later)
    return _applied(master, found, changes, failures, "mounted")


def _applied(master, found, changes, failures, done):
    """What came of applying an sls to every node that takes part."""
    failures = failures + [f"{node.minion}: {node.silence}" for node in found.nodes if node.silence]
    pending = master.testing and (changes or found.differences())
    would = "would be " if master.testing else ""
    return {
        "result": False if failures else (None if pending else True),
        "lines": _with_next(failures) or [f"{len(found.answering())} nodes {would}{done}."],
        "changes": changes,
    }


def format_luns(master):
    """Format, on the leader, every LUN that the plan allows."""
    if master.testing:
        return _format_tested(master.plan())
    with master.exclusive():
        volumes, failures = FormatLuns(master.desired, master).run()
    made = [f"LUN {key} formatted on {record.leader}." for key, record in volumes.items()]
    return {
        "result": not failures,
        "lines": made + _with_next(failures) or ["No LUN waits to be formatted."],
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
        "lines": lines + _with_next(failures),
        "changes": {},
    }


def _with_next(failures):
    return [*failures, _AGAIN] if failures else []
