"""When nobody is changed, because what is done to one node would do harm to another."""

from ocfs2lib.master import stages
from ocfs2lib.operations.converge import converge_nodes
from ocfs2lib.pillar import check
from ocfs2lib.plan import decide
from support import answers
from support import roster
from support import san_pillar

NAME = "iqn.1993-08.org.debian:01:cloned"


class SimulatedStageMaster:
    """A master that takes down on which nodes an sls would be applied."""

    testing = False

    def __init__(self, *found):
        self.found, self.applied = list(found), []

    def plan(self):
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    def apply(self, minions, sls, **_):
        self.applied.append((tuple(minions), sls))
        return {}, []


def planned(*names):
    """The plan of a cluster over iSCSI, whose nodes have these initiator names."""
    iscsi = {"portals": san_pillar.PORTALS, "targets": [san_pillar.TARGET]}
    pillar = check.parse(roster.section(san={"iscsi": iscsi}))
    census = answers.census(pillar)
    for facts, name in zip(census.values(), names):
        facts["setup"]["iscsi"]["initiator"] = name
    records = {lun.key: answers.record(pillar) for lun in pillar.luns}
    return decide.plan(pillar, census, {}, answers.FORMULA, records)


def test_hosts_that_an_array_takes_for_one_halt_all():
    master = SimulatedStageMaster(planned(NAME, NAME, f"{NAME}-not"))
    _, changes, failures = converge_nodes(master)
    assert (changes, master.applied) == ({}, [])
    assert [each.partition(":")[0] for each in failures] == [
        "host0.example.com",
        "host1.example.com",
    ]
    assert all(NAME in each for each in failures)
    assert stages.mount(master)["result"] is False
    assert master.applied == []


def test_hosts_of_different_names_are_brought_to_what_pillar_says():
    master = SimulatedStageMaster(planned(*(f"{NAME}-{number}" for number in range(3))))
    assert converge_nodes(master)[2] == []
    assert [sls for _, sls in master.applied] == ["ocfs2.node"]


def test_hosts_that_get_one_name_with_a_package_do_not_connect():
    before, after = planned(None, None, NAME), planned(f"{NAME}-not", NAME, NAME)
    master = SimulatedStageMaster(before, after)
    failures = converge_nodes(master)[2]
    assert master.applied == [(("host0.example.com", "host1.example.com"), "ocfs2.package")]
    assert [each.partition(":")[0] for each in failures] == [
        "host1.example.com",
        "host2.example.com",
    ]


def test_a_test_run_installs_nothing_for_a_name():
    master = SimulatedStageMaster(planned(None, NAME))
    master.testing = True
    assert converge_nodes(master)[2] == []
    assert [sls for _, sls in master.applied] == ["ocfs2.node"]
