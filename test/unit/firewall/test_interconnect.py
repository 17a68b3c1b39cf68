import copy

import pytest

from ocfs2lib.firewall import interconnect
from ocfs2lib.firewall import nft_trace
from support import roster

DESIRED = roster.desired()
MINION = "host0.example.com"
PORT = 7777
PEERS = ["10.1.0.2", "10.1.0.3"]

DPORT = {
    "match": {
        "op": "==",
        "left": {"payload": {"protocol": "tcp", "field": "dport"}},
        "right": PORT,
    }
}
# From "nft -j list ruleset" (1.0.6 and 1.1.3) after our file was loaded.
OURS = [
    {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
    {"table": {"family": "inet", "name": "ocfs2", "handle": 5}},
    {
        "set": {
            "family": "inet",
            "name": "peers",
            "table": "ocfs2",
            "type": "ipv4_addr",
            "handle": 2,
            "elem": ["10.1.0.3", "10.1.0.2"],
        }
    },
    {
        "chain": {
            "family": "inet",
            "table": "ocfs2",
            "name": "input",
            "handle": 1,
            "type": "filter",
            "hook": "input",
            "prio": -10,
            "policy": "accept",
        }
    },
    *(
        {
            "rule": {
                "family": "inet",
                "table": "ocfs2",
                "chain": "input",
                "handle": handle,
                "expr": expressions,
            }
        }
        for handle, expressions in (
            (
                3,
                [
                    DPORT,
                    {
                        "match": {
                            "op": "==",
                            "left": {"payload": {"protocol": "ip", "field": "saddr"}},
                            "right": "@peers",
                        }
                    },
                    {"accept": None},
                ],
            ),
            (
                4,
                [
                    DPORT,
                    {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}},
                    {"accept": None},
                ],
            ),
            (5, [DPORT, {"drop": None}]),
        )
    ),
]


def test_nftables_lets_the_other_nodes_in():
    text = interconnect.nftables(DESIRED, MINION)
    assert "elements = { 10.1.0.2, 10.1.0.3 }" in text
    assert "10.1.0.1 " not in text
    assert "udp" not in text


def test_nftables_of_a_single_node_has_an_empty_set():
    assert "elements" not in interconnect.nftables(roster.desired(1), MINION)


def test_iptables_fills_our_chain_only():
    assert interconnect.iptables(DESIRED, MINION).splitlines()[1:] == [
        "*filter",
        ":OCFS2 - [0:0]",
        "-A OCFS2 -s 10.1.0.2/32 -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -s 10.1.0.3/32 -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -i lo -p tcp -m tcp --dport 7777 -j ACCEPT",
        "-A OCFS2 -p tcp -m tcp --dport 7777 -j DROP",
        "COMMIT",
    ]


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_files_are_the_rules_and_the_unit_that_loads_them(backend):
    desired = roster.desired(firewall={"backend": backend})
    files = interconnect.files(desired, MINION)
    rules = interconnect.RULES[backend]
    assert list(files) == [rules, interconnect.UNIT_PATH]
    assert rules in files[interconnect.UNIT_PATH]


def test_none_has_no_files():
    desired = roster.desired(firewall={"backend": "none"})
    assert interconnect.files(desired, MINION) == {}


def agrees(backend, rules):
    desired = roster.desired(firewall={"backend": backend})
    return interconnect.ours(backend, rules) == interconnect.expected(desired, MINION)


def test_our_table_is_recognised_among_others():
    others = [
        {"table": {"family": "ip", "name": "nat"}},
        {"rule": {"family": "ip", "table": "nat", "chain": "input", "expr": [{"drop": None}]}},
    ]
    assert agrees("nftables", OURS + others)


def _set_port(ruleset):
    ruleset[-1]["rule"]["expr"][0]["match"]["right"] = 7778


@pytest.mark.parametrize(
    "damage",
    [
        lambda ruleset: ruleset.clear(),
        lambda ruleset: ruleset.pop(),
        lambda ruleset: ruleset.insert(-1, ruleset.pop(-2)) or ruleset.reverse(),
        lambda ruleset: ruleset[2]["set"]["elem"].pop(),
        lambda ruleset: ruleset[2]["set"]["elem"].append("10.1.0.9"),
        lambda ruleset: ruleset[3]["chain"].update(prio=0),
        lambda ruleset: ruleset[3]["chain"].update(policy="drop"),
        lambda ruleset: ruleset.append(ruleset[-1]),
        lambda ruleset: ruleset.append({"map": {"family": "inet", "table": "ocfs2", "name": "m"}}),
        _set_port,
    ],
)
def test_drift_of_our_table_is_seen(damage):
    ruleset = copy.deepcopy(OURS)
    damage(ruleset)
    assert not agrees("nftables", ruleset)


SAVED = [
    "*filter",
    ":INPUT DROP [0:0]",
    ":OCFS2 - [0:0]",
    "-A INPUT -p tcp -j OCFS2",
    "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
    *interconnect.iptables_rules(DESIRED, MINION),
    "COMMIT",
]


def test_our_chain_and_its_jump_are_recognised():
    assert agrees("iptables", SAVED)
    assert agrees("iptables", [*SAVED[:-1], "-A INPUT -j REJECT", SAVED[-1]])


@pytest.mark.parametrize(
    "saved",
    [
        [],
        [line for line in SAVED if "10.1.0.3" not in line],
        [line for line in SAVED if line != "-A INPUT -p tcp -j OCFS2"],
        [*SAVED[:4], *SAVED[3:]],
        [*SAVED[:3], "-A INPUT -s 10.0.0.0/8 -j DROP", *SAVED[3:]],
        [*SAVED[:3], "-A INPUT -j REJECT --reject-with icmp-port-unreachable", *SAVED[3:]],
        [*SAVED, "-A OCFS2 -j ACCEPT"],
    ],
)
def test_drift_of_our_chain_is_seen(saved):
    assert not agrees("iptables", saved)


def item(kind, **values):
    """One object of somebody else's table as nft lists it."""
    return {kind: {"family": "inet", "table": "filter", **values}}


def chain(policy="drop", *rules, **extra):
    """A base chain of somebody else and its rules, each a list of expressions."""
    base = {"name": "input", "type": "filter", "hook": "input", "policy": policy, **extra}
    return [
        item("chain", **base),
        *(item("rule", chain="input", expr=list(rule)) for rule in rules),
    ]


def when(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


SADDR = {"payload": {"protocol": "ip", "field": "saddr"}}
TCP = {"payload": {"protocol": "tcp", "field": "dport"}}
UDP = {"payload": {"protocol": "udp", "field": "dport"}}
STATE = {"ct": {"key": "state"}}
INTERFACE = {"meta": {"key": "iifname"}}
ACCEPT, DROP = {"accept": None}, {"drop": None}
ESTABLISHED = [when(STATE, ["established", "related"], "in"), ACCEPT]
LOOPBACK = [when(INTERFACE, "lo"), ACCEPT]
SSH = [when(TCP, 22), ACCEPT]


def blocked(ruleset):
    return nft_trace.blocking(ruleset, PORT, PEERS, ("inet", "ocfs2"))


@pytest.mark.parametrize(
    "ruleset",
    [
        chain("drop"),
        chain("drop", ESTABLISHED, LOOPBACK, SSH),
        chain("accept", SSH, [DROP]),
        chain(
            "accept", [{"counter": {"packets": 0, "bytes": 0}}, {"reject": {"type": "tcp reset"}}]
        ),
        chain("drop", [when(UDP, PORT), ACCEPT]),
        chain("drop", [when(UDP, 53, "!="), ACCEPT]),
        chain("drop", [when(TCP, {"set": [22, 80, {"range": [8000, 9000]}]}), ACCEPT]),
        chain("drop", [when(SADDR, {"prefix": {"addr": "192.168.0.0", "len": 16}}), ACCEPT]),
        chain("drop", [when(SADDR, PEERS[0]), ACCEPT]),  # the other peer is left out
        chain("drop", [{"xt": {"type": "match", "name": "conntrack"}}, ACCEPT]),
        chain("drop", [when({"payload": {"protocol": "ip6", "field": "nexthdr"}}, 58), ACCEPT]),
        chain(
            "drop",
            [{"vmap": {"key": STATE, "data": {"set": [["established", ACCEPT]]}}}],
        ),
        chain("drop", [{"jump": {"target": "nowhere"}}]),
        chain("drop", [{"return": None}], [ACCEPT]),
    ],
)
def test_a_certain_drop_is_found(ruleset):
    assert blocked(ruleset) == [("inet", "filter", "input")]


@pytest.mark.parametrize(
    "ruleset",
    [
        [],
        OURS,
        chain("accept"),
        chain("accept", ESTABLISHED, [when(TCP, 22), DROP]),
        chain("drop", ESTABLISHED, [when(TCP, PORT), ACCEPT]),
        chain("drop", [when(TCP, 22, "!="), ACCEPT]),
        chain("drop", [when(TCP, {"range": [7000, 8000]}), ACCEPT], [DROP]),
        chain("drop", [when(TCP, {"set": [22, PORT]}), when(STATE, "new", "in"), ACCEPT]),
        chain("drop", [when(SADDR, {"prefix": {"addr": "10.1.0.0", "len": 24}}), ACCEPT]),
        chain("drop", [when(SADDR, {"range": ["10.1.0.1", "10.1.0.9"]}), ACCEPT]),
        chain("drop", [when(SADDR, {"set": [{"elem": {"val": each}} for each in PEERS]}), ACCEPT]),
        [
            *chain("drop", [when(SADDR, "@friends"), ACCEPT]),
            item("set", name="friends", elem=PEERS),
        ],
        chain("drop", [{"vmap": {"key": TCP, "data": {"set": [[22, DROP], [PORT, ACCEPT]]}}}]),
        [
            *chain("drop", [{"vmap": {"key": TCP, "data": "@ports"}}]),
            item("map", name="ports", elem=[[PORT, ACCEPT]]),
        ],
        [
            *chain("drop", [{"jump": {"target": "san"}}]),
            item("rule", chain="san", expr=[when(SADDR, {"set": PEERS}), ACCEPT]),
        ],
        # It depends on what cannot be known here.
        chain("drop", [when(INTERFACE, "eth1"), ACCEPT]),
        chain("drop", [when({"meta": {"key": "mark"}}, 1), ACCEPT]),
        chain("drop", [when({"&": [{"meta": {"key": "mark"}}, 255]}, 1), ACCEPT]),
        chain("drop", [when(TCP, PORT), {"xt": {"type": "match", "name": "conntrack"}}, ACCEPT]),
        chain("drop", [{"xt": None}, ACCEPT]),
        chain("drop", [{"goto": {"target": "elsewhere"}}]),
        # Not on the way of our packets.
        chain("drop", hook="forward"),
        chain("drop", family="ip6"),
        chain("drop", table="ocfs2"),
    ],
)
def test_the_port_is_open_or_in_doubt(ruleset):
    assert blocked(ruleset) == []


def test_the_remedy_can_be_typed():
    assert nft_trace.remedy(("inet", "filter", "input"), PORT, PEERS).startswith(
        "nft insert rule inet filter input ip saddr '{ 10.1.0.2, 10.1.0.3 }' tcp dport 7777 accept"
    )
    assert "backend to iptables" in nft_trace.remedy(("ip", "filter", "INPUT"), PORT, PEERS)
