import copy
import json

import pytest

from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall.nftables import Nftables
from support.nft import OURS
from support.nft import PEERS
from support.nft import PORT

NFTABLES = Nftables()


def test_nftables_lets_the_other_nodes_in():
    text = NFTABLES.render(PORT, PEERS)
    assert "elements = { 10.1.0.2, 10.1.0.3 }" in text
    assert "10.1.0.1 " not in text
    assert "udp" not in text


def test_nftables_of_a_single_node_has_an_empty_set():
    assert "elements" not in NFTABLES.render(PORT, [])


def agrees(rules):
    return NFTABLES.ours(rules, PORT, PEERS) == NFTABLES.expected(PORT, PEERS)


def test_our_table_is_recognised_among_others():
    others = [
        {"table": {"family": "ip", "name": "nat"}},
        {"rule": {"family": "ip", "table": "nat", "chain": "input", "expr": [{"drop": None}]}},
    ]
    assert agrees(OURS + others)


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
    assert not agrees(ruleset)


def test_the_list_of_nft_is_read():
    commands = []

    def run(argv):
        commands.append(argv)
        return json.dumps({"nftables": OURS})

    assert NFTABLES.rules(run) == OURS
    assert commands == [["nft", "-j", "list", "ruleset"]]
    assert NFTABLES.has_rules(OURS)
    assert not NFTABLES.has_rules(OURS[:2])


@pytest.mark.parametrize("printed", ["", "[]", "{}", "null"])
def test_anything_else_from_nft_is_refused(printed):
    with pytest.raises(FileInvalid, match="in a shape that is not understood"):
        NFTABLES.rules(lambda argv: printed)


@pytest.mark.parametrize("rules", [None, [1], [{"rule": None}], [{"set": {"family": "inet"}}, 1]])
def test_rules_of_another_shape_are_refused(rules):
    with pytest.raises(FileInvalid, match="nftables lists rules in a shape that is not understood"):
        NFTABLES.ours(rules, PORT, PEERS)
