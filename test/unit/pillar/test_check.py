"""A pillar as a whole: all problems at once, or what it describes."""

from pathlib import Path

import pytest
import yaml

from ocfs2lib import sizes
from ocfs2lib.errors import PillarInvalid
from ocfs2lib.pillar import check
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.keys import PILLAR
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.sections.cluster_keys import Cluster
from ocfs2lib.pillar.sections.drain_keys import Drain
from ocfs2lib.pillar.sections.firewall_keys import Firewall
from ocfs2lib.pillar.sections.kernel_keys import Kernel
from ocfs2lib.pillar.sections.luns_keys import Lun
from ocfs2lib.pillar.sections.mount_keys import Mount
from ocfs2lib.pillar.sections.nodes_keys import Node
from support.pillars import CLUSTER
from support.pillars import LUN
from support.pillars import NODE
from support.pillars import WWID
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("section", [None, {}, [], "", 0, False, object(), {"nodes": {}}])
def test_no_cluster_is_an_error_and_never_zero_nodes(section):
    assert check.check(section)
    with pytest.raises(PillarInvalid):
        check.parse(section)


def test_a_number_too_long_to_print():
    assert only(changed((*CLUSTER, "port"), 10**5000)).reason == "a huge number is out of range"


@pytest.mark.parametrize("key", [1, None, True, (1, 2), 1.5, float("nan")])
def test_keys_that_are_not_text(key):
    assert "is not a key" in only(changed((key,), {})).reason


def test_problems_are_plain_lines_whatever_the_pillar_holds():
    section = changed(("bad\nkey\x1bü" * 40,), {})
    line = str(only(section))
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 600


def test_all_problems_come_at_once():
    section = changed((*CLUSTER, "name"), "abcdefghijklmnopq")
    section = changed((*CLUSTER, "reconnect_delay_ms"), 2000.0, section)
    section = changed((*NODE, "address"), "::1", section)
    section = changed((*LUN, "mount", "path"), "/etc", section)
    section = changed((*LUN, "device"), "/dev/sda", section)
    section = changed(("luns", "second", "slots"), 1, section)
    with pytest.raises(PillarInvalid) as caught:
        check.parse(section)
    assert [problem.path for problem in caught.value.problems] == [
        "ocfs2:cluster:name",
        "ocfs2:cluster:reconnect_delay_ms",
        "ocfs2:nodes:host1.domain.com:address",
        "ocfs2:luns:primary:device",
        "ocfs2:luns:primary:mount:path",
        "ocfs2:luns:second:slots",
    ]
    assert str(caught.value).splitlines() == [str(p) for p in check.check(section)]


def test_a_problem_is_one_line():
    problem = Problem("ocfs2:cluster:port", "0 is out of range", "type 7777")
    assert str(problem) == "ocfs2:cluster:port: 0 is out of range. Fix: type 7777."


def test_parse_fills_the_defaults():
    desired = check.parse(pillar())
    assert desired.cluster == Cluster("ocfs2", "local", 31, 30000, 2000, 2000, "reset", 7777)
    assert desired.kernel == Kernel(30, True, None)
    assert desired.firewall == Firewall("host")
    assert desired.drain == Drain(None, None, 600)
    assert desired.nodes[0] == Node("host1.domain.com", 0, "192.168.100.1", "host1")
    assert desired.lun("primary") == Lun(
        key="primary",
        device="/dev/mapper/primary",
        wwid=WWID,
        size=2 * sizes.TIB,
        nodes=("host1.domain.com", "host2.domain.com", "host3.domain.com"),
        label="primary",
        type="vmstore",
        slots=5,
        slots_given=False,
        block_size=None,
        cluster_size=None,
        journal_size=None,
        features=(),
        format="never",
        verify="samples",
        uuid=None,
        mount=Mount("/san/primary", (), True, ()),
    )


def test_parse_keeps_what_is_given():
    section = changed((*LUN, "uuid"), "458e997a-4863-4b3d-ab36-f01667ebb761")
    section = changed((*LUN, "slots"), 5, section)
    section = changed((*LUN, "label"), "vol", section)
    section = changed((*NODE, "name"), "host1.domain.com", section)
    section = changed((*LUN, "mount", "services"), ["b.service", "a.service"], section)
    section = changed(("drain",), {"state": "hypervisor.drain", "limit": 60}, section)
    desired = check.parse(section)
    lun = desired.lun("primary")
    assert (lun.uuid, lun.label) == ("458E997A48634B3DAB36F01667EBB761", "vol")
    assert (lun.slots, lun.slots_given) == (5, True)
    assert desired.node("host1.domain.com").name == "host1.domain.com"
    assert desired.lun("second").mount.options == ("noatime", "commit=30")
    assert lun.mount.services == ("b.service", "a.service")
    assert desired.drain == Drain(None, "hypervisor.drain", 60)


def test_parse_sorts_nodes_by_number_and_luns_by_key():
    section = pillar()
    section["nodes"] = {f"h{i}": {"number": i, "address": f"10.0.0.{i}"} for i in (10, 2, 100)}
    section["luns"] = dict(reversed(section["luns"].items()))
    desired = check.parse(section)
    assert [node.number for node in desired.nodes] == [2, 10, 100]
    assert [lun.key for lun in desired.luns] == ["primary", "second"]


def test_the_pillar_is_left_as_it_was():
    section = pillar()
    check.parse(section)
    assert section == pillar()


def test_pillar_example_is_valid_and_shows_every_key():
    section = yaml.safe_load((ROOT / "pillar.example").read_text())["ocfs2"]
    desired = check.parse(section)
    assert [node.name for node in desired.nodes] == ["host1", "host2", "host3"]
    assert desired.lun("primary").mount.path == "/san/primary"
    assert desired.cluster == check.parse(pillar()).cluster
    assert _missing(PILLAR, section) == []


def _missing(key, section):
    """Return the keys of the model that the first entries of ``section`` leave out."""
    if key.kind == TABLE:
        section = next(iter(section.values()))
    missing = [sub.name for sub in key.keys if sub.name not in section]
    for sub in key.keys:
        if sub.keys and section.get(sub.name) is not None:
            missing += _missing(sub, section[sub.name])
    return missing
