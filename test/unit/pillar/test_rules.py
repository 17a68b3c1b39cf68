"""Keys that do not fit each other are found, with path, reason and fix."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import LUN
from support.pillars import NODE
from support.pillars import changed
from support.pillars import only
from support.pillars import pillar


def test_a_service_needs_a_mount_that_systemd_can_name():
    section = changed((*LUN, "mount", "services"), ["a.service"])
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 61, section)) == []
    problem = only(changed((*LUN, "mount", "path"), "/san/" + "-" * 62, section))
    assert problem.path == "ocfs2:luns:primary:mount:path"
    assert "becomes a unit of 258 characters, and 255 are possible" in problem.reason
    assert check.check(changed((*LUN, "mount", "path"), "/san/" + "-" * 62)) == []


def test_a_node_is_drained_by_a_command_or_by_a_state():
    section = changed(("drain",), {"command": "/sbin/drain", "state": "hypervisor.drain"})
    problem = only(section)
    assert problem.path == "ocfs2:drain:state"
    assert "'hypervisor.drain' stands beside the command '/sbin/drain'" in problem.reason
    assert "keep one of them" in problem.fix


def test_minion_id_that_gives_no_host_name():
    problem = only(changed(("nodes", "kvm_1.dc"), {"number": 9, "address": "10.0.0.9"}))
    assert problem.path == "ocfs2:nodes:kvm_1.dc:name"
    assert "'kvm_1', from the minion id, is not a host name" in problem.reason
    assert "as 'name: host1'" in problem.fix


@pytest.mark.parametrize(
    ("name", "other"), [("a", "a.example.com"), ("a.example", "A.example.com"), ("A", "a.x")]
)
def test_a_name_must_not_match_the_host_of_another_node(name, other):
    section = changed((*NODE, "name"), name)
    problem = only(changed(("nodes", "host3.domain.com", "name"), other, section))
    assert problem.path == "ocfs2:nodes:host1.domain.com:name"
    assert f"also matches the host '{other}' of ocfs2:nodes:host3.domain.com" in problem.reason


def test_names_with_one_beginning_but_other_labels_are_apart():
    section = changed((*NODE, "name"), "kvm.a")
    section = changed(("nodes", "host2.domain.com", "name"), "kvm.b", section)
    assert check.check(changed(("nodes", "host3.domain.com", "name"), "kv", section)) == []


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("device",), "/dev/mapper/primary", "'/dev/mapper/primary'"),
        (("label",), "primary", "'primary'"),
        (("mount", "path"), "/san/primary", "'/san/primary'"),
        (("uuid",), "458e997a-4863-4b3d-ab36-f01667ebb761", "'458E997A48634B3DAB36F01667EBB761'"),
    ],
)
def test_luns_share_nothing(path, value, shown):
    section = changed(("luns", "primary", *path), value)
    section["luns"]["primary"]["uuid"] = "458E997A48634B3DAB36F01667EBB761"
    problem = only(changed(("luns", "second", *path), value, section))
    assert problem.path == "ocfs2:luns:second:" + ":".join(path)
    assert problem.reason == f"{shown} is that of ocfs2:luns:primary already"


def test_one_wwid_in_two_spellings_is_one_lun():
    section = changed((*LUN, "wwid"), "1ATA_Disk-1")
    section = changed(("luns", "second", "device"), "/dev/mapper/second", section)
    problem = only(changed(("luns", "second", "wwid"), "1ATA_DISK-1", section))
    assert problem.path == "ocfs2:luns:second:wwid"
    assert "that of ocfs2:luns:primary already" in problem.reason


@pytest.mark.parametrize(
    ("inner", "reported"), [("/san/primary/x", "second"), ("/san/primary/x/y/z", "second")]
)
def test_nested_mounts(inner, reported):
    problem = only(changed(("luns", "second", "mount", "path"), inner))
    assert problem.path == f"ocfs2:luns:{reported}:mount:path"
    assert "is inside '/san/primary', the mount of ocfs2:luns:primary" in problem.reason


@pytest.mark.parametrize(
    "device",
    [
        "/dev/disk/by-id/dm-uuid-mpath-35000c50000000001",
        "/dev/disk/by-id/wwn-0x5000c50000000001",
        "/dev/disk/by-id/scsi-35000c50000000001",
        "/dev/mapper/35000c50000000001",
    ],
)
def test_device_of_another_wwid(device):
    problem = only(changed((*LUN, "device"), device))
    assert problem.path == "ocfs2:luns:primary:wwid"
    assert f"is not the LUN of the device '{device}'" in problem.reason
    assert "type '35000c50000000001' if the device is right" in problem.fix


def test_nvme_device_of_another_wwid():
    section = changed((*LUN, "device"), "/dev/disk/by-id/nvme-eui.0025388b71b0a5c3")
    assert "type 'eui.0025388b71b0a5c3'" in only(section).fix


@pytest.mark.parametrize(
    ("timeouts", "reason", "fix"),
    [
        ((5000, 5000, 2000), "is not above keepalive_delay_ms 5000", "type 7000 or more"),
        ((5000, 9000, 2000), "is not above keepalive_delay_ms 9000", "type 11000 or more"),
        ((6000, 5000, 2000), "below keepalive_delay_ms 5000 + reconnect_delay_ms 2000", "7000"),
        ((6999, 5000, 2000), "before it is tried again", "7000"),
    ],
)
def test_timeouts_that_do_not_fit(timeouts, reason, fix):
    problem = only(_timeouts(*timeouts))
    assert problem.path == "ocfs2:cluster:idle_timeout_ms"
    assert reason in problem.reason
    assert fix in problem.fix


def test_timeouts_that_just_fit():
    assert check.check(_timeouts(7000, 5000, 2000)) == []


def _timeouts(idle, keepalive, reconnect):
    cluster = {
        "idle_timeout_ms": idle,
        "keepalive_delay_ms": keepalive,
        "reconnect_delay_ms": reconnect,
    }
    return changed(("cluster",), cluster)


def test_panic_that_never_restarts():
    section = changed(("kernel",), {"panic": 0, "panic_on_oops": False})
    problem = only(changed(("cluster", "fence_method"), "panic", section))
    assert problem.path == "ocfs2:kernel:panic"
    assert "cluster:fence_method 'panic' makes it panic" in problem.reason


@pytest.mark.parametrize(
    ("size", "kind", "slots", "fix"),
    [
        ("2GiB", "vmstore", 9, "type 8, or use a LUN of 2304MiB or more"),
        ("300MiB", "mail", 5, "type 4, or use a LUN of 320MiB or more"),
        ("2GiB", "datafiles", 33, "type 32, or use a LUN of 2112MiB or more"),
    ],
)
def test_journals_that_do_not_fit(size, kind, slots, fix):
    lun = {"size": size, "type": kind, "slots": slots}
    section = changed(LUN, {**pillar()["luns"]["primary"], **lun})
    problem = only(section)
    assert problem.path == "ocfs2:luns:primary:slots"
    assert problem.fix == fix
    assert check.check(changed((*LUN, "slots"), slots - 1, section)) == []


def test_fewer_slots_than_nodes_are_no_advice():
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=9))
    assert only(section).fix == "use a LUN of 2816MiB or more"
    section = changed((*LUN, "size"), "2GiB", pillar(nodes=8))
    assert only(section).fix == "type 8, or use a LUN of 2560MiB or more"


def test_the_smallest_lun():
    section = changed((*LUN, "size"), "300MiB")
    assert check.check(changed((*LUN, "type"), "mail", changed((*LUN, "slots"), 4, section))) == []


def test_a_wwid_with_capitals_is_that_of_its_device():
    section = changed((*LUN, "device"), "/dev/disk/by-id/dm-uuid-mpath-1ATA_Disk-1")
    assert check.check(changed((*LUN, "wwid"), "1ATA_Disk-1", section)) == []


def test_a_pinned_lun_has_its_filesystem_already():
    section = changed((*LUN, "size"), "1GiB")
    section = changed((*LUN, "slots"), 200, section)
    assert check.check(changed((*LUN, "uuid"), "ab" * 16, section)) == []


def test_too_many_nodes():
    section = pillar()
    section["nodes"] = {
        f"h{i}.x": {"number": i % 255, "address": f"10.0.{i // 256}.{i % 256}"}
        for i in range(1, 257)
    }
    problems = check.check(section)
    assert problems[0].path == "ocfs2:nodes"
    assert "there are 256 entries, 255 are possible" in problems[0].reason
    assert problems[0].fix == "remove 1 of them"
    assert "every number is in use" in problems[1].fix


def test_the_largest_cluster():
    section = {
        "nodes": {
            f"h{i}.x": {"number": i, "address": f"10.0.{i // 250}.{i % 250 + 1}"}
            for i in range(255)
        },
        "luns": {f"l{i}": _lun(i) for i in range(64)},
    }
    desired = check.parse(section)
    assert (len(desired.nodes), len(desired.luns)) == (255, 64)
    assert {lun.slots for lun in desired.luns} == {255}


def test_too_many_luns():
    section = pillar()
    section["luns"] = {f"l{i}": _lun(i) for i in range(65)}
    problem = only(section)
    assert problem.path == "ocfs2:luns"
    assert "65 entries, 64 are possible" in problem.reason


def _lun(index):
    return {
        "device": f"/dev/mapper/l{index}",
        "wwid": f"36{index:031x}",
        "size": "2TiB",
        "mount": {"path": f"/san/l{index}"},
    }
