"""Which platform a host is, and that each of them says all there is to say."""

import dataclasses
import re

import pytest

from ocfs2lib.errors import PlatformUnknown
from ocfs2lib.firewall import managers
from ocfs2lib.firewall.backend import UNIT_PATH
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import requirements
from ocfs2lib.node import setup
from ocfs2lib.node import units
from ocfs2lib.pillar.sections.mount_keys import REFUSED_SERVICES
from ocfs2lib.plan import decide
from ocfs2lib.platform import debian
from ocfs2lib.platform import platforms
from ocfs2lib.platform import proxmox_ve
from ocfs2lib.platform import rhel
from ocfs2lib.platform import suse
from ocfs2lib.platform.platform import FirewallService
from support import answers

_MAY_BE_EMPTY = {
    "repositories",
    "start_command",
    "environment",
    "multipath_owner",
    "own_firewall",
    "release",
}


@pytest.mark.parametrize("release", ["Debian 12", "Debian 13"])
def test_a_host_is_known_by_its_release(release):
    here = platforms.of({"platform": release})
    assert here == dataclasses.replace(debian.PLATFORM, release=release)
    name, version = release.split()
    grains = {"os": name, "osmajorrelease": int(version)}
    assert platforms.release(grains) == release
    assert platforms.required(grains) == here


@pytest.mark.parametrize(
    "grains",
    [{"os": "Debian", "osmajorrelease": 10}, {"os": "Ubuntu", "osrelease": "16.04"}, {}],
)
def test_any_other_host_is_refused_by_name(grains):
    release = platforms.release(grains)
    assert platforms.of({"platform": release}) is platforms.of_minion(grains) is None
    with pytest.raises(PlatformUnknown) as refused:
        platforms.required(grains)
    assert str(refused.value) == (
        f"{release} is not supported, only the releases of Proxmox VE, Debian, Ubuntu, Oracle "
        "Linux, the RHEL family, SUSE in docs/platforms.rst."
    )


@pytest.mark.parametrize("release", platforms.REFUSED)
def test_what_cannot_work_is_refused_with_the_way_out(release):
    assert release not in platforms.RELEASES
    what, _, way_out = platforms.unsupported({"platform": release}).partition("; ")
    assert what.startswith(f"{release} cannot be a node: ")
    assert way_out


def test_no_release_belongs_to_two_platforms():
    assert len(platforms.RELEASES) == len(set(platforms.RELEASES))


@pytest.mark.parametrize("platform", platforms.PLATFORMS, ids=lambda platform: platform.name)
def test_a_platform_says_everything(platform):
    empty = [
        field.name
        for field in dataclasses.fields(platform)
        if not getattr(platform, field.name) and field.name not in _MAY_BE_EMPTY
    ]
    assert not empty
    settings = platform.settings
    assert [name for name in settings.comments if name != o2cb_settings.STACK] == [
        *o2cb_settings.NAMES
    ]
    assert settings.questions.keys() <= {*o2cb_settings.NAMES}
    assert platform.firewalls.keys() <= FIREWALLS.keys()


@pytest.mark.parametrize("platform", platforms.PLATFORMS, ids=lambda platform: platform.name)
def test_the_cluster_comes_after_the_firewalls_of_the_host(platform):
    assert {*managers.MANAGERS} <= platform.firewalls.keys()
    unit = units.files(answers.desired(), platform)[units.UNIT_PATH]
    (after,) = re.findall("^After=(.*)$", unit, re.MULTILINE)
    for each in platform.firewalls.values():
        assert each.service in after.split()


@pytest.mark.parametrize("platform", platforms.PLATFORMS, ids=lambda platform: platform.name)
def test_no_service_that_comes_before_the_cluster_may_wait_for_a_mount(platform):
    for service in units.after(platform):
        if service.endswith(".service"):
            assert any(re.fullmatch(each, service) for each, _ in REFUSED_SERVICES), service


def test_a_row_more_is_a_platform_more(monkeypatch):
    kernel = dataclasses.replace(debian.PLATFORM.kernel, description="the kernel of Other")
    other = dataclasses.replace(
        debian.PLATFORM,
        name="Other",
        releases={"Other 9": "not run"},
        kernel=kernel,
        start_command="/sbin/o2cb.init start",
        environment="",
        firewalls={name: FirewallService((), "other.service") for name in FIREWALLS},
    )
    monkeypatch.setattr(platforms, "PLATFORMS", (*platforms.PLATFORMS, other))
    pillar = answers.desired()
    census = answers.node(pillar, pillar.nodes[0].minion)
    census["host"]["platform"] = "Other 9"
    assert platforms.required({"os": "Other", "osmajorrelease": 9}).name == "Other"
    assert requirements.problems(pillar.nodes[0], census["host"]) == []
    assert requirements.full_kernel(census["host"]) == "the kernel of Other"
    unit = units.files(pillar, other)[units.UNIT_PATH]
    assert "ExecStart=/sbin/o2cb.init start\n" in unit
    assert "Environment=" not in unit
    gaps = setup.differences(pillar, pillar.nodes[0].minion, census["setup"], census["host"])
    assert [str(gap) for gap in gaps] == [
        f"{path}: other content -> as described" for path in (units.UNIT_PATH, UNIT_PATH)
    ]


def test_a_firewall_that_a_platform_lacks_is_refused_by_name(monkeypatch):
    firewalls = {"nftables": debian.PLATFORM.firewalls["nftables"]}
    other = dataclasses.replace(debian.PLATFORM, firewalls=firewalls)
    monkeypatch.setattr(platforms, "PLATFORMS", (other,))
    host = {"platform": "Debian 12"}
    facts = {"firewall": {"managers": answers.no_manager()}}
    for backend in ("nftables", "none", "host"):
        assert setup.unsupported(_with_firewall(backend), host, facts) == []
    (reason,) = setup.unsupported(_with_firewall("iptables"), host, facts)
    assert str(reason) == (
        "on Debian the formula does not use the firewall iptables; "
        "write nftables or none under firewall:backend"
    )
    pillar = _with_firewall("iptables")
    census = answers.census(pillar)
    records = {lun.key: answers.record(pillar) for lun in pillar.luns}
    planned = decide.plan(pillar, census, {}, answers.FORMULA, records)
    assert all(str(reason) in str(node.silence) for node in planned.nodes)


def _with_firewall(backend):
    pillar = answers.desired()
    return dataclasses.replace(
        pillar, firewall=dataclasses.replace(pillar.firewall, backend=backend)
    )


def test_what_an_operator_types_on_debian():
    platform = debian.PLATFORM
    assert platform.install("kmod") == "apt install kmod"
    assert [platform.package_of(tool) for tool in ("modprobe", "mkfs.ocfs2")] == [
        "kmod",
        "ocfs2-tools",
    ]


def _host(names=(), links=None, printed=None):
    """Calls as a platform makes them of a host with these names in /boot."""
    answers = {
        "files.names": lambda directory: list(names),
        "files.target": (links or {}).get,
        "tools.output": lambda argv: printed,
    }
    return lambda function, argument: answers[function](argument)


_INSTALLED = ["vmlinuz-5.14.0-9", "vmlinuz-5.14.0-18", "vmlinuz-0-rescue-77", "System.map-7.0"]


@pytest.mark.parametrize(
    ("platform", "host", "releases"),
    [
        (
            debian,
            _host(["vmlinuz-6.1.0-9-amd64"], {"/vmlinuz": "/boot/vmlinuz-6.1.0-18-amd64"}),
            {"6.1.0-18-amd64", "6.1.0-9-amd64"},
        ),
        (debian, _host(_INSTALLED), {"5.14.0-18"}),
        (debian, _host(), set()),
        # The newest does not count where the boot loader says which it starts.
        (rhel, _host(_INSTALLED, printed="/boot/vmlinuz-5.14.0-9\n"), {"5.14.0-9"}),
        (rhel, _host(_INSTALLED, printed=None), {"5.14.0-9", "5.14.0-18"}),
        (rhel, _host(_INSTALLED, printed="/boot/vmlinuz-0-rescue-77"), {"5.14.0-9", "5.14.0-18"}),
        (suse, _host(_INSTALLED, {"/boot/vmlinuz": "/boot/vmlinuz-5.14.0-9"}), {"5.14.0-9"}),
        (
            proxmox_ve,
            _host(
                ["vmlinuz-6.8.12-15-pve", "vmlinuz-6.8.12-9-pve"],
                printed="Automatically selected kernels:\n6.8.12-9-pve\n",
            ),
            {"6.8.12-15-pve", "6.8.12-9-pve"},
        ),
    ],
)
def test_the_kernels_of_the_next_boot(platform, host, releases):
    assert platform.PLATFORMS[-1].kernel.next_releases(host) == releases
