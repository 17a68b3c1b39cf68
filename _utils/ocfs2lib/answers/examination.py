"""
What a node answered to an examination, and whether it has the shape of one.
"""

from ocfs2lib.answers import census
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

_SHAPE = {
    "health": {
        "time_ms": NUMBER,
        "boot": MAYBE_TEXT,
        "cluster": MAYBE_TEXT,
        "peers": (dict,),
        "volumes": (dict,),
    },
    "space": (dict,),
    "hung": (dict,),
    "labels": (dict,),
    "hidden": (dict,),
    "multipath": (dict, type(None)),
    "volumes": (dict,),
    "unmapped": (dict,),
    "lun_timeouts": (dict,),
    "drbd": (dict, type(None)),
    "kernels": (dict,),
    "starts_after": (list, type(None)),
}
_PEER = {"handshake": FLAG, "quiet_ms": MAYBE_NUMBER}
_VOLUME = {
    "paths": (list,),
    "read_only": MAYBE_FLAG,
    "failed": MAYBE_FLAG,
    "recovering": (list,),
    "slot": MAYBE_NUMBER,
    "slots": MAYBE_NUMBER,
    "beating": (list,),
    "members": (list,),
    "late_ms": MAYBE_NUMBER,
    "limit_ms": MAYBE_NUMBER,
}
_SPACE = dict.fromkeys(("bytes", "free_bytes", "inodes", "free_inodes"), NUMBER)
_MULTIPATH = {"maps": (dict,), "paths": (dict,), "polling_interval": MAYBE_NUMBER}
_MAP = {"name": TEXT, "node": TEXT, "queueing": TEXT, "living": FLAG, "array": TEXT}
_DRBD = dict.fromkeys(("protocol", "allow_two_primaries", "fencing"), (list,))
_FOUND = {"uuid": TEXT, "wwid": MAYBE_TEXT}


def checked(answer, keys):
    """
    Return the examination of one node, once it has the shape of one.

    answer
        Whatever the minion returned.
    keys
        The LUNs that were asked for.

    Raises AnswerMalformed with the reason.
    """
    return shape.checked(answer, "an examination", lambda: _check(answer, keys))


def _check(answer, keys):
    census.check_census(answer, keys)
    has_fields(answer, _SHAPE, "examination")
    _check_health(answer["health"])
    _all_have(answer["space"], _SPACE, "space")
    all_are(answer["hung"].values(), TEXT, "hung")
    all_are(answer["labels"].values(), TEXT, "labels")
    _all_are_lists(answer["hidden"], "hidden")
    _all_have(answer["volumes"], _FOUND, "volumes")
    _all_are_lists(answer["unmapped"], "unmapped")
    _check_timeouts(answer["lun_timeouts"])
    _check_drbd(answer["drbd"] or {})
    _all_are_lists(answer["kernels"], "kernels")
    all_are(answer["starts_after"] or (), TEXT, "starts_after")
    if answer["multipath"] is not None:
        _check_multipath(answer["multipath"])


def _check_timeouts(found):
    for key, rows in found.items():
        all_are([rows], (list,), "lun_timeouts")
        for row in rows:
            all_are([row], (list,), f"lun_timeouts.{key}")
            if len(row) != 3:
                raise AnswerMalformed(f"its lun_timeouts.{key} has a row of {len(row)} things")
            all_are(row[:2], TEXT, f"lun_timeouts.{key}")
            all_are(row[2:], MAYBE_NUMBER, f"lun_timeouts.{key}")


def _check_drbd(resources):
    _all_have(resources, _DRBD, "drbd")
    for name, settings in resources.items():
        for setting in _DRBD:
            all_are(settings[setting], TEXT, f"drbd.{name}.{setting}")


def _check_health(health):
    _all_have(health["peers"], _PEER, "health.peers")
    _all_have(health["volumes"], _VOLUME, "health.volumes")
    for volume in health["volumes"].values():
        all_are(volume["paths"], TEXT, "health.volumes.paths")
        all_are(volume["recovering"], NUMBER, "health.volumes.recovering")
        all_are(volume["beating"], NUMBER, "health.volumes.beating")
        all_are(volume["members"], NUMBER, "health.volumes.members")


def _check_multipath(multipath):
    has_fields(multipath, _MULTIPATH, "multipath")
    _all_have(multipath["maps"], _MAP, "multipath.maps")
    for wwid, paths in multipath["paths"].items():
        all_are([paths], (dict,), "multipath.paths")
        all_are(paths.values(), TEXT, f"multipath.paths.{wwid}")


def _all_have(table, fields, where):
    for key, value in table.items():
        has_fields(value, fields, f"{where}.{key}")


def _all_are_lists(table, where):
    for key, value in table.items():
        all_are([value], (list,), where)
        all_are(value, TEXT, f"{where}.{key}")
