"""
Carry out a stage, or an operation, on the clusters that pillar describes.

A stage takes the :class:`master.master.Master` of one cluster; it returns ``{"result", "lines",
"changes", ...}``, or raises with the reason, one sentence a line.

Every function returns ``{"outputter", "retcode", "clusters": {name: what the stage returned}}``.
"""

import logging

from salt.exceptions import SaltException

from ocfs2lib.errors import FormulaError
from ocfs2lib.master.master import Master
from ocfs2lib.pillar import clusters

_LOG = logging.getLogger(__name__)


def on_each(context, cluster, stage, absent=None, failed=1):
    """
    Carry out a stage on each cluster; what fails in one does not stop the others.

    context
        The :class:`master.context.Context`.
    cluster
        The name of one cluster; None for all in pillar.
    stage
        The stage.
    absent
        As for :class:`master.master.Master`.
    failed
        The exit code if a stage raises, or returns False as its result and no ``retcode``.
    """
    sections = context.sections()
    found, errors = clusters.described(sections, cluster)
    return _answer(context, sections, found, errors, stage, absent, failed)


def on_one(context, cluster, stage, failed=1):
    """
    Carry out an operation on one cluster; one of several has to be named.

    context, stage, failed
        As for :func:`on_each`.
    cluster
        The name of the cluster; None if pillar describes only one.
    """
    sections = context.sections()
    found, errors = clusters.described(sections, cluster)
    names = [*found, *(name for name, _ in errors)]
    if len(names) > 1:
        reason = f"pillar describes {', '.join(names)}: name one of them as ocfs2_cluster"
        errors, found = [("none", [reason])], {}
    return _answer(context, sections, found, errors, stage, None, failed)


def _answer(context, sections, found, errors, stage, absent, failed):
    strangers = clusters.strangers(sections)
    results = {name: {"result": False, "lines": lines, "changes": {}} for name, lines in errors}
    for name, desired in found.items():
        results[name] = _carried_out(
            stage, Master(context, desired, absent, strangers.get(name, ()))
        )
    return {
        "outputter": "ocfs2",
        "retcode": max(
            each.get("retcode", failed if each["result"] is False else 0)
            for each in results.values()
        ),
        "clusters": results,
    }


def _carried_out(stage, master):
    try:
        return stage(master)
    except (FormulaError, SaltException) as err:
        return _failed(str(err))
    except Exception as err:
        # A bug: its traceback is for who mends it, and the other clusters go on.
        _LOG.exception("Cluster %s", master.desired.cluster.name)
        return _failed(f"{type(err).__name__}: {err}\nThe log of this command has the traceback.")


def _failed(reason):
    return {"result": False, "lines": reason.splitlines() or ["it failed"], "changes": {}}
