"""The main job on nodes of one release: Debian 13, the next one, or Debian 11 with its own Python
and Salt's LTS."""

import pytest

from . import shared

pytestmark = [
    pytest.mark.lab,
    pytest.mark.campaign,
    pytest.mark.parametrize("cluster", ["bullseye", "trixie", "forky"], indirect=True),
]

LUNS = ["primary:3G"]


def test_a_blank_lun_is_mounted_everywhere(cluster):
    cluster.describe()
    shared.comes_up(cluster, cluster.orchestrate(), "primary")


def test_the_second_run_changes_nothing(cluster):
    shared.second_run_changes_nothing(cluster, "primary")


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, shared.NODES, "primary")
    shared.is_as_described(cluster)
