"""What brings the LUNs: multipath, iSCSI, NVMe, FCoE."""

import pytest

from ocfs2lib.node import setup
from ocfs2lib.node.parts import iscsi
from ocfs2lib.node.parts import multipath
from ocfs2lib.node.parts import nvme
from ocfs2lib.pillar import check
from ocfs2lib.platform import debian
from ocfs2lib.platform import platforms
from ocfs2lib.san import iscsi_records
from ocfs2lib.san import nvme_unit
from support import answers
from support import roster
from support import san_pillar as san

WWID = answers.desired().luns[0].wwid
ONE, TWO, THREE = (f"host{number}.example.com" for number in range(3))
MAP = [WWID, "primary", "6 chk", "free"]
PORTAL = "192.168.50.10:3260"


def described(**section):
    return check.parse(roster.section(san=section))


def multipath_facts(**changes):
    known = {"interval": 5, "threshold": None, "maps": [], "disks": [], **changes}
    return {"multipath": known, "multipath_owners": []}


def differences(part, desired, known, files=(), units=()):
    """Those of a node on which the units of the distribution are enabled, as texts."""
    enabled = [unit for each in debian.PLATFORM.transports.values() for unit in each.units]
    facts = {"files": dict.fromkeys(part.files), "enabled": [*enabled, *units], **known}
    facts["files"].update(files)
    return [str(gap) for gap in part.differences(desired, ONE, facts, debian.PLATFORM)]


@pytest.mark.parametrize("name", ["multipath", "iscsi", "nvme", "fcoe"])
def test_nothing_is_done_where_pillar_says_nothing(name):
    desired, part = described(), setup.part(name)
    facts = answers.untouched_san()
    assert differences(part, desired, facts) == []
    assert part.packages(desired, debian.PLATFORM) == ()
    assert part.needed_tools(desired) == ()
    assert part.conflicts(desired, {ONE: facts, TWO: facts}) == {}


@pytest.mark.parametrize(
    ("wanted", "live", "interval", "retries"),
    [
        (31, None, 5, "6"),
        (61, None, 5, "16"),
        (61, 31, 5, "6"),
        (31, 61, 5, "6"),
        (31, 31, 10, "3"),
    ],
)
def test_a_map_waits_as_long_as_the_shorter_threshold_allows(wanted, live, interval, retries):
    cluster = {"heartbeat_threshold": wanted}
    desired = check.parse(roster.section(san={"multipath": True}, cluster=cluster))
    maps = [[*MAP[:2], "12 chk", "used"]]
    known = multipath_facts(interval=interval, threshold=live, maps=maps)
    gaps = differences(multipath.PART, desired, known)
    assert f"multipath:{WWID}: no_path_retry 12 chk -> {retries}" in gaps


def test_a_map_without_a_path_does_not_tell_what_it_does():
    known = multipath_facts(maps=[[*MAP[:2], "unknown", "used"]])
    assert differences(multipath.PART, described(multipath=True), known) == [
        "/etc/multipath/conf.d/ocfs2.conf: absent -> as described (18 s + 6 x 5 s + 1 s = 49 s)"
    ]


def test_a_disk_in_no_map_is_a_difference():
    known = multipath_facts(disks=[[WWID, "/dev/sda", "free"], [WWID, "/dev/sdb", "free"]])
    gaps = differences(multipath.PART, described(multipath=True), known)
    assert gaps.count(f"multipath:{WWID}: in no map -> a map") == 1


@pytest.mark.parametrize(
    ("known", "what"),
    [
        ({"maps": [[WWID, "mpatha", "6 chk", "used"]]}, "in use and called mpatha, not primary"),
        ({"disks": [[WWID, "/dev/sda", "used"]]}, "/dev/sda leads to LUN"),
    ],
)
def test_what_is_in_use_is_left_as_it_is(known, what):
    facts = multipath_facts(**known)
    (blocked,) = multipath.PART.blocked(described(multipath=True), ONE, facts, debian.PLATFORM)
    assert what in blocked.what
    assert multipath.PART.blocked(described(), ONE, facts, debian.PLATFORM) == []


def test_a_map_that_nobody_uses_gets_its_name_with_the_file():
    facts = multipath_facts(maps=[[WWID, "mpatha", "6 chk", "free"]])
    assert multipath.PART.blocked(described(multipath=True), ONE, facts, debian.PLATFORM) == []


def test_where_the_platform_configures_multipath_the_formula_does_not():
    proxmox = platforms.of({"platform": "Proxmox VE 8"})
    facts = {"multipath_owners": ["/etc/pve/multipath.cfg"]}
    (reason,) = multipath.PART.unsupported(described(multipath=True), proxmox, facts)
    assert "Proxmox VE writes the configuration of multipath itself" in reason.what
    assert "write no_path_retry 6 there" in reason.fix
    assert multipath.PART.unsupported(described(), proxmox, facts) == []
    assert multipath.PART.unsupported(described(multipath=True), debian.PLATFORM, facts) == []


def iscsi_described(*portals, **changes):
    found = {"portals": portals or san.PORTALS, "targets": [san.TARGET], **changes}
    return described(iscsi=found)


def record(desired, secrets="as pillar says"):
    settings = iscsi_records.settings(desired.san.iscsi, desired.cluster.heartbeat_threshold)
    lines = [f"{name}={value}" for name, value in settings.items() if value is not None]
    return [san.TARGET, PORTAL, f"secrets={secrets}", *lines]


def iscsi_facts(records=(), sessions=(), made=(), unseen=()):
    known = {"initiator": "iqn.a", "records": list(records), "made": list(made)}
    return {"iscsi": {**known, "sessions": list(sessions), "unseen": list(unseen)}}


def test_each_target_and_each_portal_has_a_record_at_least():
    assert differences(iscsi.PART, iscsi_described(), iscsi_facts()) == [
        f"iscsi:{san.TARGET}: absent -> a record",
        "iscsi:192.168.50.10:3260: absent -> a record",
        "iscsi:192.168.51.10:3261: absent -> a record",
    ]


def test_a_record_nobody_has_logged_in_by():
    desired = iscsi_described(PORTAL)
    assert differences(iscsi.PART, desired, iscsi_facts([record(desired)])) == [
        f"iscsi session:{san.TARGET} at {PORTAL}: absent -> logged in to"
    ]


def test_a_lun_that_no_target_shows():
    desired = iscsi_described(PORTAL)
    known = iscsi_facts([record(desired)], [[san.TARGET, PORTAL, "LOGGED_IN"]], unseen=[WWID])
    assert differences(iscsi.PART, desired, known) == [f"LUN:{WWID}: not seen -> seen"]


def test_a_secret_is_compared_and_not_told():
    desired = iscsi_described(PORTAL, chap={"username": "cluster", "password": san.SECRET})
    sessions = [[san.TARGET, PORTAL, "LOGGED_IN"]]
    known = iscsi_facts([record(desired, "other than in pillar")], sessions)
    gaps = differences(iscsi.PART, desired, known)
    where = f"{san.TARGET} at {PORTAL}"
    assert gaps == [f"iscsi:CHAP of {where}: other than in pillar -> as pillar says"]
    assert san.SECRET not in f"{gaps}{desired!r}{iscsi.PART.arguments(desired)}"


def test_records_are_put_right_before_a_service_logs_in_by_them():
    calls = []
    iscsi.PART.close(
        lambda *words: calls.append(words[:3]), [], iscsi_described(), ONE, debian.PLATFORM
    )
    enabled = [words[2] for words in calls if words[:2] == ("systemd.unit", "enable")]
    assert enabled == ["iscsid.socket", "open-iscsi.service"]
    names = [words[0] for words in calls]
    last = calls.index(("systemd.unit", "enable", "open-iscsi.service"))
    assert names.index("ocfs2_iscsi.connect") < last


def test_a_record_of_the_formula_that_pillar_has_no_more():
    known = iscsi_facts(made=[[san.TARGET, PORTAL]])
    for desired in (described(), iscsi_described(targets=["iqn.2003-01.com.domain:other"])):
        gap = differences(iscsi.PART, desired, known)[0]
        assert gap == f"iscsi:{san.TARGET} at {PORTAL}: logged in to -> absent"


def test_two_hosts_with_one_initiator_name():
    facts = {ONE: iscsi_facts(), TWO: iscsi_facts(), THREE: iscsi_facts()}
    facts[THREE]["iscsi"]["initiator"] = "iqn.b"
    found = iscsi.PART.conflicts(iscsi_described(), facts)
    assert found.keys() == {ONE, TWO}
    (reason,) = found[ONE]
    assert f"by the name iqn.a, as {TWO} does" in reason.what
    facts[ONE]["iscsi"]["initiator"] = None
    assert iscsi.PART.conflicts(iscsi_described(), facts) == {}


@pytest.mark.parametrize(("seconds", "differs"), [("off", True), ("37", False)])
def test_a_controller_that_waits_too_long(seconds, differs):
    desired = described(nvme={"portals": ["192.168.50.20"], "subsystems": [san.SUBSYSTEM]})
    pair = [san.SUBSYSTEM, "192.168.50.20:4420"]
    files = nvme_unit.files(desired.san.nvme, desired.cluster.heartbeat_threshold)
    known = {"nvme": {"host": "nqn.a", "controllers": [[*pair, "live", seconds]]}}
    gaps = differences(nvme.PART, desired, known, files, nvme.PART.units)
    expected = f"nvme:{' at '.join(pair)}: fast_io_fail_tmo {seconds} -> fast_io_fail_tmo 37"
    assert gaps == [expected] * differs
