import pytest

from ocfs2lib.node import cluster_conf
from ocfs2lib.node.cluster_conf import Conf
from ocfs2lib.node.cluster_conf import ConfCluster
from ocfs2lib.node.cluster_conf import ConfError
from ocfs2lib.node.cluster_conf import ConfNode
from support import roster

CLUSTER = "cluster:\n\tname = web\n\theartbeat_mode = local\n\tnode_count = 1\n\n"
NODE = (
    "node:\n\tcluster = web\n\tnumber = 0\n\tip_port = 7777\n"
    "\tip_address = 10.0.0.1\n\tname = node1\n\n"
)
WEB = Conf(
    (ConfCluster("web", "local", 1),),
    (ConfNode("web", 0, 7777, "10.0.0.1", "node1"),),
)


def test_the_layout_is_that_of_the_tool():
    assert cluster_conf.render(WEB) == CLUSTER + NODE


@pytest.mark.parametrize("nodes", [1, 2, 3, 32, 254, 255])
def test_parse_takes_back_what_render_wrote(nodes):
    conf = cluster_conf.from_desired(roster.desired(nodes))
    assert len(conf.nodes) == nodes
    assert cluster_conf.parse(cluster_conf.render(conf)) == conf
    assert cluster_conf.doubts(conf) == []


def test_regions_survive_a_round_trip():
    conf = Conf((ConfCluster("web", "global", 0, ("A" * 32, "B" * 32)),))
    assert cluster_conf.parse(cluster_conf.render(conf)) == conf


def test_no_file_content_is_no_cluster():
    assert cluster_conf.parse("") == Conf()


@pytest.mark.parametrize(
    "text",
    [
        CLUSTER + NODE,
        NODE + CLUSTER,
        "\n\n" + CLUSTER + NODE,
        (CLUSTER + NODE).rstrip("\n"),
        (CLUSTER + NODE).replace("\n\n", "\n"),
        (CLUSTER + NODE).replace("\t", " "),
        (CLUSTER + NODE).replace("\t", "    "),
        (CLUSTER + NODE).replace(" = ", "="),
        (CLUSTER + NODE).replace(" = ", "  \t=   "),
        (CLUSTER + NODE).replace("web\n", "web \t\n"),
        "# comment\n" + CLUSTER.replace("\theartbeat", "#\n\theartbeat") + NODE,
        CLUSTER.replace("local", "Local") + NODE,
        CLUSTER.replace("\theartbeat_mode = local\n", "") + NODE,
        CLUSTER + "other:\n\tkey = value\n\n" + NODE.replace("\tname", "\tkey = value\n\tname"),
        CLUSTER.replace("cluster:", "cluster: \t") + NODE,
        CLUSTER + NODE.replace("number = 0", "number = 9\n\tnumber = +0"),
    ],
)
def test_one_meaning_many_spellings(text):
    assert cluster_conf.parse(text) == WEB


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ((CLUSTER + NODE).replace("\t", ""), "neither"),
        (CLUSTER.replace("\theart", "\n\theart"), "outside any stanza"),
        (CLUSTER.replace("\theart", "\t# why\n\theart"), "is not 'name = value'"),
        ((CLUSTER + NODE).replace("\n", "\r\n"), "neither"),
        ("\ufeff" + CLUSTER, "neither"),
        (CLUSTER.replace("cluster:", "cluster :"), "neither"),
        (CLUSTER.replace("cluster:", "\tcluster:"), "is not 'name = value'"),
        (CLUSTER + "\0", "NUL"),
        (CLUSTER.replace("\tnode_count = 1\n", ""), "no node_count"),
        (CLUSTER.replace("node_count = 1", "node_count = one"), "is not a number"),
        (CLUSTER.replace("name = web\n", "key = web\n"), "has no name"),
        (CLUSTER + CLUSTER, "cluster 'web' stands twice"),
        (CLUSTER.replace("local", "foo"), "neither local nor global"),
        (CLUSTER + NODE + NODE, "'node1' stands twice"),
        (CLUSTER + NODE.replace("\tnumber = 0\n", ""), "no number"),
        (CLUSTER + NODE.replace("\tip_port = 7777\n", ""), "no ip_port"),
        (CLUSTER + NODE.replace("\tname = node1\n", ""), "has no name"),
        (CLUSTER + NODE.replace("number = 0", "number = -1"), "out of range"),
        (CLUSTER + NODE.replace("number = 0", "number = 2147483647"), "out of range"),
        (CLUSTER + NODE.replace("7777", "4294967296"), "out of range"),
        (CLUSTER + NODE.replace("10.0.0.1", "10.0.0"), "not an IPv4 address"),
        (CLUSTER + NODE.replace("10.0.0.1", "010.0.0.1"), "not an IPv4 address"),
        (CLUSTER + NODE.replace("10.0.0.1", "fe80::1"), "not an IPv4 address"),
        (CLUSTER + "heartbeat:\n\tcluster = web\n", "no region"),
        (CLUSTER + "heartbeat:\n\tcluster = web\n\tregion = A\n\n" * 2, "'A' stands twice"),
    ],
)
def test_what_the_loader_refuses_is_refused_with_the_reason(text, reason):
    with pytest.raises(ConfError, match=reason):
        cluster_conf.parse(text)


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (CLUSTER.replace("= 1", "= 2") + NODE, "says node_count 2 and has 1"),
        (CLUSTER + NODE.replace("number = 0", "number = 255"), "has number 255, above 254"),
        (CLUSTER + NODE.replace("7777", "0"), "has port 0"),
        (CLUSTER + NODE.replace("7777", "65535"), "has port 65535"),
        (
            CLUSTER.replace("= 1", "= 2")
            + NODE
            + NODE.replace("node1", "node2").replace("0.0.1", "0.0.2"),
            "number 0 stands 2 times",
        ),
        (
            CLUSTER.replace("= 1", "= 2")
            + NODE
            + NODE.replace("node1", "node2").replace("number = 0", "number = 1"),
            "address 10.0.0.1 stands 2 times",
        ),
        (CLUSTER.replace("= 1", "= 0") + NODE.replace("\tcluster = web\n", ""), "no cluster"),
        (CLUSTER.replace("= 1", "= 0") + NODE.replace("= web", "= other"), "no cluster"),
        (CLUSTER.replace("web", "my-web") + NODE.replace("web", "my-web"), "letters and digits"),
        (CLUSTER.replace("web", "'web'") + NODE.replace("web", "'web'"), "letters and digits"),
        (CLUSTER.replace("web", "web # x") + NODE.replace("web", "web # x"), "letters and digits"),
    ],
)
def test_what_loads_but_cannot_work_is_named(text, doubt):
    (found,) = cluster_conf.doubts(cluster_conf.parse(text))
    assert doubt in found


def test_a_continued_line_keeps_its_newline():
    text = CLUSTER + NODE.replace("node1", "no\\\nde1")
    assert cluster_conf.parse(text).nodes[0].name == "no\nde1"
