"""What is found out about the settings of the cluster."""

import dataclasses

from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.node import cluster_conf
from support import answers
from support.findings import ALL
from support.findings import ONE
from support.findings import TWO
from support.findings import found
from support.findings import kinds
from support.findings import live
from support.findings import only


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
    """A simulated list of node numbers."""

    def __init__(self, said):
        self._said = said

    def problems(self, _desired):
        return self._said


def test_a_stranger_that_has_the_pillar(nodes):
    finding = only(nodes, "pillar-elsewhere", strangers=("host9.domain.com",))
    assert finding.what.startswith("host9.domain.com has the pillar of this cluster")
    assert "top.sls" in finding.fix
