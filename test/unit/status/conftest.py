"""Clusters of three nodes."""

import pytest

from support import answers
from support import statuses

THREE = "host2.example.com"


@pytest.fixture(scope="session")
def pillar():
    return answers.desired(slots=6)


@pytest.fixture
def nodes(pillar):
    """The examinations of a healthy cluster, to break one thing in."""
    return answers.examinations(pillar)


@pytest.fixture
def broken(pillar):
    """The status of a cluster with one silent node, and one whose heartbeat is late."""
    nodes = answers.examinations(pillar)
    del nodes[THREE]
    nodes["host1.example.com"]["health"]["volumes"][answers.UUID]["late_ms"] = 20_000
    return statuses.status(pillar, nodes, silent={THREE: "did not answer ocfs2_node.examine"})
