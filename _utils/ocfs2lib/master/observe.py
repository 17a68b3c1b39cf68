"""How the clusters are, and why a node restarted. Nothing here changes anything on a node."""

import itertools
import sys
import time

from ocfs2lib import text
from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.errors import NoAnswers
from ocfs2lib.errors import NotInRoster
from ocfs2lib.fence import cause
from ocfs2lib.fence import explanation
from ocfs2lib.fence import explanation_text
from ocfs2lib.findings import find
from ocfs2lib.findings import kinds
from ocfs2lib.lun import audit
from ocfs2lib.master import carry_out
from ocfs2lib.status import last_seen
from ocfs2lib.status import table
from ocfs2lib.status.changes import change_lines
from ocfs2lib.status.data import status_data
from ocfs2lib.status.lines import next_lines
from ocfs2lib.status.lines import status_lines
from ocfs2lib.status.states import RETCODES

_YEAR = 8760  # hours
#: Seconds that a look may be given.
_LONGEST = 3600
#: Seconds by which the cause of a restart may lie before it.
_PRELUDE = 600


def status(context, cluster=None, timeout=None, patient=False):
    """
    Return the status of the clusters; exit code 2 if there is none.

    context
        The :class:`master.context.Context`.
    cluster, timeout, patient
        As for the runner.
    """
    return carry_out.on_each(
        context, cluster, lambda master: _status(master, _checked(timeout), patient), failed=2
    )


def watch(context, cluster=None, interval=10, count=None, timeout=None):
    """
    Print the status again and again, and return the last.

    context, cluster, interval, count, timeout
        As for :func:`status` and for the runner.
    """
    before, found = {}, {}
    try:
        for number in range(1, int(count) + 1) if count else itertools.count(1):
            found = status(context, cluster, timeout)
            _print(found, before)
            before = found["clusters"]
            if number != count:
                time.sleep(min(max(1, float(interval)), 3600))
    except KeyboardInterrupt:
        pass
    return {**found, "clusters": before, "outputter": "quiet"}


def explain(context, node, cluster=None, hours=24, timeout=None):
    """
    Return why a node restarted; exit code 2 if nothing could be looked at.

    context, node, cluster, hours, timeout
        As for :func:`status` and for the runner.
    """
    return carry_out.on_one(
        context,
        cluster,
        lambda master: _explain(master, str(node), hours, _checked(timeout)),
        failed=2,
    )


def _print(found, before):
    for name, each in found["clusters"].items():
        old = before.get(name, {}).get("status")
        print(f"--- {each.get('status', {}).get('time', audit.now())}")
        if old and each.get("status"):
            lines = change_lines(old, each["status"])
            state = each["status"]["state"].upper()
            print("\n".join(lines or [f"Cluster {name}: {state}, no change"]), flush=True)
        else:
            print("\n".join(_coloured(each["lines"])), flush=True)


def _coloured(lines):
    """With colours where a terminal shows them; what a runner returns is coloured by Salt."""
    return map(table.coloured, lines) if sys.stdout.isatty() else lines


def _checked(timeout):
    """The seconds that a look may take, or None."""
    if timeout is None or (type(timeout) in (int, float) and 1 <= timeout <= _LONGEST):
        return timeout
    raise ArgumentInvalid(
        f"timeout={text.shown(timeout)} is not a number of seconds from 1 to {_LONGEST}. "
        "Fix: leave it out, or timeout=60."
    )


def _status(master, timeout, patient):
    snapshot = master.snapshot(timeout, patient)
    now = time.time()
    data = status_data(snapshot, find.all_findings(snapshot), audit.now())
    memory = master.last_seen()
    if not master.testing:
        master.keep_seen(last_seen.kept(memory, data, now))
    # Only now, that everything has been decided.
    data = last_seen.shown(memory, data, now)
    return {
        "result": _is_as_described(data),
        "retcode": RETCODES[data["state"]],
        "lines": status_lines(data) + next_lines(data, snapshot.plan),
        "changes": {},
        "status": data,
    }


def _is_as_described(data):
    """Whether an orchestration has reached what it was run for; not every finding concerns it."""
    broken = RETCODES[data["state"]] > 1
    return not (broken or data["failures"] or data["differences"])


def _explain(master, node, hours, timeout):
    about = _node(master.desired, node)
    if type(hours) not in (int, float) or not 1 <= hours <= _YEAR:
        raise ArgumentInvalid(f"hours={hours} is not a number from 1 to {_YEAR}. Fix: hours=24.")
    snapshot = master.snapshot(timeout)
    since = time.time() - hours * 3600
    logs = master.logs(since - _PRELUDE, timeout)
    if not any(logs.values()):
        raise NoAnswers(
            f"No node has told its log, so nothing is known of {about.name}. Next: salt "
            f"{kinds.salt_target(list(logs))} test.ping, then the same command again"
        )
    answers = {each.name: logs.get(each.minion) for each in master.desired.nodes}
    settings = {**_settings(snapshot, about), "since": since}
    found = explanation.explain(about.name, answers, settings)
    return {
        "result": None,
        "retcode": int(found.verdict == cause.UNKNOWN),
        "lines": explanation_text.lines(found),
        "changes": {},
        "case": explanation.data(found),
    }


def _node(desired, name):
    """The node with a minion id or name."""
    for each in desired.nodes:
        if name in (each.minion, each.name):
            return each
    known = ", ".join(each.minion for each in desired.nodes)
    raise NotInRoster(f"ocfs2:nodes has no {name} (known: {known}). Fix: name one of them.")


def _settings(snapshot, node):
    """Return what :func:`fence.settings.read` needs to know of the cluster."""
    seen = snapshot.examinations.get(node.minion)
    return {
        **vars(snapshot.desired.cluster),
        "cluster": snapshot.cluster,
        "nodes": {each.name: each.number for each in snapshot.desired.nodes},
        "multipath": seen and seen["multipath"],
        "clock": {each.name: snapshot.clock_ahead(facts) for each, facts in snapshot.nodes()},
    }
