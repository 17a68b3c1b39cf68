"""The firewall of a node, with the real nft and iptables, and a second host to try it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from functional.conftest import MINION
from ocfs2lib.firewall import backend as firewall_backend
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.node.parts import firewall as firewall_part
from ocfs2lib.pillar import check
from support.o2cb import run
from support.second_host import second_host

needs_nft = pytest.mark.skipif(not shutil.which("nft"), reason="nft is not installed")
needs_iptables = pytest.mark.skipif(
    not shutil.which("iptables"), reason="iptables is not installed"
)


@pytest.fixture
def peer():
    """A second host on the interconnect, with a node's address and a stranger's. The function
    tells whether a connection from an address reaches the port."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    with second_host() as reaches:
        yield reaches
    run("umount", "/run")


def apply(states, config):
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is True, ret["comment"]
    return ret["changes"]


def saved():
    return run("iptables-save", "-t", "filter").stdout


@needs_nft
@needs_iptables
@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_only_the_other_nodes_reach_the_port(states, config, peer, backend):
    config["firewall"] = {"backend": backend}
    assert peer("192.168.100.77")
    apply(states, config)
    assert not peer("192.168.100.77")
    assert peer("192.168.100.2")
    assert peer("192.168.100.77", 7778)
    assert apply(states, config) == {}


@needs_nft
def test_test_mode_loads_nothing(states_test, config):
    ret = states_test["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], run("nft", "list", "ruleset").stdout) == (None, "")
    assert not Path("/etc/ocfs2").exists()


@needs_nft
@pytest.mark.parametrize(
    "drift",
    [
        "flush ruleset",
        "flush chain inet ocfs2 input",
        "add element inet ocfs2 peers { 192.168.100.77 }",
        "insert rule inet ocfs2 input accept",
    ],
)
def test_drift_of_nftables_is_repaired(states, config, drift):
    apply(states, config)
    good = run("nft", "list", "ruleset").stdout
    assert run("nft", drift).returncode == 0
    assert apply(states, config).keys() == {"rules"}
    assert run("nft", "list", "ruleset").stdout == good


@needs_iptables
@pytest.mark.parametrize(
    "drift",
    [
        "-F INPUT",
        "-F OCFS2",
        "-I OCFS2 -j ACCEPT",
        "-I INPUT -p tcp --dport 7777 -j DROP",
        "-I INPUT -p tcp -j OCFS2",
    ],
)
def test_drift_of_iptables_is_repaired_and_foreign_rules_stay(states, config, drift):
    config["firewall"] = {"backend": "iptables"}
    apply(states, config)
    assert run("iptables", *drift.split()).returncode == 0
    assert apply(states, config).keys() == {"rules"}
    assert saved().count("-A INPUT -p tcp -j OCFS2") == 1
    assert ("-A INPUT -j DROP" in saved()) is (drift == "-I INPUT -j DROP")


@needs_nft
@needs_iptables
def test_a_new_node_is_let_in(states, config):
    for backend in ("nftables", "iptables"):
        config["firewall"] = {"backend": backend}
        config["nodes"].pop("host4.domain.com", None)
        apply(states, config)
        config["nodes"]["host4.domain.com"] = {"number": 3, "address": "192.168.100.4"}
        assert apply(states, config).keys() == {"rules", FIREWALLS[backend].rules_path}


@needs_nft
@needs_iptables
def test_another_backend_takes_over_and_none_leaves_nothing(states, config):
    run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    foreign = [line for line in saved().splitlines() if line.startswith("-A")]
    for backend in ("nftables", "iptables", "nftables", "iptables", "none"):
        config["firewall"] = {"backend": backend}
        apply(states, config)
        assert apply(states, config) == {}
        tables = run("nft", "list", "tables").stdout
        assert ("table inet ocfs2" in tables) is (backend == "nftables")
        assert ("OCFS2" in saved()) is (backend == "iptables")
        exists = [name for name, each in FIREWALLS.items() if Path(each.rules_path).exists()]
        assert exists == [name for name in [backend] if name != "none"]
        wants = sorted(
            path.parent.name
            for path in Path("/etc/systemd/system").glob(f"*.wants/{firewall_backend.UNIT}")
        )
        service = {"nftables": "nftables", "iptables": "netfilter-persistent"}.get(backend)
        want = ["multi-user.target.wants", f"{service}.service.wants"] if service else []
        assert wants == want
    assert [line for line in saved().splitlines() if line.startswith("-A")] == foreign
    assert not Path(firewall_backend.UNIT_PATH).exists()


@needs_nft
def test_none_touches_nothing_of_others(states, config):
    run("nft", "add table inet filter")
    before = run("nft", "-a", "list", "ruleset").stdout
    config["firewall"] = {"backend": "none"}
    assert apply(states, config) == {}
    assert run("nft", "-a", "list", "ruleset").stdout == before


@needs_nft
def test_a_foreign_drop_is_named_with_the_rule_that_is_missing(states, states_test, config, peer):
    rules = "ct state established,related accept; iif lo accept; tcp dport { 22, 80 } accept;"
    chain = f"chain input {{ type filter hook input priority 0; policy drop; {rules} }}"
    assert run("nft", f"table inet filter {{ {chain}; }}").returncode == 0
    for each in (states, states_test):
        ret = each["o2cb.firewall"](name="interconnect", config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "Chain inet filter input drops TCP port 7777 from the other" in ret["comment"]
    typed = ret["comment"].partition("Fix: ")[2].partition(" accept,")[0] + " accept"
    assert subprocess.run(typed, shell=True, check=False).returncode == 0  # noqa: S602
    apply(states, config)
    assert peer("192.168.100.2")
    assert not peer("192.168.100.77")


@needs_nft
@needs_iptables
def test_a_dropping_iptables_is_answered_with_its_own_backend(states, config, peer):
    run("iptables", "-P", "INPUT", "DROP")
    run("iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is False
    assert "set ocfs2:firewall:backend to iptables" in ret["comment"]
    config["firewall"] = {"backend": "iptables"}
    apply(states, config)
    assert peer("192.168.100.2")


@needs_nft
@needs_iptables
def test_what_nft_hides_of_iptables_is_read_from_iptables(modules, config):
    """nft says of both rules that there is a match called conntrack."""
    backend, port, nodes = firewall_part.PART.arguments(check.parse(config))
    run("iptables", "-P", "INPUT", "DROP")
    for state, blocking in (("ESTABLISHED", [["ip", "filter", "INPUT"]]), ("NEW", [])):
        run("iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", state, "-j", "ACCEPT")
        found = modules["o2cb_firewall.facts"](backend, port, nodes)
        assert found["blocking"]["from"] == blocking


@needs_nft
def test_the_plan_sees_a_chain_that_drops_the_port(modules, config):
    run("nft", "table inet other { chain in { type filter hook input priority 0; policy drop; }; }")
    backend, port, nodes = firewall_part.PART.arguments(check.parse(config))
    facts = modules["o2cb_firewall.facts"]
    dropped = {"from": [["inet", "other", "in"]], "answer from": [["inet", "other", "in"]]}
    for name in ("nftables", "iptables", "none"):
        found = facts(name, port, nodes)["blocking"]
        assert {way: chains for way, chains in found.items() if chains} == dropped
    # A cluster of this one node has nobody to keep out.
    assert not any(facts(backend, port, {MINION: "192.168.100.1"})["blocking"].values())
