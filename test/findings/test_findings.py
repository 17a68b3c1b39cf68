"""Each thing that can go wrong is brought about on a guest, found, and put right again."""

import json
import shutil
import time

import pytest

from faults.report import table
from integration.conftest import NODES
from integration.conftest import Cluster
from lab.lab import Lab

from .breakages import BREAKAGES
from .breakages import LUN

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

TITLES = ("Finding", "Severity", "Seconds", "What it says")
#: Seconds that a fault may take to show, and the cluster to be healthy again.
_LIMIT = 400
#: Seconds within which a node has to answer a ping.
_PING = 30


class Site(Cluster):
    """A healthy cluster, to break one thing in at a time."""

    def __init__(self, lab):
        super().__init__(lab)
        self.add_lun(self.section, LUN, type="mail", slots=6)
        self.rows = []

    def copy_lun(self, source, target):
        """What an array does that makes a clone."""
        shutil.copyfile(self.lab.lun_path(source), self.lab.lun_path(target))

    def do(self, what, node):
        """Do something on a node, or with the lab."""
        if callable(what):
            what(self)
        else:
            self.must(node, "sh", "-c", what)

    def look(self):
        """The status, and the seconds that it took."""
        begin = time.monotonic()
        answer = self.lab.salt_run("ocfs2.status", f"timeout={_PING}", "--out=json")
        found = json.loads(answer.stdout)["clusters"]["ocfs2"]["status"]
        return found, time.monotonic() - begin, answer.rc

    def wait_for(self, condition):
        """Look until the status fulfils a condition; the status, and how long that look took."""
        deadline = time.monotonic() + _LIMIT
        while True:
            status, seconds, _ = self.look()
            if condition(status):
                return status, seconds
            assert time.monotonic() < deadline, json.dumps(status["findings"], indent=1)


@pytest.fixture(scope="module")
def site():
    with Lab("test-findings", say=print) as lab:
        lab.up(nodes=len(NODES), luns=["primary:3G", f"{LUN}:1536M", "spare:3G"])
        site = Site(lab)
        site.describe()
        answer = site.orchestrate()
        assert answer.rc == 0, answer.stdout
        yield site
        print(table([TITLES, *site.rows]))


def about(finding, breakage):
    nodes = [f"host{breakage.node}.domain.com"] if breakage.node else finding["nodes"]
    lun = finding["lun"] if breakage.lun is None else breakage.lun or None
    return (finding["kind"], finding["nodes"], finding["lun"]) == (breakage.kind, nodes, lun)


def test_a_healthy_cluster_shows_nothing(site):
    status, seconds, rc = site.look()
    assert status["findings"] == []
    assert (status["state"], rc) == ("healthy", 0)
    print(f"healthy: {status['seconds']} s of the nodes, {seconds:.1f} s in all")


@pytest.mark.parametrize("breakage", BREAKAGES, ids=str)
def test_it_is_found_and_gone_once_it_is_put_right(site, breakage):
    on = breakage.on or breakage.node or 3
    site.do(breakage.breaks, on)
    try:
        status, seconds = site.wait_for(
            lambda status: any(about(each, breakage) for each in status["findings"])
        )
    finally:
        site.do(breakage.heals, on)
    (finding,) = [each for each in status["findings"] if about(each, breakage)]
    site.rows.append((finding["kind"], finding["severity"], f"{seconds:.0f}", finding["what"]))
    strange = {each["kind"] for each in status["findings"]} - {breakage.kind, *breakage.also}
    assert not strange, json.dumps(status["findings"], indent=1)
    site.wait_for(lambda status: status["findings"] == [])
