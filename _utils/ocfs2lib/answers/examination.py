"""
What a node answered to an examination, checked before it is believed.
"""

from ocfs2lib.answers import census
from ocfs2lib.answers.shape import FLAG
from ocfs2lib.answers.shape import MAYBE_FLAG
from ocfs2lib.answers.shape import MAYBE_NUMBER
from ocfs2lib.answers.shape import MAYBE_TEXT
from ocfs2lib.answers.shape import NUMBER
from ocfs2lib.answers.shape import TEXT
from ocfs2lib.answers.shape import all_of
from ocfs2lib.answers.shape import believed
from ocfs2lib.answers.shape import shaped

_SHAPE = {
    "vitals": {
        "time_ms": NUMBER,
        "boot": MAYBE_TEXT,
        "cluster": MAYBE_TEXT,
        "peers": (dict,),
        "volumes": (dict,),
    },
    "space": (dict,),
    "hung": (dict,),
    "under": (dict,),
    "multipath": (dict, type(None)),
    "volumes": (dict,),
    "loose": (dict,),
    "kernels": (dict,),
    "order": (list, type(None)),
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
_MAP = {"name": TEXT, "node": TEXT, "queueing": TEXT}
_FOUND = {"uuid": TEXT, "wwid": MAYBE_TEXT}


def checked(answer, keys):
    """
    The examination of one node, if it has the shape of one; ValueError with the reason otherwise.

    answer
        Whatever the minion returned.
    keys
        The LUNs that were asked for.
    """
    return believed(answer, "an examination", lambda: _check(answer, keys))


def _check(answer, keys):
    census.check_census(answer, keys)
    shaped(answer, _SHAPE, "examination")
    _check_vitals(answer["vitals"])
    _each(answer["space"], _SPACE, "space")
    all_of(answer["hung"].values(), TEXT, "hung")
    _lists(answer["under"], "under")
    _each(answer["volumes"], _FOUND, "volumes")
    _lists(answer["loose"], "loose")
    _lists(answer["kernels"], "kernels")
    all_of(answer["order"] or (), TEXT, "order")
    if answer["multipath"] is not None:
        _check_multipath(answer["multipath"])


def _check_vitals(vitals):
    _each(vitals["peers"], _PEER, "vitals.peers")
    _each(vitals["volumes"], _VOLUME, "vitals.volumes")
    for volume in vitals["volumes"].values():
        all_of(volume["paths"], TEXT, "vitals.volumes.paths")
        all_of(volume["recovering"], NUMBER, "vitals.volumes.recovering")
        all_of(volume["beating"], NUMBER, "vitals.volumes.beating")
        all_of(volume["members"], NUMBER, "vitals.volumes.members")


def _check_multipath(multipath):
    shaped(multipath, _MULTIPATH, "multipath")
    _each(multipath["maps"], _MAP, "multipath.maps")
    for wwid, paths in multipath["paths"].items():
        all_of([paths], (dict,), "multipath.paths")
        all_of(paths.values(), TEXT, f"multipath.paths.{wwid}")


def _each(table, shape, where):
    for key, value in table.items():
        shaped(value, shape, f"{where}.{key}")


def _lists(table, where):
    for key, value in table.items():
        all_of([value], (list,), where)
        all_of(value, TEXT, f"{where}.{key}")
