"""What is found out about connections and the firewall."""

from ocfs2lib.pillar import check
from support import answers
from support import roster
from support.findings import ALL
from support.findings import ONE
from support.findings import THREE
from support.findings import TWO
from support.findings import found
from support.findings import kinds
from support.findings import live
from support.findings import only


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


def test_a_node_that_is_cut_off_is_one_finding(nodes):
    nodes[TWO]["health"]["peers"].clear()
    for minion in (ONE, THREE):
        del nodes[minion]["health"]["peers"]["host1"]
    finding = only(nodes, "connection-missing", (TWO, ONE, THREE))
    assert "host1 has no connection to host0, host2" in finding.what


def test_a_switch_that_is_down_is_told_once_a_node():
    pillar = check.parse(roster.section(32))
    nodes = answers.examinations(pillar)
    for node in nodes.values():
        node["health"]["peers"].clear()
    all_found = [each for each in found(nodes, pillar) if each.kind == "connection-missing"]
    assert len(all_found) == 31
    assert {each for one in all_found for each in one.nodes} == set(nodes)
    assert "and 23 more" not in all_found[-1].what
    assert "23 more" in all_found[0].what


def test_what_keeps_them_apart(nodes):
    del nodes[ONE]["health"]["peers"]["host1"]
    del nodes[TWO]["health"]["peers"]["host0"]
    nodes[ONE]["setup"]["firewall"]["blocking"]["from"] = [["inet", "filter", "input"]]
    del live(nodes, ONE)["nodes"]["host1"]
    finding = next(each for each in found(nodes) if each.kind == "connection-missing")
    assert "chain inet filter input on host0 drops the port (from)" in finding.what
    assert "host0 does not know host1" in finding.what
    assert "on host0.example.com" in finding.fix


def test_who_shares_no_volume_needs_no_connection(nodes):
    for minion in ALL:
        (volume,) = nodes[minion]["health"]["volumes"].values()
        nodes[minion]["health"].update(peers={}, volumes={minion: volume})
    assert kinds(nodes) == set()


def test_a_connection_on_which_nothing_comes(nodes):
    nodes[TWO]["health"]["peers"]["host2"]["quiet_ms"] = 15_001
    assert "nothing has come from host2" in only(nodes, "connection-quiet", (TWO,)).what


def test_a_foreign_rule_that_drops_the_port(nodes):
    nodes[TWO]["setup"]["firewall"]["blocking"]["from"] = [["inet", "filter", "input"]]
    assert "Chain inet filter input drops" in only(nodes, "port-blocked", (TWO,)).what
