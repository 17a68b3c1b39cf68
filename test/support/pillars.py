"""A valid pillar, changed in one place."""

import copy

from ocfs2lib import sizes
from ocfs2lib.pillar import check

WWID = "3600a0b8000123456000abcd012345678"
ABSENT = object()


def pillar(nodes=3):
    """Return a valid ``ocfs2`` section of ``nodes`` nodes and two LUNs."""
    return {
        "nodes": {
            f"host{i}.domain.com": {"number": i - 1, "address": f"192.168.100.{i}"}
            for i in range(1, nodes + 1)
        },
        "luns": {
            "primary": {
                "device": "/dev/mapper/primary",
                "wwid": WWID,
                "size": "2TiB",
                "mount": {"path": "/san/primary"},
            },
            "second": {
                "device": "/dev/disk/by-id/wwn-0x600a0b8000123456000abcd012345679",
                "wwid": "3600a0b8000123456000abcd012345679",
                "size": 2 * sizes.TIB,
                "mount": {"path": "/san/second", "options": ["noatime", "commit=30"]},
            },
        },
    }


def changed(path, value, section=None):
    """Return a valid section with ``value`` (or ABSENT) at the path of keys ``path``."""
    section = copy.deepcopy(section or pillar())
    *above, last = path
    place = section
    for key in above:
        place = place.setdefault(key, {})
    if value is ABSENT:
        del place[last]
    else:
        place[last] = value
    return section


def only(section):
    """Return the one problem of ``section``."""
    problems = check.check(section)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def of_value(path, value):
    """Return the one problem of a valid section with ``value`` at ``path``: it is at that key."""
    problem = only(changed(path, value))
    at_key = "ocfs2:" + ":".join(path)
    # Of two equal values the later one is reported.
    assert problem.path in (at_key, at_key.replace("host1", "host2")), problem
    return problem


NODE = ("nodes", "host1.domain.com")
LUN = ("luns", "primary")
CLUSTER = ("cluster",)


def refuses(path, value, reason, fix):
    """Hold that ``value`` at ``path`` is the one problem, with this reason and this fix."""
    problem = of_value(path, value)
    assert reason in problem.reason
    assert fix in problem.fix
