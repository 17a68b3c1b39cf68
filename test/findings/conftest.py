"""One lab for all of it."""

import pytest

from faults.report import table
from integration.conftest import NODES
from lab.lab import Lab

from .broken_cluster import BrokenCluster


@pytest.fixture(scope="session")
def site():
    """A healthy cluster."""
    with Lab("test-findings", say=print) as lab:
        lab.up(nodes=len(NODES), luns=BrokenCluster.LUNS)
        site = BrokenCluster(lab)
        site.describe()
        answer = site.orchestrate()
        assert answer.rc == 0, answer.stdout
        yield site


@pytest.fixture(scope="module")
def rows(request):
    """What the tests of a module put down, shown as a table in the end; the first row is given."""
    rows = [request.module.TITLES]
    yield rows
    print(table(rows))
