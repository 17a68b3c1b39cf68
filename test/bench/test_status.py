"""What a look at the whole cluster costs beside a ping, and with a node that is frozen."""

import statistics
import time

import pytest

ROUNDS = 5
PING = 5


@pytest.fixture
def described(site, section):
    """Two minions that have the formula; the third node does not exist."""
    del section["nodes"]["host3.domain.com"]
    site.describe(host1=section, host2=section)
    site.clusters("plan")
    return site


def _seconds(function, *arguments):
    begin = time.perf_counter()
    answer = function(*arguments)
    return time.perf_counter() - begin, answer


def _status(site, *more):
    return site.salt_run("ocfs2.status", *more).data["clusters"]["ocfs2"]["status"]["seconds"]


def test_a_look_costs_little_more_than_a_ping(described):
    ping = ("salt.execute", "*", "test.ping")
    pings, looks, nodes = [], [], []
    for _ in range(ROUNDS):
        pings.append(_seconds(described.salt_run, *ping)[0])
        seconds, asked = _seconds(_status, described)
        looks.append(seconds)
        nodes.append(asked)
    ping, look = map(statistics.median, (pings, looks))
    print(f"salt-run ocfs2.status: {look:.1f} s; salt-run salt.execute '*' test.ping: {ping:.1f} s")
    print(f"ratio {look / ping:.2f}; of it, the nodes took {statistics.median(nodes):.1f} s")


def test_a_frozen_node_costs_the_ping(described):
    with described.frozen("host2"):
        asked = _status(described, f"timeout={PING}")
    print(f"with a frozen node: {asked:.1f} s, with a limit of {PING} s")
