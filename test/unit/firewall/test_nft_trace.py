import pytest

from ocfs2lib.firewall import nft_trace
from support.nft import OURS
from support.nft import PEERS
from support.nft import PORT


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
LIMIT = {"limit": {"rate": 9, "per": "second", "inv": True}}
ESTABLISHED = [when(STATE, ["established", "related"], "in"), ACCEPT]
LOOPBACK = [when(INTERFACE, "lo"), ACCEPT]
SSH = [when(TCP, 22), ACCEPT]


def blocked(ruleset):
    found = nft_trace.blocking(ruleset, PORT, PEERS, ("inet", "ocfs2"))
    return [tuple(names) for *names, way in found if way == nft_trace.FROM]


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
        chain("accept", [{"xt": {"type": "target", "name": "REJECT"}}]),
        chain("drop", [when({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT]),
        # Whichever way the doubt is decided, there is a drop at the end.
        chain("drop", [when({"meta": {"key": "mark"}}, 1), DROP]),
        [
            *chain("accept", [{"jump": {"target": "zones"}}], [DROP]),
            item("rule", chain="zones", expr=[{"goto": {"target": "zone"}}]),
            item("rule", chain="zones", expr=[ACCEPT]),
            item("rule", chain="zone", expr=list(SSH)),
        ],
        chain("accept", [when(TCP, PORT), DROP], hook="prerouting"),
        [
            *chain("drop", [{"set": {"op": "add", "set": "@seen", "elem": SADDR}}, DROP]),
            item("set", name="seen", size=9),
        ],
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
        chain("accept", [{"xt": {"type": "target", "name": "TARPIT"}}], [DROP]),
        chain("accept", [LIMIT, DROP]),
        chain("accept", [{"quota": {"val": 9, "val_unit": "mbytes", "inv": True}}, DROP]),
        chain("accept", [{"ct count": {"val": 9, "inv": True}}, DROP]),
        chain("accept", [{"something new": None}, DROP]),
        chain(
            "accept", [{"set": {"op": "add", "set": "@s", "elem": SADDR, "stmt": [LIMIT]}}, DROP]
        ),
        [
            *chain("accept", [{"set": {"op": "add", "set": "@seen", "elem": SADDR}}, DROP]),
            item("set", name="seen", size=1, elem=["10.9.9.9"]),
        ],
        chain("drop", [{"vmap": {"key": INTERFACE, "data": {"set": [["eth1", ACCEPT]]}}}]),
        [
            *chain("drop", [when({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT]),
            item("chain", name="pre", type="nat", hook="prerouting", policy="accept"),
            item("rule", chain="pre", expr=[when(TCP, PORT), {"redirect": {"port": 9}}]),
        ],
        [
            *chain("drop", [when(STATE, "untracked", "in"), ACCEPT]),
            item("rule", chain="elsewhere", expr=[{"notrack": None}]),
        ],
        [
            *chain("drop", [{"goto": {"target": "elsewhere"}}]),
            item("rule", chain="elsewhere", expr=[{"queue": {"num": 0}}]),
        ],
        # Not on the way of our packets.
        chain("drop", hook="forward"),
        chain("drop", family="ip6"),
        chain("drop", table="ocfs2"),
    ],
)
def test_the_port_is_open_or_in_doubt(ruleset):
    assert blocked(ruleset) == []
