"""
What was last seen of a cluster, for a look that nobody answers.

It is shown, marked as old, and nothing more: it is added to a status when all has been decided.
"""

from ocfs2lib import text
from ocfs2lib.status import data

#: What is kept of a node that answered, and of a LUN about which somebody did.
_OF_NODE = {"cluster": str, "up": int, "of": int, "luns": dict}
_OF_LUN = {"uuid": (str, type(None)), "mounted": int}
_WHEN = {"time": str, "seconds": (int, float)}


def kept(memory, status, now):
    """
    Return the memory with what a look has seen; of the rest, what was seen before.

    memory
        What this returned the last time, or whatever else a cache had.
    status
        What :func:`status.data.status_data` returned.
    now
        Seconds since the epoch.
    """
    when = {"time": status["time"], "seconds": now}
    nodes, luns = _known(memory, "nodes", _OF_NODE), _known(memory, "luns", _OF_LUN)
    return {
        "nodes": {
            minion: {**_of_node(row), **when} if row["answers"] else nodes[minion]
            for minion, row in status["nodes"].items()
            if row["answers"] or minion in nodes
        },
        "luns": {
            key: luns[key] if lun["mounted"] is None else {**_of_lun(lun), **when}
            for key, lun in status["luns"].items()
            if lun["mounted"] is not None or key in luns
        },
    }


def _of_node(row):
    up, total = data.connections_up(row)
    return {
        "cluster": row["cluster"],
        "up": up,
        "of": total,
        "luns": {key: cell["state"] for key, cell in row["luns"].items()},
    }


def _of_lun(lun):
    return {name: lun[name] for name in _OF_LUN}


def shown(memory, status, now):
    """
    Return the status with ``last_seen`` for each node that did not answer, and each LUN about which
    nobody did: what was seen, ``time`` and ``seconds_ago``; None if nothing is kept.

    memory, status, now
        As for :func:`kept`.
    """
    nodes, luns = _known(memory, "nodes", _OF_NODE), _known(memory, "luns", _OF_LUN)
    return {
        **status,
        "nodes": {
            minion: {**row, "last_seen": None if row["answers"] else _old(nodes.get(minion), now)}
            for minion, row in status["nodes"].items()
        },
        "luns": {
            key: {
                **lun,
                "last_seen": _old(luns.get(key), now) if lun["mounted"] is None else None,
            }
            for key, lun in status["luns"].items()
        },
    }


def _old(entry, now):
    if entry is None:
        return None
    old = {name: value for name, value in entry.items() if name != "seconds"}
    return {**old, "seconds_ago": max(0, round(now - entry["seconds"]))}


def _known(memory, part, shape):
    """Return the entries of the memory that have the shape of one."""
    entries = memory.get(part) if isinstance(memory, dict) else None
    return {
        key: entry
        for key, entry in (entries if isinstance(entries, dict) else {}).items()
        if isinstance(entry, dict)
        and all(isinstance(entry.get(name), kind) for name, kind in {**shape, **_WHEN}.items())
    }


def texts(status):
    """
    Yield ``(name, when, what)``, as texts, of all that was seen before and is not known now.

    status
        What :func:`shown` returned.
    """
    for minion, row in status["nodes"].items():
        old = row.get("last_seen")
        if old:
            luns = [f"{key} {state}" for key, state in old["luns"].items()]
            what = ", ".join([old["cluster"], f"{old['up']}/{old['of']} connections", *luns])
            yield minion, _ago(old), what
    for key, lun in status["luns"].items():
        old = lun.get("last_seen")
        if old:
            volume = f"volume {old['uuid']}" if old["uuid"] else "no volume"
            nodes = "1 node" if old["mounted"] == 1 else f"{old['mounted']} nodes"
            yield f"LUN {key}", _ago(old), f"{volume}, mounted on {nodes}"


def _ago(old):
    return f"{text.duration(old['seconds_ago'])} ago ({old['time']})"
