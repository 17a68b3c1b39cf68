"""What holds for every part of the set-up, on a host on which nothing is set up yet."""

import dataclasses

import pytest

from ocfs2lib.answers import received
from ocfs2lib.answers import shape
from ocfs2lib.firewall import managers
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.firewall.backends import HOST
from ocfs2lib.node import setup
from ocfs2lib.node.parts import boot
from ocfs2lib.node.parts import firewall
from ocfs2lib.node.parts import kernel_module
from ocfs2lib.node.parts import packages
from ocfs2lib.node.parts import services
from ocfs2lib.node.parts import setup_part
from ocfs2lib.pillar import check
from ocfs2lib.platform import debian
from support import roster
from support import san_pillar as san
from support.bare_host import BareHost

MINION = "host0.example.com"
HOST_FACTS = {"platform": "Debian 12"}
#: The backends, and what the host runs by itself.
FIREWALLS = [(name, name if name in managers.MANAGERS else None) for name in BACKENDS]
FIREWALLS += [(HOST, None), (HOST, "firewalld"), (HOST, "ufw")]
PARTS = [
    part
    for part in setup.PARTS
    if part not in (packages.PART, kernel_module.PART) and part.concerns(None, debian.PLATFORM)
]


def described(backend="nftables", service="libvirtd.service"):
    section = roster.section()
    section["firewall"] = {"backend": backend}
    section["luns"]["primary"]["mount"]["services"] = [service]
    section["san"] = san.whole()
    return check.parse(section)


def facts(host, desired):
    """The facts of a host as they arrive at the master."""
    return received.cleaned(setup.facts(host.call, setup.arguments_for(desired)))


def set_up(host, desired):
    """Close every difference; the parts of those that there were."""
    parts = []
    for part in PARTS:
        found = part.differences(desired, MINION, facts(host, desired), debian.PLATFORM)
        if found:
            part.close(host.call, found, desired, MINION, debian.PLATFORM)
            parts.append(part)
    return parts


@pytest.mark.parametrize(("backend", "manager"), FIREWALLS)
def test_what_differs_is_closed_and_then_nothing_differs(backend, manager):
    host, desired = BareHost(manager), described(backend)
    closed = set_up(host, desired)
    assert closed == [part for part in PARTS if part is not firewall.PART or backend != "none"]
    assert setup.differences(desired, MINION, facts(host, desired), HOST_FACTS) == []
    done = len(host.calls)
    assert set_up(host, desired) == []
    assert len(host.calls) == done


@pytest.mark.parametrize(("backend", "manager"), FIREWALLS)
def test_facts_have_the_shape_that_is_asked_for(backend, manager):
    host, desired = BareHost(manager), described(backend)
    set_up(host, desired)
    shape.has_fields(facts(host, desired), setup.SHAPE, "setup")
    assert facts(host, desired).keys() == setup.SHAPE.keys()


@pytest.mark.parametrize(("backend", "manager"), FIREWALLS)
def test_what_was_set_up_is_taken_away_again(backend, manager):
    host = BareHost(manager)
    set_up(host, described(backend))
    for part in setup.PARTS:
        assert bool(part.leftovers(host.call)) is (
            part in PARTS and (part is not firewall.PART or backend != "none")
        )
        part.remove(host.call)
        assert part.leftovers(host.call) == []
    # What is of the distribution goes on.
    of_others = {unit for each in debian.PLATFORM.transports.values() for unit in each.units}
    assert (host.files, host.enabled, host.masked, host.loaded) == ({}, of_others, set(), {})


def test_another_backend_takes_over():
    host = BareHost()
    for backend in ("nftables", "iptables", "none", "iptables"):
        set_up(host, described(backend))
        assert list(host.loaded) == [backend] * (backend != "none")
        assert (
            setup.differences(
                described(backend), MINION, facts(host, described(backend)), HOST_FACTS
            )
            == []
        )


def test_the_host_changes_what_it_runs():
    host, desired = BareHost(), described(HOST)
    for manager in (None, "firewalld", "ufw", None, "ufw"):
        host.managers = BareHost(manager).managers
        set_up(host, desired)
        assert list(host.loaded) == [manager or "nftables"]
        assert setup.differences(desired, MINION, facts(host, desired), HOST_FACTS) == []


@pytest.mark.parametrize(
    ("asked", "states", "what"),
    [
        ("nftables", {"firewalld": "running"}, "it has firewalld, and nftables cannot open"),
        ("ufw", {}, "it has no ufw"),
        (HOST, {"firewalld": "old"}, "its firewalld is older than 0.9.0"),
        (HOST, {"ufw": "anything"}, "it has ufw, and whether that runs cannot be found out"),
    ],
)
def test_a_host_that_cannot_have_the_firewall_is_refused_and_not_compared(asked, states, what):
    host, desired = BareHost(), described(asked)
    host.managers |= states
    found = facts(host, desired)
    (reason,) = setup.unsupported(desired, HOST_FACTS, found)
    assert str(reason).startswith(what)
    assert firewall.PART.differences(desired, MINION, found, debian.PLATFORM) == []
    assert setup.unsupported(desired, HOST_FACTS, setup.fitness(host.call)) == [reason]


def test_rules_that_the_kernel_has_lost_are_told_apart():
    host, desired = BareHost("firewalld"), described(HOST)
    host.managers["firewalld"] = managers.LOST
    gaps = firewall.PART.differences(desired, MINION, facts(host, desired), debian.PLATFORM)
    assert [str(gap) for gap in gaps] == ["rules: not in the kernel -> loaded by firewalld"]


def test_a_service_that_is_no_longer_named_loses_its_drop_in():
    host = BareHost()
    set_up(host, described())
    assert set_up(host, described(service="agent.service")) == [services.PART]
    (path,) = services.PART.facts(host.call, None)["services"]
    assert path == "/etc/systemd/system/agent.service.d/ocfs2-formula.conf"


def test_a_missing_tool_is_a_difference():
    host, desired = BareHost(), described()
    set_up(host, desired)
    host.cmd_which = lambda tool: None
    gaps = setup.differences(desired, MINION, facts(host, desired), HOST_FACTS)
    assert [str(gap) for gap in gaps] == [
        f"{tool}: absent -> installed"
        for tool in (*packages.PART.tools, "iscsiadm", "nvme", "fcoeadm", "multipathd")
    ]


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("nftables", {"firewall": ["nftables"]}),
        ("iptables", {"firewall": ["iptables"]}),
        ("host", {"firewall": ["nftables"]}),
        ("firewalld", {"firewall": ["nftables"]}),
        ("ufw", {"firewall": ["nftables"]}),
        ("none", {}),
    ],
)
def test_the_packages_of_a_firewall_are_needed_where_pillar_names_it(backend, expected):
    desired = check.parse(roster.section(firewall={"backend": backend}))
    assert setup.part_packages(desired, debian.PLATFORM) == expected


def test_the_package_of_a_tool_is_needed_where_every_node_lacks_it():
    part = setup_part.SetupPart()
    part.tools = ("modprobe", "mkfs.ocfs2", "iscsiadm", "iscsi_discovery")
    tools = {
        **debian.PLATFORM.tool_packages,
        "iscsiadm": "open-iscsi",
        "iscsi_discovery": "open-iscsi",
    }
    platform = dataclasses.replace(debian.PLATFORM, tool_packages=tools)
    assert part.packages(described(), platform) == ("open-iscsi",)


def test_on_an_unknown_platform_nothing_is_compared_that_depends_on_it():
    host, desired = BareHost(), described()
    found = facts(host, desired)
    for part in (boot.PART, firewall.PART):
        assert part.differences(desired, MINION, found, None) == []
    assert setup.differences(desired, MINION, found, {"platform": "Plan 9"})
