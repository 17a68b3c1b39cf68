"""What is found out about volumes."""

import pytest

from ocfs2lib.findings.kinds import BROKEN
from ocfs2lib.findings.kinds import DEGRADED
from ocfs2lib.findings.kinds import NOTE
from support import answers
from support.findings import ALL
from support.findings import ONE
from support.findings import PATH
from support.findings import THREE
from support.findings import TWO
from support.findings import UUID
from support.findings import found
from support.findings import kinds
from support.findings import lun
from support.findings import only
from support.findings import volume


def test_another_volume_on_the_lun(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["cluster"] = "other"
    assert "volume-other" in kinds(nodes)


def test_a_volume_that_is_not_mounted(nodes):
    nodes[TWO]["mounts"] = []
    lun(nodes)["mounts"] = []
    del nodes[TWO]["health"]["volumes"][UUID]
    nodes[TWO].update(space={}, under={})
    for minion in (ONE, THREE):
        volume(nodes, minion)["beating"] = [0, 2]
    assert only(nodes, "not-mounted", (TWO,)).severity == BROKEN


def test_what_is_held_is_not_said_to_be_missing(nodes):
    nodes[TWO]["mounts"] = []
    lun(nodes)["mounts"] = []
    del nodes[TWO]["health"]["volumes"][UUID]
    nodes[TWO].update(space={}, under={})
    nodes[TWO]["holds"]["luns"]["primary"] = "fsck is under way. Fix: run it again"
    assert kinds(nodes) == {"held"}


def test_fstab(nodes):
    line = nodes[TWO]["fstab"][PATH]
    line["options"] = [each for each in line["options"] if each != "_netdev"]
    assert "it lacks _netdev" in only(nodes, "fstab-differs", (TWO,)).what
    nodes[TWO]["fstab"] = {}
    assert "has no line" in only(nodes, "fstab-differs", (TWO,)).what


def test_a_volume_that_pillar_does_not_know(nodes):
    nodes[TWO]["fstab"]["/old"] = {"device": "/dev/sdx", "fstype": "ocfs2", "options": ["_netdev"]}
    assert "in fstab on /old" in only(nodes, "stray-volume", (TWO,)).what


def test_a_volume_with_an_error(nodes):
    volume(nodes).update(read_only=True, failed=True)
    assert "ocfs2.orch.fsck" in only(nodes, "volume-failed", (TWO,)).fix


def test_a_volume_that_somebody_made_read_only(nodes):
    volume(nodes).update(read_only=True)
    lun(nodes)["mounts"][0]["options"] = ["ro"]
    assert only(nodes, "read-only", (TWO,)).severity == DEGRADED


def test_a_volume_that_hangs(nodes):
    nodes[TWO]["hung"] = {PATH: "did not answer within 3 s"}
    del nodes[TWO]["space"][PATH]
    assert "did not answer" in only(nodes, "volume-hangs", (TWO,)).what


@pytest.mark.parametrize(
    ("slots", "kind", "severity"),
    [(3, "slots-full", DEGRADED), (4, "slots-few", NOTE), (5, None, None)],
)
def test_slots(slots, kind, severity):
    pillar = answers.desired(slots=slots)
    said = found(answers.examinations(pillar), pillar)
    assert [(each.kind, each.severity) for each in said] == ([(kind, severity)] if kind else [])


def test_too_few_slots_for_the_nodes(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["slots"] = 2
    finding = only(nodes, "volume-differs")
    assert "ocfs2.orch.slots" in finding.fix


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"block_size": 1024}, "write block_size: 4096, or make another LUN"),
        ({"cluster_size": 4096}, "write cluster_size: 1048576, or make another LUN"),
        ({"journal_size": "64MiB"}, "tunefs.ocfs2 -J size=67108864,block64 /dev/mapper/primary"),
        ({"features": ["grpquota"]}, "tunefs.ocfs2 --fs-features=grpquota /dev/mapper/primary"),
    ],
)
def test_a_volume_that_was_made_otherwise_than_pillar_says(chosen, words):
    pillar = answers.desired(slots=5, **chosen)
    nodes = answers.examinations(pillar)
    for minion in ALL:
        lun(nodes, minion)["journals"] = [128 << 20] * 5
    (finding,) = found(nodes, pillar)
    assert finding.kind == "volume-differs"
    assert words in finding.fix


@pytest.mark.parametrize(("share", "severity"), [(0.09, DEGRADED), (0.019, BROKEN), (0.11, None)])
def test_room(nodes, share, severity):
    for minion in ALL:
        room = nodes[minion]["space"][PATH]
        room["free_bytes"] = int(room["bytes"] * share)
    said = [(each.kind, each.severity) for each in found(nodes)]
    assert said == ([("space-low", severity)] if severity else [])


def test_a_lun_that_has_grown(nodes):
    for minion in ALL:
        lun(nodes, minion)["volume"]["size"] -= 1 << 30
    assert "ocfs2.orch.grow" in only(nodes, "volume-differs").fix


@pytest.mark.parametrize("label", ["system_u:object_r:unlabeled_t:s0", "unlabeled_t"])
def test_a_volume_without_a_label(nodes, label):
    for minion in (TWO, THREE):
        nodes[minion]["labels"][PATH] = label
    finding = only(nodes, "selinux-unlabelled", (TWO, THREE))
    assert finding.what == f"{PATH} is labelled {label}, as a fresh volume is"
    assert f"restorecon -R {PATH} on one" in finding.fix


def test_a_volume_with_a_label(nodes):
    nodes[TWO]["labels"][PATH] = "system_u:object_r:virt_image_t:s0"
    assert found(nodes) == []


def test_files_under_a_mount(nodes):
    nodes[TWO]["hidden"][PATH] = ["a", "b", "c", "d"]
    finding = only(nodes, "files-under-mount", (TWO,))
    assert finding.what == f"a, b, c and more lie in {PATH} under the mount"
