"""What is found out about a node by itself."""

import pytest

from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.errors import FunctionMissing
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.pillar import check
from support import answers
from support import roster
from support import san_pillar as san
from support.findings import ALL
from support.findings import ONE
from support.findings import PILLAR
from support.findings import THREE
from support.findings import TWO
from support.findings import found
from support.findings import only
from support.findings import volume


def test_a_node_that_does_not_answer(nodes):
    del nodes[TWO]
    finding = only(nodes, "node-silent", (TWO,), silent={TWO: "did not answer ocfs2_node.examine"})
    assert finding.severity == UNKNOWN
    assert "host0, host2 still see its heartbeat, so it is at work" in finding.what


def test_a_node_that_is_down(nodes):
    del nodes[TWO]
    for minion in (ONE, THREE):
        volume(nodes, minion)["beating"] = [0, 2]
    finding = only(nodes, "node-silent", (TWO,), silent={TWO: "did not answer"})
    assert "nobody sees its heartbeat, so it is down" in finding.what


def test_no_node_answers():
    (finding,) = found({}, silent=dict.fromkeys(ALL, "did not answer"))
    assert (finding.kind, finding.nodes) == ("node-silent", ALL)
    assert finding.what == "did not answer; nobody answered who could see its heartbeat"


def test_nobody_that_answers_has_a_volume_mounted(nodes):
    del nodes[TWO]
    for facts in nodes.values():
        facts["health"]["volumes"] = {}
    silent = [
        each for each in found(nodes, silent={TWO: "did not answer"}) if each.kind == "node-silent"
    ]
    assert "none of those that answered has a volume mounted" in silent[0].what


def test_a_node_that_is_at_work_is_not_silent(nodes):
    del nodes[TWO]
    reason = "is still at work on ocfs2_node.examine"
    finding = only(nodes, "node-slow", (TWO,), silent={TWO: reason}, slow=(TWO,))
    assert (finding.severity, finding.what) == (UNKNOWN, reason)
    assert "ocfs2.status again" in finding.fix


def test_a_node_whose_answer_is_of_no_use(nodes):
    del nodes[TWO]
    reason = "its answer is too large to be an examination"
    malformed = {TWO: AnswerMalformed(reason)}
    assert reason in only(nodes, "node-odd-answer", (TWO,), malformed=malformed).what


def test_a_node_without_the_formula(nodes):
    del nodes[TWO]
    malformed = {TWO: FunctionMissing("its answer is no examination")}
    finding = only(nodes, "formula-differs", (TWO,), malformed=malformed)
    assert finding.severity == UNKNOWN


def test_another_build_of_the_formula(nodes):
    nodes[TWO]["formula"] = "0.9.0+000000000000"
    assert "0.9.0+000000000000" in only(nodes, "formula-differs", (TWO,)).what


def test_a_host_of_another_name(nodes):
    nodes[TWO]["host"]["hostname"] = "localhost"
    finding = only(nodes, "name-mismatch", (TWO,))
    assert "write name: localhost under nodes:host1.example.com" in finding.fix


def test_a_host_without_its_address(nodes):
    nodes[TWO]["host"]["addresses"] = ["10.9.9.9"]
    assert "it has 10.9.9.9" in only(nodes, "host-unfit", (TWO,)).fix


def test_kernels_without_ocfs2(nodes):
    nodes[TWO]["o2cb"]["modules"] = False
    finding = only(nodes, "module-missing", (TWO,))
    assert "6.1.0-18-amd64" in finding.what
    assert finding.fix == (
        "apt install linux-image-amd64 (not a cloud image), and boot that kernel"
    )
    nodes[TWO]["o2cb"]["modules"] = True
    nodes[TWO]["kernels"] = {"6.1.0-18-amd64": [], "6.1.0-22-cloud-amd64": ["ocfs2"]}
    assert "6.1.0-22-cloud-amd64" in only(nodes, "module-missing-at-boot", (TWO,)).what


def test_of_a_host_without_a_platform_nothing_is_told_that_depends_on_it(nodes):
    nodes[TWO]["host"]["platform"] = "Plan 9"
    nodes[TWO]["setup"]["missing"] = ["mkfs.ocfs2"]
    nodes[TWO]["setup"]["files"] = dict.fromkeys(nodes[TWO]["setup"]["files"])
    nodes[TWO]["order"] = []
    what = only(nodes, "host-unfit", (TWO,)).what
    assert what.startswith("Plan 9 is not supported, only the releases of ")


def test_the_kernel_of_a_host_without_a_platform_is_described(nodes):
    nodes[TWO]["host"]["platform"] = "Plan 9"
    nodes[TWO]["o2cb"]["modules"] = False
    fixes = {each.kind: each.fix for each in found(nodes)}
    assert fixes["module-missing"] == "install a kernel that has the ocfs2 modules, and boot it"


def test_no_kmod(nodes):
    nodes[TWO]["setup"]["missing"] = ["modprobe"]
    nodes[TWO]["o2cb"]["modules"] = False
    nodes[TWO]["kernels"] = {"6.1.0-18-amd64": ["ocfs2", "ocfs2_stack_o2cb"]}
    assert "of the package kmod" in only(nodes, "tools-missing", (TWO,)).what


def test_what_the_formula_sets_up(nodes):
    nodes[TWO]["setup"]["masked"] = []
    nodes[TWO]["setup"]["panic"]["kernel.panic"]["live"] = "0"
    what = only(nodes, "setup-differs", (TWO,)).what
    assert what == "not as described: kernel.panic, ocfs2.service"


def test_the_order_of_boot(nodes):
    nodes[TWO]["starts_after"] = ["network-online.target", "sysinit.target"]
    finding = only(nodes, "boot-order", (TWO,))
    assert "does not come after nftables.service, " in finding.what
    assert "multipathd.service" in finding.what
    nodes[TWO]["starts_after"] = None
    assert found(nodes) == []


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(-60_000 * 3, "3 minutes behind"), (5_000, "4 s ahead of"), (9 * 86_400_000, "9 days ahead")],
)
def test_the_clock(nodes, milliseconds, words):
    nodes[TWO]["health"]["time_ms"] += milliseconds
    assert words in only(nodes, "clock-differs", (TWO,)).what


@pytest.mark.parametrize("milliseconds", [-2000, 2000])
def test_a_clock_as_good_as_the_question_can_tell(nodes, milliseconds):
    nodes[TWO]["health"]["time_ms"] += milliseconds
    assert found(nodes) == []


def test_what_an_orchestration_holds(nodes):
    nodes[TWO]["holds"]["cluster"] = "retune of ocfs2 is under way. Fix: run X again, which ends it"
    finding = only(nodes, "held", (TWO,))
    assert (finding.what, finding.fix) == (
        "retune of ocfs2 is under way",
        "run X again, which ends it",
    )


def test_a_way_to_the_luns_that_is_not_as_pillar_says():
    """Of a record of the formula, pillar has nothing."""
    nodes = answers.examinations(PILLAR)
    nodes[TWO]["setup"]["iscsi"]["made"] = [["iqn.2003-01.com.domain:a", "192.168.50.10:3260"]]
    finding = only(nodes, "san-differs", (TWO,))
    assert "iqn.2003-01.com.domain:a at 192.168.50.10:3260: logged in to -> absent" in finding.what
    assert finding.fix == f"salt {TWO} state.apply ocfs2.san"


def test_hosts_that_log_in_by_one_name():
    section = roster.section(san={"iscsi": {"portals": san.PORTALS, "targets": [san.TARGET]}})
    section["luns"]["primary"]["slots"] = 6
    pillar = check.parse(section)
    nodes = answers.examinations(pillar)
    for minion in (ONE, TWO):
        nodes[minion]["setup"]["iscsi"]["initiator"] = "iqn.1993-08.org.debian:01:cloned"
    shared = [each for each in found(nodes, pillar) if each.kind == "initiator-shared"]
    assert [each.nodes for each in shared] == [(ONE,), (TWO,)]
    assert "iqn.1993-08.org.debian:01:cloned" in shared[0].what
