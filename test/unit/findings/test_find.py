"""Of a healthy cluster in which one thing is broken, exactly that is found."""

from pathlib import Path

import pytest

from ocfs2lib.findings import find
from ocfs2lib.findings.kinds import KINDS
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.findings.kinds import worst
from ocfs2lib.plan import plan_text
from support import answers
from support.findings import ALL
from support.findings import ONE
from support.findings import PILLAR
from support.findings import THREE
from support.findings import TWO
from support.findings import found
from support.findings import unformatted


def test_a_healthy_cluster_shows_nothing():
    assert found() == []
    assert worst([]) is None


@pytest.mark.parametrize("size", [1, 2, 8, 32])
def test_nor_does_one_of_another_size(size):
    pillar = answers.desired(size)
    assert found(pillar=pillar) == []


#: What the master may have on record of a LUN, and what pillar may say of it.
RECORDS = {
    "formatted": answers.record(PILLAR, "formatted"),
    "held": answers.record(PILLAR, "held", found="ext4 on host0.example.com"),
    "formatting": answers.record(PILLAR, "formatting"),
    "of another cluster": answers.record(PILLAR, "formatting", cluster="web"),
    "broken": "the record of 3600a0b8 cannot be read",
    "nothing": None,
}
PILLARS = {
    "once": PILLAR,
    "never": answers.desired(slots=6, format="never"),
    "pinned": answers.desired(slots=6, uuid="0" * 32),
}


@pytest.mark.parametrize("pillar", PILLARS.values(), ids=PILLARS)
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_without_an_answer_nothing_is_said_of_a_lun(record, pillar):
    silent = dict.fromkeys(ALL, "did not answer")
    seen = answers.snapshot(pillar, {}, silent=silent, record=record)
    said = find.all_findings(seen)
    assert [each.kind for each in said] == ["node-silent"]
    assert worst(said) == UNKNOWN
    told = " ".join([*map(str, said), *seen.plan.failures(), *plan_text.lines(seen.plan)])
    assert "forget" not in told
    assert "does not hold" not in told
    assert "zeros" not in told


@pytest.mark.parametrize(
    "unseen",
    [
        {"error": "/dev/mapper/primary: No such file or directory", "wwid": None, "size": 0},
        {"unreadable": "/dev/mapper/primary did not answer within 10 s", "written": None},
        {"wwid": "35000c50000000099"},
    ],
    ids=["missing", "unreadable", "another"],
)
def test_a_lun_that_no_node_can_read_is_not_said_to_be_gone(nodes, unseen):
    unformatted(nodes, **unseen)
    seen = answers.snapshot(PILLAR, nodes, record=answers.record(PILLAR, "formatted"))
    assert "lun-on-record" not in {each.kind for each in find.all_findings(seen)}
    assert "forget" not in " ".join(seen.plan.failures())
    # The record itself refuses a format all the same.
    assert "G4" in {each.guard for each in seen.plan.luns[0].refusals}


def test_what_several_nodes_have_in_common_stands_once_and_the_worst_first(nodes):
    for minion in (ONE, TWO):
        nodes[minion]["setup"]["masked"] = []
    nodes[THREE]["o2cb"]["online"] = None
    said = [(each.kind, each.nodes) for each in found(nodes)]
    assert said == [("cluster-offline", (THREE,)), ("setup-differs", (ONE, TWO))]
    assert found(nodes)[1].fix == f"salt -L {ONE},{TWO} state.apply ocfs2"


def test_every_kind_has_a_test():
    source = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []


def test_a_finding_of_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        Finding("nonsense", "", "")
