"""What the SAN shows to several nodes, and every mix-up of presenting."""

import pytest
import yaml

from ocfs2lib.adoption import san_text
from ocfs2lib.adoption import san_view
from ocfs2lib.answers import inventory
from ocfs2lib.errors import AnswerMalformed
from ocfs2lib.pillar import check
from support import answers
from support import roster
from support import san
from support.san import MINIONS
from support.san import ONE
from support.san import THREE
from support.san import TWO
from support.san import WWID

OTHER = "3600a0b8000123456000abcd0123456ff"


@pytest.fixture
def nodes():
    return san.inventories()


def lun(nodes, minion=TWO):
    return nodes[minion]["luns"]["/dev/dm-3"]


def seen(nodes):
    for each in nodes.values():
        inventory.checked(each)
    return san_view.seen_luns(nodes)


def flags(nodes):
    return [str(each) for each in san_view.flags(seen(nodes), nodes)]


def report(nodes, silent=None):
    luns = seen(nodes)
    return san_text.lines(luns, san_view.flags(luns, nodes), silent or {})


def pasted(nodes):
    """The section of pillar that the lines of the report make."""
    lines = report(nodes)
    below = "\n".join(line[4:] for line in lines if line.startswith("    "))
    return {**roster.section(), "luns": yaml.safe_load(below)}


def only_flag(nodes, *words):
    (flag,) = flags(nodes)
    for each in words:
        assert each in flag, flag
    assert report(nodes)[-1] == "Next: put that right, then run this again."


def test_a_lun_that_all_see_is_told_with_lines_that_are_valid(nodes):
    assert flags(nodes) == []
    lines = report(nodes)
    at = lines.index(f"LUN {WWID}: 2TiB, 2 paths, seen by all")
    assert lines[at + 1 : at + 3] == ["  holds   no signature", "  names   /dev/mapper/primary"]
    assert lines[-1].startswith("Next: paste the lines")
    desired = check.parse(pasted(nodes))
    found = desired.lun("primary")
    assert (found.device, found.wwid, found.size) == ("/dev/mapper/primary", WWID, 2 << 40)
    assert found.nodes == MINIONS


def test_the_disk_a_host_runs_from_is_told_as_used_and_never_with_lines(nodes):
    lines = "\n".join(report(nodes))
    assert f"  used    on {ONE}: mounted on / (ext4), carries sdq1, dm-0" in lines
    assert list(pasted(nodes)["luns"]) == ["primary"]


@pytest.mark.parametrize(
    "use",
    [
        {"swap": True},
        {"above": ["dm-9"]},
        {"busy": True},
        {"mounted": [{"path": "/data", "fstype": "xfs"}]},
    ],
)
def test_what_a_host_uses_has_no_lines_and_is_hidden_from_the_others(nodes, use):
    lun(nodes).update(use)
    only_flag(nodes, f"{TWO} use it for themselves", f"{ONE}, {THREE} see it too")
    assert "  pillar" not in report(nodes)


def test_a_volume_that_is_mounted_is_one_to_paste(nodes):
    for minion in MINIONS:
        volume = answers.volume(answers.desired())
        lun(nodes, minion).update(
            volume=volume, half_made=False, mounted=[{"path": "/san/a", "fstype": "ocfs2"}]
        )
    assert flags(nodes) == []
    assert any("an OCFS2 volume (label primary" in line for line in report(nodes))
    assert list(pasted(nodes)["luns"]) == ["primary"]


def test_a_lun_that_only_some_see(nodes):
    del nodes[THREE]["luns"]["/dev/dm-3"]
    only_flag(nodes, f"LUN {WWID}: {ONE}, {TWO} see it and {THREE} do not")
    assert check.parse(pasted(nodes)).lun("primary").nodes == (ONE, TWO)


def test_a_local_disk_is_no_mix_up(nodes):
    spare = san.disk(OTHER, "/dev/sdx", local=True, paths={}, names=["/dev/disk/by-id/ata-spare"])
    nodes[ONE]["luns"]["/dev/sdx"] = spare
    assert flags(nodes) == []
    assert "  local   no SAN leads to it" in report(nodes)


def test_one_name_that_is_another_lun_elsewhere(nodes):
    for minion in MINIONS:
        nodes[minion]["luns"]["/dev/dm-4"] = san.disk(OTHER, "/dev/dm-4", names=["/dev/mapper/b"])
    lun(nodes)["names"] = ["/dev/mapper/b"]
    nodes[TWO]["luns"]["/dev/dm-4"]["names"] = ["/dev/mapper/primary"]
    found = flags(nodes)
    assert [each.partition(":")[0] for each in found] == ["/dev/mapper/primary", "/dev/mapper/b"]
    assert f"it is LUN {WWID} on {ONE}, {THREE} and LUN {OTHER} on {TWO}" in found[0]
    assert not any(line == "  pillar" for line in report(nodes))


def test_one_wwid_with_different_sizes(nodes):
    lun(nodes)["size"] = 1 << 40
    only_flag(nodes, f"{2 << 40} bytes on {ONE}, {THREE} and {1 << 40} bytes on {TWO}")
    assert any("none: the nodes do not see one size" in line for line in report(nodes))


def test_one_wwid_with_different_contents(nodes):
    lun(nodes)["signature"] = {"TYPE": "ext4", "UUID": "x"}
    only_flag(nodes, f"no signature on {ONE}, {THREE} and ext4 (x) on {TWO}")


def test_several_disks_of_one_lun_without_multipath(nodes):
    first = san.disk(node="/dev/sda", paths={}, names=[])
    nodes[TWO] = san.inventory(first, san.disk(node="/dev/sdb", paths={}, names=[]))
    only_flag(nodes, f"/dev/sda, /dev/sdb on {TWO} are this one LUN without a multipath map")
    assert any("none: no name below /dev/mapper" in line for line in report(nodes))


def test_a_map_here_and_a_disk_there(nodes):
    lun(nodes).update(paths={}, node="/dev/sda")
    only_flag(nodes, f"it is /dev/sda on {TWO} and a multipath map on {ONE}, {THREE}")
    assert any(f"paths: 2 on {ONE}, 1 on {TWO}, 2 on {THREE}" in line for line in report(nodes))


def test_one_initiator_name_on_two_nodes(nodes):
    for minion, name in zip(MINIONS, ("iqn.a", "iqn.b", "iqn.a"), strict=True):
        nodes[minion]["initiator"] = name
    only_flag(nodes, f"{ONE}, {THREE}: they have one iSCSI initiator name, iqn.a")


def test_what_cannot_be_read_is_not_blank(nodes):
    for minion in MINIONS:
        lun(nodes, minion).update(unreadable="/dev/dm-3: Input/output error", size=0)
    only_flag(nodes, f"it cannot be read on {', '.join(MINIONS)}")
    assert "  holds   not known: it cannot be read" in report(nodes)
    assert not any(line == "  pillar" for line in report(nodes))


def test_a_disk_without_a_wwid_is_each_hosts_own(nodes):
    for minion in MINIONS:
        lun(nodes, minion).update(wwid=None)
    assert flags(nodes) == []
    assert sum("none: it has no WWID" in line for line in report(nodes)) == 3


def test_who_did_not_answer_is_named(nodes):
    lines = report(nodes, {"host9.example.com": "did not answer"})
    assert "- host9.example.com: did not answer" in lines
    assert report({})[:1] == ["Nobody sees a LUN."]


def test_a_name_that_nobody_chose_becomes_a_number(nodes):
    for minion in MINIONS:
        lun(nodes, minion)["names"] = [f"/dev/mapper/{WWID}"]
        other = san.disk(OTHER, "/dev/dm-4", names=["/dev/mapper/mpatha"])
        nodes[minion]["luns"]["/dev/dm-4"] = other
    assert list(check.parse(pasted(nodes)).luns) != []
    assert list(pasted(nodes)["luns"]) == ["lun1", "lun2"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda each: each.pop("luns"), "its inventory lacks luns"),
        (lambda each: each.update(initiator=7), "its inventory.initiator is a int"),
        (lambda each: each["luns"]["/dev/dm-3"].update(names=[7]), "names holds a int"),
        (lambda each: each["luns"]["/dev/dm-3"].update(local="no"), "local is a str"),
        (lambda each: each["luns"]["/dev/dm-3"].update(mounted=[{}]), "mounted lacks path"),
        (lambda each: each["luns"]["/dev/dm-3"].pop("wwid"), "lacks wwid"),
    ],
)
def test_what_is_no_inventory_is_not_used(nodes, change, said):
    change(nodes[ONE])
    with pytest.raises(AnswerMalformed, match=said):
        inventory.checked(nodes[ONE])
