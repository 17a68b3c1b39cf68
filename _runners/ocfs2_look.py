"""
How the clusters are, and why: a part of the runner ``ocfs2`` that changes nothing.

.. versionadded:: 1.0.0
"""

import itertools
import sys
import time

from ocfs2lib import text
from ocfs2lib.fence import case as fence_case
from ocfs2lib.fence import cause
from ocfs2lib.findings import find
from ocfs2lib.findings import kinds
from ocfs2lib.lun import audit
from ocfs2lib.status import last_seen
from ocfs2lib.status import report
from ocfs2lib.status import table

__virtualname__ = "ocfs2"

_YEAR = 8760  # hours
#: Seconds that a look may be given.
_LONGEST = 3600
#: Seconds by which the cause of a restart may lie before it.
_PRELUDE = 600


def __virtual__():
    return __virtualname__


def status(cluster=None, timeout=None, patient=False):
    """
    The status: every node and LUN at a glance, and everything that is wrong, why it matters and
    what to type.

    timeout
        Seconds after which the look ends, whoever has answered by then, 1 to 3600. Without it, a
        node is waited for as long as it is heard; one of which nothing is heard is given up after
        15 seconds, or three times the time that the slowest other node, or its own last looks,
        needed. While nobody at all has answered, that is two minutes.
    patient
        Give up nobody before two minutes, as a run that changes something does.

    The exit code is 0 for healthy, 1 for degraded, 2 for broken or unknown. docs/status.rst
    describes what ``--out=json`` has for each cluster under ``status``.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.status
        salt-run ocfs2.status cluster=web --out=json
    """
    return __salt__["ocfs2_master.each"](
        cluster, lambda master: _status_stage(master, _limit(timeout), patient), failed=2
    )


def watch(cluster=None, interval=10, count=None, timeout=None):
    """
    Show the status again and again, with what has changed since the last time.

    interval
        Seconds between two looks, 1 to 3600.
    count
        After how many looks to end; without it, Ctrl-C does.
    timeout
        As for :func:`status`.

    Returns, and ends with the exit code of, the last look.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.watch
        salt-run ocfs2.watch cluster=web interval=5 count=12
    """
    before, found = {}, {}
    try:
        for number in range(1, int(count) + 1) if count else itertools.count(1):
            found = status(cluster, timeout)
            _show(found, before)
            before = found["clusters"]
            if number != count:
                time.sleep(min(max(1, float(interval)), 3600))
    except KeyboardInterrupt:
        pass
    return {**found, "clusters": before, "outputter": "quiet"}


def explain(node, cluster=None, hours=24, timeout=None):
    """
    Why a node restarted, or why the others evicted it: from the logs of all nodes, with the margin
    by which a limit was missed, the lines that say so, and what to do about it.

    node
        Its minion id, or its name in the cluster.
    hours
        How far back to look, 1 to 8760.
    timeout
        As for :func:`status`, for the look at the nodes and for that into their logs.

    Returns, for the cluster of the node, ``case``: what :func:`fence.case.facts` makes of it. The
    exit code is 0 if there is an explanation, 1 if there is none, 2 if nothing could be looked at.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.explain host2.domain.com
        salt-run ocfs2.explain host2 hours=72 --out=json
    """
    return __salt__["ocfs2_master.one"](
        cluster,
        lambda master: _explain_stage(master, str(node), hours, _limit(timeout)),
        failed=2,
    )


def _show(found, before):
    for name, each in found["clusters"].items():
        old = before.get(name, {}).get("status")
        print(f"--- {each.get('status', {}).get('time', audit.now())}")
        if old and each.get("status"):
            lines = report.changes(old, each["status"])
            state = each["status"]["state"].upper()
            print("\n".join(lines or [f"Cluster {name}: {state}, no change"]), flush=True)
        else:
            print("\n".join(_coloured(each["lines"])), flush=True)


def _coloured(lines):
    """With colours where a terminal shows them; what a runner returns is coloured by Salt."""
    return map(table.coloured, lines) if sys.stdout.isatty() else lines


def _limit(timeout):
    """The seconds that a look may take, or None; ValueError for anything else."""
    if timeout is None or (type(timeout) in (int, float) and 1 <= timeout <= _LONGEST):
        return timeout
    raise ValueError(
        f"timeout={text.shown(timeout)} is not a number of seconds from 1 to {_LONGEST}. "
        "Fix: leave it out, or timeout=60."
    )


def _status_stage(master, timeout, patient):
    snapshot = master.snapshot(timeout, patient)
    now = time.time()
    data = report.data(snapshot, find.all_findings(snapshot), audit.now())
    memory = master.last_seen()
    if not master.testing:
        master.keep_seen(last_seen.kept(memory, data, now))
    # Only now, that everything has been decided.
    data = last_seen.shown(memory, data, now)
    return {
        "result": _is_as_described(data),
        "retcode": report.RETCODES[data["state"]],
        "lines": report.lines(data) + report.next_lines(data, snapshot.plan),
        "changes": {},
        "status": data,
    }


def _explain_stage(master, node, hours, timeout):
    about = _named(master.desired, node)
    if type(hours) not in (int, float) or not 1 <= hours <= _YEAR:
        raise ValueError(f"hours={hours} is not a number from 1 to {_YEAR}. Fix: hours=24.")
    snapshot = master.snapshot(timeout)
    since = time.time() - hours * 3600
    logs = master.logs(since - _PRELUDE, timeout)
    if not any(logs.values()):
        raise ValueError(
            f"No node has told its log, so nothing is known of {about.name}. Next: salt "
            f"{kinds.target(list(logs))} test.ping, then the same command again"
        )
    named = {each.name: logs.get(each.minion) for each in master.desired.nodes}
    case = fence_case.case(about.name, named, {**_settings(snapshot, about), "since": since})
    return {
        "result": None,
        "retcode": int(case.verdict == cause.UNKNOWN),
        "lines": fence_case.text(case),
        "changes": {},
        "case": fence_case.facts(case),
    }


def _named(desired, node):
    """The node with a minion id or name; ValueError if there is none."""
    for each in desired.nodes:
        if node in (each.minion, each.name):
            return each
    known = ", ".join(each.minion for each in desired.nodes)
    raise ValueError(f"ocfs2:nodes has no {node} (known: {known}). Fix: name one of them.")


def _settings(snapshot, node):
    """What :func:`fence.case.case` wants to know of the cluster."""
    seen = snapshot.examinations.get(node.minion)
    return {
        **vars(snapshot.desired.cluster),
        "cluster": snapshot.cluster,
        "nodes": {each.name: each.number for each in snapshot.desired.nodes},
        "multipath": seen and seen["multipath"],
        "clock": {each.name: snapshot.clock_ahead(facts) for each, facts in snapshot.nodes()},
    }


def _is_as_described(data):
    """Whether an orchestration has reached what it was run for; not every finding concerns it."""
    broken = report.RETCODES[data["state"]] > 1
    return not (broken or data["failures"] or data["differences"])
