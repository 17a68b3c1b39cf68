"""
What a node answered to the census or the survey, checked before it is believed.

A minion is free to answer anything, so nothing of it reaches a decision before its shape is known.
"""

import ocfs2_setup

#: What the facts of 64 LUNs on a node of a cluster of 255 stay far below.
_MAX_TEXT, _MAX_ITEMS, _MAX_DEPTH, _MAX_VALUES = 1 << 18, 4096, 12, 1 << 17
_MAX_NUMBER = 1 << 64
#: Characters of what is said about a wrong answer; names in it may be of any length.
_SAID = 300

#: name: the types a value may have, or a dict of the same kind for what is nested in it.
_TEXT, _MAYBE_TEXT, _NUMBER, _FLAG = (str,), (str, type(None)), (int,), (bool,)
_LUN = {
    "wwid": _MAYBE_TEXT,
    "paths": (dict,),
    "size": _NUMBER,
    "read_only": _FLAG,
    "holders": (list,),
    "mounts": (list,),
    "slot": (int, type(None)),
    "busy": _FLAG,
    "beats": _FLAG,
    "volume": (dict, type(None)),
    "half_made": (bool, type(None)),
    "signature": (dict,),
    "written": (list, type(None)),
    "error": _MAYBE_TEXT,
    "unreadable": _MAYBE_TEXT,
}
_VOLUME = {
    "uuid": _TEXT,
    "label": _TEXT,
    "slots": _NUMBER,
    "size": _NUMBER,
    "cluster_size": _NUMBER,
    "stack": _TEXT,
    "cluster": _TEXT,
    "stamp": _TEXT,
    "global_heartbeat": _FLAG,
}
_MOUNT = {"path": _TEXT, "options": (list,)}
_O2CB = {
    "stack": _MAYBE_TEXT,
    "modules": _FLAG,
    "clusters": (dict,),
    "online": _MAYBE_TEXT,
    "conf": {"text": _MAYBE_TEXT},
    "settings": {"path": _TEXT, "values": (dict, type(None))},
}
_CLUSTER = {
    "heartbeat_mode": _MAYBE_TEXT,
    **dict.fromkeys(
        ("heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms", "reconnect_delay_ms"),
        (int, type(None)),
    ),
    "fence_method": _MAYBE_TEXT,
    "nodes": (dict,),
    "regions": (list,),
}
_NODE = {
    "number": (int, type(None)),
    "address": _MAYBE_TEXT,
    "port": (int, type(None)),
    "local": _FLAG,
}
_HOST = {"hostname": _TEXT, "kernel": _TEXT, "platform": _TEXT, "addresses": (list,)}
_SETUP = {
    "files": dict.fromkeys(ocfs2_setup.FILES, _MAYBE_TEXT),
    "enabled": (list,),
    "masked": (list,),
    "missing": (list,),
    "services": (dict,),
    "panic": {name: {"live": _MAYBE_TEXT, "file": _MAYBE_TEXT} for name in ocfs2_setup.PANIC},
    "firewall": {"rules": (dict,), "blocking": (list,)},
}
_CENSUS = {
    "formula": _TEXT,
    "formatting": _MAYBE_TEXT,
    "host": _HOST,
    "o2cb": _O2CB,
    "setup": _SETUP,
    "fstab": (dict,),
    "mounts": (list,),
    "holds": {"cluster": _MAYBE_TEXT, "luns": (dict,)},
    "luns": (dict,),
}
_LINE = {
    "source": _TEXT,
    "path": _TEXT,
    "fstype": _TEXT,
    "options": (list,),
    "node": _MAYBE_TEXT,
}
_SURVEY = {
    "formula": _TEXT,
    "host": _HOST,
    "o2cb": _O2CB,
    "setup": _SETUP,
    "starts": (list,),
    "firewalls": (list,),
    "fstab": (list,),
    "luns": (dict,),
}


def checked(answer, keys):
    """
    The census of one node, if it has the shape of one; ValueError with the reason otherwise.

    answer
        Whatever the minion returned.
    keys
        The LUNs that were asked for.
    """
    return _believed(answer, "census", lambda: _check_census(answer, keys))


def surveyed(answer):
    """
    The survey of one node, if it has the shape of one; ValueError with the reason otherwise.

    answer
        Whatever the minion returned.
    """
    return _believed(answer, "survey", lambda: _check_survey(answer))


def _believed(answer, what, check):
    try:
        _bounded(answer, what)
        check()
    except ValueError as err:
        raise ValueError(str(err)[:_SAID]) from None
    return answer


def _check_census(answer, keys):
    _shaped(answer, _CENSUS, "census")
    if set(answer["luns"]) != set(keys):
        raise ValueError("its census answers for other LUNs than were asked for")
    _all_of(answer["mounts"], _TEXT, "mounts")
    _all_of(answer["holds"]["luns"].values(), _TEXT, "holds.luns")
    _check_node(answer)


def _check_survey(answer):
    _shaped(answer, _SURVEY, "survey")
    for name in ("starts", "firewalls"):
        _all_of(answer[name], _TEXT, name)
    for line in answer["fstab"]:
        _shaped(line, _LINE, "fstab")
        _all_of(line["options"], _TEXT, "fstab.options")
    _check_node(answer)
    for node, facts in answer["luns"].items():
        _shaped(facts, {"node": _MAYBE_TEXT, "names": (list,)}, node)
        _all_of(facts["names"], _TEXT, f"{node}.names")


def _check_node(answer):
    """What census and survey have in common, below the first level."""
    _all_of(answer["host"]["addresses"], _TEXT, "host.addresses")
    _check_setup(answer["setup"])
    for name, cluster in answer["o2cb"]["clusters"].items():
        _shaped(cluster, _CLUSTER, f"o2cb.clusters.{name}")
        for node, live in cluster["nodes"].items():
            _shaped(live, _NODE, f"o2cb.clusters.{name}.nodes.{node}")
    for key, facts in answer["luns"].items():
        _check_lun(key, facts)


def _check_setup(setup):
    for name in ("enabled", "masked", "missing"):
        _all_of(setup[name], _TEXT, f"setup.{name}")
    _all_of(setup["services"].values(), _TEXT, "setup.services")
    for chain in setup["firewall"]["blocking"]:
        _all_of([chain], (list,), "setup.firewall.blocking")
        _all_of(chain, _TEXT, "setup.firewall.blocking")


def _check_lun(key, facts):
    _shaped(facts, _LUN, key)
    _all_of(facts["paths"].values(), _MAYBE_TEXT, f"{key}.paths")
    _all_of(facts["signature"].values(), _TEXT, f"{key}.signature")
    _all_of(facts["holders"], _TEXT, f"{key}.holders")
    _all_of(facts["written"] or (), _NUMBER, f"{key}.written")
    for mount in facts["mounts"]:
        _shaped(mount, _MOUNT, f"{key}.mounts")
        _all_of(mount["options"], _TEXT, f"{key}.mounts.options")
    if facts["volume"]:
        _shaped(facts["volume"], _VOLUME, f"{key}.volume")


def _bounded(answer, what):
    """Plain data of a size that a node can have a reason for; looked at before anything else."""
    waiting, seen = [(answer, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > _MAX_VALUES or depth > _MAX_DEPTH:
            raise ValueError(f"its answer is too large to be a {what}")
        if isinstance(value, (dict, list)):
            _few(value, what)
            members = value.values() if isinstance(value, dict) else value
            waiting += [(member, depth + 1) for member in members]
        elif isinstance(value, str):
            _short(value)
        elif not (value is None or (isinstance(value, int) and abs(value) < _MAX_NUMBER)):
            raise ValueError(f"its answer holds a {type(value).__name__} or a huge number")


def _few(collection, what):
    if len(collection) > _MAX_ITEMS:
        raise ValueError(f"its answer is too large to be a {what}")
    if isinstance(collection, dict):
        for name in collection:
            if not isinstance(name, str):
                raise ValueError(f"its answer has a {type(name).__name__} for a key")
            _short(name)


def _short(text):
    if len(text) > _MAX_TEXT:
        raise ValueError("its answer holds a text that is too long")


def _all_of(values, types, where):
    for value in values:
        if type(value) not in types:
            raise ValueError(f"its {where} holds a {type(value).__name__}")


def _shaped(value, shape, where):
    if not isinstance(value, dict):
        raise ValueError(f"its answer is no {where}: {str(value)[:200]}")
    for name, expected in shape.items():
        if name not in value:
            raise ValueError(f"its {where} lacks {name}")
        if isinstance(expected, dict):
            _shaped(value[name], expected, f"{where}.{name}")
        elif type(value[name]) not in expected:
            raise ValueError(f"its {where}.{name} is a {type(value[name]).__name__}")
