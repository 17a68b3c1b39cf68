"""Of a healthy cluster in which one thing is broken, exactly that is found."""

import dataclasses
import re
from pathlib import Path

import pytest

from ocfs2lib.answers import examination
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.findings import find
from ocfs2lib.findings import kinds as findings_kinds
from ocfs2lib.findings import lun as findings_lun
from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import KINDS
from ocfs2lib.findings.kinds import NOTE
from ocfs2lib.findings.kinds import Finding
from ocfs2lib.lun.refusal import Code
from ocfs2lib.node import cluster_conf
from ocfs2lib.pillar import check
from ocfs2lib.plan import plan_text
from support import answers
from support import roster

PILLAR = answers.desired(slots=6)
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
PATH = "/san/primary"
UUID = answers.UUID
WWID = PILLAR.luns[0].wwid
ALL = (ONE, TWO, THREE)


def found(answers_=None, pillar=PILLAR, **snapshot):
    seen = answers.snapshot(pillar, answers_, **snapshot)
    findings = find.all_findings(seen)
    assert not any(findings_kinds.NODES in each.fix for each in findings)
    # Nothing that separates the cluster from pillar goes without a finding.
    if seen.plan.failures() or seen.plan.differences():
        assert findings_kinds.worst(findings) not in (None, NOTE)
    return findings


def kinds(answers_=None, pillar=PILLAR, **snapshot):
    return {each.kind for each in found(answers_, pillar, **snapshot)}


@pytest.fixture
def nodes():
    """The examinations of a healthy cluster, to break one thing in."""
    return answers.examinations(PILLAR)


def only(nodes, kind, where=(), **snapshot):
    """The one finding there is, which is of this kind and about these nodes."""
    (finding,) = found(nodes, **snapshot)
    assert (finding.kind, finding.nodes) == (kind, where), finding
    return finding


def lun(nodes, minion=TWO):
    return nodes[minion]["luns"]["primary"]


def volume(nodes, minion=TWO):
    return nodes[minion]["health"]["volumes"][UUID]


def live(nodes, minion=TWO):
    return nodes[minion]["o2cb"]["clusters"][PILLAR.cluster.name]


def test_a_healthy_cluster_shows_nothing():
    assert found() == []
    assert findings_kinds.worst([]) is None


@pytest.mark.parametrize("size", [1, 2, 8, 32])
def test_nor_does_one_of_another_size(size):
    pillar = answers.desired(size)
    assert found(pillar=pillar) == []


# Nodes


def test_a_node_that_does_not_answer(nodes):
    del nodes[TWO]
    finding = only(nodes, "node-silent", (TWO,), silent={TWO: "did not answer ocfs2_node.examine"})
    assert finding.severity == findings_kinds.UNKNOWN
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
    assert (finding.severity, finding.what) == (findings_kinds.UNKNOWN, reason)
    assert "ocfs2.status again" in finding.fix


#: What the master may have on record of a LUN, and what pillar may say of it.
RECORDS = {
    "formatted": answers.record(PILLAR, "formatted"),
    "held": answers.record(PILLAR, "held", found="ext4 on host0.example.com"),
    "formatting": answers.record(PILLAR, "formatting"),
    "of another cluster": answers.record(PILLAR, "formatting", cluster="web"),
    "broken": "the record of 3600a0b8 can not be read",
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
    assert findings_kinds.worst(said) == findings_kinds.UNKNOWN
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


def test_a_node_whose_answer_is_of_no_use(nodes):
    del nodes[TWO]
    reason = "its answer is too large to be an examination"
    malformed = {TWO: AnswerMalformed(reason)}
    assert reason in only(nodes, "node-odd-answer", (TWO,), malformed=malformed).what


def test_a_node_without_the_formula(nodes):
    del nodes[TWO]
    with pytest.raises(AnswerMalformed) as refusal:
        examination.checked("'ocfs2_node.examine' is not available.", {})
    finding = only(nodes, "formula-differs", (TWO,), malformed={TWO: refusal.value})
    assert finding.severity == findings_kinds.UNKNOWN


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
    assert what == "Plan 9 is not supported yet, only Debian 12 and Debian 13"


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


# The cluster


def test_a_node_outside_of_the_cluster(nodes):
    nodes[TWO]["o2cb"]["online"] = None
    assert only(nodes, "cluster-offline", (TWO,)).severity == BROKEN


def test_another_stack(nodes):
    nodes[TWO]["o2cb"]["stack"] = "pcmk"
    assert "stack pcmk" in only(nodes, "stack-other", (TWO,)).what


def without(text, name):
    """A cluster.conf from which a node was removed by hand."""
    conf = cluster_conf.parse(text)
    nodes = tuple(node for node in conf.nodes if node.name != name)
    return cluster_conf.render(dataclasses.replace(conf, nodes=nodes))


def test_one_cluster_conf_that_is_not_like_the_others(nodes):
    conf = nodes[TWO]["o2cb"]["conf"]
    conf["text"] = without(conf["text"], "host2")
    what = only(nodes, "conf-differs", (TWO,)).what
    assert "the odd one out: 2 of 3 nodes have another" in what
    assert "ocfs2:host2 is absent, pillar says number 2, 10.1.0.3:7777" in what


def test_a_pillar_that_was_not_applied_yet(nodes):
    for minion in ALL:
        conf = nodes[minion]["o2cb"]["conf"]
        conf["text"] = without(conf["text"], "host2")
    assert "odd one out" not in only(nodes, "conf-differs", ALL).what


def test_a_cluster_conf_that_nobody_can_read(nodes):
    nodes[TWO]["o2cb"]["conf"]["text"] = "cluster:\nname = ocfs2\n"
    assert "unreadable" in only(nodes, "conf-differs", (TWO,)).what
    nodes[TWO]["o2cb"]["conf"]["text"] = None
    assert "absent" in only(nodes, "conf-differs", (TWO,)).what


def test_a_node_that_left_is_still_in_a_file_or_kernel(nodes):
    larger = answers.examinations(answers.desired(4, slots=6))
    conf = larger[TWO]["o2cb"]["conf"]["text"]
    nodes[TWO]["o2cb"]["conf"]["text"] = conf
    finding = only(nodes, "conf-stale", (TWO,))
    assert "cluster.conf still has host3" in finding.what
    assert "ocfs2.orch.remove_node" in finding.fix
    live(nodes)["nodes"] = live(larger)["nodes"]
    said = [each.what for each in found(nodes) if each.kind == "conf-stale"]
    assert any("the kernel still has host3" in each for each in said)
    assert kinds(nodes) == {"conf-stale"}


def test_a_kernel_that_runs_other_values_than_the_files(nodes):
    for minion in ALL:
        live(nodes, minion)["heartbeat_threshold"] = 21
    finding = only(nodes, "live-differs", ALL)
    assert "heartbeat_threshold is 21, pillar says 31" in finding.what
    assert "ocfs2.orch.retune" in finding.fix


def test_a_file_and_a_kernel_are_put_right_by_one_command(nodes):
    live(nodes)["heartbeat_threshold"] = 61
    nodes[TWO]["o2cb"]["settings"]["values"]["O2CB_HEARTBEAT_THRESHOLD"] = "61"
    fixes = {each.kind: each.fix for each in found(nodes)}
    assert set(fixes) == {"live-differs", "settings-differ", "timeouts-differ"}
    assert len(set(fixes.values())) == 1
    assert "ocfs2.orch.retune pillar=" in fixes["settings-differ"]


def test_an_address_that_changed_while_the_node_was_up(nodes):
    live(nodes, ONE)["nodes"]["host1"]["address"] = "10.9.9.9"
    assert "10.9.9.9" in only(nodes, "live-differs", (ONE,)).what


def test_timeouts_in_which_the_kernels_differ(nodes):
    live(nodes)["idle_timeout_ms"] = 20000
    assert kinds(nodes) == {"live-differs", "timeouts-differ"}
    what = next(each.what for each in found(nodes) if each.kind == "timeouts-differ")
    assert what == "its kernel has idle_timeout_ms 20000, most nodes have 30000"


def test_two_nodes_that_do_not_agree():
    pillar = answers.desired(2)
    nodes = answers.examinations(pillar)
    live(nodes)["idle_timeout_ms"] = 20000
    said = [each for each in found(nodes, pillar) if each.kind == "timeouts-differ"]
    assert all("the nodes do not agree" in each.what for each in said)
    assert {minion for each in said for minion in each.nodes} == {ONE, TWO}


def test_a_settings_file(nodes):
    nodes[TWO]["o2cb"]["settings"]["values"]["O2CB_HEARTBEAT_THRESHOLD"] = "61"
    what = only(nodes, "settings-differ", (TWO,)).what
    assert what.startswith("/etc/default/o2cb is not as described: ")
    assert "is 61, pillar says 31" in what


def test_numbers_that_moved(nodes):
    text = nodes[TWO]["o2cb"]["conf"]["text"]
    nodes[TWO]["o2cb"]["conf"]["text"] = text.replace("number = 2", "number = 7")
    finding = only(nodes, "renumbered", (TWO,))
    assert "write number: 7 for host2" in finding.fix


def test_a_number_that_was_another_host_s(nodes):
    assert kinds(nodes, numbers=Numbers(["number 1 is that of old"])) == {"renumbered"}


class Numbers:
    """A simulated roll of node numbers."""

    def __init__(self, said):
        self._said = said

    def problems(self, _desired):
        return self._said


@pytest.mark.parametrize(
    ("queueing", "sum_", "threshold"),
    [
        # (12 x 5 + 4 x 5) / 2 + 2
        ("12 chk", "12 checks x 5 s = 60 s", 42),
        ("8 chk", "8 checks x 5 s = 40 s", 32),
        ("45 sec", "45 s more", 34),
    ],
)
def test_multipath_that_waits_too_long(nodes, queueing, sum_, threshold):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
    finding = only(nodes, "threshold-low", (TWO,))
    assert sum_ in finding.what
    assert "(31 - 1) x 2 s = 60 s" in finding.what
    assert f"heartbeat_threshold: {threshold} under cluster" in finding.fix
    # What it says to write is enough, and the least that is.
    for value, enough in ((threshold, True), (threshold - 1, False)):
        pillar = with_threshold(value)
        again = answers.examinations(pillar)
        again[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
        assert ("threshold-low" not in kinds(again, pillar)) is enough


def with_threshold(value):
    section = roster.section(cluster={"heartbeat_threshold": value})
    section["luns"]["primary"].update(slots=6)
    return check.parse(section)


def test_multipath_that_waits_for_ever(nodes):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = "on"
    finding = only(nodes, "threshold-low", (TWO,))
    assert "for ever" in finding.what
    checks = int(re.search(r"no_path_retry (\d+)", finding.fix)[1])
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = f"{checks} chk"
    assert found(nodes) == []


@pytest.mark.parametrize("queueing", ["off", "7 chk", "rubbish"])
def test_multipath_that_gives_up_in_time(nodes, queueing):
    nodes[TWO]["multipath"]["maps"][WWID]["queueing"] = queueing
    assert found(nodes) == []


def test_a_host_without_multipath(nodes):
    for minion in ALL:
        nodes[minion]["multipath"] = None
        lun(nodes, minion)["paths"] = {}
    assert found(nodes) == []


# Connections and heartbeats


def test_a_pair_without_a_connection(nodes):
    del nodes[ONE]["health"]["peers"]["host1"]
    nodes[TWO]["health"]["peers"]["host0"]["handshake"] = False
    finding = only(nodes, "connection-missing", (TWO, ONE))
    assert "host1 has no connection to host0 (host1 connects to 10.1.0.1:7777)" in finding.what
    assert "nc -vz 10.1.0.1 7777" in finding.fix


def test_a_connection_of_one_side_only(nodes):
    del nodes[ONE]["health"]["peers"]["host1"]
    what = only(nodes, "connection-missing", (TWO, ONE)).what
    assert "host1 believes to be connected to host0" in what


def test_what_keeps_them_apart(nodes):
    del nodes[ONE]["health"]["peers"]["host1"]
    del nodes[TWO]["health"]["peers"]["host0"]
    nodes[ONE]["setup"]["firewall"]["blocking"] = [["inet", "filter", "input"]]
    del live(nodes, ONE)["nodes"]["host1"]
    finding = next(each for each in found(nodes) if each.kind == "connection-missing")
    assert "chain inet filter input on host0 drops the port" in finding.what
    assert "host0 does not know host1" in finding.what
    assert "on host0.example.com" in finding.fix


def test_who_shares_no_volume_needs_no_connection(nodes):
    for minion in ALL:
        nodes[minion]["health"].update(peers={}, volumes={})
    assert kinds(nodes) == set()


def test_a_connection_on_which_nothing_comes(nodes):
    nodes[TWO]["health"]["peers"]["host2"]["quiet_ms"] = 15_001
    assert "nothing has come from host2" in only(nodes, "connection-quiet", (TWO,)).what


def test_a_foreign_rule_that_drops_the_port(nodes):
    nodes[TWO]["setup"]["firewall"]["blocking"] = [["inet", "filter", "input"]]
    assert "Chain inet filter input drops" in only(nodes, "port-blocked", (TWO,)).what


def test_a_late_heartbeat(nodes):
    volume(nodes)["late_ms"] = 15_001
    finding = only(nodes, "heartbeat-late", (TWO,))
    assert "60 s after which the node fences itself" in finding.what
    assert finding.lun == "primary"
    volume(nodes)["late_ms"] = 15_000
    assert found(nodes) == []


def test_a_node_that_the_others_have_buried(nodes):
    for minion in (ONE, THREE):
        volume(nodes, minion)["members"] = [0, 2]
    finding = only(nodes, "evicted", (TWO,))
    assert "host0, host2 have declared it dead" in finding.what


def test_a_node_that_only_pillar_calls_by_another_number():
    pillar = answers.desired()
    nodes = answers.examinations(pillar)
    moved = dataclasses.replace(
        pillar, nodes=(*pillar.nodes[:2], dataclasses.replace(pillar.nodes[2], number=7))
    )
    said = [each for each in found(nodes, moved) if each.kind in ("evicted", "renumbered")]
    assert {each.kind for each in said} == {"renumbered"}
    assert len(said) == 1


def test_a_recovery(nodes):
    volume(nodes)["recovering"] = [2, 9]
    said = [each.what for each in found(nodes)]
    assert said == [f"{PATH} recovers from host2", f"{PATH} recovers from node 9"]


# LUNs


def test_a_lun_that_is_not_there(nodes):
    lun(nodes).update(error="/dev/mapper/primary: No such file or directory", volume=None, size=0)
    lun(nodes)["mounts"] = []
    nodes[TWO]["mounts"] = []
    nodes[TWO]["health"]["volumes"] = {}
    finding = only(nodes, "lun-missing", (TWO,))
    assert "No such file" in finding.what


def test_another_lun_under_the_name(nodes):
    lun(nodes)["wwid"] = "35000c50000000099"
    assert "35000c50000000099, not" in only(nodes, "lun-other", (TWO,)).what


@pytest.mark.parametrize("more", [-(1 << 30), 1 << 30])
def test_the_size_and_the_content_of_another_lun_say_nothing_of_this_one(nodes, more):
    seen = lun(nodes)
    seen.update(wwid="35000c50000000099", volume=None, half_made=None, mounts=[])
    seen["size"] += more
    nodes[TWO]["health"]["volumes"] = {}
    assert sorted(kinds(nodes)) == ["lun-other"]


def test_a_path_to_another_lun(nodes):
    lun(nodes)["paths"]["sdb"] = "35000c50000000099"
    assert "path sdb" in only(nodes, "lun-other", (TWO,)).what


def test_a_lun_that_can_not_be_read(nodes):
    lun(nodes)["unreadable"] = "/dev/mapper/primary did not answer within 3 s"
    assert "did not answer" in only(nodes, "lun-unreadable", (TWO,)).what


def test_a_node_that_has_not_seen_the_lun_grow(nodes):
    for minion in (ONE, THREE):
        lun(nodes, minion)["size"] += 1 << 30
    assert "lun-size-differs" in kinds(nodes)
    finding = next(each for each in found(nodes) if each.kind == "lun-size-differs")
    assert finding.nodes == (TWO,)


def test_a_node_that_sees_less_of_a_lun_is_told_once(nodes):
    lun(nodes)["size"] -= 1 << 30
    assert "others see" in only(nodes, "lun-size-differs", (TWO,)).what


def unformatted(nodes, **changes):
    for minion in nodes:
        lun(nodes, minion).update(volume=None, half_made=None, mounts=[], **changes)
        nodes[minion].update(mounts=[], space={}, under={}, volumes={})
        nodes[minion]["health"].update(volumes={}, peers={})
    return nodes


def test_a_blank_lun_waits(nodes):
    for minion in ALL:
        nodes[minion]["fstab"] = {}
    finding = only(unformatted(nodes, written=None), "format-pending")
    assert "host0.example.com is to format it" in finding.what


def test_a_blank_lun_waits_for_a_node_that_is_missing(nodes):
    unformatted(nodes, written=None)
    del nodes[TWO]
    assert kinds(nodes, silent={TWO: "did not answer"}) == {"format-pending", "node-silent"}


def test_a_lun_that_holds_something(nodes):
    unformatted(nodes, signature={"TYPE": "ext4"})
    assert "ext4" in only(nodes, "lun-not-blank", ALL).what


def test_a_lun_that_pillar_does_not_let_be_formatted():
    pillar = answers.desired(slots=6, format="never")
    nodes = unformatted(answers.examinations(pillar))
    assert kinds(nodes, pillar) == {"format-not-allowed"}


def test_a_blank_lun_that_held_a_volume(nodes):
    unformatted(nodes)
    record = answers.record(PILLAR, "formatted")
    assert "lun-on-record" in kinds(nodes, record=record)


def test_a_lun_in_use_and_one_that_takes_no_writes(nodes):
    unformatted(nodes)
    lun(nodes)["holders"] = ["dm-9"]
    assert kinds(nodes) == {"lun-in-use"}
    lun(nodes).update(holders=[], read_only=True)
    assert kinds(nodes) == {"lun-read-only"}


def test_a_format_that_was_cut(nodes):
    unformatted(nodes)
    for minion in ALL:
        lun(nodes, minion).update(volume=answers.volume(PILLAR), half_made=True)
    assert "format-cut" in kinds(nodes)


def test_a_format_whose_leader_is_lost(nodes):
    unformatted(nodes)
    del nodes[ONE]
    record = answers.record(PILLAR, "formatting")
    said = found(nodes, record=record, silent={ONE: "did not answer"})
    assert {each.kind for each in said} == {"format-unknown", "node-silent"}
    # It may only be slow: that it did not answer is no bad news.
    assert findings_kinds.worst(said) == findings_kinds.UNKNOWN


def test_a_path_that_failed(nodes):
    nodes[TWO]["multipath"]["paths"][WWID]["sdb"] = "failed faulty"
    assert "sdb is failed faulty" in only(nodes, "path-missing", (TWO,)).what


def test_a_path_that_is_not_there(nodes):
    del nodes[TWO]["multipath"]["paths"][WWID]["sdb"]
    del lun(nodes)["paths"]["sdb"]
    assert "it has 1 paths, other nodes have 2" in only(nodes, "path-missing", (TWO,)).what


def test_disks_past_multipath(nodes):
    nodes[TWO]["unmapped"] = {WWID: ["/dev/sdc"], "35000c50000000099": ["/dev/sdx"]}
    assert "/dev/sdc lead" in only(nodes, "no-multipath", (TWO,)).what


def test_two_volumes_with_one_uuid(nodes):
    nodes[TWO]["volumes"]["/dev/dm-7"] = {"uuid": UUID, "wwid": "35000c50000000099"}
    finding = only(nodes, "clone", ALL)
    assert "--cloned-volume /dev/dm-7 on host1.example.com" in finding.fix
    assert finding.lun == "primary"


# Volumes


def test_another_volume_on_the_lun(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["cluster"] = "other"
    assert "volume-other" in kinds(nodes)


def test_a_volume_that_is_not_mounted(nodes):
    nodes[TWO]["mounts"] = []
    lun(nodes)["mounts"] = []
    del nodes[TWO]["health"]["volumes"][UUID]
    nodes[TWO].update(space={}, under={})
    for minion in (ONE, THREE):
        volume(nodes, minion)["beating"] = [0, 2]
    assert only(nodes, "not-mounted", (TWO,)).severity == BROKEN


def test_what_is_held_is_not_said_to_be_missing(nodes):
    nodes[TWO]["mounts"] = []
    lun(nodes)["mounts"] = []
    del nodes[TWO]["health"]["volumes"][UUID]
    nodes[TWO].update(space={}, under={})
    nodes[TWO]["holds"]["luns"]["primary"] = "fsck is under way. Fix: run it again"
    assert kinds(nodes) == {"held"}


def test_fstab(nodes):
    line = nodes[TWO]["fstab"][PATH]
    line["options"] = [each for each in line["options"] if each != "_netdev"]
    assert "it lacks _netdev" in only(nodes, "fstab-differs", (TWO,)).what
    nodes[TWO]["fstab"] = {}
    assert "has no line" in only(nodes, "fstab-differs", (TWO,)).what


def test_a_volume_that_pillar_does_not_know(nodes):
    nodes[TWO]["fstab"]["/old"] = {"device": "/dev/sdx", "fstype": "ocfs2", "options": ["_netdev"]}
    assert "in fstab on /old" in only(nodes, "stray-volume", (TWO,)).what


def test_a_volume_with_an_error(nodes):
    volume(nodes).update(read_only=True, failed=True)
    assert "ocfs2.orch.fsck" in only(nodes, "volume-failed", (TWO,)).fix


def test_a_volume_that_somebody_made_read_only(nodes):
    volume(nodes).update(read_only=True)
    lun(nodes)["mounts"][0]["options"] = ["ro"]
    assert only(nodes, "read-only", (TWO,)).severity == DEGRADED


def test_a_volume_that_hangs(nodes):
    nodes[TWO]["hung"] = {PATH: "did not answer within 3 s"}
    del nodes[TWO]["space"][PATH]
    assert "did not answer" in only(nodes, "volume-hangs", (TWO,)).what


@pytest.mark.parametrize(
    ("slots", "kind", "severity"),
    [(3, "slots-full", DEGRADED), (4, "slots-few", NOTE), (5, None, None)],
)
def test_slots(slots, kind, severity):
    pillar = answers.desired(slots=slots)
    said = found(answers.examinations(pillar), pillar)
    assert [(each.kind, each.severity) for each in said] == ([(kind, severity)] if kind else [])


def test_too_few_slots_for_the_nodes(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["slots"] = 2
    finding = only(nodes, "volume-differs")
    assert "ocfs2.orch.slots" in finding.fix


@pytest.mark.parametrize(("share", "severity"), [(0.09, DEGRADED), (0.019, BROKEN), (0.11, None)])
def test_room(nodes, share, severity):
    for minion in ALL:
        room = nodes[minion]["space"][PATH]
        room["free_bytes"] = int(room["bytes"] * share)
    said = [(each.kind, each.severity) for each in found(nodes)]
    assert said == ([("space-low", severity)] if severity else [])


def test_a_lun_that_has_grown(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["size"] -= 1 << 30
    assert "ocfs2.orch.grow" in only(nodes, "volume-differs").fix


def test_files_under_a_mount(nodes):
    nodes[TWO]["hidden"][PATH] = ["a", "b", "c", "d"]
    finding = only(nodes, "files-under-mount", (TWO,))
    assert finding.what == f"a, b, c and more lie in {PATH} under the mount"


# All together


def test_what_several_nodes_have_in_common_stands_once_and_the_worst_first(nodes):
    for minion in (ONE, TWO):
        nodes[minion]["setup"]["masked"] = []
    nodes[THREE]["o2cb"]["online"] = None
    said = [(each.kind, each.nodes) for each in found(nodes)]
    assert said == [("cluster-offline", (THREE,)), ("setup-differs", (ONE, TWO))]
    assert found(nodes)[1].fix == f"salt -L {ONE},{TWO} state.apply ocfs2"


def test_every_kind_has_a_test():
    source = Path(__file__).read_text()
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []


def test_a_finding_of_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        Finding("nonsense", "", "")


def test_every_objection_that_a_plan_can_have_is_a_kind_of_finding():
    on_the_leader = {Code.NOT_LEADER, Code.TOOL_MISSING}
    assert set(findings_lun.KIND_OF_CODE) == set(Code) - on_the_leader - {Code.NODE_ABSENT}
    assert set(findings_lun.KIND_OF_CODE.values()) <= set(KINDS)
