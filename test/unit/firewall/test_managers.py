"""Which firewall a host runs by itself, and what follows from that."""

import pytest

from ocfs2lib.firewall import managers
from ocfs2lib.firewall.backends import CHOICES
from support.nft import OURS

NOTHING = dict.fromkeys(managers.MANAGERS, managers.ABSENT)
CLOSING = ("waiting", "running", "lost", "failed", "old", "iptables", "detached", "unknown", "?")
BASE = {"rule": {"family": "inet", "table": "firewalld", "chain": "filter_INPUT", "expr": []}}
UFW_SAVED = [
    ":ufw-user-input - [0:0]",
    "-A INPUT -j ufw-before-input",
    "-A ufw-before-input -j ufw-user-input",
]


@pytest.mark.parametrize("asked", CHOICES[1:])
def test_what_pillar_names_is_the_backend(asked):
    for name in managers.MANAGERS:
        assert managers.backend(asked, {**NOTHING, name: "running"}) == asked
    assert managers.candidates(asked) == (asked,)


def test_host_is_what_the_host_runs():
    assert managers.backend("host", NOTHING) == "nftables"
    for name in managers.MANAGERS:
        assert managers.backend("host", {**NOTHING, name: "stopped"}) == "nftables"
        for state in CLOSING:
            found = managers.backend("host", {**NOTHING, name: state})
            assert found == name
            assert found in managers.candidates("host")


def test_a_host_with_neither_is_refused_what_only_these_can():
    for asked in CHOICES:
        refused = managers.refusals(asked, NOTHING)
        assert bool(refused) is (asked in managers.MANAGERS)


@pytest.mark.parametrize("name", managers.MANAGERS)
@pytest.mark.parametrize("state", CLOSING)
def test_what_a_host_closes_no_other_backend_opens(name, state):
    states = {**NOTHING, name: state}
    for asked in CHOICES:
        found = managers.refusals(asked, states)
        if asked == "none":
            assert found == []
        elif asked in ("host", name):
            assert bool(found) is (state not in managers.USABLE)
        else:
            assert f"it has {name}, and {asked} cannot open what that closes" in dict(found)
        for what, fix in found:
            assert "{" not in what + fix


def test_of_two_firewalls_one_has_to_go():
    states = dict.fromkeys(managers.MANAGERS, managers.RUNNING)
    assert managers.refusals("host", states) == [
        ("it has ufw, and firewalld cannot open what that closes", "type ufw disable")
    ]


@pytest.mark.parametrize(
    ("ended", "version", "conf", "rules", "starts", "state"),
    [
        (252, "", "", [], False, "stopped"),
        (252, "", "", [], True, "waiting"),
        (0, "1.3.3", "", [BASE], True, "running"),
        (0, "0.9.0", None, [BASE], False, "running"),
        (0, "0.8.9", "", [BASE], True, "old"),
        (0, "2.3", "", [BASE], True, "running"),
        (0, "1.3.3", "", OURS, True, "lost"),
        (251, "1.3.3", "", [], True, "lost"),
        (251, "1.3.3", "", [BASE], True, "failed"),
        (0, "1.3.3", "x=1\nFirewallBackend=iptables\n", [], True, "iptables"),
        (0, "1.3.3", "# FirewallBackend=iptables\n", [BASE], True, "running"),
        (0, "", "", [BASE], True, "unknown"),
        (36, "", "", [BASE], True, "unknown"),
        (1, "1.3.3", "", [BASE], True, "unknown"),
    ],
)
def test_the_state_of_firewalld(ended, version, conf, rules, starts, state):
    assert managers.firewalld_state(ended, version, conf, rules, starts) == state


def test_without_nft_nobody_says_that_rules_are_lost():
    assert managers.firewalld_state(0, "1.3.3", "", None, True) == "running"


@pytest.mark.parametrize(
    ("saved", "starts", "active", "state"),
    [
        (UFW_SAVED, True, True, "running"),
        (UFW_SAVED, False, False, "running"),
        (UFW_SAVED[:1], True, True, "detached"),
        (UFW_SAVED[1:], True, True, "lost"),
        ([], True, False, "waiting"),
        ([], False, False, "stopped"),
        (None, True, True, "unknown"),
    ],
)
def test_the_state_of_ufw(saved, starts, active, state):
    assert managers.ufw_state(saved, starts, active) == state


@pytest.mark.parametrize(
    ("conf", "enabled"),
    [
        ("# comment\nENABLED=yes\nLOGLEVEL=low\n", True),
        ('ENABLED="Yes"', True),
        ("ENABLED=no\n", False),
        ("#ENABLED=yes\n", False),
        ("", False),
        (None, None),
    ],
)
def test_ufw_is_enabled_by_its_file(conf, enabled):
    assert managers.is_enabled(conf) is enabled
