"""A cluster that was built by hand, read into the pillar that describes it."""

import dataclasses

import pytest

from ocfs2lib.adoption import adopt
from ocfs2lib.answers import census
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import stack
from ocfs2lib.pillar import check
from support import by_hand
from support.adoption import HOST
from support.adoption import LAST
from support.adoption import OTHER
from support.adoption import adopted
from support.adoption import cluster
from support.adoption import facts
from support.adoption import line
from support.adoption import write_conf
from support.by_hand import UUID
from support.places import put


@pytest.fixture
def nodes():
    return by_hand.surveys()


def test_a_consistent_cluster_becomes_the_pillar_that_describes_it(nodes):
    adoption = adopted(nodes)
    section = by_hand.section()
    assert adoption.pillar == {
        "ocfs2": {
            "cluster": {
                "name": "web",
                "heartbeat_mode": "local",
                "heartbeat_threshold": 31,
                "idle_timeout_ms": 30000,
                "keepalive_delay_ms": 2000,
                "reconnect_delay_ms": 2000,
                "fence_method": "panic",
                "port": 7777,
            },
            "kernel": section["kernel"],
            "firewall": section["firewall"],
            "nodes": section["nodes"],
            "luns": {
                "primary": {
                    **section["luns"]["primary"],
                    "size": 2 << 40,
                    "type": "vmstore",
                    "format": "never",
                }
            },
        }
    }
    assert (adoption.issues, adoption.obstacles) == ((), ())


def test_its_keys_stand_in_the_order_of_the_model(nodes):
    section = adopted(nodes).pillar["ocfs2"]
    assert list(section) == ["cluster", "kernel", "firewall", "nodes", "luns"]
    lun = list(section["luns"]["primary"])
    assert lun == ["device", "wwid", "size", "label", "type", "slots", "format", "uuid", "mount"]


def test_applying_it_changes_nothing_in_the_cluster_and_adds_what_the_formula_needs(nodes):
    adoption = adopted(nodes)
    desired = check.parse(adoption.pillar["ocfs2"])
    for minion, survey in nodes.items():
        assert stack.differences(desired, minion, survey["o2cb"]) == []
    mine = [each.text for each in adoption.changes if each.subjects == (HOST,)]
    assert mine == [
        "kernel.panic: 60, at boot not set -> 60",
        "kernel.panic_on_oops: 0, at boot not set -> 0",
        "/etc/systemd/system/o2cb.service: absent -> as described",
        "/etc/ocfs2/o2cb-stop: absent -> as described",
        "ocfs2.service: not masked -> masked",
        "o2cb.service: disabled -> enabled",
        "/etc/fstab: /dev/mapper/primary /san/primary ocfs2 _netdev,"
        "x-systemd.requires=o2cb.service,x-systemd.after=o2cb.service,"
        "x-systemd.mount-timeout=180s,nointr",
    ]


def test_a_cluster_that_only_runs_is_read_from_the_kernel(nodes):
    for survey in nodes.values():
        survey["o2cb"]["conf"]["text"] = survey["o2cb"]["settings"]["values"] = None
    adoption = adopted(nodes)
    assert adoption.pillar == adopted(by_hand.surveys()).pillar
    assert not adoption.obstacles


def test_without_any_cluster_there_is_no_pillar(nodes):
    for survey in nodes.values():
        survey["o2cb"].update(clusters={}, online=None, conf={"text": None})
    adoption = adopted(nodes)
    assert adoption.pillar is None
    assert "there is no cluster" in str(adoption.obstacles[0])


def test_nobody_at_all_is_no_cluster():
    adoption = adopt.adopt({}, {HOST: "did not answer"})
    assert adoption.pillar is None
    assert f"{HOST}: did not answer" in str(adoption.obstacles[0])


def test_a_silent_node_keeps_its_place_in_the_roster(nodes):
    lost = nodes.pop(LAST)
    adoption = adopted(nodes, {LAST: "did not answer ocfs2_node.survey"})
    assert LAST in adoption.pillar["ocfs2"]["nodes"]
    assert tuple(map(str, adoption.obstacles)) == (
        f"{LAST}: did not answer ocfs2_node.survey; what it mounts and how it is set is not known."
        " Bring it back and read the cluster again.",
    )
    assert lost["host"]["hostname"] == "host2"


def test_full_names_in_cluster_conf_are_kept():
    section = by_hand.section()
    for minion, node in section["nodes"].items():
        node["name"] = minion
    nodes = by_hand.surveys(check.parse(section))
    adoption = adopted(nodes)
    assert adoption.pillar["ocfs2"]["nodes"] == section["nodes"]
    assert not adoption.obstacles
    for survey in nodes.values():
        survey["host"]["hostname"] = survey["host"]["hostname"].partition(".")[0]
    obstacles = "\n".join(map(str, adopted(nodes).obstacles))
    assert f"{HOST}: the host is called host0, which the node name {HOST} does not match" in (
        obstacles
    )


def test_of_two_nodes_none_is_taken_for_the_right_one(nodes):
    del nodes[LAST]
    for survey in nodes.values():
        conf = cluster_conf.parse(survey["o2cb"]["conf"]["text"])
        conf = dataclasses.replace(conf, nodes=conf.nodes[:2])
        survey["o2cb"]["conf"]["text"] = cluster_conf.render(conf)
        del cluster(survey)["nodes"]["host2"]
    write_conf(nodes[OTHER], address="10.1.0.9")
    (obstacle,) = adopted(nodes).obstacles
    assert obstacle.subjects == (OTHER,)
    assert obstacle.text.startswith(f"its cluster.conf differs from that of {HOST}")


def test_options_of_a_mount_without_a_line_are_those_that_were_asked_for(nodes):
    for survey in nodes.values():
        survey["fstab"].clear()
        facts(survey)["mounts"][0]["options"] += ["noatime", "cluster_stack=o2cb", "acl"]
    mount = adopted(nodes).pillar["ocfs2"]["luns"]["primary"]["mount"]
    assert mount == {"path": "/san/primary", "options": ["noatime"]}


def test_a_line_may_name_the_volume_by_its_uuid_or_label(nodes):
    for source in (f'UUID="{UUID.lower()}"', "LABEL=OCFS2_label"):
        for survey in nodes.values():
            line(survey).update(source=source, node=None)
        assert adopted(nodes).issues == ()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("starts",), ["o2cb.service", 1], "starts holds a int"),
        (("fstab",), ["/dev/sdd"], "no fstab"),
        (("fstab", 0, "options"), [None], "fstab.options holds a NoneType"),
        (("fstab", 0, "path"), None, "fstab.path is a NoneType"),
        (("luns", "/dev/dm-0", "names"), "x", "names is a str"),
        (("luns", "/dev/dm-0", "volume", "slots"), "2", "volume.slots is a str"),
        (("host",), None, "no survey.host"),
    ],
)
def test_a_survey_of_another_shape_is_refused(nodes, path, value, words):
    put(path, value)(nodes[HOST])
    with pytest.raises(AnswerMalformed, match=words):
        census.checked_survey(nodes[HOST])
