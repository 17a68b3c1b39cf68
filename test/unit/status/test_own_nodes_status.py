"""The status of a LUN that only some nodes have, and of one that only an operator mounts."""

import pytest

from ocfs2lib.findings import find
from ocfs2lib.status import states
from ocfs2lib.status.lines import status_lines
from ocfs2lib.status.page.page import html_page
from support import answers
from support.statuses import status

ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
PATH = "/san/primary"
SOME = answers.desired(slots=6, nodes=[ONE, TWO])
BY_HAND = answers.desired(slots=6, mount={"path": PATH, "auto": False})


def unmounted(nodes, minion, **lun):
    """A node that has the LUN not mounted."""
    nodes[minion]["luns"]["primary"].update(mounts=[], slot=None, **lun)
    nodes[minion].update(mounts=[], space={}, hidden={})
    nodes[minion]["health"].update(volumes={})
    return nodes


@pytest.fixture
def some():
    """A healthy cluster, in which one node neither has nor sees the LUN."""
    nodes = answers.examinations(SOME)
    absent = {"error": "/dev/mapper/primary: No such file or directory", "wwid": None, "size": 0}
    unmounted(nodes, THREE, **absent, node=None, volume=None, half_made=None, paths={})
    nodes[THREE].update(multipath=None, volumes={})
    for minion in (ONE, TWO):
        nodes[minion]["health"]["volumes"][answers.UUID].update(beating=[0, 1], members=[0, 1])
    return nodes


@pytest.fixture
def by_hand():
    """A healthy cluster, in which an operator has the LUN mounted on one node."""
    nodes = answers.examinations(BY_HAND)
    for minion in (TWO, THREE):
        unmounted(nodes, minion)
    nodes[ONE]["health"]["volumes"][answers.UUID].update(beating=[0], members=[0])
    return nodes


def kinds(pillar, nodes, **snapshot):
    found = find.all_findings(answers.snapshot(pillar, nodes, **snapshot))
    return {(each.kind, each.nodes, each.lun) for each in found}


def row(found, minion):
    return next(line for line in status_lines(found) if line.startswith(minion)).split()


def test_a_node_without_it_is_well(some):
    assert kinds(SOME, some) == set()
    found = status(SOME, some)
    assert found["state"] == states.HEALTHY
    assert row(found, THREE)[-1] == "elsewhere"
    assert found["luns"]["primary"]["nodes"] == [ONE, TWO]
    page = html_page([found], "1.0.0")
    assert "elsewhere" in page
    assert "2 of 2" in page.partition("mounts")[2][:60]


def test_a_silent_node_without_it_is_no_question_of_the_lun(some):
    del some[THREE]
    found = status(SOME, some, silent={THREE: "did not answer"})
    assert row(found, f"{THREE}!")[1:] == ["?", "?", "elsewhere"]
    assert found["luns"]["primary"]["mounted"] == 2
    assert "pillar gives it to other nodes" in html_page([found], "1.0.0")


def test_of_a_lun_whose_nodes_are_silent_nothing_is_known(some):
    silent = dict.fromkeys((ONE, TWO), "did not answer")
    found = status(SOME, {THREE: some[THREE]}, silent=silent)
    assert found["luns"]["primary"]["mounted"] is None


def test_a_node_that_has_it_all_the_same_is_a_finding():
    nodes = answers.examinations(SOME)
    found = find.all_findings(answers.snapshot(SOME, nodes))
    # Its line is there as well; the mount is what is said.
    (stray,) = [each for each in found if each.kind == "stray-volume"]
    assert (stray.nodes, stray.lun) == ((THREE,), "primary")
    assert stray.what == (
        f"an OCFS2 is mounted on {PATH}, and luns:primary:nodes does not name this node"
    )
    assert "ocfs2.orch.retire_lun" in stray.fix
    assert PATH in stray.fix
    assert row(status(SOME, nodes), f"{THREE}!")[-1] == "mounted!"


def test_paths_and_room_are_those_of_its_own_nodes(some):
    some[THREE]["luns"]["primary"].update(paths={"sdq": None})
    some[THREE]["space"] = {PATH: {**answers.room(), "free_bytes": 1}}
    some[THREE]["hidden"] = {PATH: ["a file"]}
    some[THREE]["unmapped"] = {SOME.luns[0].wwid: ["/dev/sdq", "/dev/sdr"]}
    assert kinds(SOME, some) == set()


def test_slots_are_counted_for_its_own_nodes(some):
    for minion in (ONE, TWO):
        some[minion]["luns"]["primary"]["volume"]["slots"] = 3
    pillar = answers.desired(nodes=[ONE, TWO])
    found = find.all_findings(answers.snapshot(pillar, some))
    assert [(each.kind, each.what) for each in found] == [
        ("slots-few", "2 nodes take 2 of 3 slots")
    ]


def test_what_an_operator_mounts_may_be_unmounted(by_hand):
    assert kinds(BY_HAND, by_hand) == set()
    found = status(BY_HAND, by_hand)
    assert found["state"] == states.HEALTHY
    assert [row(found, minion)[-1] for minion in (ONE, TWO, THREE)] == ["mounted", "idle", "idle"]
    assert "1 of 1" in html_page([found], "1.0.0").partition("mounts")[2][:60]


def test_its_line_in_fstab_is_looked_at_all_the_same(by_hand):
    del by_hand[THREE]["fstab"][PATH]
    assert kinds(BY_HAND, by_hand) == {("fstab-differs", (THREE,), "primary")}
