"""A cluster that was built by hand, read into the pillar that describes it."""

import copy
import dataclasses

import pytest
import yaml

from ocfs2lib.adoption import adopt
from ocfs2lib.answers import census
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import stack
from ocfs2lib.pillar import check
from support import by_hand
from support.by_hand import MINIONS
from support.by_hand import UUID
from support.places import put

HOST, OTHER, LAST = MINIONS


@pytest.fixture
def nodes():
    return by_hand.surveys()


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


LUN = ("luns", "/dev/dm-0")
VOLUME = (*LUN, "volume")
LIVE = ("o2cb", "clusters", "web")
SETTINGS = ("o2cb", "settings", "values")


# ---- a consistent cluster


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
    assert (adoption.oddities, adoption.obstacles) == ((), ())


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
    mine = [each.partition(": ")[2] for each in adoption.changes if each.startswith(HOST)]
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
    assert "there is no cluster" in adoption.obstacles[0]


def test_nobody_at_all_is_no_cluster():
    adoption = adopt.adopt({}, {HOST: "did not answer"})
    assert adoption.pillar is None
    assert f"{HOST}: did not answer" in adoption.obstacles[0]


# ---- oddities, one each


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


def partition(survey):
    facts(survey).update(error="/dev/sdb1 is a partition; name the whole LUN", volume=None)


#: ``{what: (change, words of the oddity, whether it is an obstacle)}``
ODD = {
    "a number twice": (
        everywhere(lambda survey: write_conf(survey, number=1)),
        "host1, host2: cluster.conf gives them one number, 1",
        True,
    ),
    "an address twice": (
        everywhere(lambda survey: write_conf(survey, address="10.1.0.2")),
        "host1, host2: cluster.conf gives them one address, 10.1.0.2",
        True,
    ),
    "another cluster.conf": (
        on(OTHER, lambda survey: write_conf(survey, address="10.1.0.9")),
        f"{OTHER}: its cluster.conf differs from that of {HOST}, {LAST} (conf:web:host2: number 2,"
        " 10.1.0.9:7777 -> number 2, 10.1.0.3:7777)",
        False,
    ),
    "a cluster.conf that the tools refuse": (
        on(OTHER, lambda survey: rename_stanza(survey, "\tname", "name")),
        f"{OTHER}: the tools refuse its cluster.conf, line 2",
        False,
    ),
    "no cluster.conf": (
        on(OTHER, put(("o2cb", "conf", "text"), None)),
        f"{OTHER}: it runs a cluster and has no cluster.conf",
        False,
    ),
    "a node of no minion": (
        lambda nodes: nodes.pop(LAST),
        "host2: cluster.conf has this node, and it is none of the minions that were asked",
        True,
    ),
    "a minion that is no node": (
        lambda nodes: (
            nodes.update(
                {
                    "new.example.com": {
                        **nodes[HOST],
                        "host": {**nodes[HOST]["host"], "hostname": "new"},
                    }
                }
            )
            or nodes["new.example.com"]["host"].update(addresses=["10.1.0.7"])
        ),
        "new.example.com: no node of web in cluster.conf is this host, so it is not in the pillar."
        " To make it one, add it to nodes (a number that was never used, like 3)",
        False,
    ),
    "a node name that is not the host's": (
        on(OTHER, put(("host", "hostname"), "elsewhere")),
        f"{OTHER}: the host is called elsewhere, which the node name host1 does not match",
        True,
    ),
    "an address that is not the host's": (
        on(OTHER, put(("host", "addresses"), ["10.1.0.77"])),
        f"{OTHER}: 10.1.0.2 is on none of its interfaces",
        True,
    ),
    "a platform that is not supported": (
        everywhere(put(("host", "platform"), "CentOS 6")),
        f"{HOST}: CentOS 6 is not supported yet",
        True,
    ),
    "a kernel without the module": (
        on(OTHER, put(("o2cb", "modules"), False)),
        f"{OTHER}: its kernel 6.1.0-18-amd64 has no ocfs2 module",
        True,
    ),
    "a node of no cluster in the file": (
        everywhere(
            lambda survey: survey["o2cb"]["conf"].update(
                text=survey["o2cb"]["conf"]["text"] + "node:\n\tname = lost\n"
            )
        ),
        "cluster.conf has a node 'lost' of no cluster in it",
        False,
    ),
    "a wrong node_count": (
        everywhere(lambda survey: rename_stanza(survey, "node_count = 3", "node_count = 2")),
        "web: cluster.conf says node_count 2 and has 3 nodes",
        False,
    ),
    "several ports": (
        everywhere(lambda survey: write_conf(survey, port=8888)),
        "host2: cluster.conf gives another ip_port than 7777",
        True,
    ),
    "two clusters in one file": (
        everywhere(second_cluster),
        "cluster.conf has a second cluster, old",
        True,
    ),
    "global heartbeat": (everywhere(global_heartbeat), "web: it has global heartbeat", True),
    "a cluster name that is too long": (
        everywhere(long_name),
        f"{'a' * 17}: a cluster name is 1 to 16 ASCII letters and digits",
        True,
    ),
    "another cluster in the kernel": (
        on(OTHER, lambda survey: survey["o2cb"]["clusters"].update(old=cluster(survey))),
        f"{OTHER}: its kernel runs the cluster old, not web",
        True,
    ),
    "a node that is offline": (
        on(OTHER, lambda survey: survey["o2cb"].update(clusters={}, online=None)),
        f"{OTHER}: the cluster is not online there",
        False,
    ),
    "kernels with different timeouts": (
        on(OTHER, put((*LIVE, "idle_timeout_ms"), 10000)),
        f"idle_timeout_ms: the kernels run with different values ({OTHER} 10000; the others 30000);"
        " nodes with different values refuse each other's connections",
        True,
    ),
    "kernels that fence differently": (
        on(OTHER, put((*LIVE, "fence_method"), "reset")),
        f"fence_method: the kernels run with different values ({OTHER} reset; the others panic)",
        False,
    ),
    "a file that differs from the kernel": (
        on(OTHER, put((*SETTINGS, "O2CB_HEARTBEAT_THRESHOLD"), "61")),
        f"{OTHER}: /etc/default/o2cb says O2CB_HEARTBEAT_THRESHOLD=61, the kernel runs with 31",
        False,
    ),
    "a timeout below what the model accepts": (
        everywhere(put((*LIVE, "heartbeat_threshold"), 5)),
        "The pillar is not valid yet. ocfs2:cluster:heartbeat_threshold: 5 is out of range",
        True,
    ),
    "the settings file of another distribution": (
        on(OTHER, put(("o2cb", "settings", "path"), "/etc/sysconfig/o2cb")),
        f"{OTHER}: /etc/sysconfig/o2cb exists",
        False,
    ),
    "a driver that is not loaded at boot": (
        on(OTHER, put((*SETTINGS, "O2CB_ENABLED"), "false")),
        f"{OTHER}: the cluster does not come online at its next boot (/etc/default/o2cb has no"
        " O2CB_ENABLED=true)",
        False,
    ),
    "a service that is not enabled": (
        on(OTHER, put(("starts",), [])),
        f"{OTHER}: the cluster does not come online at its next boot (o2cb.service is not enabled)",
        False,
    ),
    "the service that kills": (
        on(OTHER, put(("starts",), ["o2cb.service", "ocfs2.service"])),
        f"{OTHER}: ocfs2.service is enabled; when it stops, it kills the users",
        False,
    ),
    "panic settings that differ": (
        on(OTHER, panics, "0"),
        f"{OTHER}: kernel.panic is not 60 as on the others",
        False,
    ),
    "panics that hang": (everywhere(hangs), "kernel.panic is 0", False),
    "no stamp": (
        everywhere(lambda s: facts(s)["volume"].update(stack="", cluster="", stamp="unstamped")),
        "LUN primary: it has no stamp, so that any cluster which sees the LUN may mount it; the"
        " formula refuses it. Unmount it on every node, then on one: o2cluster"
        " --update=o2cb,web,local /dev/mapper/primary.",
        True,
    ),
    "the stamp of another cluster": (
        everywhere(lambda s: facts(s)["volume"].update(cluster="old", stamp="o2cb/old")),
        "LUN primary: it belongs to o2cb/old, not to o2cb/web",
        True,
    ),
    "a volume of one node": (
        everywhere(lambda s: facts(s)["volume"].update(stack="local", cluster="")),
        "LUN primary: the volume was made for one node alone",
        True,
    ),
    "a stamp of global heartbeat": (
        everywhere(put((*VOLUME, "global_heartbeat"), True)),
        "LUN primary: the volume is stamped for global heartbeat",
        True,
    ),
    "no label": (
        everywhere(put((*VOLUME, "label"), "")),
        "LUN primary: the volume has no label",
        True,
    ),
    "one UUID on two LUNs": (
        everywhere(second_disk),
        f"volume {UUID}: LUNs 3600a0b8000123456000abcd012345678, 3600a have one UUID",
        True,
    ),
    "a LUN without a map": (
        on(OTHER, second_path),
        f"{OTHER}: /dev/dm-0, /dev/sdz are one LUN without a multipath map",
        True,
    ),
    "fewer slots than nodes": (
        everywhere(put((*VOLUME, "slots"), 2)),
        "LUN primary: it has 2 slots for 3 nodes",
        True,
    ),
    "no slot left": (
        everywhere(put((*VOLUME, "slots"), 3)),
        "LUN primary: its 3 slots are full once all nodes mount it",
        False,
    ),
    "no stable name": (
        everywhere(put((*LUN, "names"), [])),
        "LUN primary: no name below /dev/mapper or /dev/disk/by-id means it on every node",
        True,
    ),
    "names that differ": (
        on(OTHER, put((*LUN, "names"), ["/dev/mapper/mpatha"])),
        "LUN primary: no name below /dev/mapper or /dev/disk/by-id means it on every node",
        True,
    ),
    "sizes that differ": (
        on(OTHER, put((*LUN, "size"), 1 << 40)),
        f"{OTHER}: LUN primary has another size than 2199023255552 bytes there",
        True,
    ),
    "a LUN that one node does not see": (
        on(OTHER, lambda survey: survey["luns"].clear()),
        f"{OTHER}: LUN primary is not seen there, or holds something else",
        True,
    ),
    "no WWID": (
        everywhere(put((*LUN, "wwid"), None)),
        "the device /dev/dm-0 has no WWID",
        True,
    ),
    "a partition": (
        on(OTHER, partition),
        f"{OTHER}: /dev/dm-0 is no LUN that the formula can use: /dev/sdb1 is a partition",
        True,
    ),
    "the kernel's name in fstab": (
        on(OTHER, by_kernel_name),
        f"{OTHER}: the line of LUN primary in /etc/fstab names /dev/sda0; the kernel gives such"
        " names in the order it finds the disks, so that another LUN may be mounted after a boot."
        " Applying the pillar writes /dev/mapper/primary.",
        False,
    ),
    "a line without type": (
        on(OTHER, typeless),
        f"{OTHER}: the line of LUN primary in /etc/fstab has no type; mount takes"
        " '_netdev,nointr' for one",
        False,
    ),
    "a line of three fields": (
        on(OTHER, lambda survey: line(survey).update(fstype="_netdev", options=[])),
        f"{OTHER}: the line of LUN primary in /etc/fstab has fewer than four fields",
        True,
    ),
    "a line of another type": (
        on(OTHER, lambda survey: line(survey).update(fstype="auto")),
        f"{OTHER}: the line of LUN primary in /etc/fstab has the type auto",
        False,
    ),
    "an option that pillar refuses": (
        on(OTHER, lambda survey: line(survey)["options"].append("noauto")),
        f"{OTHER}: LUN primary has the mount option noauto, which the pillar can not have",
        False,
    ),
    "options that differ": (
        on(OTHER, lambda survey: line(survey)["options"].append("noatime")),
        f"LUN primary: the nodes have different mount options ({OTHER} nointr,noatime; the others"
        " nointr)",
        False,
    ),
    "no line in fstab": (
        on(OTHER, put(("fstab",), [])),
        f"{OTHER}: LUN primary is mounted, and there is no line for it in /etc/fstab",
        False,
    ),
    "a line for a LUN that is not mounted anywhere": (
        everywhere(put((*LUN, "mounts"), [])),
        f"{OTHER}: LUN primary is in /etc/fstab and not mounted",
        False,
    ),
    "mounted on some nodes only": (
        on(OTHER, put((*LUN, "mounts"), [])),
        f"{OTHER}: LUN primary is not mounted, on {HOST}, {LAST} it is",
        False,
    ),
    "another mount point": (
        on(OTHER, put((*LUN, "mounts"), [{"path": "/srv/san", "options": ["rw"]}])),
        f"{OTHER}: volume {UUID} (OCFS2_label) is mounted on /srv/san, on the others on"
        " /san/primary",
        True,
    ),
    "a line for another mount point": (
        on(OTHER, lambda survey: line(survey).update(path="/srv/san")),
        f"{OTHER}: /etc/fstab has LUN primary on /srv/san, not on /san/primary",
        True,
    ),
    "a bind mount": (
        on(OTHER, lambda survey: facts(survey)["mounts"].append({"path": "/b", "options": []})),
        f"{OTHER}: volume {UUID} (OCFS2_label) is mounted on /b too",
        False,
    ),
    "a volume that nobody mounts": (
        everywhere(lambda survey: (put((*LUN, "mounts"), [])(survey), survey["fstab"].clear())),
        f"volume {UUID} (OCFS2_label): no node mounts it, so it is not in the pillar",
        False,
    ),
    "a line for what is no volume": (
        on(
            OTHER,
            lambda survey: survey["fstab"].append(
                {**line(survey), "source": "/dev/sdx", "path": "/x", "node": None}
            ),
        ),
        f"{OTHER}: /etc/fstab mounts /dev/sdx on /x, and no OCFS2 is there",
        True,
    ),
    "a format that was cut short": (
        everywhere(put((*LUN, "half_made"), True)),
        f"LUN primary: G9: {HOST}: the format of /dev/mapper/primary as volume {UUID} was cut",
        True,
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_an_oddity_is_named_with_what_to_do(nodes, name):
    change, words, obstacle = ODD[name]
    change(nodes)
    adoption = adopted(nodes)
    (said,) = [each for each in adoption.oddities if words in each]
    assert (said in adoption.obstacles) is obstacle
    assert said.endswith(".")
    assert adoption.pillar


#: Without its only LUN there is no pillar to apply.
APPLICABLE = [name for name in ODD if not ODD[name][2] and name != "a volume that nobody mounts"]


@pytest.mark.parametrize("name", APPLICABLE)
def test_without_an_obstacle_the_pillar_can_be_applied(nodes, name):
    ODD[name][0](nodes)
    adoption = adopted(nodes)
    assert adoption.obstacles == ()
    assert check.check(adoption.pillar["ocfs2"]) == []


def test_a_silent_node_keeps_its_place_in_the_roster(nodes):
    lost = nodes.pop(LAST)
    adoption = adopted(nodes, {LAST: "did not answer ocfs2_node.survey"})
    assert LAST in adoption.pillar["ocfs2"]["nodes"]
    assert adoption.obstacles == (
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
    obstacles = adopted(nodes).obstacles
    assert f"{HOST}: the host is called host0, which the node name {HOST} does not match" in str(
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
    assert f"{OTHER}: its cluster.conf differs from that of {HOST}" in str(adopted(nodes).obstacles)


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
        assert adopted(nodes).oddities == ()


# ---- what a node says is only data


def test_no_name_reaches_a_template_or_ends_a_comment(nodes):
    evil = "x\n{{ salt['cmd.run']('id') }}\u2028ocfs2: y"
    for survey in nodes.values():
        facts(survey)["volume"]["label"] = evil
        line(survey)["options"].append(evil)
    adoption = adopted(nodes)
    head = adopt.comment(adoption)
    assert head.startswith("#!yaml\n")
    assert all(each.startswith("#") for each in head.splitlines())
    assert yaml.safe_load(head) is None
    assert "cmd.run" in head
    assert adoption.obstacles


def test_the_head_names_everything(nodes):
    by_kernel_name(nodes[OTHER])
    adoption = adopted(nodes)
    head = adopt.comment(adoption)
    for text in (*adoption.oddities, *adoption.changes, *adoption.notes):
        assert f": {text.partition(': ')[2]}\n" in head
    assert "can not be applied" not in head
    assert f"nftables has rules on {HOST}, {OTHER}, {LAST}." in head


def test_what_is_said_of_several_nodes_is_said_once(nodes):
    for minion in (HOST, LAST):
        typeless(nodes[minion])
    (line,) = [each for each in adopt.report(adopted(nodes)) if "no type" in each]
    assert line.startswith(f"- {HOST}, {LAST}: the line of LUN primary in /etc/fstab has no type;")


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
    with pytest.raises(ValueError, match=words):
        census.checked_survey(nodes[HOST])
