"""Whether a host can be a node, and which kernel it needs."""

import pytest

from ocfs2lib.node import requirements
from ocfs2lib.pillar.sections.nodes_keys import Node

NODE = Node("host1.domain.com", 0, "192.168.100.1", "host1")
HOST = {
    "hostname": "host1.domain.com",
    "kernel": "6.1.0-18-amd64",
    "platform": "Debian 12",
    "addresses": ["192.168.100.1"],
}


def test_a_host_as_described_can_be_the_node():
    assert requirements.problems(NODE, HOST) == []


@pytest.mark.parametrize(
    ("key", "value", "finding", "what"),
    [
        (
            "platform",
            "Ubuntu 16.04",
            "host-unfit",
            "Ubuntu 16.04 is not supported, only the releases of ",
        ),
        ("hostname", "other", "name-mismatch", "the host is called other, which the node name"),
        ("addresses", [], "host-unfit", "192.168.100.1 is on none of its interfaces"),
    ],
)
def test_each_reason_is_told_with_what_to_do(key, value, finding, what):
    (reason,) = requirements.problems(NODE, {**HOST, key: value})
    assert reason.finding == finding
    assert reason.what.startswith(what)
    assert reason.fix


@pytest.mark.parametrize(
    ("name", "hostname", "matches"),
    [
        ("host1", "host1", True),
        ("HOST1", "host1.domain.com", True),
        ("host1.domain", "host1.domain.com", True),
        ("host1.do", "host1.domain.com", False),
        ("host", "host1", False),
        ("host1.domain.com", "host1", False),
    ],
)
def test_a_node_name_is_the_host_name_up_to_a_dot(name, hostname, matches):
    assert requirements.name_matches(name, hostname) is matches


def test_the_kernel_is_named_where_the_platform_is_known():
    assert "linux-image-amd64" in requirements.full_kernel(HOST)
    other = requirements.full_kernel({**HOST, "platform": "Ubuntu 16.04"})
    assert other == "a kernel that has the ocfs2 modules"
