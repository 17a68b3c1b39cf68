"""
The stages of the orchestration, as states of the whole cluster.

They run on the master, from ``ocfs2/orch/*.sls`` alone. Each calls its function of the runner
``ocfs2`` and reports what came back, so that an orchestration shows real changes only, and
``test=True`` shows what would happen.

.. versionadded:: 1.0.0
"""

import sys

import salt.loader

#: What is kept for the time of one orchestration: the nodes that did not answer, and why; and the
#: functions of the runner.
_ABSENT, _RUNNER = "ocfs2_absent", "ocfs2_runner"


def planned(name, cluster=None):
    """
    The plan is made and shown. False only if no node can take part at all.

    The stages after it, but for the last, do not wait for those that did not answer here.

    name
        Any name for the stage.
    cluster
        The name of one cluster; without it, all clusters in pillar.
    """
    ret, clusters = _stage(name, "plan", cluster=cluster)
    nodes = {m: row for each in clusters.values() for m, row in _nodes(each).items()}
    absent = {m: row["reason"] for m, row in nodes.items() if not row["reachable"]}
    __context__[_ABSENT] = absent
    if not __opts__["test"] and ret["result"] is not True and len(absent) < len(nodes):
        # Part of the cluster can still be brought to what pillar says; the last stage judges.
        ret["result"] = True
    return ret


def _nodes(plan):
    return plan.get("plan", {}).get("nodes", {})


def converged(name, cluster=None):
    """Every node has packages, kernel, configuration, firewall and service as described."""
    return _stage(name, "converge", cluster=cluster, absent=_absent())[0]


def formatted(name, cluster=None):
    """Every LUN holds its volume, formatted on the leader if the plan allows it."""
    return _stage(name, "format", cluster=cluster, absent=_absent())[0]


def mounted(name, cluster=None):
    """Every node has every volume mounted, now and at each boot."""
    return _stage(name, "mount", cluster=cluster, absent=_absent())[0]


def changed(name, verb, cluster=None, arguments=None):
    """
    One operation on a cluster at work is carried out, or refused before anything is changed.

    name
        Any name for the stage.
    verb
        The function of the runner ``ocfs2_operate``, such as ``grow``.
    cluster
        The name of the cluster; without it, the only one in pillar.
    arguments
        Its other arguments.
    """
    return _of_runner(name, f"ocfs2_operate.{verb}", cluster=cluster, **(arguments or {}))[0]


def adopted(name, nodes, file):
    """
    A cluster that was built by hand is written down as pillar; nothing is changed on its nodes.

    name
        Any name for the stage.
    nodes
        The minion ids of its nodes.
    file
        The pillar file to write.
    """
    said = _runner()["ocfs2_adopt.pillar"](nodes, file)
    would = __opts__["test"] and not said["retcode"]
    return {
        "name": name,
        "result": None if would else not said["retcode"],
        "changes": {file: {"old": None, "new": "written"}} if said["written"] else {},
        "comment": "\n".join(said["lines"]),
    }


def healthy(name, cluster=None):
    """Everything is as pillar describes; the comment is the table of truth."""
    ret, _ = _stage(name, "status", cluster=cluster, patient=True)
    if __opts__["test"]:
        ret["result"] = None if ret["result"] is False else ret["result"]
    return ret


def _absent():
    return __context__.get(_ABSENT)


def _stage(name, function, **arguments):
    return _of_runner(name, f"ocfs2.{function}", **arguments)


def _of_runner(name, function, **arguments):
    """The state's return, and the clusters as the runner answered."""
    clusters = _runner()[function](**arguments)["clusters"]
    results = [each["result"] for each in clusters.values()]
    ret = {
        "name": name,
        "result": False if False in results else (None if None in results else True),
        "changes": {key: each["changes"] for key, each in clusters.items() if each["changes"]},
        "comment": "\n".join(line for each in clusters.values() for line in each["lines"]),
    }
    return ret, clusters


def _runner():
    """The functions of the runner as the orchestration has just synced them, loaded once."""
    if _RUNNER not in __context__:
        _purge()
        # Not saltutil.runner: it would keep a job of its own for each stage.
        __context__[_RUNNER] = salt.loader.runner(
            __opts__,
            utils=salt.loader.utils(__opts__),
            context={"ocfs2_job": globals().get("__orchestration_jid__")},
        )
    return __context__[_RUNNER]


def _purge():
    """
    Have the formula's library imported anew.

    Salt loads every runner, and so what our own import, before it renders the orchestration, which
    is when the formula is synced to the master. Without this, an update of the formula would be
    carried out by the code from before, and take effect one run late.
    """
    for name in [each for each in sys.modules if each.partition(".")[0] == "ocfs2lib"]:
        del sys.modules[name]
