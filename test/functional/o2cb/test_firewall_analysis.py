"""What the analysis says of the rules of others is what real packets meet."""

import os
import shutil

import pytest

from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import xtables
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
    listed, saved = judge.listed()
    return nft_trace.blocking(xtables.replaced(listed, saved), PORT, [PEER], ("inet", "ocfs2"))


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


def test_a_port_that_leads_elsewhere_is_not_judged(judge):
    """After a redirect the packet goes to another port, of which the chain on input decides."""
    redirected = prerouting("nat", "dstnat", f"tcp dport {PORT} redirect to :9")
    assert judge.load(redirected + table("tcp dport 9 accept;"))
    assert blocking(judge) == []
    assert judge.reaches()
