"""Changes to a cluster that was built by hand, and what is then said about it."""

import copy
import dataclasses

from ocfs2lib.adoption import adopt
from ocfs2lib.answers import census
from ocfs2lib.node import cluster_conf
from ocfs2lib.pillar import check
from support.by_hand import MINIONS

HOST, OTHER, LAST = MINIONS


LUN = ("luns", "/dev/dm-0")
VOLUME = (*LUN, "volume")
LIVE = ("o2cb", "clusters", "web")
SETTINGS = ("o2cb", "settings", "values")


def adopted(nodes, silent=None):
    for survey in nodes.values():
        census.checked_survey(survey)
    return adopt.adopt(nodes, silent or {})


def cluster(survey):
    return survey["o2cb"]["clusters"]["web"]


def facts(survey):
    return survey["luns"]["/dev/dm-0"]


def line(survey):
    return survey["fstab"][0]


def panics(survey, seconds):
    survey["setup"]["panic"]["kernel.panic"]["live"] = seconds


def write_conf(survey, **changes):
    """Give a node another cluster.conf; ``changes`` are those of its last node."""
    conf = cluster_conf.parse(survey["o2cb"]["conf"]["text"])
    *others, last = conf.nodes
    changed = (*others, dataclasses.replace(last, **changes))
    survey["o2cb"]["conf"]["text"] = cluster_conf.render(dataclasses.replace(conf, nodes=changed))


def rename_stanza(survey, old, new):
    survey["o2cb"]["conf"]["text"] = survey["o2cb"]["conf"]["text"].replace(old, new)


def everywhere(change, *arguments):
    """A change to every node."""

    def changed(nodes):
        for survey in nodes.values():
            change(survey, *arguments)

    return changed


def on(minion, change, *arguments):
    return lambda nodes: change(nodes[minion], *arguments)


def second_disk(survey):
    """A clone of the LUN, with another WWID."""
    clone = {**copy.deepcopy(facts(survey)), "node": "/dev/dm-9", "wwid": "3600a", "mounts": []}
    survey["luns"]["/dev/dm-9"] = clone


def second_path(survey):
    """The LUN again, by another way and without a map."""
    survey["luns"]["/dev/sdz"] = {
        **copy.deepcopy(facts(survey)),
        "node": "/dev/sdz",
        "mounts": [],
        "names": [],
    }


def second_cluster(survey):
    survey["o2cb"]["conf"]["text"] += "cluster:\n\tname = old\n\tnode_count = 0\n\n"


def global_heartbeat(survey):
    rename_stanza(survey, "heartbeat_mode = local", "heartbeat_mode = global")
    cluster(survey)["heartbeat_mode"] = "global"


def long_name(survey):
    name = "a" * 17
    rename_stanza(survey, " web\n", f" {name}\n")
    survey["o2cb"].update(clusters={name: cluster(survey)}, online=name)
    facts(survey)["volume"]["cluster"] = name


def hangs(survey):
    panics(survey, "0")
    cluster(survey)["fence_method"] = "reset"


def typeless(survey):
    line(survey).update(fstype="_netdev,nointr", options=["0"])


def by_kernel_name(survey):
    line(survey).update(source="/dev/sda0", node="/dev/sda0")


def logical_volume(survey):
    facts(survey).update(error="/dev/vg/a is a logical volume of LVM; name the LUN below it")


def assert_named(nodes, change, words, obstacle):
    """Assert that an issue with these words is named with what to do, beside a pillar."""
    change(nodes)
    adoption = adopted(nodes)
    (found,) = [each for each in adoption.issues if words in str(each)]
    assert found.obstacle is obstacle
    assert (found in adoption.obstacles) is obstacle
    assert str(found).endswith(".")
    assert adoption.pillar


def assert_applicable(nodes, change):
    """Assert that nothing keeps the pillar from being applied after a change."""
    change(nodes)
    adoption = adopted(nodes)
    assert adoption.obstacles == ()
    assert check.check(adoption.pillar["ocfs2"]) == []
