"""The firewall of a node on which firewalld runs: the real daemon, and a second host to try it."""

import socket
from pathlib import Path

import pytest

from ocfs2lib.firewall.backends import FIREWALLS
from support import host_firewalls
from support.host_firewalls import apply
from support.host_firewalls import campaign
from support.host_firewalls import lives_without_the_rules
from support.host_firewalls import only_nodes
from support.host_firewalls import refused
from support.host_firewalls import systemctl
from support.host_firewalls import told
from support.o2cb import run
from support.second_host import HERE
from support.second_host import PEER
from support.second_host import PORT
from support.second_host import STRANGER
from support.second_host import second_host
from support.second_host import standing_connection

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not host_firewalls.is_unpacked(), reason="firewalld is not unpacked: make test-hosts"
    ),
]

FIREWALLD = FIREWALLS["firewalld"]
POLICY = ("--policy=ocfs2",)
BOTH = ((), ("--permanent",))
DROP = 'rule priority="-5" port port="7777" protocol="tcp" drop'


@pytest.fixture(scope="module")
def host(sandbox, tmp_path_factory):
    with host_firewalls.host_firewalls(tmp_path_factory.mktemp("host")), second_host() as reaches:
        yield reaches


@pytest.fixture
def reaches(host):
    """firewalld as it is after its installation; whether an address reaches the port."""
    systemctl("stop", "firewalld")
    run("nft", "flush", "ruleset")
    for path in Path("/etc/firewalld").rglob("*.xml*"):
        path.unlink()
    host_firewalls.starts_at_boot("firewalld")
    systemctl("start", "firewalld")
    return host


def everything():
    """What firewalld has, in both halves, but for our policy."""
    kinds = ("--list-all-zones", "--list-all-policies")
    found = [told(*half, kind) for half in BOTH for kind in kinds]
    # It comes last in its list.
    return [text.partition("\nocfs2")[0].strip() for text in found]


def test_what_the_host_runs_has_the_rules(states, states_test, modules, config, reaches):
    assert not reaches(PEER)
    before = everything()
    dry = states_test["o2cb.firewall"](name="interconnect", config=config)
    assert (dry["result"], dry["changes"].keys(), everything()) == (None, {"rules"}, before)
    assert apply(states, config) == dry["changes"]
    assert dry["changes"]["rules"]["new"] == "loaded by firewalld"
    assert only_nodes(reaches)
    assert not reaches(PEER, PORT + 1)
    with socket.create_server(("", PORT)):
        socket.create_connection((HERE, PORT)).close()
    assert apply(states, config) == {}
    assert everything() == before
    assert not Path("/etc/ocfs2").exists()
    found = modules["o2cb_firewall.facts"]("host", PORT, {"x": PEER})
    assert (found["managers"]["firewalld"], any(found["blocking"].values())) == ("running", False)


@pytest.mark.campaign
def test_whatever_opens_the_port_strangers_stay_out(states, config, reaches):
    apply(states, config)
    for half in BOTH:
        told(*half, f"--add-port={PORT}/tcp")
    assert only_nodes(reaches)
    told("--zone=trusted", "--change-interface=v0")
    assert only_nodes(reaches)
    assert reaches(STRANGER, PORT + 1)
    told("--zone=drop", "--change-interface=v0")
    assert only_nodes(reaches)


@pytest.mark.slow
def test_the_rules_are_there_after_a_reload_and_after_a_boot(states, config, reaches):
    """Nothing of ours is started: what the daemon keeps is enough."""
    apply(states, config)
    told("--reload")
    assert only_nodes(reaches)
    told("--complete-reload")
    assert only_nodes(reaches)
    systemctl("restart", "firewalld")
    assert only_nodes(reaches)
    systemctl("stop", "firewalld")
    assert run("nft", "flush", "ruleset").returncode == 0
    assert reaches(STRANGER)
    systemctl("start", "firewalld")
    assert only_nodes(reaches)
    assert apply(states, config) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "drift",
    [
        (*POLICY, f"--remove-rich-rule={DROP}"),
        campaign((*POLICY, "--remove-ingress-zone=ANY")),
        campaign((*POLICY, "--add-rich-rule=rule priority=-20 port port=7777 protocol=tcp accept")),
        campaign(("--permanent", *POLICY, f"--remove-rich-rule={DROP}")),
        campaign(("--permanent", "--delete-policy=ocfs2")),
    ],
)
def test_drift_of_one_half_is_repaired_without_a_reload(states, config, reaches, drift):
    apply(states, config)
    told(*drift)
    # Of the operator's, and in what runs alone: a reload would lose it.
    told("--add-port=8080/tcp")
    assert apply(states, config).keys() == {"rules"}
    assert told("--query-port=8080/tcp").strip() == "yes"
    assert only_nodes(reaches)
    assert apply(states, config) == {}
    told("--reload")
    assert only_nodes(reaches)


@pytest.mark.campaign
def test_a_node_comes_and_goes_without_a_reload(states, config, reaches):
    del config["nodes"]["host2.domain.com"]
    apply(states, config)
    assert not reaches(PEER)
    told("--add-port=8080/tcp")
    config["nodes"]["host2.domain.com"] = {"number": 1, "address": PEER}
    assert apply(states, config).keys() == {"rules"}
    assert only_nodes(reaches)
    config["nodes"]["host2.domain.com"] = {"number": 1, "address": "192.168.100.4"}
    assert apply(states, config).keys() == {"rules"}
    assert not reaches(PEER)
    assert told("--query-port=8080/tcp").strip() == "yes"
    told("--reload")
    assert not reaches(PEER)


@pytest.mark.slow
def test_a_reload_that_would_lose_what_others_changed_is_refused(states, config, reaches):
    # As for every interface of NetworkManager that names no zone.
    told("--zone=public", "--change-interface=v0")
    told("--add-port=8080/tcp")
    told("--direct", "--add-rule", "ipv4", "filter", "INPUT", "0", "-p", "udp", "-j", "ACCEPT")
    before = everything()
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is False
    assert "changed for now alone: zone public, direct rules. Fix: type" in ret["comment"]
    assert everything() == before
    told("--runtime-to-permanent")
    apply(states, config)
    assert only_nodes(reaches)


@pytest.mark.slow
def test_a_flush_is_seen_and_repaired(states, modules, config, reaches):
    """firewalld says that it runs all the time."""
    apply(states, config)
    for failed_reload in (False, True):
        assert run("nft", "flush", "ruleset").returncode == 0
        assert reaches(STRANGER)
        if failed_reload:
            run("firewall-cmd", "--reload")
            assert not reaches(PEER)
        assert told("--state").strip() == "running"
        assert modules["o2cb_firewall.managers"]()["firewalld"] == "lost"
        assert apply(states, config)["rules"]["old"] == "not in the kernel"
        assert modules["o2cb_firewall.managers"]()["firewalld"] == "running"
        assert only_nodes(reaches)
        assert apply(states, config) == {}


@pytest.mark.campaign
def test_a_chain_that_was_emptied_is_seen(states, modules, config, reaches):
    apply(states, config)
    run("nft", "flush", "chain", "inet", "firewalld", "filter_IN_policy_ocfs2_pre")
    found = modules["o2cb_firewall.facts"]("host", PORT, {"x": PEER, "y": "192.168.100.3"})
    expected = FIREWALLD.expected(PORT, [PEER, "192.168.100.3"])
    assert found["rules"] != expected
    assert {**found["rules"], "kernel": expected["kernel"]} == expected


@pytest.mark.slow
def test_a_connection_that_stands_is_never_cut(states, config, reaches):
    for half in BOTH:
        told(*half, "--add-port=7777/tcp")
    with standing_connection() as lives:
        apply(states, config)
        assert lives()
        run("nft", "flush", "ruleset")
        apply(states, config)
        assert lives()
        lives_without_the_rules(states, config, reaches, lives)


@pytest.mark.slow
def test_it_is_taken_away_for_another_and_with_the_node(states, config, reaches):
    """What is left of it in what runs is empty, and goes with the next reload."""
    for half in BOTH:
        told(*half, "--add-port=7777/tcp")
    before = everything()
    for take_away in ("none", "clean"):
        config["firewall"] = {"backend": "host"}
        apply(states, config)
        assert only_nodes(reaches)
        if take_away == "clean":
            assert states["o2cb.absent"](name="o2cb")["result"] is True
        else:
            config["firewall"] = {"backend": "none"}
            assert apply(states, config).keys() == {FIREWALLD.rules_path}
        assert not Path(FIREWALLD.rules_path).exists()
        assert "ocfs2" not in told("--permanent", "--get-policies").split()
        assert "ocfs2" not in told("--get-active-policies").split()
        assert reaches(STRANGER)
        assert everything() == before
        told("--reload")
        assert "ocfs2" not in told("--get-policies").split()


@pytest.mark.parametrize("backend", ["nftables", campaign("iptables"), campaign("ufw")])
def test_a_firewall_that_cannot_open_it_is_refused(states, config, reaches, backend):
    before = everything()
    for comment in refused(states, config, backend):
        assert f"it has firewalld, and {backend} cannot open what that closes; " in comment
        assert "type systemctl disable --now firewalld" in comment
    assert everything() == before


@pytest.mark.campaign
def test_one_that_does_not_run_is_refused(states, config, reaches):
    systemctl("stop", "firewalld")
    ret = states["ocfs2.host_fit"](name="fit", config=config)
    assert "its firewalld starts at boot, but does not run now; type systemctl" in ret["comment"]
    host_firewalls.starts_at_boot("firewalld", wanted=False)
    config["firewall"] = {"backend": "firewalld"}
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "its firewalld does not run; type systemctl enable --now firewalld" in ret["comment"]
    # Nothing of the host is in the way of another.
    config["firewall"] = {"backend": "host"}
    apply(states, config)
    assert "table inet ocfs2" in run("nft", "list", "ruleset").stdout
    assert only_nodes(reaches)
    # And it gives way once the host has one.
    host_firewalls.starts_at_boot("firewalld")
    systemctl("start", "firewalld")
    apply(states, config)
    assert "table inet ocfs2" not in run("nft", "list", "ruleset").stdout
    assert only_nodes(reaches)


def test_one_with_iptables_is_refused(states, config, reaches):
    conf = Path("/etc/firewalld/firewalld.conf")
    text = conf.read_text()
    try:
        conf.write_text(text.replace("FirewallBackend=nftables", "FirewallBackend=iptables"))
        ret = states["ocfs2.host_fit"](name="fit", config=config)
        assert "its firewalld makes its rules with iptables; write Firewall" in ret["comment"]
    finally:
        conf.write_text(text)


@pytest.mark.campaign
def test_what_comes_before_the_policy_and_drops_is_named(states, config, reaches):
    apply(states, config)
    rule = ["ipv4", "filter", "INPUT", "0", "-s", PEER, "-p", "tcp", "-j", "DROP"]
    told("--direct", "--add-rule", *rule)
    assert not reaches(PEER)
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert f"drops TCP port {PORT} from the other nodes" in ret["comment"]
    told("--direct", "--remove-rule", *rule)
    assert apply(states, config) == {}


def test_none_leaves_it_alone_and_says_what_is_closed(states, modules, config, reaches):
    config["firewall"] = {"backend": "none"}
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "Chain inet firewalld filter_INPUT drops TCP port 7777" in ret["comment"]
    assert "it belongs to firewalld: write host under ocfs2:firewall:backend" in ret["comment"]
