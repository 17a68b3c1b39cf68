"""
What needs the whole cluster: who takes part, what has to happen, who formats, and whether it is so.

:func:`plan` and :func:`status` only look. The other functions are the stages of
``salt-run state.orchestrate ocfs2.orch``. Each asks all nodes anew before it acts, so none acts on
an old answer, each is safe on its own, and running all of them again continues after any crash.

Every function takes ``cluster``, the name of one cluster; without it, it works on all that the
pillar of this master's minions describes. The stages between plan and status take ``absent``,
``{minion id: reason}`` of nodes that could not take part a moment ago: they are not waited for
once more.

Every function returns a dict with ``clusters`` (one entry each), ``retcode`` (0 or 1, the exit code
of salt-run) and ``outputter``.

.. versionadded:: 1.0.0
"""

import secrets
import time
import uuid

import ocfs2_clusters
import ocfs2_facts
import ocfs2_firewall
import ocfs2_plan
import ocfs2_report
import ocfs2_version
from ocfs2_order import LEADER_GRAIN

#: The kinds of module the nodes need; saltutil.sync_all asks the master for a dozen more.
_SYNC = ("saltutil.sync_utils", "saltutil.sync_modules", "saltutil.sync_states")
_PING_LIMIT = 45
_SYNC_LIMIT = 300
_CENSUS_LIMIT = 180
_APPLY_LIMIT = 1200
_FORMAT_LIMIT = 4200
_GRAIN_LIMIT = 120


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
    return _each(cluster, _plan_stage)


def status(cluster=None):
    """
    The table of truth: every node and LUN as it is now, held against pillar. Changes nothing.

    The exit code is 0 only if everything is as described.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.status
        salt-run ocfs2.status --out=json
    """
    return _each(cluster, _status_stage)


def converge(cluster=None, absent=None):
    """
    Bring packages, kernel, configuration, firewall and service of every node to what pillar says.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.converge
    """
    return _each(cluster, _converge_stage, absent)


def format(cluster=None, absent=None):
    """
    Format, on the leader alone, every LUN that the plan allows, and read it back on every node.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.format
    """
    return _each(cluster, _format_stage, absent)


def mount(cluster=None, absent=None):
    """
    Mount every volume on every node, now and at each boot.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.mount
    """
    return _each(cluster, _mount_stage, absent)


def _each(cluster, stage, *arguments):
    """Run a stage for the clusters asked for; what fails in one does not stop the others."""
    found, errors = ocfs2_clusters.described(__salt__["ocfs2_nodes.rosters"](), cluster)
    results = {name: {"result": False, "lines": lines, "changes": {}} for name, lines in errors}
    for name, desired in found.items():
        results[name] = stage(desired, *arguments)
    return {
        "outputter": "ocfs2",
        "retcode": 0 if all(each["result"] is not False for each in results.values()) else 1,
        "clusters": results,
    }


def _look(desired, absent=None, sync=False):
    """
    Ask every node of the roster but the absent, and decide: the plan as of now.

    With ``sync``, a node that has another build of the formula than the master, or none, gets the
    master's first.
    """
    formula = ocfs2_version.build(__opts__["extension_modules"])
    absent = absent or {}
    roster = [node.minion for node in desired.nodes if node.minion not in absent]
    if sync:
        answers, silent = _synced_census(desired, roster, formula)
    else:
        answers, silent = _census(desired, roster, presence=_PING_LIMIT)
    silent.update(absent)
    census = {}
    for minion in answers.keys() - silent.keys():
        try:
            census[minion] = ocfs2_facts.checked(answers[minion], _devices(desired))
        except ValueError as err:
            silent[minion] = str(err)
    return ocfs2_plan.plan(desired, census, silent, formula)


def _ask(minions, fun, *arg, limit, presence=None, **kwarg):
    if not minions:
        return {}, {}
    return __salt__["ocfs2_nodes.ask"](
        list(minions), fun, arg, kwarg, limit=limit, presence=presence
    )


def _census(desired, minions, presence=None):
    arguments = (_devices(desired), ocfs2_firewall.concern(desired))
    return _ask(
        minions,
        "ocfs2.census",
        *arguments,
        prove_blank=True,
        limit=_CENSUS_LIMIT,
        presence=presence,
    )


def _devices(desired):
    return {lun.key: lun.device for lun in desired.luns}


def _synced_census(desired, roster, formula):
    """The census, once every node that answers has the master's build of the formula."""
    # A ping that also tells who has no formula yet: a minion takes a minute of one processor to
    # find out that it does not know a function.
    modules, silent = _ask(roster, "saltutil.list_extmods", limit=_PING_LIMIT)
    bare = [minion for minion, kinds in modules.items() if not _has_formula(kinds)]
    silent.update(_sync(desired, bare))
    answers, lost = _loaded_census(desired, modules.keys() - silent.keys())
    silent.update(lost)
    stale = [minion for minion, answer in answers.items() if _build(answer) != formula]
    silent.update(_sync(desired, stale))
    again, lost = _loaded_census(desired, set(stale) - silent.keys())
    return {**answers, **again}, {**silent, **lost}


def _has_formula(kinds):
    return isinstance(kinds, dict) and "ocfs2" in (kinds.get("modules") or ())


def _build(answer):
    return answer.get("formula") if isinstance(answer, dict) else None


def _sync(desired, minions):
    """Give the formula to some nodes; ``{minion id: reason}`` of those that did not take it."""
    if minions:
        _say(desired, f"syncing the formula to {', '.join(minions)}")
    _, silent = _ask(minions, list(_SYNC), *([] for _ in _SYNC), limit=_SYNC_LIMIT)
    return silent


def _loaded_census(desired, minions):
    """The census of nodes that may still have to load the modules they have just been given."""
    answers, silent = {}, {}
    end = time.monotonic() + _CENSUS_LIMIT
    waiting = minions
    while waiting and time.monotonic() < end:
        got, lost = _census(desired, waiting)
        answers.update(got)
        silent.update(lost)
        waiting = [minion for minion, answer in got.items() if _not_loaded(answer)]
    return answers, silent


def _not_loaded(answer):
    return isinstance(answer, str) and "is not available" in answer


def _say(desired, text):
    __salt__["ocfs2_nodes.say"](f"[{desired.cluster.name}] {text}")


def _plan_stage(desired):
    _say(desired, f"asking {len(desired.nodes)} nodes")
    found = _look(desired, sync=True)
    lines = ocfs2_report.plan_text(found)
    _say(desired, "\n".join(lines))
    failures, differences = found.failures(), found.differences()
    result = False if failures else (None if differences else True)
    return {"result": result, "lines": lines, "changes": {}, "status": ocfs2_report.status(found)}


def _status_stage(desired):
    data = ocfs2_report.status(_look(desired))
    lines = ocfs2_report.status_text(desired.cluster.name, data)
    return {"result": data["healthy"], "lines": lines, "changes": {}, "status": data}


def _converge_stage(desired, absent):
    return _apply_stage(desired, absent, "ocfs2.node", "configured")


def _mount_stage(desired, absent):
    return _apply_stage(desired, absent, "ocfs2.mount", "mounted")


def _apply_stage(desired, absent, sls, done):
    """Apply one sls to every node that takes part, all in parallel."""
    found = _look(desired, absent)
    minions = found.answering()
    _say(desired, f"state.apply {sls} on {len(minions)} nodes")
    returns, silent = _ask(
        minions,
        "state.apply",
        sls,
        test=_testing(),
        exclude=_excluded(found),
        limit=_APPLY_LIMIT,
    )
    changes, lines = {}, [f"{minion}: {reason}" for minion, reason in silent.items()]
    for minion, answer in returns.items():
        changed, failed = _states(answer)
        if changed:
            changes[minion] = changed
        lines += [f"{minion}: {each}" for each in failed]
    for line in lines:
        _say(desired, line)
    lines += [f"{node.minion}: {node.silent}" for node in found.nodes if node.silent]
    pending = _testing() and (changes or found.differences())
    return {
        "result": False if lines else (None if pending else True),
        "lines": lines or [f"{len(minions)} nodes {_would(done)}."],
        "changes": changes,
    }


def _excluded(found):
    """In test mode, the mounts that would only be possible after the format."""
    return [{"id": f"ocfs2-mount-{key}"} for key in found.to_format()] if _testing() else []


def _would(done):
    return f"would be {done}" if _testing() else done


def _states(answer):
    """``(changes, failures)`` of one minion's state run; anything but a state run is a failure."""
    if not isinstance(answer, dict):
        text = "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
        return {}, [text]
    changes, failures = {}, []
    for tag, state in answer.items():
        if not isinstance(state, dict):
            failures.append(f"{tag}: {state}")
            continue
        name = str(state.get("__id__", tag))
        if state.get("changes"):
            changes[name] = state["changes"]
        if state.get("result") is False:
            failures.append(f"{name}: {state.get('comment')}")
    return changes, failures


def _testing():
    return bool(__opts__.get("test"))


def _format_stage(desired, absent):
    """Each LUN is judged by itself: one that is refused does not keep another from its format."""
    found = _look(desired, absent)
    keys, failures = found.to_format(), found.failures()
    if _testing():
        lines = [f"LUN {key} would be formatted on {found.leader}." for key in keys]
        result = False if failures else (None if keys else True)
        return {"result": result, "lines": failures + lines, "changes": {}}
    unready = _unready(found)
    if unready:
        return {"result": False, "lines": failures + unready, "changes": {}}
    volumes, failed = _format_all(desired, found.leader, keys)
    failures += failed
    lines = [f"LUN {key} formatted on {found.leader}." for key in volumes]
    return {
        "result": not failures,
        "lines": failures + lines or ["No LUN waits to be formatted."],
        "changes": {
            key: {"old": "blank", "new": f"volume {volume} of {desired.cluster.name}"}
            for key, volume in volumes.items()
        },
    }


def _format_all(desired, leader, keys):
    """
    Format one LUN after the other and read all back.

    After a failure the rest waits for the next run: what broke one format may break another.

    Returns ``({key: uuid}, failures)``: the volumes made, and what went wrong, as sentences.
    """
    volumes, failures = {}, []
    for key in keys:
        volume = uuid.uuid4().hex.upper()
        failure = _format(desired, leader, key, volume)
        if failure:
            failures.append(f"LUN {key}: {failure}")
            break
        volumes[key] = volume
    return volumes, failures + (_read_back(desired, volumes) if volumes else [])


def _unready(found):
    """A blank LUN is formatted only for a cluster that is online as described on every node."""
    return [
        f"LUN {key}: not formatted, {node.minion} is not ready: "
        + "; ".join(map(str, (*node.gaps, *node.blocked)))
        for key in found.to_format()
        for node in found.nodes
        if node.gaps or node.blocked
    ]


def _format(desired, leader, key, volume):
    """Order the leader to format one LUN as the volume of that UUID; why that failed, or None."""
    lun = desired.lun(key)
    grant = {"wwid": lun.wwid, "uuid": volume, "token": secrets.token_hex(16)}
    mark = {"cluster": desired.cluster.name, "wwid": lun.wwid, "token": grant["token"]}
    _say(desired, f"LUN {key}: formatting on {leader}")
    if not _marked(leader, mark):
        return f"{leader} did not take the leader's grain {LEADER_GRAIN}; nothing was formatted"
    order = {"ocfs2_format": {"lun": key, "grant": grant}}
    returns, silent = _ask(
        [leader], "state.apply", "ocfs2.format", pillar=order, limit=_FORMAT_LIMIT
    )
    if silent:
        return (
            f"{leader} went silent while it formatted: the outcome is UNKNOWN and no other node "
            f"takes over. Bring {leader} back, look at the LUN, then run again"
        )
    _, failed = _states(returns[leader])
    return "; ".join(failed) or None


def _marked(leader, mark):
    """Put the grain on the leader and wait until its minion process shows it."""
    _ask([leader], "grains.set", LEADER_GRAIN, mark, force=True, limit=_GRAIN_LIMIT)
    end = time.monotonic() + _GRAIN_LIMIT
    while time.monotonic() < end:
        returns, silent = _ask([leader], "grains.get", LEADER_GRAIN, limit=_GRAIN_LIMIT)
        if silent:
            return False
        if returns[leader] == mark:
            return True
    return False


def _read_back(desired, volumes):
    """Every node, asked again, must see the new volumes; where it does not, as sentences."""
    return [
        f"LUN {lun.key}: the new volume does not read back on every node"
        for lun in _look(desired).luns
        if lun.key in volumes
        and (lun.refusals or (lun.volume or {}).get("uuid") != volumes[lun.key])
    ]
