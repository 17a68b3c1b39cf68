import pytest

from ocfs2lib.node import cluster_conf
from ocfs2lib.node import membership
from support import answers

PILLAR = answers.desired()
FOUR = answers.desired(4)
NODE = PILLAR.nodes[1]
CONF = cluster_conf.render(cluster_conf.from_desired(PILLAR))


@pytest.mark.parametrize(
    ("text", "member"),
    [
        (CONF, True),
        (None, False),
        ("", False),
        ("cluster:\n", False),
        ("nonsense", False),
        (CONF.replace("host1", "other"), False),
        (CONF.replace("= ocfs2", "= web"), False),
        (CONF.replace("number = 1\n", "number = 9\n"), False),
        # Its address may change.
        (CONF.replace("10.1.0.2", "10.2.0.2"), True),
        # It is in its cluster, whoever else is.
        (cluster_conf.render(cluster_conf.from_desired(FOUR)), True),
    ],
)
def test_a_node_is_a_member_by_its_own_cluster_conf(text, member):
    assert membership.is_member(NODE, PILLAR, text) is member


def online(**changes):
    """What a node that is online knows of host1."""
    facts = answers.node(PILLAR, "host0.example.com")["o2cb"]
    facts["clusters"]["ocfs2"]["nodes"]["host1"].update(changes)
    return facts


@pytest.mark.parametrize(
    ("changes", "strange"),
    [
        ({}, False),
        ({"local": True}, False),
        ({"number": 7}, True),
        ({"address": "10.9.9.9"}, True),
        ({"port": 7778}, True),
    ],
)
def test_a_node_is_known_only_as_pillar_describes_it(changes, strange):
    minions = [node.minion for node in PILLAR.nodes]
    found = membership.unknown_members(PILLAR, minions, online(**changes))
    assert found == ([NODE.minion] if strange else [])


def test_a_node_of_which_nobody_has_heard_is_a_stranger():
    minions = [node.minion for node in FOUR.nodes]
    assert membership.unknown_members(FOUR, minions, online()) == ["host3.example.com"]
    assert membership.unknown_members(FOUR, minions[:2], online()) == []
