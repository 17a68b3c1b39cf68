"""The host is a node of the cluster in pillar.example, ready to mount."""

import hashlib
import re

import pytest

from .conftest import KITCHEN
from .conftest import MINION
from .conftest import ROOT

CONFIGFS = "/sys/kernel/config/cluster"


def test_a_second_run_changes_nothing(second_run):
    assert "ocfs2-service" in second_run
    unhappy = {
        name: state["comment"]
        for name, state in second_run.items()
        if state["result"] is not True or state["changes"]
    }
    assert unhappy == {}


def test_cluster_conf_has_every_node(host, section):
    text = host.file("/etc/ocfs2/cluster.conf").content_string
    names = re.findall(r"^\tname = (\S+)$", text, re.MULTILINE)
    addresses = re.findall(r"^\tip_address = (\S+)$", text, re.MULTILINE)
    assert sorted(names) == ["host1", "host2", "host3", section["cluster"]["name"]]
    assert sorted(addresses) == sorted(node["address"] for node in section["nodes"].values())


@pytest.mark.parametrize("name", ["ocfs2-tools", "kmod", "nftables"])
def test_a_package_is_installed(host, name):
    assert host.package(name).is_installed


@pytest.mark.parametrize("name", ["o2cb", "ocfs2-firewall"])
def test_a_unit_runs_and_starts_at_boot(host, name):
    unit = host.service(name)
    assert (unit.is_running, unit.is_enabled) == (True, True)


def test_the_unit_of_the_package_never_runs(host):
    assert host.service("ocfs2").is_masked


def test_the_cluster_is_online(host, section):
    name = section["cluster"]["name"]
    nodes = f"{CONFIGFS}/{name}/node"
    local = host.run(f"grep -l 1 {nodes}/*/local").stdout.split()
    assert local == [f"{nodes}/host1/local"]
    threshold = host.file(f"{CONFIGFS}/{name}/heartbeat/dead_threshold").content_string
    assert int(threshold) == section["cluster"]["heartbeat_threshold"]


def test_the_kernel_panics_as_described(host, section):
    wanted = {
        "kernel.panic": section["kernel"]["panic"],
        "kernel.panic_on_oops": int(section["kernel"]["panic_on_oops"]),
    }
    assert {name: host.sysctl(name) for name in wanted} == wanted
    for name, value in wanted.items():
        assert host.file("/etc/sysctl.d/60-ocfs2.conf").contains(rf"^{name} *= *{value}$")


@pytest.mark.parametrize("kind", ["modules", "states", "utils"])
def test_what_salt_has_synced_is_what_stands_here(host, kind):
    top = ROOT / f"_{kind}"
    here = {
        str(path.relative_to(top)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in top.rglob("*.py")
    }
    synced = f"{KITCHEN}/var/cache/salt/minion/extmods/{kind}"
    lines = host.check_output(f"cd {synced} && find . -name '*.py' -exec sha256sum {{}} +")
    found = dict(reversed(line.split("  ./")) for line in lines.splitlines())
    assert found == here


def test_the_host_is_the_minion_of_pillar(host, section):
    number = host.file(f"{CONFIGFS}/{section['cluster']['name']}/node/host1/num").content_string
    assert int(number) == section["nodes"][MINION]["number"]
