import copy

import pytest

from ocfs2lib.firewall import backend
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.node import units
from ocfs2lib.node.parts import services
from ocfs2lib.pillar import check
from ocfs2lib.plan import cluster_plan
from ocfs2lib.plan import decide
from ocfs2lib.plan import plan_text
from ocfs2lib.platform import debian
from support import answers
from support import roster
from support import san_pillar as san

PILLAR = answers.desired()
HOSTS = [node.minion for node in PILLAR.nodes]
PATH = PILLAR.luns[0].mount.path
DROP_IN = "/etc/systemd/system/old.service.d/ocfs2-formula.conf"


def plan(census, silent=None, pillar=PILLAR, record=None):
    records = {"primary": record or answers.record(pillar)}
    return decide.plan(pillar, census, silent or {}, answers.FORMULA, records)


def leaders(found):
    return [lun.leader for lun in found.to_format()]


def formatted(**changes):
    """Every node sees the described volume, none has mounted it."""
    return answers.census(PILLAR, volume=answers.volume(PILLAR, **changes), written=None)


def mounted():
    return answers.census(
        PILLAR,
        volume=answers.volume(PILLAR),
        written=None,
        mounts=[{"path": PATH, "options": ["rw"]}],
        slot=0,
    )


def only_lun(found):
    (lun,) = found.luns
    return lun


def test_a_fresh_cluster_is_formatted_on_the_lowest_node_number():
    found = plan(answers.census(PILLAR))
    lun = only_lun(found)
    assert (lun.action, lun.refusals) == (cluster_plan.FORMAT, ())
    last = plan_text.lines(found)[-1]
    assert last == "4 to do, carried out by salt-run state.orchestrate ocfs2.orch."
    assert [each.key for each in found.to_format()] == ["primary"]
    assert leaders(found) == [HOSTS[0]]
    assert found.failures() == []
    assert found.differences() == [
        f"LUN primary: format on {HOSTS[0]}",
        *(f"{host}: mount LUN primary" for host in HOSTS),
    ]


def test_the_leader_is_the_lowest_number_whatever_the_order_of_the_answers():
    census = answers.census(PILLAR)
    assert leaders(plan(dict(reversed(census.items())))) == [HOSTS[0]]


@pytest.mark.parametrize("host", HOSTS)
def test_a_silent_node_keeps_a_blank_lun_from_being_formatted(host):
    census = answers.census(PILLAR)
    del census[host]
    found = plan(census, {host: "did not return within 45 s"})
    last = plan_text.lines(found)[-1]
    assert last == "2 refused or missing (above): put that right by hand."
    assert only_lun(found).action == cluster_plan.REFUSE
    assert found.to_format() == []
    assert f"{host}: did not return within 45 s" in found.failures()
    assert [(each.guard, each.node) for each in only_lun(found).refusals] == [("G8", host)]


def test_a_node_of_which_nothing_was_heard_is_silent():
    census = answers.census(PILLAR)
    del census[HOSTS[1]]
    assert f"{HOSTS[1]}: did not answer" in plan(census).failures()


def test_nobody_answering_formats_nothing():
    found = plan({})
    assert found.to_format() == []
    assert len(found.failures()) == 2 * len(HOSTS)


def test_a_silent_node_does_not_keep_the_others_from_mounting():
    census = formatted()
    del census[HOSTS[0]]
    found = plan(census)
    assert only_lun(found).mount_on == tuple(HOSTS[1:])
    assert found.answering() == HOSTS[1:]


def test_another_lun_under_the_name_is_not_mounted_where_it_is_seen():
    census = formatted()
    census[HOSTS[1]]["luns"]["primary"] = answers.lun(PILLAR, wwid="3600a0b8000999")
    found = plan(census)
    lun = only_lun(found)
    assert lun.action == cluster_plan.USE
    assert lun.volume["uuid"] == answers.UUID
    assert lun.mount_on == (HOSTS[0], HOSTS[2])
    assert {each.node for each in lun.refusals} == {HOSTS[1]}
    assert found.to_format() == []
    assert any("3600a0b8000999" in each for each in found.failures())


def test_a_node_that_sees_the_lun_blank_while_others_see_a_volume_is_refused():
    census = formatted()
    census[HOSTS[2]]["luns"]["primary"] = answers.lun(PILLAR)
    found = plan(census)
    assert only_lun(found).mount_on == tuple(HOSTS[:2])
    assert found.to_format() == []


def test_a_volume_of_another_cluster_is_neither_formatted_nor_mounted():
    found = plan(formatted(cluster="web", stamp="o2cb/web"))
    lun = only_lun(found)
    assert (lun.action, lun.volume, lun.mount_on) == (cluster_plan.REFUSE, None, ())
    assert all("o2cb/web" in str(each) for each in lun.refusals)
    assert len(lun.refusals) == len(HOSTS)


def test_another_filesystem_is_not_formatted():
    found = plan(answers.census(PILLAR, signature={"TYPE": "ext4", "UUID": "x"}, written=None))
    assert only_lun(found).action == cluster_plan.REFUSE
    assert all("it holds ext4 (x)" in str(each) for each in only_lun(found).refusals)


def test_one_node_that_sees_data_is_enough():
    census = answers.census(PILLAR)
    census[HOSTS[2]]["luns"]["primary"]["written"] = [0]
    found = plan(census)
    assert found.to_format() == []
    assert [each.node for each in only_lun(found).refusals] == [HOSTS[2]]


@pytest.mark.parametrize(
    ("section", "key", "value", "words"),
    [
        (None, "formula", "0.9.0+000000000000", "it has build 0.9.0+000000000000 of the formula"),
        ("o2cb", "modules", False, "no ocfs2 module"),
        ("host", "platform", "Debian 10", "Debian 10 is not supported"),
        ("host", "hostname", "elsewhere", "called elsewhere"),
        ("host", "addresses", [], "it has none"),
    ],
)
def test_an_unfit_node_takes_no_part(section, key, value, words):
    census = answers.census(PILLAR)
    answer = census[HOSTS[0]]
    (answer[section] if section else answer)[key] = value
    found = plan(census)
    assert words in str(found.nodes[0].silence)
    assert found.answering() == HOSTS[1:]
    assert found.to_format() == []
    assert any(words in each for each in found.failures())


def test_nothing_is_left_when_all_is_as_described():
    found = plan(mounted())
    assert (found.failures(), found.differences()) == ([], [])
    text = plan_text.lines(found)
    assert f"    volume {answers.UUID}, mounted" in text
    assert text[-1] == "Nothing to do."


def test_a_mount_elsewhere_does_not_count():
    census = mounted()
    census[HOSTS[0]]["luns"]["primary"]["mounts"] = [{"path": "/mnt", "options": []}]
    assert plan(census).differences() == [f"{HOSTS[0]}: mount LUN primary"]


def test_a_node_off_in_one_setting_is_named():
    census = mounted()
    cluster = census[HOSTS[1]]["o2cb"]["clusters"][PILLAR.cluster.name]
    cluster["fence_method"] = "panic"
    assert plan(census).differences() == [f"{HOSTS[1]}: live:fence_method: panic -> reset"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("missing",), ["mkfs.ocfs2"], "mkfs.ocfs2: absent -> installed"),
        (("files", units.UNIT_PATH), None, "o2cb.service: absent -> as described"),
        (("files", units.STOP_PATH), "exit 0\n", "o2cb-stop: other content -> as described"),
        (("files", FIREWALLS["iptables"].rules_path), "", "firewall.iptables: present -> absent"),
        (("enabled",), [backend.UNIT], "o2cb.service: disabled -> enabled"),
        (("masked",), [], "ocfs2.service: not masked -> masked"),
        (("panic", "kernel.panic"), {"live": "0", "file": "30"}, "kernel.panic: 0, at boot 30"),
        (("panic", "kernel.panic"), {"live": "30", "file": None}, "30, at boot not set -> 30"),
        (("services",), {DROP_IN: ""}, "old.service.d/ocfs2-formula.conf: present -> absent"),
        (("firewall", "rules"), {"anything": [1]}, "rules: other or none -> loaded by nftables"),
    ],
)
def test_whatever_is_off_on_a_host_is_named(path, value, words):
    census = mounted()
    setup = census[HOSTS[1]]["setup"]
    for name in path[:-1]:
        setup = setup[name]
    setup[path[-1]] = value
    found = plan(census)
    (difference,) = found.differences()
    assert difference.startswith(f"{HOSTS[1]}: ")
    assert words in difference


@pytest.mark.parametrize(("found", "old"), [({}, "absent"), ({DROP_IN: "x"}, "other content")])
def test_a_drop_in_that_is_not_as_described_is_named(found, old):
    section = roster.section()
    section["luns"]["primary"]["mount"]["services"] = ["old.service"]
    facts = {"services": found}
    gaps = services.PART.differences(check.parse(section), HOSTS[0], facts, debian.PLATFORM)
    assert [str(gap) for gap in gaps] == [f"{DROP_IN}: {old} -> as described"]


def test_a_chain_of_others_that_drops_the_port_is_a_failure():
    census = mounted()
    census[HOSTS[1]]["setup"]["firewall"]["blocking"]["from"] = [["inet", "filter", "input"]]
    (failure,) = plan(census).failures()
    assert failure.startswith(f"{HOSTS[1]}: Chain inet filter input drops TCP port 7777")
    assert "Fix: nft insert rule inet filter input ip saddr" in failure


def test_the_cluster_firewall_of_a_proxmox_host_is_opened_in_its_own_file():
    census = mounted()
    census[HOSTS[1]]["host"]["platform"] = "Proxmox VE 9"
    census[HOSTS[1]]["setup"]["firewall"]["blocking"]["from"] = [["ip", "filter", "INPUT"]]
    (failure,) = plan(census).failures()
    others = ",".join(node.address for node in PILLAR.nodes if node.minion != HOSTS[1])
    assert f"write IN ACCEPT -source {others} -p tcp -dport 7777 under [RULES]" in failure
    assert "/etc/pve/firewall/cluster.fw; if not, it belongs to iptables" in failure


def test_a_node_whose_host_closes_the_port_takes_no_part():
    section = roster.section()
    section["firewall"] = {"backend": "nftables"}
    pillar = check.parse(section)
    answered = answers.census(pillar)
    answered[HOSTS[1]]["setup"]["firewall"]["managers"]["firewalld"] = "running"
    records = {lun.key: answers.record(pillar) for lun in pillar.luns}
    planned = decide.plan(pillar, answered, {}, answers.FORMULA, records)
    (reason,) = planned.nodes[1].reasons_of("host-unfit")
    assert reason.what == "it has firewalld, and nftables cannot open what that closes"
    assert not planned.nodes[0].silence


@pytest.mark.parametrize("line", [None, {"device": "/dev/sdd", "fstype": "ocfs2", "options": []}])
def test_a_volume_that_the_next_boot_would_not_mount_is_named(line):
    census = mounted()
    census[HOSTS[1]]["fstab"] = {PATH: line} if line else {}
    found = plan(census)
    assert found.differences() == [f"{HOSTS[1]}: mount LUN primary at boot"]


def test_planning_changes_no_answer():
    census = mounted()
    before = copy.deepcopy(census)
    plan(census)
    assert census == before


def test_who_did_not_answer_is_in_the_plan_with_the_reason():
    census = mounted()
    del census[HOSTS[2]]
    data = plan_text.data(plan(census))
    assert data["nodes"][HOSTS[0]] == {"reachable": True, "reason": ""}
    assert data["nodes"][HOSTS[2]] == {"reachable": False, "reason": "did not answer"}
    assert data["luns"] == {"primary": "use"}


def test_differences_are_found_by_the_finding_that_tells_them():
    census = mounted()
    facts = census[HOSTS[1]]
    facts["setup"]["panic"]["kernel.panic"]["live"] = "0"
    facts["setup"]["missing"] = ["o2cb"]
    facts["mounts"] = [*facts["mounts"], "/old"]
    found = plan(census, pillar=answers.desired(slots=16))
    node = found.nodes[1]
    assert [gap.subject for gap in node.gaps_of("setup-differs")] == ["kernel.panic"]
    assert [gap.subject for gap in node.gaps_of("tools-missing")] == ["o2cb"]
    assert [gap.subject for gap in node.gaps_of("stray-volume")] == ["/old"]
    assert len(node.gaps_of("setup-differs", "tools-missing", "stray-volume")) == len(node.gaps)
    assert [gap.what for gap in only_lun(found).gaps_of("volume-differs")] == ["slots"]
    assert only_lun(found).gaps_of("setup-differs") == []


def without_lun(pillar, **setup):
    """Nobody sees the LUN; some of what ``setup`` says is yet to be done."""
    census = answers.census(pillar, error="/dev/mapper/primary: No such file", wwid=None, size=0)
    for facts in census.values():
        facts["setup"].update(setup)
    return census


def san_pillar(**lun):
    section = roster.section(san={"iscsi": {"portals": san.PORTALS, "targets": [san.TARGET]}})
    section["luns"]["primary"].update({"format": "once", **lun})
    return check.parse(section)


@pytest.mark.parametrize("lun", [{}, {"format": "never"}, {"uuid": answers.UUID}])
def test_a_lun_that_is_yet_to_be_brought_is_waited_for(lun):
    pillar = san_pillar(**lun)
    found = plan(without_lun(pillar), pillar=pillar)
    assert only_lun(found).action == cluster_plan.WAIT
    assert only_lun(found).awaited_on == tuple(HOSTS)
    assert found.failures() == []
    assert f"{HOSTS[0]}: bring LUN primary" in found.differences()
    assert found.to_format() == []
    assert "comes to" in "\n".join(plan_text.lines(found))


def test_a_lun_that_nothing_brings_is_missing():
    found = plan(without_lun(PILLAR))
    assert only_lun(found).action == cluster_plan.REFUSE
    assert found.failures()


def test_what_others_see_on_it_is_judged_now():
    pillar = san_pillar()
    census = without_lun(pillar)
    census[HOSTS[1]]["luns"]["primary"] = answers.lun(pillar, signature={"TYPE": "ext4"})
    found = plan(census, pillar=pillar)
    assert only_lun(found).action == cluster_plan.WAIT
    assert "not blank" in " ".join(found.failures())


def test_a_newcomer_waits_for_a_volume_that_the_others_use():
    pillar = san_pillar()
    census = answers.census(pillar, volume=answers.volume(pillar), written=None)
    census[HOSTS[2]] = without_lun(pillar)[HOSTS[2]]
    found = plan(census, pillar=pillar)
    assert only_lun(found).action == cluster_plan.USE
    assert only_lun(found).awaited_on == (HOSTS[2],)
    assert found.failures() == []
