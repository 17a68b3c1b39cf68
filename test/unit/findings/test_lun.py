"""What is found out about LUNs."""

import pytest

from ocfs2lib.findings.kinds import KINDS
from ocfs2lib.findings.kinds import UNKNOWN
from ocfs2lib.findings.kinds import worst
from ocfs2lib.findings.lun import KIND_OF_CODE
from ocfs2lib.lun.refusal import Code
from ocfs2lib.pillar import check
from support import answers
from support import roster
from support import san_pillar as san
from support.findings import ALL
from support.findings import ONE
from support.findings import PILLAR
from support.findings import THREE
from support.findings import TWO
from support.findings import UUID
from support.findings import WWID
from support.findings import found
from support.findings import kinds
from support.findings import lun
from support.findings import only
from support.findings import unformatted


def test_a_lun_that_is_not_there(nodes):
    lun(nodes).update(error="/dev/mapper/primary: No such file or directory", volume=None, size=0)
    lun(nodes)["mounts"] = []
    nodes[TWO]["mounts"] = []
    nodes[TWO]["health"]["volumes"] = {}
    finding = only(nodes, "lun-missing", (TWO,))
    assert "No such file" in finding.what


def test_another_lun_under_the_name(nodes):
    lun(nodes)["wwid"] = "35000c50000000099"
    assert "35000c50000000099, not" in only(nodes, "lun-other", (TWO,)).what


@pytest.mark.parametrize("more", [-(1 << 30), 1 << 30])
def test_the_size_and_the_content_of_another_lun_say_nothing_of_this_one(nodes, more):
    seen = lun(nodes)
    seen.update(wwid="35000c50000000099", volume=None, half_made=None, mounts=[])
    seen["size"] += more
    nodes[TWO]["health"]["volumes"] = {}
    assert sorted(kinds(nodes)) == ["lun-other"]


def test_a_path_to_another_lun(nodes):
    lun(nodes)["paths"]["sdb"] = "35000c50000000099"
    assert "path sdb" in only(nodes, "lun-other", (TWO,)).what


def test_a_lun_that_can_not_be_read(nodes):
    lun(nodes)["unreadable"] = "/dev/mapper/primary did not answer within 3 s"
    assert "did not answer" in only(nodes, "lun-unreadable", (TWO,)).what


def test_a_node_that_has_not_seen_the_lun_grow(nodes):
    for minion in (ONE, THREE):
        lun(nodes, minion)["size"] += 1 << 30
    assert "lun-size-differs" in kinds(nodes)
    finding = next(each for each in found(nodes) if each.kind == "lun-size-differs")
    assert finding.nodes == (TWO,)


def test_a_node_that_sees_less_of_a_lun_is_told_once(nodes):
    lun(nodes)["size"] -= 1 << 30
    assert "others see" in only(nodes, "lun-size-differs", (TWO,)).what


def test_a_blank_lun_waits(nodes):
    for minion in ALL:
        nodes[minion]["fstab"] = {}
    finding = only(unformatted(nodes, written=None), "format-pending")
    assert "host0.example.com is to format it" in finding.what


def test_a_blank_lun_waits_for_a_node_that_is_missing(nodes):
    unformatted(nodes, written=None)
    del nodes[TWO]
    assert kinds(nodes, silent={TWO: "did not answer"}) == {"format-pending", "node-silent"}


def test_a_lun_that_holds_something(nodes):
    unformatted(nodes, signature={"TYPE": "ext4"})
    assert "ext4" in only(nodes, "lun-not-blank", ALL).what


def test_a_lun_that_pillar_does_not_let_be_formatted():
    pillar = answers.desired(slots=6, format="never")
    nodes = unformatted(answers.examinations(pillar))
    assert kinds(nodes, pillar) == {"format-not-allowed"}


def test_a_blank_lun_with_sectors_larger_than_the_blocks_in_pillar():
    pillar = answers.desired(slots=6, block_size=2048)
    nodes = unformatted(answers.examinations(pillar), sector_size=4096)
    assert kinds(nodes, pillar) == {"format-not-allowed"}


def test_a_blank_lun_that_held_a_volume(nodes):
    unformatted(nodes)
    record = answers.record(PILLAR, "formatted")
    assert "lun-on-record" in kinds(nodes, record=record)


def test_a_lun_in_use_and_one_that_takes_no_writes(nodes):
    unformatted(nodes)
    lun(nodes)["holders"] = ["dm-9"]
    assert kinds(nodes) == {"lun-in-use"}
    lun(nodes).update(holders=[], read_only=True)
    assert kinds(nodes) == {"lun-read-only"}


def test_a_format_that_was_cut(nodes):
    unformatted(nodes)
    for minion in ALL:
        lun(nodes, minion).update(volume=answers.volume(PILLAR), half_made=True)
    assert "format-cut" in kinds(nodes)


def test_a_format_whose_leader_is_lost(nodes):
    unformatted(nodes)
    del nodes[ONE]
    record = answers.record(PILLAR, "formatting")
    said = found(nodes, record=record, silent={ONE: "did not answer"})
    assert {each.kind for each in said} == {"format-unknown", "node-silent"}
    # It may only be slow: that it did not answer is no bad news.
    assert worst(said) == UNKNOWN


def test_a_path_that_failed(nodes):
    nodes[TWO]["multipath"]["paths"][WWID]["sdb"] = "failed faulty"
    assert "sdb is failed faulty" in only(nodes, "path-missing", (TWO,)).what


def test_a_path_that_is_not_there(nodes):
    del nodes[TWO]["multipath"]["paths"][WWID]["sdb"]
    del lun(nodes)["paths"]["sdb"]
    assert "it has 1 paths, other nodes have 2" in only(nodes, "path-missing", (TWO,)).what


def test_disks_past_multipath(nodes):
    nodes[TWO]["unmapped"] = {WWID: ["/dev/sdc"], "35000c50000000099": ["/dev/sdx"]}
    assert "/dev/sdc lead" in only(nodes, "no-multipath", (TWO,)).what


def test_two_volumes_with_one_uuid(nodes):
    nodes[TWO]["volumes"]["/dev/dm-7"] = {"uuid": UUID, "wwid": "35000c50000000099"}
    finding = only(nodes, "clone", ALL)
    assert "--cloned-volume /dev/dm-7 on host1.example.com" in finding.fix
    assert finding.lun == "primary"


def test_every_objection_that_a_plan_can_have_is_a_kind_of_finding():
    on_the_leader = {Code.NOT_LEADER, Code.TOOL_MISSING, Code.TOOL_FAILED}
    assert set(KIND_OF_CODE) == set(Code) - on_the_leader - {Code.NODE_ABSENT}
    assert set(KIND_OF_CODE.values()) <= set(KINDS)


SETTINGS = {
    "protocol": ["C"],
    "allow_two_primaries": ["yes"],
    "fencing": ["resource-and-stonith"],
}
DRBD = answers.desired(slots=6, device="/dev/drbd/by-res/r0/0", wwid="drbd-r0-0")


def of_drbd(**settings):
    nodes = {minion: answers.examination(DRBD, minion, paths={}) for minion in ALL}
    for minion in ALL:
        nodes[minion]["drbd"] = {"r0": SETTINGS, "other": {**SETTINGS, "protocol": ["A"]}}
    nodes[TWO]["drbd"]["r0"] = {**SETTINGS, **settings}
    return nodes


def test_drbd_with_settings_for_two_primaries_is_fine():
    assert found(of_drbd(), DRBD) == []
    unknown = of_drbd()
    unknown[TWO]["drbd"] = None
    assert found(unknown, DRBD) == []


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"fencing": ["dont-care"]}, "no fencing (dont-care)"),
        ({"fencing": ["dont-care", "resource-only"]}, "no fencing (dont-care)"),
        ({"fencing": []}, "no fencing (dont-care)"),
        ({"protocol": ["A"]}, "protocol A"),
        ({"allow_two_primaries": ["no"]}, "not allow-two-primaries yes"),
    ],
)
def test_drbd_without_fencing_is_found(settings, what):
    finding = only(of_drbd(**settings), "drbd-fencing", (TWO,), pillar=DRBD)
    assert finding.what == f"the resource r0 of DRBD has {what}"
    assert "drbdadm adjust r0" in finding.fix


def test_drbd_that_is_not_ready_is_not_readable():
    nodes = of_drbd()
    nodes[TWO]["luns"]["primary"].update(unreadable="DRBD r0/0 is Secondary here", volume=None)
    kind = [each for each in found(nodes, DRBD) if each.kind == "lun-unreadable"]
    assert "drbdadm status r0" in kind[0].fix


def test_a_partition_has_the_paths_of_its_lun():
    wwid = f"{WWID}-partuuid-1a2b3c4d-01"
    pillar = answers.desired(slots=6, wwid=wwid, device="/dev/mapper/primary-part1")
    paths = {"sda": WWID, "sdb": WWID}
    nodes = {minion: answers.examination(pillar, minion, paths=paths) for minion in ALL}
    for each in nodes.values():
        each["multipath"].update(paths={WWID: {"sda": "ok", "sdb": "ok"}}, maps={})
    assert found(nodes, pillar) == []
    nodes[TWO]["multipath"]["paths"] = {WWID: {"sda": "ok", "sdb": "failed"}}
    assert "sdb is failed" in only(nodes, "path-missing", (TWO,), pillar=pillar).what
    nodes[TWO]["unmapped"] = {WWID: ["/dev/sdc"]}
    assert "no-multipath" in {each.kind for each in found(nodes, pillar)}


def test_a_lun_that_is_yet_to_be_brought_is_missing_all_the_same():
    section = roster.section(san={"iscsi": {"portals": san.PORTALS, "targets": [san.TARGET]}})
    section["luns"]["primary"]["slots"] = 6
    pillar = check.parse(section)
    nodes = answers.examinations(pillar)
    for minion in ALL:
        lun(nodes, minion).update(error="No such file", wwid=None, size=0, volume=None, mounts=[])
    assert {"lun-missing", "san-differs"} <= kinds(nodes, pillar)
