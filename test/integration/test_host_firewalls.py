"""One cluster of hosts that run firewalld 1, ufw and firewalld 2 by themselves."""

import pytest

from . import shared

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "bookworm,bookworm,trixie"
LUNS = ["primary:3G"]
FIREWALLD, UFW = ("firewall-cmd", "--reload"), ("ufw", "reload")
#: Of each node: its firewall, and how an operator has it read its rules again.
RELOAD = {1: FIREWALLD, 2: UFW, 3: FIREWALLD}
SERVICE = {1: "firewalld", 2: "ufw", 3: "firewalld"}
#: On the interconnect, of no node.
STRANGER = "192.168.100.99"
#: Connects from an address to one, both in its arguments; drops are waited for so long.
_CONNECT = """
import socket, sys
socket.create_connection((sys.argv[2], 7777), timeout=10, source_address=(sys.argv[1], 0))
"""


def test_hosts_with_a_firewall_of_their_own(cluster):
    for node, service in SERVICE.items():
        cluster.must(node, "apt-get", "-q", "update")
        cluster.must(node, "apt-get", "-q", "-y", "--no-install-recommends", "install", service)
        # Since it read its policies, the package of polkit has made the user that they name.
        cluster.must(node, "systemctl", "reload", "dbus")
        cluster.must(node, "systemctl", "enable", "--now", service)
    cluster.must(2, "ufw", "--force", "enable")
    assert "Status: active" in cluster.must(2, "ufw", "status")
    for node in (1, 3):
        assert cluster.must(node, "firewall-cmd", "--state") == "running"


def test_a_blank_lun_is_mounted_everywhere(cluster):
    cluster.describe()
    shared.comes_up(cluster, cluster.orchestrate(), "primary")
    only_nodes_connect(cluster)


def test_a_second_run_has_nothing_to_do(cluster):
    shared.has_nothing_to_do(cluster)


@pytest.mark.parametrize("again", ["reload", "restart"])
def test_nodes_alone_connect_after_it_was_read_again(cluster, again):
    for node in shared.NODES:
        restart = ("systemctl", "restart", SERVICE[node])
        cluster.must(node, *(RELOAD[node] if again == "reload" else restart))
    only_nodes_connect(cluster)
    shared.is_as_described(cluster)
    shared.is_shared(cluster, "/san/primary")


def test_what_a_flush_took_away_is_found_and_comes_back(cluster):
    for node in shared.NODES:
        cluster.must(node, "nft", "flush", "ruleset")
    status, _ = cluster.wait_for(lambda status: status["findings"])
    assert {"setup-differs"} == {each["kind"] for each in status["findings"]}
    answer = cluster.apply("*")
    assert answer.rc == 0, answer.stdout + answer.stderr
    only_nodes_connect(cluster)
    shared.is_as_described(cluster)


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.mounts_after_a_power_cut(cluster, shared.NODES, "primary")
    only_nodes_connect(cluster)
    cluster.lab.wait_minions(shared.NODES)
    shared.becomes_as_described(cluster)


def only_nodes_connect(cluster):
    """Each node gets to the port of each other from its own address, and from no other."""
    address = {node: cluster.lab.spec.node(node).interconnect for node in shared.NODES}
    for source in shared.NODES:
        device = _device(cluster, source, address[source])
        cluster.must(source, "ip", "address", "add", f"{STRANGER}/24", "dev", device)
        for target in set(shared.NODES) - {source}:
            assert _connects(cluster, source, address[source], address[target])
            assert not _connects(cluster, source, STRANGER, address[target])
        cluster.must(source, "ip", "address", "del", f"{STRANGER}/24", "dev", device)


def _device(cluster, node, address):
    shown = cluster.must(node, "ip", "-o", "-4", "address", "show", "to", address)
    return shown.split()[1]


def _connects(cluster, node, source, target):
    return cluster.lab.run(node, ["python3", "-c", _CONNECT, source, target]).rc == 0
