"""The main job on stand-ins for Oracle Linux 9: real dnf, rpm and signatures, Debian's kernel."""

import pytest

from lab import stand_in
from support import stand_in_cluster

from . import shared

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

DISTRO = "oracle-9-stand-in"
RELEASE = "Oracle Linux 9"
LUNS = ["primary:3G"]
SETTINGS = "/etc/sysconfig/o2cb"


def test_no_node_has_tools_or_modules_yet(cluster):
    for node in shared.NODES:
        assert cluster.lab.run(node, ["modinfo", "ocfs2"]).rc != 0
        assert cluster.lab.run(node, ["rpm", "-q", "ocfs2-tools"]).rc != 0


def test_a_blank_lun_is_mounted_everywhere(cluster):
    cluster.describe(stand_in_cluster.take_packages_from(DISTRO, RELEASE))
    shared.comes_up(cluster, cluster.orchestrate(), "primary")


def test_the_module_is_that_of_the_package(cluster):
    for node in shared.NODES:
        path = cluster.must(node, "modinfo", "-n", "ocfs2_stack_o2cb")
        assert cluster.must(node, "rpm", "-qf", "--qf", "%{NAME}", path) == "kernel-uek"


def test_the_second_run_changes_nothing(cluster):
    shared.second_run_changes_nothing(cluster, "primary")


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, shared.NODES, "primary")
    shared.is_as_described(cluster)


def test_packages_are_upgraded_and_installed_anew_under_a_cluster_at_work(cluster):
    """Their scriptlets leave a running cluster alone, and the settings stay."""
    boot = cluster.must(1, "cat", "/proc/sys/kernel/random/boot_id")
    settings = cluster.must(1, "cat", SETTINGS)
    newer = f"--repofrompath=newer,{stand_in_cluster.repository(DISTRO)}{stand_in.NEWER}/"
    cluster.must(1, "dnf", "--assumeyes", newer, "upgrade", "ocfs2-tools")
    assert cluster.must(1, "rpm", "-q", "--qf", "%{VERSION}", "ocfs2-tools") == "1.1"
    cluster.must(1, "dnf", "--assumeyes", "reinstall", "kernel-uek")
    assert cluster.must(1, "cat", SETTINGS) == settings
    shared.is_as_described(cluster)
    assert cluster.must(1, "cat", "/proc/sys/kernel/random/boot_id") == boot
    shared.is_shared(cluster, "/san/primary")


def test_no_node_restarts_into_a_kernel_without_the_modules(cluster):
    """The boot loader of a stand-in tells nothing, so every kernel counts."""
    cluster.must(2, "touch", "/boot/vmlinuz-9.9.9-1.el9uek.x86_64")
    pillar = 'pillar={"ocfs2_cluster": "ocfs2"}'
    boots = [cluster.lab.node_state(node)["boots"] for node in shared.NODES]
    answer = cluster.lab.salt_run("state.orchestrate", "ocfs2.orch.rolling_reboot", pillar)
    assert answer.rc != 0
    assert "9.9.9-1.el9uek.x86_64" in answer.stdout
    assert [cluster.lab.node_state(node)["boots"] for node in shared.NODES] == boots
    cluster.must(2, "rm", "/boot/vmlinuz-9.9.9-1.el9uek.x86_64")
