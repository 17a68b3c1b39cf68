from dataclasses import fields

from ocfs2lib.pillar.desired import Desired
from ocfs2lib.pillar.keys import SECTIONS
from ocfs2lib.pillar.sections.cluster_keys import Cluster
from ocfs2lib.pillar.sections.drain_keys import Drain
from ocfs2lib.pillar.sections.firewall_keys import Firewall
from ocfs2lib.pillar.sections.kernel_keys import Kernel
from ocfs2lib.pillar.sections.luns_keys import Lun
from ocfs2lib.pillar.sections.mount_keys import Mount
from ocfs2lib.pillar.sections.nodes_keys import Node
from ocfs2lib.pillar.sections.san_keys import San


def test_desired_finds_nodes_luns_and_peers():
    nodes = tuple(Node(f"host{i}.x", i, f"10.0.0.{i}", f"host{i}") for i in (1, 2, 3))
    mount = Mount("/a", (), True, ())
    lun = Lun(
        key="a",
        device="/dev/mapper/a",
        wwid="36",
        size=512,
        nodes=("host1.x", "host3.x"),
        label="a",
        type="mail",
        slots=4,
        slots_given=False,
        block_size=None,
        cluster_size=None,
        journal_size=None,
        features=(),
        format="never",
        verify="samples",
        uuid=None,
        mount=mount,
    )
    desired = Desired(
        Cluster("c", "local", 31, 30000, 2000, 2000, "reset", 7777),
        nodes,
        (lun,),
        Kernel(30, True, None),
        Firewall("none"),
        Drain(None, None, 600),
        None,
        San(False, None, None, ()),
    )
    assert desired.node("host2.x") is nodes[1]
    assert desired.node("host2") is None
    assert desired.lun("a") is lun
    assert desired.lun("b") is None
    assert [desired.luns_of(f"host{i}.x") for i in (1, 2, 3)] == [(lun,), (), (lun,)]
    assert desired.peers("host2.x") == (nodes[0], nodes[2])
    assert desired.peers("stranger") == nodes


def test_every_section_has_a_field():
    assert {field.name for field in fields(Desired)} == {section.name for section in SECTIONS}
