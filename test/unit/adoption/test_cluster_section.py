"""What is named about cluster.conf, nodes, values, panic settings and the next boot."""

import pytest

from support import by_hand
from support.adoption import HOST
from support.adoption import LAST
from support.adoption import LIVE
from support.adoption import OTHER
from support.adoption import SETTINGS
from support.adoption import assert_applicable
from support.adoption import assert_named
from support.adoption import cluster
from support.adoption import everywhere
from support.adoption import global_heartbeat
from support.adoption import hangs
from support.adoption import long_name
from support.adoption import on
from support.adoption import panics
from support.adoption import rename_stanza
from support.adoption import second_cluster
from support.adoption import write_conf
from support.places import put


@pytest.fixture
def nodes():
    return by_hand.surveys()


#: ``{what: (change, words of the issue, whether it is an obstacle)}``
ISSUES = {
    "a number twice": (
        everywhere(lambda survey: write_conf(survey, number=1)),
        "host1, host2: cluster.conf gives them one number, 1",
        True,
    ),
    "an address twice": (
        everywhere(lambda survey: write_conf(survey, address="10.1.0.2")),
        "host1, host2: cluster.conf gives them one address, 10.1.0.2",
        True,
    ),
    "another cluster.conf": (
        on(OTHER, lambda survey: write_conf(survey, address="10.1.0.9")),
        f"{OTHER}: its cluster.conf differs from that of {HOST}, {LAST} (conf:web:host2: number 2,"
        " 10.1.0.9:7777 -> number 2, 10.1.0.3:7777)",
        False,
    ),
    "a cluster.conf that the tools refuse": (
        on(OTHER, lambda survey: rename_stanza(survey, "\tname", "name")),
        f"{OTHER}: the tools refuse its cluster.conf, line 2",
        False,
    ),
    "no cluster.conf": (
        on(OTHER, put(("o2cb", "conf", "text"), None)),
        f"{OTHER}: it runs a cluster and has no cluster.conf",
        False,
    ),
    "a node of no minion": (
        lambda nodes: nodes.pop(LAST),
        "host2: cluster.conf has this node, and it is none of the minions that were asked",
        True,
    ),
    "a minion that is no node": (
        lambda nodes: (
            nodes.update(
                {
                    "new.example.com": {
                        **nodes[HOST],
                        "host": {**nodes[HOST]["host"], "hostname": "new"},
                    }
                }
            )
            or nodes["new.example.com"]["host"].update(addresses=["10.1.0.7"])
        ),
        "new.example.com: no node of web in cluster.conf is this host, so it is not in the pillar."
        " To make it one, add it to nodes (a number that was never used, like 3)",
        False,
    ),
    "a node name that is not the host's": (
        on(OTHER, put(("host", "hostname"), "elsewhere")),
        f"{OTHER}: the host is called elsewhere, which the node name host1 does not match",
        True,
    ),
    "an address that is not the host's": (
        on(OTHER, put(("host", "addresses"), ["10.1.0.77"])),
        f"{OTHER}: 10.1.0.2 is on none of its interfaces",
        True,
    ),
    "a platform that is not supported": (
        everywhere(put(("host", "platform"), "CentOS 6")),
        f"{HOST}: CentOS 6 cannot be a node: no Salt minion",
        True,
    ),
    "a kernel without the module": (
        on(OTHER, put(("o2cb", "modules"), False)),
        f"{OTHER}: its kernel 6.1.0-18-amd64 has no ocfs2 module",
        True,
    ),
    "a node of no cluster in the file": (
        everywhere(
            lambda survey: survey["o2cb"]["conf"].update(
                text=survey["o2cb"]["conf"]["text"] + "node:\n\tname = lost\n"
            )
        ),
        "cluster.conf has a node 'lost' of no cluster in it",
        False,
    ),
    "a wrong node_count": (
        everywhere(lambda survey: rename_stanza(survey, "node_count = 3", "node_count = 2")),
        "web: cluster.conf says node_count 2 and has 3 nodes",
        False,
    ),
    "several ports": (
        everywhere(lambda survey: write_conf(survey, port=8888)),
        "host2: cluster.conf gives another ip_port than 7777",
        True,
    ),
    "two clusters in one file": (
        everywhere(second_cluster),
        "cluster.conf has a second cluster, old",
        True,
    ),
    "global heartbeat": (everywhere(global_heartbeat), "web: it has global heartbeat", True),
    "a cluster name that is too long": (
        everywhere(long_name),
        f"{'a' * 17}: a cluster name is 1 to 16 ASCII letters and digits",
        True,
    ),
    "another cluster in the kernel": (
        on(OTHER, lambda survey: survey["o2cb"]["clusters"].update(old=cluster(survey))),
        f"{OTHER}: its kernel runs the cluster old, not web",
        True,
    ),
    "a node that is offline": (
        on(OTHER, lambda survey: survey["o2cb"].update(clusters={}, online=None)),
        f"{OTHER}: the cluster is not online there",
        False,
    ),
    "kernels with different timeouts": (
        on(OTHER, put((*LIVE, "idle_timeout_ms"), 10000)),
        f"idle_timeout_ms: the kernels run with different values ({OTHER} 10000; the others 30000);"
        " nodes with different values refuse each other's connections",
        True,
    ),
    "kernels that fence differently": (
        on(OTHER, put((*LIVE, "fence_method"), "reset")),
        f"fence_method: the kernels run with different values ({OTHER} reset; the others panic)",
        False,
    ),
    "a file that differs from the kernel": (
        on(OTHER, put((*SETTINGS, "O2CB_HEARTBEAT_THRESHOLD"), "61")),
        f"{OTHER}: /etc/default/o2cb says O2CB_HEARTBEAT_THRESHOLD=61, the kernel runs with 31",
        False,
    ),
    "a timeout below what the model accepts": (
        everywhere(put((*LIVE, "heartbeat_threshold"), 5)),
        "The pillar is not valid yet. ocfs2:cluster:heartbeat_threshold: 5 is out of range",
        True,
    ),
    "the settings file of another distribution": (
        on(OTHER, put(("o2cb", "settings", "path"), "/etc/sysconfig/o2cb")),
        f"{OTHER}: /etc/sysconfig/o2cb exists",
        False,
    ),
    "a driver that is not loaded at boot": (
        on(OTHER, put((*SETTINGS, "O2CB_ENABLED"), "false")),
        f"{OTHER}: the cluster does not come online at its next boot (/etc/default/o2cb has no"
        " O2CB_ENABLED=true)",
        False,
    ),
    "a service that is not enabled": (
        on(OTHER, put(("starts",), [])),
        f"{OTHER}: the cluster does not come online at its next boot (o2cb.service is not enabled)",
        False,
    ),
    "the service that kills": (
        on(OTHER, put(("starts",), ["o2cb.service", "ocfs2.service"])),
        f"{OTHER}: ocfs2.service is enabled; when it stops, it kills the users",
        False,
    ),
    "panic settings that differ": (
        on(OTHER, panics, "0"),
        f"{OTHER}: kernel.panic is not 60 as on the others",
        False,
    ),
    "panics that hang": (everywhere(hangs), "kernel.panic is 0", False),
}


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_is_named_with_what_to_do(nodes, name):
    assert_named(nodes, *ISSUES[name])


APPLICABLE = [name for name, (_, _, obstacle) in ISSUES.items() if not obstacle]


@pytest.mark.parametrize("name", APPLICABLE)
def test_without_an_obstacle_the_pillar_can_be_applied(nodes, name):
    assert_applicable(nodes, ISSUES[name][0])
