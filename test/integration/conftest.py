"""One lab for each distribution; the tests of a module share it and run in their order."""

import copy
import json

import pytest
import yaml

from lab.lab import REPOSITORY
from lab.lab import Lab

ORCHESTRATE = ("state.orchestrate", "ocfs2.orch")
NODES = (1, 2, 3)


class Cluster:
    """A lab and the pillar it is described by."""

    def __init__(self, lab):
        self.lab = lab
        self.pillar = yaml.safe_load((REPOSITORY / "pillar.example").read_text())

    def describe(self, change=None):
        """Give the master the example's pillar, changed by ``change(section)``."""
        pillar = copy.deepcopy(self.pillar)
        if change:
            change(pillar["ocfs2"])
        self.lab.set_pillar(pillar)

    def orchestrate(self, *more):
        return self.lab.salt_run(*ORCHESTRATE, *more)

    def status(self):
        """The table of truth of the one cluster, with its exit code."""
        answer = self.lab.salt_run("ocfs2.status", "--out=json")
        return answer.rc, json.loads(answer.stdout)["clusters"]["ocfs2"]

    def everywhere(self, *argv):
        return [self.lab.run(node, list(argv)) for node in NODES]


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def cluster(request):
    """Three nodes and the LUNs the module wants, nothing done to them yet."""
    luns = getattr(request.module, "LUNS", ["primary:3G"])
    with Lab(f"test-{request.param}", say=print) as lab:
        lab.up(nodes=len(NODES), distro=request.param, luns=luns)
        cluster = Cluster(lab)
        cluster.describe()
        yield cluster
