"""One cluster of three distributions: stand-ins for Oracle Linux 9 and Leap 15, and Debian 13."""

import pytest

from support import stand_in_cluster

from . import shared

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

ORACLE, LEAP = "oracle-9-stand-in", "leap-15-stand-in"
DISTRO = f"{ORACLE},{LEAP},trixie"
LUNS = ["primary:3G"]


def test_a_blank_lun_is_mounted_everywhere(cluster):
    cluster.describe(
        stand_in_cluster.take_packages_from(ORACLE, "Oracle Linux 9"),
        stand_in_cluster.take_packages_from(LEAP, "openSUSE Leap 15"),
    )
    shared.comes_up(cluster, cluster.orchestrate(), "primary")


def test_each_node_has_the_settings_where_its_package_reads_them(cluster):
    paths = {1: "/etc/sysconfig/o2cb", 2: "/etc/sysconfig/o2cb", 3: "/etc/default/o2cb"}
    for node, path in paths.items():
        assert "O2CB_ENABLED=true" in cluster.must(node, "cat", path)


def test_a_second_run_has_nothing_to_do(cluster):
    shared.has_nothing_to_do(cluster)


def test_after_a_power_cut_each_comes_back_by_itself(cluster):
    shared.mounts_after_a_power_cut(cluster, shared.NODES, "primary")
    cluster.lab.wait_minions(shared.NODES)
    shared.becomes_as_described(cluster)
