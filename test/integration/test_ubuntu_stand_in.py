"""The main job on stand-ins for Ubuntu 24.04, whose kernel has its modules in a package more."""

import pytest

from . import shared

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "ubuntu-24-stand-in"
LUNS = ["primary:3G"]


def test_a_blank_lun_is_mounted_everywhere(cluster):
    cluster.describe()
    shared.comes_up(cluster, cluster.orchestrate(), "primary")


def test_the_module_is_that_of_the_package(cluster):
    release = cluster.must(1, "uname", "-r")
    for node in shared.NODES:
        path = cluster.must(node, "modinfo", "-n", "ocfs2_stack_o2cb")
        package = cluster.must(node, "dpkg-query", "--search", path).partition(":")[0]
        assert package == f"linux-modules-extra-{release}"


def test_the_second_run_changes_nothing(cluster):
    shared.second_run_changes_nothing(cluster, "primary")


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, shared.NODES, "primary")
    shared.is_as_described(cluster)
