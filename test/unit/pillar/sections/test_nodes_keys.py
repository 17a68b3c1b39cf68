"""The section ``nodes``: its values, and the nodes beside each other."""

import pytest

from ocfs2lib.pillar import check
from ocfs2lib.pillar.sections.nodes_keys import default_name
from support.pillars import NODE
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar
from support.pillars import refuses

WRONG = [
    ((*NODE, "number"), 255, "255 is out of range", "from 0 to 254"),
    ((*NODE, "number"), -1, "-1 is out of range", "from 0 to 254"),
    ((*NODE, "number"), 1, "that of ocfs2:nodes:host1.domain.com already", "had, like 0"),
    ((*NODE, "address"), "192.168.100.2", "that of ocfs2:nodes:host1", "own address"),
    ((*NODE, "address"), "fe80::1", "is not IPv4", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.1:7777", "is not IPv4", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.x", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "10.0.0.٣", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "host1", "is not an IPv4 address", "like 192.168.100.1"),
    ((*NODE, "address"), "", "is not an IPv4 address", "like '192.168.100.1'"),
    ((*NODE, "address"), "10.0.0.1/24", "is a network", "type '10.0.0.1'"),
    ((*NODE, "address"), "010.0.0.1", "leading zeros", "type '10.0.0.1'"),
    ((*NODE, "address"), "10.0.0.256", "a part above 255", "like 192.168.100.1"),
    ((*NODE, "address"), "127.0.0.1", "a loopback address", "like 192.168.100.1"),
    ((*NODE, "address"), "0.0.0.0", "an unspecified address", "like 192.168.100.1"),  # noqa: S104
    ((*NODE, "address"), "0.0.0.9", "an unspecified address", "like 192.168.100.1"),
    ((*NODE, "address"), "224.0.0.1", "a multicast address", "like 192.168.100.1"),
    ((*NODE, "address"), "240.0.0.1", "a reserved address", "like 192.168.100.1"),
    ((*NODE, "address"), "255.255.255.255", "the broadcast address", "like 192.168.100.1"),
    ((*NODE, "name"), "host_1", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "host1.", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a..b", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "-a", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a-", "is not a host name", "like 'host1'"),
    ((*NODE, "name"), "a" * 65, "64 characters at most", "like 'host1'"),
    ((*NODE, "name"), "HOST2", "'host2' is that of ocfs2:nodes:host1", "full host name"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*NODE, "number"), 254),
        ((*NODE, "name"), None),
        ((*NODE, "name"), "a" * 64),
        ((*NODE, "name"), "Host1.Domain.com"),
        ((*NODE, "address"), "10.0.0.255"),
        (("nodes", "kvm_1@dc+2"), {"number": 9, "address": "10.0.0.9", "name": "kvm1"}),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (12, "YAML reads this as 12"),
        (True, "YAML reads this as true"),
        (None, "nothing stands where text belongs"),
        ("a/b", "is not a minion id"),
        ("a\\b", "is not a minion id"),
        ("a,b", "is not a minion id"),
        ("host*", "is not a minion id"),
        ("a..b", "is not a minion id"),
        ("a b", "is not a minion id"),
        ("", "is not a minion id"),
        ("a" * 256, "is not a minion id"),
    ],
)
def test_minion_ids(key, reason):
    node = {"number": 9, "address": "10.0.0.9", "name": "other"}
    assert reason in only(changed(("nodes", key), node)).reason


@pytest.mark.parametrize(
    ("minion", "name"), [("host1", "host1"), ("host1.domain.com", "host1"), (".x", "")]
)
def test_default_name(minion, name):
    assert default_name(minion) == name


def test_minion_id_that_gives_no_host_name():
    problem = only(changed(("nodes", "kvm_1.dc"), {"number": 9, "address": "10.0.0.9"}))
    assert problem.path == "ocfs2:nodes:kvm_1.dc:name"
    assert "'kvm_1', from the minion id, is not a host name" in problem.reason
    assert "as 'name: host1'" in problem.fix


@pytest.mark.parametrize(
    ("name", "other"), [("a", "a.example.com"), ("a.example", "A.example.com"), ("A", "a.x")]
)
def test_a_name_must_not_match_the_host_of_another_node(name, other):
    section = changed((*NODE, "name"), name)
    problem = only(changed(("nodes", "host3.domain.com", "name"), other, section))
    assert problem.path == "ocfs2:nodes:host1.domain.com:name"
    assert f"also matches the host '{other}' of ocfs2:nodes:host3.domain.com" in problem.reason


def test_names_with_one_beginning_but_other_labels_are_apart():
    section = changed((*NODE, "name"), "kvm.a")
    section = changed(("nodes", "host2.domain.com", "name"), "kvm.b", section)
    assert check.check(changed(("nodes", "host3.domain.com", "name"), "kv", section)) == []


def test_too_many_nodes():
    section = pillar()
    section["nodes"] = {
        f"h{i}.x": {"number": i % 255, "address": f"10.0.{i // 256}.{i % 256}"}
        for i in range(1, 257)
    }
    problems = check.check(section)
    assert problems[0].path == "ocfs2:nodes"
    assert "there are 256 entries, 255 are possible" in problems[0].reason
    assert problems[0].fix == "remove 1 of them"
    assert "every number is in use" in problems[1].fix
