"""Operations against real daemons, where no node is one of a cluster: each is refused."""

import json

import pytest

from support import slow

#: What each orchestration is told, and a reason that is its own.
VERBS = {
    "add_node": ({}, "no node is online yet: run the orchestration ocfs2.orch itself"),
    "remove_node": ({"ocfs2_node": "host2.domain.com"}, "host2.domain.com is in pillar"),
    "grow": ({"ocfs2_lun": "nosuch"}, "pillar has no LUN nosuch: name one of primary"),
    "slots": ({"ocfs2_lun": "primary", "ocfs2_outage": "primary"}, "LUN primary: "),
    "fsck": ({"ocfs2_lun": None}, "pillar has no LUN : name one of primary"),
    "retune": ({"ocfs2_outage": "ocfs2"}, "host3.domain.com: has no accepted key"),
    "rolling_reboot": ({"ocfs2_limit": 10}, "ocfs2_limit 10 is not a number of seconds from 60"),
    "retire_lun": ({"ocfs2_path": "/san/primary"}, "/san/primary is LUN primary of pillar"),
}


#: One that is told nothing, one that is told a number.
QUICK = ("add_node", "rolling_reboot")


@pytest.mark.parametrize("verb", slow.all_but(VERBS, QUICK))
def test_an_operation_is_refused_and_the_status_is_shown(site, section, verb):
    site.describe(host1=section, host2=section)
    told, reason = VERBS[verb]
    answer = site.salt_run("state.orchestrate", f"ocfs2.orch.{verb}", f"pillar={json.dumps(told)}")
    assert answer.returncode != 0
    text = answer.stdout
    assert reason in text
    assert "host1.domain.com: the host is called" in text
    assert "Refused: nothing was changed." in text
    assert "Cluster ocfs2: BROKEN" in text
    assert "LUN primary" in text


def test_one_of_several_clusters_has_to_be_named(site, section):
    web = {**section, "cluster": {"name": "web"}}
    web["nodes"] = {"host2.domain.com": section["nodes"]["host2.domain.com"]}
    lun = section["luns"]["primary"]
    web["luns"] = {"other": {**lun, "wwid": "3600a0b8000999999000abcd099999999"}}
    section["nodes"] = {"host1.domain.com": section["nodes"]["host1.domain.com"]}
    site.describe(host1=section, host2=web)
    rc, clusters = site.clusters("ocfs2_operate.retune", outage="web")
    assert rc == 1
    (lines,) = (each["lines"] for each in clusters.values())
    assert lines == ["pillar describes ocfs2, web: name one of them as ocfs2_cluster"]
    rc, clusters = site.clusters("ocfs2_operate.retune", outage="web", cluster="web")
    assert (rc, list(clusters)) == (1, ["web"])
    assert "host2.domain.com: the host is called" in str(clusters)
    assert "host1" not in str(clusters)
