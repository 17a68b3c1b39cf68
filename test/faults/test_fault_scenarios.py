"""Faults while a cluster is brought up: whatever happens, a LUN is formatted once, and well."""

import subprocess

import pytest

from integration.conftest import NODES
from integration.conftest import LabCluster
from lab.lab import Lab

from . import report
from .arena import ORCHESTRATE
from .arena import Arena
from .fault_scenarios import SCENARIOS
from .fault_scenarios import survive

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

LUNS = ["primary:3G", "target:2G", "sentinel:2G"]


@pytest.fixture(scope="module")
def arena():
    """A cluster of three nodes, brought up by the orchestration."""
    with Lab("test-faults", say=print) as lab:
        lab.up(nodes=len(NODES), luns=LUNS)
        subprocess.run(["mkfs.ext4", "-q", "-F", lab.lun_path("sentinel")], check=True)
        arena = Arena(LabCluster(lab))
        arena.describe()
        answer = lab.salt_run(*ORCHESTRATE)
        assert answer.rc == 0, answer
        yield arena


@pytest.fixture(scope="module")
def rows():
    return []


@pytest.mark.parametrize("name", SCENARIOS)
def test_fault(arena, rows, name):
    rows.append(report.FaultRow(name))
    try:
        survive(arena, name, rows[-1])
    finally:
        # At once: a campaign of hours may itself be cut short.
        report.write(rows)
