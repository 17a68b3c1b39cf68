"""
What a node answered to the census or the survey, and whether it has the shape of one.

A minion is free to answer anything, so nothing of it reaches a decision before its shape is known.
"""

from ocfs2lib.answers import shape
from ocfs2lib.answers.shape import FLAG
from ocfs2lib.answers.shape import MAYBE_FLAG
from ocfs2lib.answers.shape import MAYBE_NUMBER
from ocfs2lib.answers.shape import MAYBE_TEXT
from ocfs2lib.answers.shape import NUMBER
from ocfs2lib.answers.shape import TEXT
from ocfs2lib.answers.shape import all_are
from ocfs2lib.answers.shape import has_fields
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.node import setup

_LUN = {
    "wwid": MAYBE_TEXT,
    "paths": (dict,),
    "size": NUMBER,
    "sector_size": MAYBE_NUMBER,
    "read_only": FLAG,
    "holders": (list,),
    "mounts": (list,),
    "slot": MAYBE_NUMBER,
    "busy": FLAG,
    "writers": (list,),
    "changing": FLAG,
    "volume": (dict, type(None)),
    "half_made": MAYBE_FLAG,
    "journals": (list, type(None)),
    "signature": (dict,),
    "written": (list, type(None)),
    "error": MAYBE_TEXT,
    "unreadable": MAYBE_TEXT,
}
_VOLUME = {
    "uuid": TEXT,
    "label": TEXT,
    "slots": NUMBER,
    "size": NUMBER,
    "block_size": NUMBER,
    "cluster_size": NUMBER,
    "stack": TEXT,
    "cluster": TEXT,
    "stamp": TEXT,
    "global_heartbeat": FLAG,
    "features": (list,),
}
_MOUNT = {"path": TEXT, "options": (list,)}
_O2CB = {
    "stack": MAYBE_TEXT,
    "modules": FLAG,
    "clusters": (dict,),
    "online": MAYBE_TEXT,
    "conf": {"text": MAYBE_TEXT},
    "settings": {"path": TEXT, "values": (dict, type(None))},
}
_CLUSTER = {
    "heartbeat_mode": MAYBE_TEXT,
    **dict.fromkeys(
        ("heartbeat_threshold", "idle_timeout_ms", "keepalive_delay_ms", "reconnect_delay_ms"),
        MAYBE_NUMBER,
    ),
    "fence_method": MAYBE_TEXT,
    "nodes": (dict,),
    "regions": (list,),
}
_NODE = {
    "number": MAYBE_NUMBER,
    "address": MAYBE_TEXT,
    "port": MAYBE_NUMBER,
    "local": FLAG,
}
_HOST = {"hostname": TEXT, "kernel": TEXT, "platform": TEXT, "addresses": (list,)}
_CENSUS = {
    "formula": TEXT,
    "formatting": MAYBE_TEXT,
    "formats": (dict, type(None)),
    "host": _HOST,
    "o2cb": _O2CB,
    "setup": setup.SHAPE,
    "fstab": (dict,),
    "mounts": (list,),
    "holds": {"cluster": MAYBE_TEXT, "luns": (dict,)},
    "luns": (dict,),
}
_LINE = {
    "source": TEXT,
    "path": TEXT,
    "fstype": TEXT,
    "options": (list,),
    "node": MAYBE_TEXT,
}
_SURVEY = {
    "formula": TEXT,
    "host": _HOST,
    "o2cb": _O2CB,
    "setup": setup.SHAPE,
    "starts": (list,),
    "firewalls": (list,),
    "fstab": (list,),
    "luns": (dict,),
}


def checked(answer, keys):
    """
    Return the census of one node, once it has the shape of one.

    answer
        Whatever the minion returned.
    keys
        The LUNs that were asked for.

    Raises AnswerMalformed with the reason.
    """
    return shape.checked(answer, "a census", lambda: check_census(answer, keys))


def checked_survey(answer):
    """
    Return the survey of one node, once it has the shape of one.

    answer
        Whatever the minion returned.

    Raises AnswerMalformed with the reason.
    """
    return shape.checked(answer, "a survey", lambda: _check_survey(answer))


def check_census(answer, keys):
    """Raise AnswerMalformed unless an answer of bounded size is a census of these LUNs."""
    has_fields(answer, _CENSUS, "census")
    if set(answer["luns"]) != set(keys):
        raise AnswerMalformed("its census answers for other LUNs than were asked for")
    all_are(answer["mounts"], TEXT, "mounts")
    all_are((answer["formats"] or {}).values(), TEXT, "formats")
    all_are(answer["holds"]["luns"].values(), TEXT, "holds.luns")
    _check_node(answer)


def _check_survey(answer):
    has_fields(answer, _SURVEY, "survey")
    for name in ("starts", "firewalls"):
        all_are(answer[name], TEXT, name)
    for line in answer["fstab"]:
        has_fields(line, _LINE, "fstab")
        all_are(line["options"], TEXT, "fstab.options")
    _check_node(answer)
    for node, facts in answer["luns"].items():
        has_fields(facts, {"node": MAYBE_TEXT, "names": (list,)}, node)
        all_are(facts["names"], TEXT, f"{node}.names")


def _check_node(answer):
    """Check what census and survey have in common, below the first level."""
    all_are(answer["host"]["addresses"], TEXT, "host.addresses")
    _check_setup(answer["setup"])
    for name, cluster in answer["o2cb"]["clusters"].items():
        has_fields(cluster, _CLUSTER, f"o2cb.clusters.{name}")
        for node, live in cluster["nodes"].items():
            has_fields(live, _NODE, f"o2cb.clusters.{name}.nodes.{node}")
    for key, facts in answer["luns"].items():
        check_lun(key, facts)


def _check_setup(facts):
    for path in setup.TEXTS:
        all_are(_members(facts, path), TEXT, ".".join(("setup", *path)))
    for path in setup.TEXT_LISTS:
        where = ".".join(("setup", *path))
        for each in _members(facts, path):
            all_are([each], (list,), where)
            all_are(each, TEXT, where)
            if not each:
                raise AnswerMalformed(f"its {where} holds an empty list")


def _members(facts, path):
    """Return the members of a list, or the values of a dict, that lies at a path in facts."""
    for name in path:
        facts = facts[name]
    return facts.values() if isinstance(facts, dict) else facts


def check_lun(key, facts):
    """Raise AnswerMalformed unless the facts of a LUN are as ``ocfs2.probe`` returns them."""
    has_fields(facts, _LUN, key)
    all_are(facts["paths"].values(), MAYBE_TEXT, f"{key}.paths")
    all_are(facts["signature"].values(), TEXT, f"{key}.signature")
    all_are(facts["holders"], TEXT, f"{key}.holders")
    all_are(facts["writers"], TEXT, f"{key}.writers")
    for name in ("written", "journals"):
        all_are(facts[name] or (), NUMBER, f"{key}.{name}")
    for mount in facts["mounts"]:
        has_fields(mount, _MOUNT, f"{key}.mounts")
        all_are(mount["options"], TEXT, f"{key}.mounts.options")
    if facts["volume"]:
        has_fields(facts["volume"], _VOLUME, f"{key}.volume")
        all_are(facts["volume"]["features"], TEXT, f"{key}.volume.features")
        for name in ("block_size", "cluster_size"):
            if facts["volume"][name] < 1:
                raise AnswerMalformed(f"its {key}.volume.{name} is not a size")
