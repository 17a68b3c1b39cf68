"""
What a node answered to the census, checked before it is believed.

A minion is free to answer anything, so nothing of it reaches a decision before its shape is known.
"""

import ocfs2_setup

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
    "volume": (dict, type(None)),
    "signature": (dict,),
    "written": (list, type(None)),
    "error": _MAYBE_TEXT,
    "unreadable": _MAYBE_TEXT,
}
_VOLUME = {
    "uuid": _TEXT,
    "label": _TEXT,
    "slots": _NUMBER,
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
    "panic": {name: {"live": _MAYBE_TEXT, "file": _MAYBE_TEXT} for name in ocfs2_setup.PANIC},
    "firewall": {"rules": (dict,), "blocking": (list,)},
}
_CENSUS = {
    "formula": _TEXT,
    "host": _HOST,
    "o2cb": _O2CB,
    "setup": _SETUP,
    "fstab": (dict,),
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
    _shaped(answer, _CENSUS, "census")
    if set(answer["luns"]) != set(keys):
        raise ValueError("its census answers for other LUNs than were asked for")
    _all_of(answer["host"]["addresses"], _TEXT, "host.addresses")
    for name in ("enabled", "masked", "missing"):
        _all_of(answer["setup"][name], _TEXT, f"setup.{name}")
    for chain in answer["setup"]["firewall"]["blocking"]:
        _all_of([chain], (list,), "setup.firewall.blocking")
        _all_of(chain, _TEXT, "setup.firewall.blocking")
    for name, cluster in answer["o2cb"]["clusters"].items():
        _shaped(cluster, _CLUSTER, f"o2cb.clusters.{name}")
        for node, live in cluster["nodes"].items():
            _shaped(live, _NODE, f"o2cb.clusters.{name}.nodes.{node}")
    for key, facts in answer["luns"].items():
        _shaped(facts, _LUN, key)
        _all_of(facts["paths"].values(), _MAYBE_TEXT, f"{key}.paths")
        for mount in facts["mounts"]:
            _shaped(mount, _MOUNT, f"{key}.mounts")
        if facts["volume"]:
            _shaped(facts["volume"], _VOLUME, f"{key}.volume")
    return answer


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
