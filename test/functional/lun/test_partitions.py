"""A partition of a LUN, on a real table of a loop device that stands for the LUN."""

import os
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError

from ocfs2lib.lun import contents
from support.devices import mounted_tmpfs
from support.devices import partitioned
from support.devices import write_table
from support.images import MIB
from support.images import digest
from support.images import run
from support.images import sparse

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 or not Path("/dev/loop-control").exists(),
        reason="needs root and loop devices",
    ),
    pytest.mark.usefixtures("sandbox"),
]

WWID = "35000c50000000001"
GPT_UUID = "0b1d5e3c-6f5a-4c53-9a55-0d6b8e1f2a33"
GPT = f"label: gpt\nsize=300M,uuid={GPT_UUID.upper()}\nsize=40M\n"
MBR = "label: dos\nlabel-id: 0x1a2b3c4d\n,300M\n,40M\n"


def lun_at(path, table=GPT, *options):
    return partitioned(sparse(path, 400 * MIB), table, WWID, *options)


@pytest.fixture
def lun(tmp_path):
    with lun_at(tmp_path / "lun") as lun:
        yield lun


@pytest.fixture
def probe(modules):
    return lambda device: modules["ocfs2.probe"](device, prove_blank=True)


def test_a_blank_partition_is_known_by_its_lun_and_its_partuuid(lun, probe):
    before = digest(lun.image)
    facts = probe(lun.parts[1])
    assert digest(lun.image) == before
    assert (facts["error"], facts["unreadable"]) == (None, None)
    assert facts["wwid"] == f"{WWID}-partuuid-{GPT_UUID}"
    assert (facts["whole"], facts["size"]) == (lun.node, 300 * MIB)
    assert (facts["signature"], facts["written"], contents.describe(facts)) == ({}, [], "")
    assert (facts["holders"], facts["busy"], facts["paths"], facts["writers"]) == (
        [],
        False,
        {},
        [],
    )


@pytest.mark.parametrize("sector", ["512", "4096"])
@pytest.mark.parametrize(
    ("table", "partuuid"), [(GPT, GPT_UUID), (MBR, "1a2b3c4d-01")], ids=["gpt", "mbr"]
)
def test_every_table_and_sector_has_a_partuuid(tmp_path, probe, modules, sector, table, partuuid):
    with lun_at(tmp_path / "lun", table, "--sector-size", sector) as lun:
        facts = probe(lun.parts[1])
        assert facts["wwid"] == f"{WWID}-partuuid-{partuuid}"
        assert modules["ocfs2.wwid"](lun.parts[1]) == facts["wwid"]
    assert (facts["error"], facts["written"]) == (None, [])


@pytest.mark.parametrize(
    "change",
    [
        "label: gpt\n,200M\n",
        f"label: gpt\nsize=350M,uuid={GPT_UUID}\n",
        f"label: gpt\nstart=4096,size=300M,uuid={GPT_UUID}\n",
        "label: gpt\n",
        "label: dos\n",
    ],
)
def test_a_table_that_the_node_has_not_read_again_is_an_error(lun, probe, change):
    write_table(lun.node, change)
    facts = probe(lun.parts[1])
    assert "changed and this node has not read it again (partprobe /dev/loop" in facts["error"]
    assert facts["wwid"] is None


def test_another_partition_in_its_place_is_another(lun, probe):
    other = "11111111-6f5a-4c53-9a55-0d6b8e1f2a33"
    # What another node wrote is seen past the page cache of this one.
    assert GPT_UUID in probe(lun.parts[1])["wwid"]
    run(
        "sfdisk", "-q", "--no-reread", "--no-tell-kernel", "--part-uuid", str(lun.image), "1", other
    )
    assert probe(lun.parts[1])["wwid"] == f"{WWID}-partuuid-{other}"


def test_a_use_of_the_whole_lun_is_one_of_its_partition(lun, probe, tmp_path):
    held = os.open(lun.node, os.O_RDWR)
    try:
        (writer,) = probe(lun.parts[1])["writers"]
    finally:
        os.close(held)
    assert writer.endswith(f"(pid {os.getpid()})")
    held = os.open(lun.node, os.O_RDONLY | os.O_EXCL)
    try:
        assert probe(lun.parts[1])["busy"] is True
    finally:
        os.close(held)


def test_a_mount_of_the_whole_lun_holds_its_partition(tmp_path, probe):
    """As with an image of a hybrid kind, which has a table and is a filesystem as a whole."""
    path = tmp_path / "mounted"
    path.mkdir()
    with lun_at(tmp_path / "lun", MBR) as lun:
        run("mkfs.ext4", "-q", "-F", lun.node)
        write_table(lun.node, MBR)
        run("mount", lun.node, str(path))
        try:
            facts = probe(lun.parts[1])
        finally:
            run("umount", str(path))
    assert facts["holders"] == [f"a mount of {lun.node} on {path}"]
    assert facts["busy"] is True


def test_a_neighbour_in_use_says_nothing_of_it(lun, probe, tmp_path):
    path = tmp_path / "mounted"
    path.mkdir()
    run("mkfs.ext4", "-q", lun.parts[2])
    run("mount", lun.parts[2], str(path))
    try:
        facts = probe(lun.parts[1])
    finally:
        run("umount", str(path))
    assert (facts["holders"], facts["busy"], facts["mounts"]) == ([], False, [])


def test_a_mounted_partition_names_its_mount(lun, probe, tmp_path):
    path = tmp_path / "mounted"
    path.mkdir()
    run("mkfs.ext4", "-q", lun.parts[1])
    run("mount", lun.parts[1], str(path))
    try:
        facts = probe(lun.parts[1])
    finally:
        run("umount", str(path))
    assert [each["path"] for each in facts["mounts"]] == [str(path)]
    assert facts["signature"]["TYPE"] == "ext4"


@pytest.mark.parametrize("is_mounted", [False, True])
def test_a_partition_that_has_grown_is_taken_over(lun, modules, probe, tmp_path, is_mounted):
    run("mkfs.ext4", "-q", lun.parts[2])
    path = tmp_path / "mounted"
    path.mkdir()
    before = modules["ocfs2.wwid"](lun.parts[2])
    uuid = before.rpartition("-partuuid-")[2]
    if is_mounted:
        run("mount", lun.parts[2], str(path))
    try:
        grown = f"{GPT.splitlines()[1]}\nsize=80M,uuid={uuid}\n"
        write_table(lun.node, f"label: gpt\n{grown}")
        assert "has not read it again" in probe(lun.parts[2])["error"]
        assert modules["ocfs2_volume.rescan"](lun.parts[2]) == 80 * MIB
        facts = probe(lun.parts[2])
    finally:
        if is_mounted:
            run("umount", str(path))
    assert (facts["error"], facts["size"], facts["wwid"]) == (None, 80 * MIB, before)
    assert bool(facts["mounts"]) == is_mounted
    # Its neighbour is as it was.
    assert probe(lun.parts[1])["size"] == 300 * MIB
    assert modules["ocfs2_volume.rescan"](lun.parts[1]) == 300 * MIB


@pytest.mark.parametrize(
    "table", ["label: gpt\n", "label: gpt\nstart=4096,size=300M\n", "label: gpt\nsize=299M\n"]
)
def test_a_partition_that_is_gone_or_has_shrunk_is_not_taken_over(lun, modules, table):
    write_table(lun.node, table)
    with pytest.raises(CommandExecutionError, match=r"partition 1 of .* is not where"):
        modules["ocfs2_volume.rescan"](lun.parts[1])
    assert Path(f"/sys/class/block/{Path(lun.parts[1]).name}/size").read_text() == "614400\n"


def test_a_lun_that_does_not_answer_is_not_read_for_its_partuuid(lun, modules):
    """By a simulated database of udev, which does not run here."""
    number = Path(f"/sys/class/block/{Path(lun.parts[1]).name}/dev").read_text().strip()
    data = Path("/run/udev/data")
    data.mkdir(parents=True, exist_ok=True)
    write_table(lun.node, "label: gpt\n")
    with mounted_tmpfs(data):
        unknown = modules["ocfs2.unreadable"](lun.parts[1], "did not answer within 10 s")
        (data / f"b{number}").write_text(f"E:ID_FS_TYPE=\nE:ID_PART_ENTRY_UUID={GPT_UUID}\n")
        facts = modules["ocfs2.unreadable"](lun.parts[1], "did not answer within 10 s")
    assert facts["unreadable"] == f"{lun.parts[1]} did not answer within 10 s"
    assert (facts["error"], facts["wwid"]) == (None, f"{WWID}-partuuid-{GPT_UUID}")
    assert (unknown["error"], unknown["wwid"]) == (None, None)
