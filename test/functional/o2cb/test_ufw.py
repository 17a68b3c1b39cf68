"""The firewall of a node on which ufw runs: the real one, and a second host to try it."""

import shutil
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
from support.o2cb import run
from support.second_host import PEER
from support.second_host import PORT
from support.second_host import STRANGER
from support.second_host import second_host
from support.second_host import standing_connection

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not host_firewalls.is_unpacked(), reason="ufw is not unpacked: make test-hosts"
    ),
]

UFW = FIREWALLS["ufw"]
OURS = "comment 'ocfs2-formula'"


@pytest.fixture(scope="module")
def host(sandbox, tmp_path_factory):
    with host_firewalls.host_firewalls(tmp_path_factory.mktemp("host")), second_host() as reaches:
        shutil.copytree("/etc/ufw", "/run/ufw")
        shutil.copy("/etc/default/ufw", "/run/ufw-default")
        yield reaches


@pytest.fixture
def reaches(host):
    """ufw as ``ufw enable`` leaves it; whether an address reaches the port."""
    systemctl("stop", "ufw")
    run("nft", "flush", "ruleset")
    shutil.copytree("/run/ufw", "/etc/ufw", dirs_exist_ok=True)
    shutil.copy("/run/ufw-default", "/etc/default/ufw")
    host_firewalls.starts_at_boot("ufw")
    systemctl("start", "ufw")
    ufw("--force", "enable")
    return host


def ufw(*arguments):
    done = run("ufw", *arguments)
    assert done.returncode == 0, done.stderr


def added():
    lines = run("ufw", "show", "added").stdout.splitlines()
    return [line for line in lines if line.startswith("ufw ")]


def foreign():
    return [line for line in added() if OURS not in line]


def rules_of(*nodes):
    allows = [f"ufw allow from {each} to any port 7777 proto tcp {OURS}" for each in nodes]
    halves = ("0.0.0.0/1", "128.0.0.0/1")
    denies = [f"ufw deny from {each} to any port 7777 proto tcp {OURS}" for each in halves]
    return sorted([*allows, *denies])


def test_what_the_host_runs_has_the_rules(states, states_test, modules, config, reaches):
    ufw("allow", "22/tcp")
    assert not reaches(PEER)
    dry = states_test["o2cb.firewall"](name="interconnect", config=config)
    assert (dry["result"], added()) == (None, ["ufw allow 22/tcp"])
    assert apply(states, config) == dry["changes"]
    assert dry["changes"].keys() == {"rules", UFW.rules_path}
    assert dry["changes"]["rules"]["new"] == "loaded by ufw"
    assert only_nodes(reaches)
    assert apply(states, config) == {}
    assert foreign() == ["ufw allow 22/tcp"]
    assert sorted(added()[:-1]) == rules_of(PEER, "192.168.100.3")
    found = modules["o2cb_firewall.facts"]("host", PORT, {"x": PEER, "y": "192.168.100.3"})
    assert (found["managers"]["ufw"], any(found["blocking"].values())) == ("running", False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "others",
    [
        campaign(["default allow incoming"]),
        campaign(["allow 7777/tcp", "allow 7000:8000/tcp"]),
        campaign(["allow from 192.168.100.0/24"]),
        campaign(["deny 7777/tcp"]),
        ["deny from 192.168.100.0/24", "allow 7777"],
        campaign(["allow in on v0", "limit 7777/tcp"]),
    ],
)
def test_whatever_others_have_nodes_alone_get_in(states, config, reaches, others):
    for each in others:
        ufw(*each.split())
    before = added()
    apply(states, config)
    assert only_nodes(reaches)
    assert apply(states, config) == {}
    assert foreign() == before
    # What others put before them matters as little.
    ufw("prepend", "allow", "7777,7778/tcp")
    ufw("prepend", "deny", "from", "192.168.100.0/25")
    before = foreign()
    assert apply(states, config).keys() == {"rules"}
    assert only_nodes(reaches)
    assert foreign() == before
    # And what matters to nobody stays there.
    ufw("prepend", "deny", "from", STRANGER)
    assert apply(states, config) == {}


@pytest.mark.campaign
def test_a_rule_that_does_what_ours_would_stays_that_of_others(states, config, reaches):
    ufw(*f"allow from {PEER} to any port 7777 proto tcp comment theirs".split())
    before = added()
    apply(states, config)
    assert only_nodes(reaches)
    assert apply(states, config) == {}
    assert foreign() == before
    assert states["o2cb.absent"](name="o2cb")["result"] is True
    assert added() == before


@pytest.mark.campaign
def test_a_rule_in_the_place_of_ours_is_named(states, config, reaches):
    ufw("deny", "proto", "tcp", "from", PEER, "to", "any", "port", "7777")
    before = added()
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is False
    assert (
        f"Fix: type ufw delete deny from {PEER} to any port 7777 proto tcp, and" in ret["comment"]
    )
    assert added() == before
    typed = ret["comment"].partition("type ")[2].partition(",")[0]
    ufw(*typed.split()[1:])
    apply(states, config)
    assert only_nodes(reaches)
    assert apply(states, config) == {}


@pytest.mark.slow
def test_the_rules_are_there_after_a_reload_and_after_a_boot(states, config, reaches):
    apply(states, config)
    ufw("reload")
    assert only_nodes(reaches)
    systemctl("restart", "ufw")
    assert only_nodes(reaches)
    systemctl("stop", "ufw")
    run("nft", "flush", "ruleset")
    assert reaches(STRANGER)
    systemctl("start", "ufw")
    assert only_nodes(reaches)
    assert apply(states, config) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "drift",
    [
        campaign(f"iptables -D ufw-user-input -s {PEER} -p tcp --dport 7777 -j ACCEPT"),
        "iptables -I ufw-user-input -p tcp --dport 7777 -j ACCEPT",
        campaign("iptables -F ufw-user-input"),
        campaign(f"ufw delete allow proto tcp from {PEER} to any port 7777"),
        campaign("ufw delete deny proto tcp from 128.0.0.0/1 to any port 7777"),
        campaign(f"ufw allow proto tcp from {STRANGER} to any port 7777 comment ocfs2-formula"),
    ],
)
def test_drift_is_repaired(states, config, reaches, drift):
    apply(states, config)
    assert run(*drift.split()).returncode == 0
    assert apply(states, config).keys() == {"rules"}
    assert only_nodes(reaches)
    assert apply(states, config) == {}


@pytest.mark.slow
def test_a_flush_is_seen_and_repaired(states, modules, config, reaches):
    apply(states, config)
    run("nft", "flush", "ruleset")
    assert reaches(STRANGER)
    assert modules["o2cb_firewall.managers"]()["ufw"] == "lost"
    assert apply(states, config)["rules"]["old"] == "not in the kernel"
    assert modules["o2cb_firewall.managers"]()["ufw"] == "running"
    assert only_nodes(reaches)
    assert apply(states, config) == {}


@pytest.mark.campaign
def test_rules_that_nothing_leads_to_are_named(states, config, reaches):
    """No command of ufw repairs that but one which empties the tables of others."""
    apply(states, config)
    run("iptables", "-F", "INPUT")
    ret = states["ocfs2.host_fit"](name="fit", config=config)
    assert "no packet gets to the rules of its ufw, whose jumps in chain INPUT" in ret["comment"]
    run("/usr/lib/ufw/ufw-init", "flush-all")
    systemctl("restart", "ufw")
    assert apply(states, config) == {}
    assert only_nodes(reaches)


@pytest.mark.campaign
def test_a_node_comes_and_goes(states, config, reaches):
    del config["nodes"]["host2.domain.com"]
    apply(states, config)
    assert not reaches(PEER)
    config["nodes"]["host2.domain.com"] = {"number": 1, "address": PEER}
    assert apply(states, config).keys() == {"rules", UFW.rules_path}
    assert only_nodes(reaches)
    config["nodes"]["host2.domain.com"] = {"number": 1, "address": "192.168.100.4"}
    apply(states, config)
    assert not reaches(PEER)
    assert sorted(added()) == rules_of("192.168.100.3", "192.168.100.4")


@pytest.mark.slow
def test_a_connection_that_stands_is_never_cut(states, config, reaches):
    ufw("allow", "7777/tcp")
    with standing_connection() as lives:
        apply(states, config)
        assert lives()
        ufw("reload")
        assert lives()
        lives_without_the_rules(states, config, reaches, lives)


@pytest.mark.slow
@pytest.mark.parametrize("take_away", [campaign("none"), "clean"])
def test_it_is_taken_away_for_another_and_with_the_node(states, config, reaches, take_away):
    ufw("allow", "7777/tcp", "comment", "theirs")
    before = added()
    apply(states, config)
    assert Path(UFW.rules_path).exists()
    if take_away == "clean":
        assert states["o2cb.absent"](name="o2cb")["result"] is True
    else:
        config["firewall"] = {"backend": "none"}
        assert apply(states, config).keys() == {UFW.rules_path}
    assert added() == before
    assert not Path(UFW.rules_path).exists()
    assert reaches(STRANGER)


@pytest.mark.parametrize("backend", ["nftables", campaign("iptables"), campaign("firewalld")])
def test_a_firewall_that_cannot_open_it_is_refused(states, config, reaches, backend):
    for comment in refused(states, config, backend):
        assert f"it has ufw, and {backend} cannot open what that closes; " in comment
        assert "type ufw disable" in comment


def test_one_that_does_not_run_is_refused(states, config, reaches):
    """Stopped as a service it comes back with the next boot; disabled it does not."""
    systemctl("stop", "ufw")
    ret = states["ocfs2.host_fit"](name="fit", config=config)
    assert (
        "its ufw starts at boot, but does not run now; type systemctl start ufw" in ret["comment"]
    )
    ufw("--force", "disable")
    config["firewall"] = {"backend": "ufw"}
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "its ufw does not run; type ufw enable" in ret["comment"]


@pytest.mark.slow
def test_the_host_of_a_node_may_change_its_firewall(states, config, reaches):
    """Whatever it runs, nodes alone get in, and nothing is left behind."""
    del config["nodes"]["host3.domain.com"]
    for one in ("ufw", "nothing", "ufw"):
        ufw("--force", "enable" if one == "ufw" else "disable")
        apply(states, config)
        assert apply(states, config) == {}
        assert only_nodes(reaches)
        assert sorted(added()) == (rules_of(PEER) if one == "ufw" else [])
        tables = run("nft", "list", "tables").stdout
        assert ("table inet ocfs2" in tables) is (one == "nothing")


@pytest.mark.campaign
def test_what_drops_in_spite_of_it_is_named(states, config, reaches):
    apply(states, config)
    ufw("default", "deny", "outgoing")
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "filter OUTPUT drops TCP port 7777 to the other nodes" in ret["comment"]
    ufw("allow", "out", "7777/tcp")
    assert apply(states, config) == {}
    before_rules = Path("/etc/ufw/before.rules")
    text = before_rules.read_text()
    drop = f"-A ufw-before-input -s {PEER} -p tcp -j DROP\n"
    before_rules.write_text(text.replace("# allow all on loopback\n", f"{drop}# \n"))
    ufw("reload")
    assert not reaches(PEER)
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert "filter INPUT drops TCP port 7777 from the other nodes" in ret["comment"]
    assert "ufw show added, and before.rules and after.rules" in ret["comment"]


def test_none_leaves_it_alone_and_says_what_is_closed(states, config, reaches):
    config["firewall"] = {"backend": "none"}
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], ret["changes"], added()) == (False, {}, [])
    assert "it belongs to ufw: write host under ocfs2:firewall:backend" in ret["comment"]


@pytest.mark.slow
def test_rules_stay_while_it_does_not_run_and_the_reason_is_said(states, config, reaches):
    """It takes no rule away that it has yet to load."""
    apply(states, config)
    before = added()
    systemctl("stop", "ufw")
    ret = states["o2cb.absent"](name="o2cb")
    assert ret["result"] is False
    assert (
        "its ufw starts at boot, but does not run now. Fix: type systemctl start" in ret["comment"]
    )
    assert added() == before
    systemctl("start", "ufw")
    assert states["o2cb.absent"](name="o2cb")["result"] is True
    assert added() == []
