"""
What an operator types for a whole cluster: ``salt-run ocfs2.*``.

- :func:`plan`, :func:`converge`, :func:`format`, :func:`mount` and :func:`status`: the stages of
  ``salt-run state.orchestrate ocfs2.orch``. Each asks all nodes anew before it acts, is safe on its
  own, and running all of them again continues after any crash. The stages after the plan take
  ``absent``, ``{minion id: reason}`` of nodes that could not take part a moment ago: they are not
  waited for once more.
- :func:`watch`, :func:`explain`, :func:`report`: how the clusters are, and why.
- :func:`luns`: what the SAN shows, before there is a pillar.
- :func:`ledger`, :func:`forget`, :func:`resume`, :func:`free_number`: what is on record.
- :func:`note`: all that the reactor does.

``cluster`` is the name of one cluster. Without it, a stage works on all that the pillar of this
master's minions describes. It returns a dict with ``clusters`` (one entry each), ``retcode`` (the
exit code of salt-run) and ``outputter``. Changes of a cluster at work are in ``ocfs2_operate``.

.. versionadded:: 1.0.0
"""

from ocfs2lib.master import carry_out
from ocfs2lib.master import event_log
from ocfs2lib.master import html_report
from ocfs2lib.master import observe
from ocfs2lib.master import records
from ocfs2lib.master import san_luns
from ocfs2lib.master import stages
from ocfs2lib.master.context import Context


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
    return carry_out.on_each(_context(), cluster, stages.plan)


def converge(cluster=None, absent=None):
    """
    Bring packages, kernel, configuration, firewall and service of every node to what pillar says.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.converge
    """
    return carry_out.on_each(_context(), cluster, stages.converge, absent)


def format(cluster=None, absent=None):
    """
    Format, on the leader alone, every LUN that the plan allows, and read it back on every node.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.format
    """
    return carry_out.on_each(_context(), cluster, stages.format_luns, absent)


def mount(cluster=None, absent=None):
    """
    Mount every volume on every node, now and at each boot.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.mount
    """
    return carry_out.on_each(_context(), cluster, stages.mount, absent)


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
    return observe.status(_context(), cluster, timeout, patient)


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
    return observe.watch(_context(), cluster, interval, count, timeout)


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

    Returns, for the cluster of the node, ``case``: the fields of
    :class:`fence.explanation.Explanation`. The exit code is 0 if there is an explanation, 1 if
    there is none, 2 if nothing could be looked at.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.explain host2.domain.com
        salt-run ocfs2.explain host2 hours=72 --out=json
    """
    return observe.explain(_context(), node, cluster, hours, timeout)


def report(file, cluster=None, timeout=None):
    """
    The status as one HTML page, for a ticket or a hand-over; it needs no network.

    file
        The page to write: an absolute path that ends in ``.html``. A page of an earlier report is
        replaced, any other file is left as it is. It belongs to the user of the master (in Salt's
        own packages: ``salt``) and is readable by that user alone.
    timeout
        As for :func:`status`.

    Returns, besides what :func:`status` does, ``lines``, ``file``, and ``written``, whether the
    page was written now. The exit code is that of :func:`status`, and 2 if the page was refused or
    could not be written.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.report file=/tmp/cluster.html
        salt-run ocfs2.report file=/tmp/web.html cluster=web
    """
    return html_report.write(_context(), file, cluster, timeout)


def luns(nodes=None):
    """
    What the SAN shows to some minions, before a pillar is written: each LUN with its WWID, size,
    paths and content, who uses it and who sees it, the lines to paste into pillar, and every mix-up
    of presenting.

    Needs no pillar, and changes nothing but the formula's own modules on the nodes.

    nodes
        Minion ids: a list, or text with commas between them.

    Returns, besides ``lines`` and ``retcode``: ``luns``, one entry each, whose fields are in
    docs/operations.rst, ``flags``, what does not fit, and ``silent``, ``{minion id: reason}``.
    ``retcode`` is 1 if there is a flag or a silent minion, or if nobody could be asked.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.luns host1.domain.com,host2.domain.com
        salt-run ocfs2.luns nodes='[host1.domain.com, host2.domain.com]' --out=json
    """
    return san_luns.luns(_context(), nodes)


def ledger(wwid=None):
    """
    What is on record of the LUNs: what each was seen to hold, and what was formatted there.

    wwid
        One LUN; without it, all on record.

    Returns, besides ``lines`` and ``retcode``, ``ledger``: ``{WWID: record}``, each with the fields
    of :class:`lun.ledger.Record` but the token.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.ledger
        salt-run ocfs2.ledger wwid=3600a0b8000123456000abcd012345678 --out=json
    """
    return records.show(_context(), wwid)


def forget(wwid=None, reason=None):
    """
    Take a LUN's record out of the ledger, so that it may be formatted if it is blank.

    The only way back for a LUN that was formatted, or seen to hold something, and was then cleared
    on purpose. Changes nothing on any LUN.

    wwid
        The whole WWID of the LUN, typed out.
    reason
        Why, for the ledger and the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.forget wwid=3600a0b8000123456000abcd012345678 reason="cleared for reuse"
    """
    return records.forget(_context(), wwid, reason)


def resume(wwid=None, reason=None):
    """
    Let the next orchestration elect another leader for a format whose outcome is UNKNOWN.

    For a leader that is gone for good, once it is certain that it is switched off: one that wakes
    up later could still write to the LUN. What its format left is made again only if it bears the
    UUID on record. Refused while the leader is at work.

    wwid
        The whole WWID of the LUN, typed out.
    reason
        Why, for the ledger and the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.resume wwid=3600a0b8000123456000abcd012345678 reason="host1 was scrapped"
    """
    return records.resume(_context(), wwid, reason)


def free_number(cluster=None, number=None, reason=None):
    """
    Let another host have the number of a node that was removed.

    Only for a host that is gone for good: one that wakes up with the cluster.conf it had would be
    taken for whoever has its number by then. Changes nothing on any node.

    number
        The node number, 0 to 254.
    reason
        Why, for the audit log: at least 10 characters.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.free_number cluster=web number=2 reason="host3 was scrapped"
    """
    return records.free_number(_context(), cluster, number, reason)


def note(tag, message="", node=""):
    """
    Put an event of a node down as one line of JSON, in ``ocfs2-events.log`` beside Salt's log.

    All that the reactor of the formula does: whoever has the key of a minion can send any event, so
    none may do more than leave a line. Of what a line says nothing is certain.

    tag
        The event's tag.
    message, node
        What the node says, and who it says it is.

    Returns True. The log is begun anew at 10 MiB; the one before is kept as
    ``ocfs2-events.log.1``.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.note salt/beacon/host1/ocfs2/mount-lost message="by hand" node=host1
    """
    event_log.note(__opts__, tag, message, node)
    return True


def _context():
    job = __context__.get("ocfs2_job") or globals().get("__jid__") or ""
    return Context(__opts__, __salt__["pillar.show_pillar"], str(job))
