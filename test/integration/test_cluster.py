"""From bare hosts and blank LUNs to a mounted cluster, and what is refused there.

Node 2 runs Debian 13, whose own units rewrite the settings file when they start and stop.
"""

import contextlib
import json
import os
import subprocess
import time

import pytest

from faults.arena import Arena
from faults.fault_scenarios import survive
from faults.report import FaultRow
from findings.breakages import BREAKAGES
from lab import demo
from lab.lab import REPOSITORY
from operations.traffic import Traffic

from . import shared
from .held_back import held_back
from .held_back import is_at_work
from .held_back import wait_at_work

pytestmark = pytest.mark.lab

DISTRO = "bookworm,trixie,bookworm"
#: LVM wants a block device.
_PVCREATE = """
device=$(losetup --find --show "$0") || exit
pvcreate -q --devices "$device" "$device"
made=$?
losetup --detach "$device"
exit $made
"""
#: What is made on the LUN "used", and the words in which the refusal names it.
CONTENTS = {
    "ext4": (["mkfs.ext4", "-q", "-F"], "it holds ext4"),
    "gpt": (["sgdisk", "--clear"], "it holds gpt partition table"),
    "lvm": (["sh", "-c", _PVCREATE], "it holds LVM2_member"),
    "bare": (
        ["mkfs.ocfs2", "-q", "-N", "4", "--cluster-stack=pcmk", "--cluster-name=hacluster"],
        "it belongs to pcmk/hacluster, not to o2cb/ocfs2",
    ),
    "other": (
        ["mkfs.ocfs2", "-q", "-N", "4", "--cluster-stack=o2cb", "--cluster-name=other"],
        "it belongs to o2cb/other, not to o2cb/ocfs2",
    ),
}
#: Node 3 sees another LUN under the name of this one.
SWAPPED = ["swapped:3G:nodes=1+2", "wrong:3G:alias=swapped:nodes=3"]
# Few of them: each costs every guest time at boot, twice for its two paths.
LUNS = ["primary:3G", "second:3G", "used:3G", *SWAPPED]
BLANK = ["primary", "second"]
#: What goes wrong at once; each is one of the findings by its name.
NAMED = {"clock-differs", "conf-differs", "not-mounted", "path-missing", "port-blocked"}
REFUSED = ["used", "swapped", "wrong"]


@pytest.fixture(scope="module", autouse=True)
def described(cluster):
    """Two blank LUNs in pillar, one of which is read as a whole before its format."""
    cluster.add_lun(cluster.section, "second", verify="full")
    cluster.describe()


def _with_refused(cluster):
    def change(section):
        cluster.add_lun(section, "used")
        cluster.add_lun(section, "swapped")

    return change


def _make(cluster, content):
    """Make a content on the LUN "used", as another host of the SAN might; returns its words."""
    argv, words = CONTENTS[content]
    path = cluster.lab.lun_path("used")
    size = path.stat().st_size
    os.truncate(path, 0)
    os.truncate(path, size)
    subprocess.run([*argv, str(path)], check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return words


@pytest.fixture(scope="module")
def traffic(cluster):
    """Every node writes to the primary volume from here on, and another one reads it."""
    traffic = Traffic(cluster.lab, "/san/primary")
    traffic.start(shared.NODES)
    return traffic


@contextlib.contextmanager
def _undisturbed(traffic, nodes):
    """Nothing is lost meanwhile, and so many nodes go on writing."""
    begin = time.time()
    yield
    end = time.time()
    verdict = traffic.verdict()
    verdict.assert_nothing_lost()
    print(verdict.between(begin, end))
    # How long a gap may be, a machine under load does not tell; none of them ends.
    assert verdict.between(begin, end).least_writing(tolerance=10)[0] >= nodes


def _operate(cluster, verb, **told):
    """An operation that has to end well, with all as described."""
    pillar = {f"ocfs2_{name}": value for name, value in told.items()}
    words = [f"pillar={json.dumps(pillar)}"] if told else []
    answer = cluster.lab.salt_run("state.orchestrate", f"ocfs2.orch.{verb}", *words)
    assert answer.rc == 0, answer.stdout + answer.stderr
    assert "Cluster ocfs2: HEALTHY" in answer.stdout
    return answer.stdout


@contextlib.contextmanager
def _held(cluster, node):
    """A process of the node works in the mount, and systemd does not know that it does."""
    run = "systemd-run --unit=holder --service-type=notify --property=NotifyAccess=all sh -c"
    work = "cd /san/primary && systemd-notify --ready && exec sleep infinity"
    cluster.must(node, *run.split(), work)
    yield
    cluster.must(node, "systemctl", "stop", "holder")


def _lines(text, start):
    return [line for line in text.splitlines() if start in line]


def _missing_node(section):
    section["nodes"]["host9.domain.com"] = {"number": 9, "address": "192.168.100.9"}


def _wrong_host_name(section):
    section["nodes"]["host2.domain.com"]["name"] = "elsewhere"


def _iptables(section):
    section["firewall"] = {"backend": "iptables"}


def _panic(section):
    section["cluster"]["fence_method"] = "panic"


def test_a_highstate_never_formats(cluster):
    before = cluster.digests(BLANK)
    answer = cluster.apply("host1.domain.com", "sync_mods=utils,modules,states")
    assert answer.rc != 0
    assert "holds no volume yet" in answer.stdout
    assert "salt-run state.orchestrate ocfs2.orch" in answer.stdout
    assert cluster.digests(BLANK) == before
    # All but the mount is done.
    assert cluster.must(1, "systemctl", "is-active", "o2cb.service") == "active"


@pytest.mark.campaign
def test_a_dry_run_shows_all_and_touches_nothing(cluster):
    before = cluster.digests(BLANK)
    answer = cluster.orchestrate("test=True")
    assert answer.rc == 0, answer.stdout + answer.stderr
    for name in BLANK:
        assert f"LUN {name} would be formatted on host1.domain.com" in answer.stdout
    assert "3 nodes would be mounted" in answer.stdout
    assert cluster.digests(BLANK) == before
    assert cluster.lab.run(2, ["test", "-e", "/etc/ocfs2/cluster.conf"]).rc == 1


@pytest.mark.campaign
def test_nothing_is_formatted_unless_every_node_takes_part(cluster):
    before = cluster.digests(BLANK)
    cluster.describe(_missing_node, _wrong_host_name)
    # One stage by itself; without the others, somebody has to sync the runner and the nodes.
    cluster.lab.salt_run("saltutil.sync_all")
    assert cluster.lab.salt_run("ocfs2.plan").rc == 1
    answer = cluster.lab.salt_run("ocfs2.format")
    assert answer.rc != 0
    for name in BLANK:
        assert f"LUN {name}: G8: host9.domain.com: takes no part" in answer.stdout
        assert f"LUN {name}: G8: host2.domain.com: takes no part" in answer.stdout
    assert "the host is called host2" in answer.stdout
    assert cluster.digests(BLANK) == before
    assert cluster.lab.run(2, ["test", "-e", "/etc/ocfs2/cluster.conf"]).rc == 1


@pytest.mark.campaign
@pytest.mark.parametrize("content", CONTENTS)
def test_the_plan_names_what_a_lun_holds(cluster, content):
    words = _make(cluster, content)
    before = cluster.digests(REFUSED)
    cluster.describe(_with_refused(cluster))
    answer = cluster.lab.salt_run("ocfs2.plan")
    assert answer.rc == 1
    refused = _lines(answer.stdout, "refused: ")
    for node in shared.NODES:
        assert any(f"host{node}.domain.com: " in line and words in line for line in refused)
    assert cluster.digests(REFUSED) == before


def test_the_demo_ends_in_a_healthy_cluster(cluster):
    """What make demo does with its lab, and the command that it tells people to type."""
    demo.bring_up(cluster.lab, demo.example(), print)
    demo.show(cluster.lab, print)
    status = next(each for each in demo.commands(cluster.lab.name) if "ocfs2.status" in each)
    typed = subprocess.run(status.split(), cwd=REPOSITORY, capture_output=True, text=True)
    assert typed.returncode == 0, typed
    assert typed.stdout.startswith("Cluster ocfs2: HEALTHY\n")


def test_what_holds_anything_is_refused_and_the_blank_lun_is_mounted(cluster):
    words = _make(cluster, "other")
    before = cluster.digests(REFUSED)
    cluster.describe(_with_refused(cluster))
    answer = cluster.lab.salt_run("ocfs2.format")
    assert answer.rc != 0
    assert any(words in line for line in _lines(answer.stdout, "LUN used: "))
    swapped = _lines(answer.stdout, "LUN swapped: G1: host3.domain.com: /dev/mapper/swapped is 35")
    assert swapped
    assert "LUN second formatted on host1.domain.com" in answer.stdout
    answer = cluster.lab.salt_run("ocfs2.mount")
    assert answer.rc != 0
    assert cluster.digests(REFUSED) == before
    for name in BLANK:
        shared.is_shared(cluster, f"/san/{name}")
    cluster.describe()
    shared.is_as_described(cluster)


def test_the_second_run_changes_nothing(cluster):
    shared.second_run_changes_nothing(cluster, *BLANK)


def test_what_somebody_took_away_is_seen_and_put_back(cluster):
    cluster.must(2, "nft", "delete", "table", "inet", "ocfs2")
    cluster.must(2, "sed", "-i", "/ocfs2/d", "/etc/fstab")
    cluster.must(2, "sysctl", "-w", "kernel.panic=0")
    cluster.must(2, "systemctl", "unmask", "ocfs2.service")
    rc, status = cluster.status()
    assert rc == 1
    assert status["failures"] == []
    assert status["differences"] == [
        f"host2.domain.com: {each}"
        for each in (
            "kernel.panic: 0, at boot 30 -> 30",
            "ocfs2.service: not masked -> masked",
            "rules: other or none -> loaded by nftables",
            "mount LUN primary at boot",
            "mount LUN second at boot",
        )
    ]
    assert {each["kind"] for each in status["findings"]} == {"setup-differs", "fstab-differs"}
    answer = cluster.apply("host2.domain.com")
    assert answer.rc == 0, answer.stdout
    shared.is_as_described(cluster)


def test_what_goes_wrong_is_named_at_one_look(cluster):
    """Some of the campaign in test/findings, all at once."""
    broken = [each for each in BREAKAGES if str(each) in NAMED]
    for each in broken:
        each.bring_about(cluster)
    rc, status = cluster.status()
    for each in reversed(broken):
        each.put_right(cluster)
    assert rc == 2
    for each in broken:
        assert any(map(each.is_about, status["findings"])), (str(each), status["findings"])
    assert {each["kind"] for each in status["findings"]} == NAMED
    shared.becomes_as_described(cluster)


@pytest.mark.campaign
def test_packages_and_services_of_others_leave_it_alone(cluster):
    settings = cluster.must(3, "cat", "/etc/default/o2cb")
    reinstall = ["apt-get", "install", "-qy", "--reinstall", "ocfs2-tools"]
    answer = cluster.lab.run(3, reinstall, timeout=900)
    assert answer.rc == 0, answer
    cluster.must(3, "systemctl", "restart", "nftables.service")
    assert cluster.must(3, "cat", "/etc/default/o2cb") == settings
    cluster.must(3, "nft", "list", "table", "inet", "ocfs2")


@pytest.mark.campaign
def test_a_stop_of_the_cluster_spares_a_mount_in_use_and_fences_nobody(cluster):
    boots = cluster.lab.node_state(3)["boots"]
    with _held(cluster, 3):
        cluster.lab.run(3, ["systemctl", "stop", "o2cb.service"])
        shared.is_shared(cluster, "/san/primary")
    cluster.must(3, "systemctl", "start", "o2cb.service")
    # An idle mount goes with the unit that it requires, and is put back like everything else.
    rc, status = cluster.status()
    assert (rc, status["differences"]) == (2, ["host3.domain.com: mount LUN second"])
    (finding,) = status["findings"]
    assert (finding["kind"], finding["nodes"]) == ("not-mounted", ["host3.domain.com"])
    answer = cluster.apply("host3.domain.com")
    assert answer.rc == 0, answer.stdout
    shared.is_as_described(cluster)
    assert cluster.lab.node_state(3)["boots"] == boots


@pytest.mark.campaign
def test_another_firewall_takes_the_place_of_the_first(cluster):
    cluster.describe(_iptables)
    answer = cluster.apply("host3.domain.com")
    assert answer.rc == 0, answer.stdout
    assert "--dport 7777" in cluster.must(3, "iptables-save")
    assert cluster.lab.run(3, ["nft", "list", "table", "inet", "ocfs2"]).rc != 0
    shared.is_shared(cluster, "/san/primary")
    cluster.describe()
    answer = cluster.apply("host3.domain.com")
    assert answer.rc == 0, answer.stdout
    assert "7777" not in cluster.must(3, "iptables-save")
    cluster.must(3, "nft", "list", "table", "inet", "ocfs2")


@pytest.mark.campaign
def test_a_node_is_taken_out_only_when_nobody_uses_its_mounts(cluster):
    with _held(cluster, 3):
        answer = cluster.apply("host3.domain.com", sls="ocfs2.clean")
        assert answer.rc != 0
        assert "/san/primary is in use by sleep (pid " in answer.stdout
        cluster.must(3, "findmnt", "/san/primary")
    answer = cluster.apply("host3.domain.com", sls="ocfs2.clean")
    assert answer.rc == 0, answer.stdout
    for gone in (
        "/etc/ocfs2/cluster.conf",
        "/etc/default/o2cb",
        "/sys/kernel/config/cluster/ocfs2",
    ):
        assert cluster.lab.run(3, ["test", "-e", gone]).rc == 1
    assert cluster.must(1, "cat", "/san/primary/3") == "from 3"
    answer = cluster.apply("host3.domain.com")
    assert answer.rc == 0, answer.stdout
    shared.is_shared(cluster, "/san/primary")


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["run-interrupted-at-first-write"])
def test_a_format_that_is_cut_is_gone_on_with(cluster, name):
    """One of the campaign in test/faults, beside a LUN that is another on node 3."""
    survive(Arena(cluster, target="used", sentinel="swapped"), name, FaultRow(name))


def test_a_check_outlives_its_run_and_its_minion(cluster):
    """The next run waits for it, and takes what it has found."""
    words = json.dumps({"ocfs2_lun": "second", "ocfs2_outage": "second"})
    told = ("salt-run", "state.orchestrate", "ocfs2.orch.fsck", f"pillar={words}")
    with held_back(cluster, 1, "fsck.ocfs2") as let_go:
        with cluster.lab.start_tool(*told) as run:
            wait_at_work(cluster, 1)
            run.kill()
        cluster.must(1, "systemctl", "restart", "salt-minion")
        cluster.lab.wait_minions([1])
        assert is_at_work(cluster, 1)
        begun = cluster.must(1, "pgrep", "-fc", "fsck.ocfs2 -fn")
        with cluster.lab.start_tool(*told) as run:
            _until(lambda: any("checked, read-only" in line for line in run.lines), run)
            assert cluster.must(1, "pgrep", "-fc", "fsck.ocfs2 -fn") == begun
            let_go()
            answer = run.wait()
    assert answer.rc == 0, answer.stdout + answer.stderr
    assert "LUN second is clean." in answer.stdout
    assert not is_at_work(cluster, 1)


def _until(condition, run):
    deadline = time.monotonic() + 600
    while not condition():
        assert not run.ended, run.wait()
        assert time.monotonic() < deadline, run.lines
        time.sleep(0.2)


def test_a_volume_grows_while_all_write(cluster, traffic):
    cluster.lab.grow_lun("primary", "4G")
    cluster.section["luns"]["primary"]["size"] = "4GiB"
    cluster.describe()
    with _undisturbed(traffic, 3):
        _operate(cluster, "grow", lun="primary")
    for node in shared.NODES:
        block, count = cluster.must(node, "stat", "-fc", "%S %b", "/san/primary").split()
        assert int(block) * int(count) == 4 << 30


@pytest.mark.campaign
def test_a_node_leaves_and_another_time_joins_while_the_others_write(cluster, traffic):
    traffic.release(3)
    entry = cluster.section["nodes"].pop("host3.domain.com")
    cluster.describe()
    with _undisturbed(traffic, 2):
        _operate(cluster, "remove_node", node="host3.domain.com")
        known = "/sys/kernel/config/cluster/ocfs2/node"
        assert cluster.must(1, "ls", known).split() == ["host1", "host2"]
        assert cluster.lab.run(3, ["test", "-e", known]).rc == 1
        cluster.section["nodes"]["host3.domain.com"] = entry
        cluster.describe()
        _operate(cluster, "add_node")
    traffic.resume(3)


@pytest.mark.campaign
def test_timeouts_change_while_all_is_down(cluster, traffic):
    cluster.section["cluster"]["heartbeat_threshold"] = 21
    cluster.describe()
    answer = cluster.apply("host1.domain.com")
    assert answer.rc != 0
    assert "ocfs2.orch.retune" in answer.stdout
    traffic.stop()
    _operate(cluster, "retune", outage="ocfs2")
    for node in shared.NODES:
        threshold = "/sys/kernel/config/cluster/ocfs2/heartbeat/dead_threshold"
        assert cluster.must(node, "cat", threshold) == "21"


def test_after_a_power_cut_it_comes_back_by_itself(cluster):
    shared.comes_back_by_itself(cluster, (1, 2), *BLANK)


@pytest.mark.campaign
def test_a_node_that_is_down_does_not_stop_the_others(cluster):
    cluster.describe(_panic)
    answer = cluster.orchestrate()
    assert answer.rc != 0
    assert "host3.domain.com: did not answer" in answer.stdout
    for node in (1, 2):
        fence = "/sys/kernel/config/cluster/ocfs2/fence_method"
        assert cluster.must(node, "cat", fence) == "panic"


@pytest.mark.campaign
def test_the_node_that_was_down_catches_up(cluster):
    cluster.lab.start(3)
    for name in BLANK:
        cluster.wait_mounted(3, f"/san/{name}")
    cluster.lab.wait_minions([3])
    rc, status = cluster.status()
    assert (rc, status["state"]) == (1, "degraded")
    answer = cluster.apply("host3.domain.com")
    assert answer.rc == 0, answer.stdout
    shared.is_as_described(cluster)
