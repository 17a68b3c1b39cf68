"""The lab's description: parsing, addresses and what is written for a guest."""

import pytest

from lab import __main__ as command_line
from lab import render
from lab.errors import LabError
from lab.spec import LabSpec
from lab.spec import make_spec
from lab.spec import parse_lun
from lab.spec import parse_size


def spec(**settings):
    return make_spec("demo", 3, ["primary:3G"], distro="bookworm", root="/srv/formula", **settings)


@pytest.mark.parametrize(
    ("text", "size"), [("512M", 512 << 20), ("3G", 3 << 30), ("3GiB", 3 << 30), ("2TiB", 2 << 40)]
)
def test_size(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "3", "G", "0G", "-1G", "3g", "1.5G"])
def test_size_refused(text):
    with pytest.raises(LabError, match="is not a size"):
        parse_size(text)


def test_lun_for_some_nodes_under_another_name():
    lun = parse_lun("other:1G:alias=primary:nodes=1+3", 2)
    assert (lun.name, lun.alias, lun.nodes, lun.size) == ("other", "primary", (1, 3), 1 << 30)
    assert lun.wwid == "35000c50000000002"
    assert [lun.seen_by(node) for node in spec().nodes] == [True, False, True]


@pytest.mark.parametrize(
    "text", ["primary", "primary:", ":1G", "a/b:1G", "primary:1G:node=1", "primary:1G:nodes=1,2"]
)
def test_lun_refused(text):
    with pytest.raises(LabError):
        parse_lun(text, 1)


@pytest.mark.parametrize("key", [2, "2", "host2", "host2.domain.com"])
def test_node_by_any_of_its_names(key):
    assert spec().node(key).number == 2


def test_unknown_node_names_the_known_ones():
    with pytest.raises(LabError, match=r"host1\.domain\.com"):
        spec().node("host9")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nodes": 0}, "1 to 32"),
        ({"nodes": 33}, "1 to 32"),
        ({"name": "Demo"}, "cannot name a lab"),
        ({"distro": "woody"}, "no image of 'woody'"),
        ({"distro": "bookworm,"}, "no image of ''"),
        ({"luns": ["a:1G", "a:2G"]}, "there already"),
        ({"san": "tape"}, "no SAN of the kind 'tape'"),
        ({"san": "guests", "luns": ["a:1G"]}, "no LUNs of its own"),
    ],
)
def test_lab_refused(change, reason):
    arguments = {"name": "demo", "nodes": 2, "luns": [], "distro": "trixie", "root": "/", **change}
    with pytest.raises(LabError, match=reason):
        make_spec(**arguments)


def test_a_node_has_the_distribution_of_its_place():
    lab = make_spec("demo", 3, [], distro="bookworm,trixie", root="/")
    assert [node.distro for node in lab.nodes] == ["bookworm", "trixie", "trixie"]
    assert lab.distros == ("bookworm", "trixie")
    files = [render.guest_files(lab, node, "key", "public") for node in lab.nodes]
    sources = [each["etc/apt/sources.list"][1] for each in files]
    assert ["/trixie/ " in each for each in sources] == [False, True, True]


def test_luns_that_the_same_nodes_see_are_one_iscsi_target():
    luns = ["a:1G", "b:1G:nodes=1+2", "c:1G", "d:1G:nodes=2"]
    lab = make_spec("demo", 2, luns, distro="trixie", root="/", san="iscsi")
    assert [lun.target for lun in lab.luns] == [1, 2, 1, 3]
    names = [lun.iqn.partition(":")[2] for lun in lab.luns]
    assert names == ["all", "1-2", "all", "2"]
    # As tgt makes it of the numbers of target and LUN.
    assert lab.lun("b").wwid == "360000000000000000e00000000020002"
    assert LabSpec.from_json(lab.to_json()) == lab


@pytest.mark.parametrize("san", ["iscsi", "guests"])
def test_a_san_that_is_a_network_is_two_networks(san):
    lab = make_spec("demo", 2, [], distro="trixie", root="/", san=san)
    files = [render.guest_files(lab, node, "key", "public") for node in lab.nodes]
    assert "Address=10.78.0.102/24" in files[1]["etc/systemd/network/30-san-a.network"][1]
    assert "Address=10.79.0.102/24" in files[1]["etc/systemd/network/40-san-b.network"][1]
    macs = {node.mac(network) for node in lab.nodes for network in lab.networks}
    assert len(macs) == 8
    # Multipath is the formula's to set there.
    assert "etc/multipath.conf" not in files[0]


def test_a_san_of_disks_has_no_network():
    names = render.guest_files(spec(), spec().nodes[0], "key", "public")
    networks = sorted(name for name in names if "systemd/network" in name)
    assert [name.rpartition("/")[2] for name in networks] == [
        "10-management.network",
        "20-interconnect.network",
    ]
    assert "etc/multipath.conf" in names


def test_json_round_trip():
    lab = spec().with_lun("other:1G:nodes=2")
    assert LabSpec.from_json(lab.to_json()) == lab


def test_a_lun_can_only_grow():
    assert spec().with_size("primary", 4 << 30).lun("primary").size == 4 << 30
    with pytest.raises(LabError, match="would not grow"):
        spec().with_size("primary", 3 << 30)


def test_host_name_may_differ_from_the_minion_id():
    lab = spec(hostname="node{}")
    files = render.guest_files(lab, lab.nodes[1], "key", "public")
    assert files["etc/hostname"][1] == "node2\n"
    assert "id: host2.domain.com\n" in files["etc/salt/minion"][1]
    assert "192.168.100.2 node2 host2.domain.com\n" in files["etc/hosts"][1]


def test_a_node_cannot_see_two_luns_under_one_name():
    lab = make_spec("demo", 3, ["a:1G:nodes=1+2"], distro="trixie", root="/")
    assert lab.with_lun("b:1G:alias=a:nodes=3").luns[1].alias == "a"
    with pytest.raises(LabError, match="both be a"):
        lab.with_lun("b:1G:alias=a:nodes=2+3")


def test_multipath_keywords_stand_on_lines_of_their_own():
    text = render.multipath_conf(spec().with_lun("other:1G").luns_of(spec().nodes[0]))
    assert "alias primary\n" in text
    assert "alias other\n" in text
    assert all(len(line.split()) <= 2 for line in text.splitlines())


@pytest.mark.parametrize(
    ("argv", "name", "passed"),
    [
        ("salt-run -d ocfs2", "lab", ["-d", "ocfs2"]),
        ("--name demo salt-run --out=json ocfs2.status", "demo", ["--out=json", "ocfs2.status"]),
        ("--name=demo salt --list host1 test.ping", "demo", ["--list", "host1", "test.ping"]),
        ("salt-run --name b ocfs2.status", "b", ["ocfs2.status"]),
        ("salt --name=b -t 5 host1 test.ping", "b", ["-t", "5", "host1", "test.ping"]),
        ("salt-run", "lab", []),
    ],
)
def test_the_options_of_salt_are_passed_on(argv, name, passed):
    arguments = command_line.parse(argv.split())
    assert (arguments.name, command_line.passed_on(arguments)) == (name, passed)


def test_other_commands_keep_their_options():
    arguments = command_line.parse(["--name", "b", "up", "--nodes", "2"])
    assert (arguments.name, arguments.nodes) == ("b", 2)
    assert command_line.passed_on(command_line.parse(["run", "1", "--", "ls", "-l"])) == [
        "ls",
        "-l",
    ]
