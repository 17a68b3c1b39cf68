"""What the analysis says of the rules of others is what real packets meet."""

import os
import shutil
from pathlib import Path

import pytest

from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.system import tools
from support.firewall_judge import HERE
from support.firewall_judge import PEER
from support.firewall_judge import PORT
from support.firewall_judge import FirewallJudge

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(
        not (shutil.which("nft") and shutil.which("iptables-nft-save")),
        reason="nft and iptables are not both installed",
    ),
]

RULE_SET_FILES = Path(__file__).parent / "rulesets"
ESTABLISHED = "ct state established,related accept;"
ACCEPTS = f"tcp dport {PORT} accept;"


def table(rules, policy="drop", chains=""):
    """A table of nft: the rules of its chain on input, and what else it has."""
    head = f"type filter hook input priority filter; policy {policy};"
    return f"table inet fw {{\n{chains}\nchain input {{\n{head}\n{rules}\n}}\n}}\n"


def prerouting(kind, priority, rule):
    """A table of nft with one rule on prerouting."""
    head = f"type {kind} hook prerouting priority {priority};"
    return f"table ip pre {{\nchain pre {{\n{head}\n{rule}\n}}\n}}\n"


def filter_table(*rules, policy="DROP", chains=()):
    """The table ``filter`` of iptables."""
    head = ["*filter", f":INPUT {policy} [0:0]", *(f":{name} - [0:0]" for name in chains)]
    return "\n".join([*head, *(f"-A {rule}" for rule in rules), "COMMIT", ""])


#: The analysis says of each that some chain blocks the port.
BLOCKED = {
    "a reject of iptables": filter_table(
        "INPUT -i lo -j ACCEPT", "INPUT -j REJECT", policy="ACCEPT"
    ),
    "a goto comes back to whoever jumped": table(
        'iifname "lo" accept; jump zones; drop;',
        policy="accept",
        chains="chain zone { tcp dport 22 accept; }\nchain zones { goto zone; }",
    ),
    "both ways out of a chain are drops": filter_table(
        "INPUT -j notlocal",
        "notlocal -m limit --limit 9/min -j RETURN",
        "notlocal -j DROP",
        chains=["notlocal"],
    ),
    "what is sent elsewhere is accepted": table(f"{ESTABLISHED} ct status dnat accept;"),
    "established connections of iptables": filter_table(
        "INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    ),
    "not for this host": filter_table("INPUT -m addrtype --dst-type BROADCAST -j ACCEPT"),
    "other ports of iptables": filter_table("INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT"),
    "another address of iptables": filter_table(
        "INPUT -m iprange --src-range 192.0.2.1-192.0.2.9 -j ACCEPT"
    ),
    "a drop with a comment": filter_table(
        'INPUT -m comment --comment "-j ACCEPT" -j DROP', policy="ACCEPT"
    ),
    "before the filter": prerouting("filter", "raw", f"tcp dport {PORT} drop"),
    "nothing is tracked so early": prerouting("filter", "raw", "ct state invalid drop"),
    "a set of addresses and ports": table(
        f"ip saddr . tcp dport {{ 192.0.2.9 . {PORT} }} accept;",
    ),
    "a catch-all of a map": table("tcp dport vmap { 22 : accept, * : drop };", policy="accept"),
    "the first flags of a connection": table("tcp flags & (fin | syn | ack) != syn accept;"),
    "local addresses": table("fib daddr type broadcast accept;"),
    "for another address": table(f"ip daddr 192.168.100.9 tcp dport {PORT} accept;"),
    "a range without this host": filter_table(
        "INPUT -m iprange --dst-range 192.168.100.2-192.168.100.9 -j ACCEPT"
    ),
}
#: The analysis names no chain: the port is open.
OPEN = {
    "a rate that is not met": table(f"ct state new limit rate over 200/second drop; {ACCEPTS}"),
    "a rate for each address": table(
        f"ct state new add @seen {{ ip saddr limit rate over 50/second }} drop; {ACCEPTS}",
        chains="set seen { type ipv4_addr; flags dynamic; }",
    ),
    "a quota that is not used up": table(f"quota over 900000 mbytes drop; {ACCEPTS}"),
    "a number of connections": table(f"tcp dport {PORT} ct count over 100 drop; {ACCEPTS}"),
    "new connections of iptables": filter_table("INPUT -m conntrack --ctstate NEW -j ACCEPT"),
    "not invalid": filter_table("INPUT -m conntrack ! --ctstate INVALID -j ACCEPT"),
    "ports of iptables": filter_table(f"INPUT -p tcp -m multiport --dports 22,{PORT} -j ACCEPT"),
    "for this host": filter_table(
        "INPUT -m addrtype --dst-type LOCAL -j RETURN", "INPUT -j DROP", policy="ACCEPT"
    ),
    "no fragment": filter_table("INPUT -f -j DROP", policy="ACCEPT"),
    "an interface": filter_table("INPUT -i v+ -j ACCEPT"),
    "a jump that accepts": filter_table(
        "INPUT -g san", f"san -s {PEER}/32 -j ACCEPT", chains=["san"]
    ),
    "a catch-all of a set": table(f"tcp dport {{ {PORT}, 22 }} counter accept;"),
    "logged before": filter_table('INPUT -j LOG --log-prefix "-j DROP"', policy="ACCEPT"),
}


@pytest.fixture
def judge(sandbox):
    with FirewallJudge() as found:
        yield found


def blocking(judge):
    return _blocking(judge)["from"]


def _blocking(judge, has_legacy=False):
    rules = FIREWALLS["nftables"].rules(tools.run)
    return others.blocking(others.listed(rules, tools.run, has_legacy), PORT, [PEER], here=HERE)


def test_a_certain_drop_is_named(judge):
    for name, rules in BLOCKED.items():
        assert judge.load(rules), name
        assert blocking(judge), name
        assert not judge.reaches(), name


def test_a_port_that_is_open_is_not_called_blocked(judge):
    for name, rules in OPEN.items():
        assert judge.load(rules), name
        assert blocking(judge) == [], name
        assert judge.reaches(), name


def on(hook, rules, policy="drop"):
    """A table of nft with one chain, on another hook."""
    head = f"type filter hook {hook} priority filter; policy {policy};"
    return f"table inet fw {{\nchain {hook} {{\n{head}\n{rules}\n}}\n}}\n"


#: Whether each way is open: what is dropped, and what comes to the same rules and is not.
WAYS = {
    "nothing but answers goes out": (on("output", ESTABLISHED), {"to"}),
    "nothing but what is new goes out": (on("output", "ct state new accept;"), {"answer to"}),
    "no port out": (on("output", "tcp dport 22 accept;"), {"to", "answer to"}),
    "to the port": (on("output", ACCEPTS), {"answer to"}),
    "from the port": (on("output", f"tcp sport {PORT} accept;"), {"to"}),
    "from this address": (on("output", f"ip saddr {HERE} drop;", "accept"), {"to", "answer to"}),
    "for this address alone": (on("input", f"ip daddr {HERE} accept;"), set()),
    "to the peer": (on("output", f"ip daddr {PEER} accept;"), set()),
    "out by an interface": (on("output", 'oifname "lo" accept;'), {"to", "answer to"}),
    "out by any interface": (on("output", 'oifname "v*" accept;'), set()),
    "after all chains": (on("postrouting", f"tcp dport {PORT} drop;", "accept"), {"to"}),
    "no answers in": (on("input", ACCEPTS), {"answer from"}),
    "new and established": (on("input", ESTABLISHED + ACCEPTS), set()),
    "answers alone": (on("input", f"tcp sport {PORT} accept;"), {"from"}),
    "direction": (on("input", "ct direction reply accept;"), {"from"}),
    "flags": (on("input", "tcp flags & (syn | ack) == syn accept;"), {"answer from"}),
    "OUTPUT of iptables": (
        filter_table(
            "OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", policy="ACCEPT"
        ).replace(":INPUT", ":OUTPUT DROP [0:0]\n:INPUT"),
        {"to"},
    ),
    "an interface of iptables": (
        filter_table("OUTPUT -o lo -j ACCEPT", "OUTPUT -j REJECT", policy="ACCEPT").replace(
            ":INPUT", ":OUTPUT ACCEPT [0:0]\n:INPUT"
        ),
        {"to", "answer to"},
    ),
}
_ANSWERED = {"answer from": "to", "answer to": "from"}


def test_each_way_is_what_real_packets_meet(judge):
    for name, (rules, dropped) in WAYS.items():
        assert judge.load(rules), name
        assert {way for way, chains in _blocking(judge).items() if chains} == dropped, name
        for way in nft_trace.WAYS:
            if _ANSWERED.get(way) not in dropped:
                assert judge.reaches(way) is (way not in dropped), (name, way)


#: What is dropped with the rule sets of other firewalls, by the name of their file.
RULE_SETS = {
    "firewalld-public": {"from"},
    "firewalld-port": set(),
    "firewalld-rich": set(),
    "firewalld-other": {"from"},
    "firewalld-reject": {"from"},
    "firewalld-limit": set(),
    "firewalld-drop": {"from"},
    "firewalld-trusted": set(),
    "ufw-default": {"from"},
    "ufw-allow": set(),
    "ufw-from": set(),
    "ufw-limit": set(),
    "ufw-deny": {"from"},
    "ufw-other": {"from"},
    "ufw-reject": {"from"},
    "ufw-out": {"to"},
    "ufw-outport": set(),
    "ufw-interface": set(),
}


def test_rules_of_other_firewalls_are_judged_as_real_packets_meet_them(judge):
    files = {path.stem: path for path in RULE_SET_FILES.glob("*-*.*")}
    assert files.keys() == RULE_SETS.keys()
    for name, dropped in RULE_SETS.items():
        assert judge.load(files[name].read_text()), name
        assert {way for way, chains in _blocking(judge).items() if chains} == dropped, name
        for way in nft_trace.WAYS:
            if _ANSWERED.get(way) not in dropped:
                assert judge.reaches(way) is (way not in dropped), (name, way)


def test_what_nft_does_not_show_is_read_from_iptables_legacy(judge):
    """Its tables are others of the kernel."""
    rules = filter_table("INPUT -p tcp -m tcp --dport 22 -j ACCEPT")
    try:
        assert judge.load(rules, "iptables-legacy-restore")
        assert _blocking(judge)["from"] == []
        assert _blocking(judge, has_legacy=True)["from"] == [["iptables-legacy", "filter", "INPUT"]]
        assert not judge.reaches()
    finally:
        judge.load("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", "iptables-legacy-restore")
    assert _blocking(judge, has_legacy=True)["from"] == []
    assert judge.reaches()


def test_a_port_that_leads_elsewhere_is_not_judged(judge):
    """After a redirect the packet goes to another port, of which the chain on input decides."""
    redirected = prerouting("nat", "dstnat", f"tcp dport {PORT} redirect to :9")
    assert judge.load(redirected + table("tcp dport 9 accept;"))
    assert blocking(judge) == []
    assert judge.reaches()
