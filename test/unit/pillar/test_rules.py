"""Keys that do not fit each other are found, with path, reason and fix."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import LUN
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar


def test_panic_that_never_restarts():
    section = changed(("kernel",), {"panic": 0, "panic_on_oops": False})
    problem = only(changed(("cluster", "fence_method"), "panic", section))
    assert problem.path == "ocfs2:kernel:panic"
    assert "cluster:fence_method 'panic' makes it panic" in problem.reason


@pytest.mark.parametrize(
    ("size", "kind", "slots", "fix"),
    [
        ("2GiB", "vmstore", 9, "type 8, or use a LUN of 2304MiB or more"),
        ("300MiB", "mail", 5, "type 4, or use a LUN of 320MiB or more"),
        ("2GiB", "datafiles", 33, "type 32, or use a LUN of 2112MiB or more"),
    ],
)
def test_journals_that_do_not_fit(size, kind, slots, fix):
    lun = {"size": size, "type": kind, "slots": slots}
    section = changed(LUN, {**pillar()["luns"]["primary"], **lun})
    problem = only(section)
    assert problem.path == "ocfs2:luns:primary:slots"
    assert problem.fix == fix
    assert check.check(changed((*LUN, "slots"), slots - 1, section)) == []


def test_fewer_slots_than_nodes_are_no_advice():
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=9))
    assert only(section).fix == "use a LUN of 2816MiB or more"
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=8))
    assert only(section).fix == "type 8, or use a LUN of 2560MiB or more"


def test_the_smallest_lun():
    section = changed((*LUN, "size"), "300MiB")
    assert check.check(changed((*LUN, "type"), "mail", changed((*LUN, "slots"), 4, section))) == []


def test_a_pinned_lun_has_its_filesystem_already():
    section = changed((*LUN, "size"), "1GiB")
    section = changed((*LUN, "slots"), 200, section)
    assert check.check(changed((*LUN, "uuid"), "ab" * 16, section)) == []


def test_the_largest_cluster():
    section = {
        "nodes": {
            f"h{i}.x": {"number": i, "address": f"10.0.{i // 250}.{i % 250 + 1}"}
            for i in range(255)
        },
        "luns": {f"l{i}": _lun(i) for i in range(64)},
    }
    desired = check.parse(section)
    assert (len(desired.nodes), len(desired.luns)) == (255, 64)
    assert {lun.slots for lun in desired.luns} == {255}


def test_too_many_luns():
    section = pillar()
    section["luns"] = {f"l{i}": _lun(i) for i in range(65)}
    problem = only(section)
    assert problem.path == "ocfs2:luns"
    assert "65 entries, 64 are possible" in problem.reason


def _lun(index):
    return {
        "device": f"/dev/mapper/l{index}",
        "wwid": f"36{index:031x}",
        "size": "2TiB",
        "mount": {"path": f"/san/l{index}"},
    }
