"""The cluster stack against the real tools.

The kernel under the test has no OCFS2, so /sys/fs/ocfs2 and configfs are directories here that
hold what a running node shows; the tools themselves see that there is no configfs and say so.
"""

import dataclasses
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.firewall import backend as firewall_backend
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import service_dropins
from ocfs2lib.node import setup
from ocfs2lib.node import units
from ocfs2lib.node.parts import firewall as firewall_part
from ocfs2lib.node.parts import panic
from ocfs2lib.pillar import check
from ocfs2lib.platform import debian
from ocfs2lib.system import files

from .conftest import MINION

CONF = Path("/etc/ocfs2/cluster.conf")
SETTINGS = Path("/etc/default/o2cb")
DEBCONF = Path("/var/cache/debconf/config.dat")
DROP_IN = Path(service_dropins.DROP_INS.replace("*", "libvirtd.service"))
REGION = "458E997A48634B3DAB36F01667EBB761"

pytestmark = [
    pytest.mark.usefixtures("sandbox"),
    pytest.mark.skipif(not shutil.which("o2cb"), reason="ocfs2-tools are not installed"),
]


def run(*argv, **kwargs):
    return subprocess.run(argv, capture_output=True, text=True, check=False, **kwargs)


def tree(root):
    """Everything below a directory, to see that nothing changed."""
    return {
        str(path): (path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in sorted(Path(root).rglob("*"))
        if not path.is_symlink()
    }


@pytest.fixture(scope="module")
def debconf(sandbox, tmp_path_factory):
    """debconf's answers as they were before the first test."""
    return shutil.copy2(DEBCONF, tmp_path_factory.mktemp("debconf"))


@pytest.fixture(autouse=True)
def clean(debconf):
    """Every test begins on a host the formula has never seen."""
    for path in ("/etc/ocfs2", "/etc/sysconfig"):
        shutil.rmtree(path, ignore_errors=True)
    for path in Path("/etc/systemd/system").rglob("o*.service"):
        path.unlink()
    DROP_IN.unlink(missing_ok=True)
    SETTINGS.write_text(
        o2cb_settings.render(dict.fromkeys(o2cb_settings.NAMES, ""), debian.PLATFORM.settings)
    )
    shutil.copy2(debconf, DEBCONF)
    if shutil.which("nft"):
        run("nft", "flush", "ruleset")


@pytest.fixture
def region(kernel):
    """A heartbeat region, as every mounted volume has one."""
    kernel(f"heartbeat/{REGION}/dev", "dm-0")


# cluster.conf and the real loader


def listed(what, path, cluster):
    return run("o2cb", f"--config-file={path}", f"list-{what}", "--oneline", cluster)


def loaded(path, cluster):
    """What the real tool finds in a file: its two answers, or None if it refuses the file."""
    summary = listed("cluster", path, cluster)
    if summary.returncode:
        return None
    line = next((x for x in summary.stdout.splitlines() if x.startswith("cluster: ")), None)
    return line, listed("nodes", path, cluster).stdout


def meant(conf, name):
    """The same two answers as our reading of the file gives them."""
    cluster = next((each for each in conf.clusters if each.name == name), None)
    nodes = [each for each in conf.nodes if each.cluster == name]
    return (
        cluster and f"cluster: {cluster.node_count} {cluster.heartbeat_mode} {cluster.name}",
        "".join(f"node: {n.number} {n.name} {n.address}:{n.port} {n.cluster}\n" for n in nodes),
    )


def of_size(nodes):
    return cluster_conf.Conf(
        (cluster_conf.ConfCluster("web", "local", nodes),),
        tuple(
            cluster_conf.ConfNode("web", number, 7777, f"10.0.0.{number + 1}", f"node{number}")
            for number in range(nodes)
        ),
    )


def test_the_tool_loads_what_we_meant_for_every_size(tmp_path):
    path = tmp_path / "cluster.conf"
    for nodes in range(1, 256):
        conf = of_size(nodes)
        path.write_text(cluster_conf.render(conf))
        summary, lines = meant(conf, "web")
        assert listed("nodes", path, "web").stdout == lines
        if nodes in (1, 2, 32, 255):
            assert summary in listed("cluster", path, "web").stdout.splitlines()


def mutants(count, seed):
    """Damaged cluster.conf texts, the same ones in every run."""
    pieces = [
        *"\n\t #\\=:-+\r\"'x0",
        *("\\\n", "cluster:", "node:", "foo:\n", "\tname = n3\n", "\tbar = 1\n", "4294967296"),
        *("heartbeat:\n\tcluster = web\n\tregion = AB\n", "Global", "-18446744073709551615", "é"),
    ]
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        text = cluster_conf.render(of_size(2))
        for _ in range(chance.choice((1, 1, 1, 2))):
            at = chance.randrange(len(text))
            kind = chance.random()
            if kind < 0.5:
                text = text[:at] + chance.choice(pieces) + text[at:]
            elif kind < 0.8:
                text = text[:at] + text[at + chance.randrange(1, 12) :]
            else:
                lines = text.split("\n")
                lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
                text = "\n".join(lines)
        yield text


def test_we_accept_and_refuse_what_the_tool_does(tmp_path):
    path = tmp_path / "cluster.conf"
    accepted = 0
    for text in mutants(250, seed=7):
        path.write_text(text, encoding="utf-8", newline="")
        try:
            want = meant(cluster_conf.parse(text), "web")
            accepted += 1
        except cluster_conf.ConfError:
            want = None
        assert loaded(path, "web") == want, text
    assert 40 < accepted < 200


def test_cluster_conf_is_written_once(states, states_test, config):
    name = str(CONF)
    dry = states_test["o2cb.cluster_conf"](name=name, config=config)
    assert (dry["result"], CONF.exists()) == (None, False)
    wet = states["o2cb.cluster_conf"](name=name, config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert CONF.stat().st_mode & 0o7777 == 0o644
    assert loaded(CONF, "ocfs2") == meant(cluster_conf.parse(CONF.read_text()), "ocfs2")
    before = tree("/etc/ocfs2")
    again = states["o2cb.cluster_conf"](name=name, config=config)
    assert (again["result"], again["changes"]) == (True, {})
    assert tree("/etc/ocfs2") == before


def test_a_file_that_the_tool_rewrote_in_its_own_order_stays(states, config):
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    for command in (["add-node", "--ip=10.9.9.9", "ocfs2", "x"], ["remove-node", "ocfs2", "x"]):
        assert run("o2cb", f"--config-file={CONF}", *command).returncode == 0
    before = CONF.read_text()
    assert states["o2cb.cluster_conf"](name=str(CONF), config=config)["changes"] == {}
    assert CONF.read_text() == before


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("\t", "", "neither"),
        ("node_count = 2", "node_count = 3", "says node_count 3 and has 2"),
        ("= web", "= my-web", "letters and digits"),
    ],
)
def test_content_that_cannot_work_is_not_written(modules, old, new, reason):
    good = cluster_conf.render(of_size(2))
    assert modules["o2cb.conf_write"](good)
    with pytest.raises(SaltInvocationError, match=reason):
        modules["o2cb.conf_write"](good.replace(old, new))
    assert CONF.read_text() == good
    assert [path.name for path in CONF.parent.iterdir()] == ["cluster.conf"]


def test_a_write_that_fails_names_the_path_and_leaves_nothing(tmp_path):
    (tmp_path / "target").mkdir()
    with pytest.raises(CommandExecutionError, match=f"{tmp_path}/target cannot be written: Is a d"):
        files.write(str(tmp_path / "target"), "text")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    with pytest.raises(SaltInvocationError, match="not an absolute path"):
        files.write("target", "text")


# Every state


STATES = ("cluster_conf", "settings", "boot", "firewall", "online")


@pytest.mark.parametrize("state", STATES)
def test_an_invalid_pillar_is_refused_with_all_its_errors(states, states_test, config, state):
    config["nodes"][MINION].update(number=300, address="fe80::1")
    for each in (states, states_test):
        ret = each[f"o2cb.{state}"](name=str(CONF), config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "number" in ret["comment"]
        assert "address" in ret["comment"]
    assert not CONF.parent.exists()


@pytest.mark.parametrize("state", STATES)
def test_a_minion_outside_the_roster_is_refused(states_test, config, state):
    del config["nodes"][MINION]
    ret = states_test[f"o2cb.{state}"](name=str(CONF), config=config)
    assert ret["result"] is False
    assert f"{MINION} is not in the roster" in ret["comment"]


# Settings


def test_settings_go_where_the_init_script_looks(states, states_test, modules, config):
    sysconfig = Path("/etc/sysconfig/o2cb")
    sysconfig.parent.mkdir()
    sysconfig.write_text("O2CB_ENABLED=false\n")
    before = SETTINGS.read_text()
    assert states_test["o2cb.settings"](name="o2cb", config=config)["result"] is None
    assert sysconfig.read_text() == "O2CB_ENABLED=false\n"
    assert states["o2cb.settings"](name="o2cb", config=config)["result"]
    want = o2cb_settings.from_desired(check.parse(config))
    assert o2cb_settings.parse(sysconfig.read_text()) == want
    assert SETTINGS.read_text() == before
    assert modules["o2cb.debconf_get"]() == want


def test_neither_upgrade_nor_native_unit_of_the_package_leaves_a_drift(states, config):
    config["cluster"] = {"name": "web", "heartbeat_threshold": 61, "fence_method": "panic"}
    assert states["o2cb.settings"](name="o2cb", config=config)["result"]
    ours = SETTINGS.read_text()
    assert states["o2cb.settings"](name="o2cb", config=config)["changes"] == {}
    # The maintainer script writes the file, then wants to start a cluster this kernel cannot.
    reconfigure = ["dpkg-reconfigure", "-f", "noninteractive", "ocfs2-tools"]
    run(*reconfigure)
    assert SETTINGS.read_text() == ours
    SETTINGS.unlink()
    run(*reconfigure)
    assert SETTINGS.read_text() == ours
    # What "o2cb.init disable" of Debian 13's own unit does to the file is undone.
    run("/etc/init.d/o2cb", "disable")
    assert "O2CB_ENABLED=false" in SETTINGS.read_text()
    ret = states["o2cb.settings"](name="o2cb", config=config)
    assert ret["changes"] == {"settings:O2CB_ENABLED": {"old": "false", "new": "true"}}
    assert SETTINGS.read_text() == ours


def test_settings_that_only_a_shell_can_judge_are_replaced(states, modules, config):
    SETTINGS.write_text(". /etc/elsewhere\n")
    assert modules["o2cb.settings_read"]() == {"path": str(SETTINGS), "values": None}
    assert states["o2cb.settings"](name="o2cb", config=config)["result"]
    assert "elsewhere" not in SETTINGS.read_text()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"O2CB_ENABLED": "true"}, "needs O2CB_BOOTCLUSTER"),
        ({"PATH": "x"}, "PATH is none of"),
        ({"O2CB_ENABLED": "true; reboot"}, "letters and digits"),
    ],
)
def test_unsafe_settings_are_refused(modules, values, reason):
    before = SETTINGS.read_text()
    with pytest.raises(SaltInvocationError, match=reason):
        modules["o2cb.settings_write"](values)
    assert SETTINGS.read_text() == before


# The cluster in the kernel


def test_facts_of_a_host_without_ocfs2(modules):
    facts = modules["o2cb.facts"]()
    assert facts["stack"] is facts["online"] is facts["conf"]["text"] is None
    assert facts["clusters"] == {}
    kernel = run("modprobe", "-n", "-q", "-a", "ocfs2", "ocfs2_stack_o2cb")
    assert facts["modules"] is (kernel.returncode == 0)


def test_facts_of_a_running_node(modules, kernel, region):
    facts = modules["o2cb.facts"]()
    json.dumps(facts)
    assert (facts["stack"], facts["modules"], facts["online"]) == ("o2cb", True, "ocfs2")
    assert facts["clusters"] == {
        "ocfs2": {
            "nodes": {
                f"host{number + 1}": {
                    "number": number,
                    "address": f"192.168.100.{number + 1}",
                    "port": 7777,
                    "local": number == 0,
                }
                for number in range(3)
            },
            "heartbeat_mode": "local",
            "heartbeat_threshold": 31,
            "idle_timeout_ms": 30000,
            "keepalive_delay_ms": 2000,
            "reconnect_delay_ms": 2000,
            "fence_method": "reset",
            "regions": [REGION],
        }
    }


def test_registered_is_not_online(modules, kernel):
    kernel("node/host1/local", 0)
    facts = modules["o2cb.facts"]()
    assert (facts["online"], list(facts["clusters"])) == (None, ["ocfs2"])


def test_a_cluster_as_described_is_left_alone(states, states_test, kernel, region, config):
    before = tree("/sys/kernel/config")
    for each in (states, states_test):
        ret = each["o2cb.online"](name="ocfs2", config=config)
        assert (ret["result"], ret["changes"]) == (True, {})
    assert tree("/sys/kernel/config") == before


def test_free_values_are_set_in_use(states, states_test, kernel, region, config):
    config["cluster"] = {"fence_method": "panic", "reconnect_delay_ms": 4000}
    dry = states_test["o2cb.online"](name="ocfs2", config=config)
    assert dry["result"] is None
    wet = states["o2cb.online"](name="ocfs2", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert Path("/sys/kernel/config/cluster/ocfs2/fence_method").read_text() == "panic\n"
    assert states["o2cb.online"](name="ocfs2", config=config)["changes"] == {}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("fence_method", "off"), ("reconnect_delay_ms", 0), ("idle_timeout_ms", 60000)],
)
def test_other_values_are_not_set_in_a_running_cluster(modules, kernel, attribute, value):
    before = tree("/sys/kernel/config")
    with pytest.raises(SaltInvocationError, match=f"{attribute} cannot be set"):
        modules["o2cb.attribute_write"]("ocfs2", attribute, value)
    assert tree("/sys/kernel/config") == before


@pytest.mark.parametrize("state", STATES)
def test_what_needs_an_outage_is_refused_in_use(states, states_test, kernel, region, config, state):
    config["cluster"] = {"idle_timeout_ms": 60000}
    before = tree("/etc")
    for each in (states, states_test):
        ret = each[f"o2cb.{state}"](name=str(CONF), config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "live:idle_timeout_ms: 30000 -> 60000 needs the whole cluster" in ret["comment"]
        assert "salt-run state.orchestrate ocfs2.orch.retune" in ret["comment"]
    assert tree("/etc") == before


def test_what_needs_this_node_down_is_planned_when_idle(states_test, kernel, config):
    config["cluster"] = {"idle_timeout_ms": 60000}
    ret = states_test["o2cb.online"](name="ocfs2", config=config)
    assert ret["result"] is None
    assert ret["changes"] == {"live:idle_timeout_ms": {"old": 30000, "new": 60000}}


def test_a_kernel_without_ocfs2_is_refused_by_name(states, states_test, kernel, config):
    shutil.rmtree("/sys/kernel/config")
    shutil.rmtree("/sys/module/ocfs2")
    for each in (states, states_test):
        ret = each["o2cb.online"](name="ocfs2", config=config)
        assert ret["result"] is False
        assert "The running kernel has no ocfs2 modules. Fix: " in ret["comment"]


def test_offline_is_refused_in_use(states, states_test, modules, kernel, region):
    for each in (states, states_test):
        ret = each["o2cb.offline"](name="ocfs2")
        assert ret["result"] is False
        assert f"region {REGION} of cluster ocfs2 is active. Fix: unmount" in ret["comment"]
    for command in (["o2cb.offline"], ["o2cb.online", "ocfs2"]):
        modules["o2cb.conf_write"](cluster_conf.render(of_size(2)).replace("web", "ocfs2"))
        with pytest.raises(CommandExecutionError, match=f"stays online: region {REGION}"):
            modules[command[0]](*command[1:])


def test_absent_is_refused_online(states, states_test, kernel, config):
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    for each in (states, states_test):
        ret = each["o2cb.absent"](name="o2cb")
        assert ret["result"] is False
        assert "ocfs2 is online. Fix: apply o2cb.offline first." in ret["comment"]
    assert CONF.exists()


def test_offline_of_an_idle_cluster_is_planned(states_test, kernel):
    ret = states_test["o2cb.offline"](name="ocfs2")
    assert (ret["result"], ret["changes"]) == (None, {"ocfs2": {"old": "online", "new": "offline"}})


def test_offline_without_a_cluster_is_nothing_to_do(states):
    ret = states["o2cb.offline"](name="ocfs2")
    assert (ret["result"], ret["changes"]) == (True, {})


def test_a_tool_without_its_kernel_is_quoted(modules, kernel, config):
    modules["o2cb.conf_write"](cluster_conf.render(of_size(2)).replace("web", "ocfs2"))
    with pytest.raises(CommandExecutionError, match=r"ocfs2 failed \(exit code 1\): o2cb: "):
        modules["o2cb.register"]("ocfs2")


def test_a_cluster_that_is_not_in_the_file_is_refused(modules):
    for command in ("o2cb.register", "o2cb.online"):
        with pytest.raises(CommandExecutionError, match=f"{CONF} has no cluster ocfs2. Fix: "):
            modules[command]("ocfs2")


def test_a_host_without_systemd_is_named(states, kernel, config):
    shutil.rmtree("/sys/kernel/config")
    states["o2cb.cluster_conf"](name=str(CONF), config=config)
    ret = states["o2cb.online"](name="ocfs2", config=config)
    assert (ret["result"], ret["changes"]) == (False, {})
    assert "o2cb.service cannot restart: systemd does not run here" in ret["comment"]


# Boot and shutdown


def test_boot_is_set_up_once(states, states_test, config):
    dry = states_test["o2cb.boot"](name="o2cb", config=config)
    assert (dry["result"], Path(units.UNIT_PATH).exists()) == (None, False)
    wet = states["o2cb.boot"](name="o2cb", config=config)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    directory = Path("/etc/systemd/system")
    assert (directory / "ocfs2.service").readlink() == Path("/dev/null")
    wanted = directory / "multi-user.target.wants/o2cb.service"
    assert wanted.readlink() == Path(units.UNIT_PATH)
    before = tree("/etc")
    assert states["o2cb.boot"](name="o2cb", config=config)["changes"] == {}
    assert tree("/etc") == before


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_systemd_finds_no_fault_with_the_units(states, config, backend):
    config["firewall"] = {"backend": backend}
    for state in ("boot", "firewall"):
        assert states[f"o2cb.{state}"](name="o2cb", config=config)["result"]
    paths = (units.UNIT_PATH, firewall_backend.UNIT_PATH)
    verdict = run("systemd-analyze", "--man=no", "verify", *paths)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_stopping_the_unit_refuses_a_cluster_in_use(states, config, kernel, region):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert stop.returncode == 1
    # Nothing but this one line: o2cb was not even asked.
    assert stop.stderr.startswith("o2cb stays up, a heartbeat is active")
    assert stop.stderr.count("\n") == 1


def test_stopping_the_unit_tells_when_the_cluster_stays(states, config, kernel):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert stop.returncode == 1
    assert "Unable to access cluster service" in stop.stderr


def test_stopping_the_unit_without_a_cluster_is_fine(states, config):
    assert states["o2cb.boot"](name="o2cb", config=config)["result"]
    stop = run("/bin/sh", units.STOP_PATH)
    assert (stop.returncode, stop.stderr) == (0, "")


# Firewall


needs_nft = pytest.mark.skipif(not shutil.which("nft"), reason="nft is not installed")
needs_iptables = pytest.mark.skipif(
    not shutil.which("iptables"), reason="iptables is not installed"
)


@pytest.fixture
def peer():
    """A second host on the interconnect, with a node's address and a stranger's. The function
    tells whether a connection from an address reaches the port."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    for line in (
        "netns add peer",
        "link add v0 type veth peer name v1 netns peer",
        "address add 192.168.100.1/24 dev v0",
        "link set v0 up",
        "-n peer address add 192.168.100.2/24 dev v1",
        "-n peer address add 192.168.100.77/24 dev v1",
        "-n peer link set v1 up",
    ):
        subprocess.run(["ip", *line.split()], check=True)

    # A port without a listener answers with a reset; a dropped packet is not answered.
    script = (
        "import socket, sys; s = socket.socket(); s.settimeout(1.5); s.bind((sys.argv[1], 0));"
        "print(s.connect_ex(('192.168.100.1', int(sys.argv[2]))))"
    )

    def reaches(address, port=7777):
        command = ["ip", "netns", "exec", "peer", "python3", "-c", script, address, str(port)]
        return run(*command).stdout.strip() == "111"  # ECONNREFUSED

    yield reaches
    run("ip", "netns", "delete", "peer")
    run("umount", "/run")


def apply(states, config):
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is True, ret["comment"]
    return ret["changes"]


def saved():
    return run("iptables-save", "-t", "filter").stdout


@needs_nft
@needs_iptables
@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_only_the_other_nodes_reach_the_port(states, config, peer, backend):
    config["firewall"] = {"backend": backend}
    assert peer("192.168.100.77")
    apply(states, config)
    assert not peer("192.168.100.77")
    assert peer("192.168.100.2")
    assert peer("192.168.100.77", 7778)
    assert apply(states, config) == {}


@needs_nft
def test_test_mode_loads_nothing(states_test, config):
    ret = states_test["o2cb.firewall"](name="interconnect", config=config)
    assert (ret["result"], run("nft", "list", "ruleset").stdout) == (None, "")
    assert not Path("/etc/ocfs2").exists()


@needs_nft
@pytest.mark.parametrize(
    "drift",
    [
        "flush ruleset",
        "flush chain inet ocfs2 input",
        "add element inet ocfs2 peers { 192.168.100.77 }",
        "insert rule inet ocfs2 input accept",
    ],
)
def test_drift_of_nftables_is_repaired(states, config, drift):
    apply(states, config)
    good = run("nft", "list", "ruleset").stdout
    assert run("nft", drift).returncode == 0
    assert apply(states, config).keys() == {"rules"}
    assert run("nft", "list", "ruleset").stdout == good


@needs_iptables
@pytest.mark.parametrize(
    "drift",
    ["-F INPUT", "-F OCFS2", "-I OCFS2 -j ACCEPT", "-I INPUT -j DROP", "-I INPUT -p tcp -j OCFS2"],
)
def test_drift_of_iptables_is_repaired_and_foreign_rules_stay(states, config, drift):
    config["firewall"] = {"backend": "iptables"}
    apply(states, config)
    assert run("iptables", *drift.split()).returncode == 0
    assert apply(states, config).keys() == {"rules"}
    assert saved().count("-A INPUT -p tcp -j OCFS2") == 1
    assert ("-A INPUT -j DROP" in saved()) is (drift == "-I INPUT -j DROP")


@needs_nft
@needs_iptables
def test_a_new_node_is_let_in(states, config):
    for backend in ("nftables", "iptables"):
        config["firewall"] = {"backend": backend}
        config["nodes"].pop("host4.domain.com", None)
        apply(states, config)
        config["nodes"]["host4.domain.com"] = {"number": 3, "address": "192.168.100.4"}
        assert apply(states, config).keys() == {"rules", FIREWALLS[backend].rules_path}


@needs_nft
@needs_iptables
def test_another_backend_takes_over_and_none_leaves_nothing(states, config):
    run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    foreign = [line for line in saved().splitlines() if line.startswith("-A")]
    for backend in ("nftables", "iptables", "nftables", "iptables", "none"):
        config["firewall"] = {"backend": backend}
        apply(states, config)
        assert apply(states, config) == {}
        tables = run("nft", "list", "tables").stdout
        assert ("table inet ocfs2" in tables) is (backend == "nftables")
        assert ("OCFS2" in saved()) is (backend == "iptables")
        exists = [name for name, each in FIREWALLS.items() if Path(each.rules_path).exists()]
        assert exists == [name for name in [backend] if name != "none"]
        wants = sorted(
            path.parent.name
            for path in Path("/etc/systemd/system").glob(f"*.wants/{firewall_backend.UNIT}")
        )
        service = {"nftables": "nftables", "iptables": "netfilter-persistent"}.get(backend)
        want = ["multi-user.target.wants", f"{service}.service.wants"] if service else []
        assert wants == want
    assert [line for line in saved().splitlines() if line.startswith("-A")] == foreign
    assert not Path(firewall_backend.UNIT_PATH).exists()


@needs_nft
def test_none_touches_nothing_of_others(states, config):
    run("nft", "add table inet filter")
    before = run("nft", "-a", "list", "ruleset").stdout
    config["firewall"] = {"backend": "none"}
    assert apply(states, config) == {}
    assert run("nft", "-a", "list", "ruleset").stdout == before


@needs_nft
def test_a_foreign_drop_is_named_with_the_rule_that_is_missing(states, states_test, config, peer):
    rules = "ct state established,related accept; iif lo accept; tcp dport { 22, 80 } accept;"
    chain = f"chain input {{ type filter hook input priority 0; policy drop; {rules} }}"
    assert run("nft", f"table inet filter {{ {chain}; }}").returncode == 0
    for each in (states, states_test):
        ret = each["o2cb.firewall"](name="interconnect", config=config)
        assert (ret["result"], ret["changes"]) == (False, {})
        assert "Chain inet filter input drops TCP port 7777 from the other" in ret["comment"]
    typed = ret["comment"].partition("Fix: ")[2].partition(" accept,")[0] + " accept"
    assert subprocess.run(typed, shell=True, check=False).returncode == 0  # noqa: S602
    apply(states, config)
    assert peer("192.168.100.2")
    assert not peer("192.168.100.77")


@needs_nft
@needs_iptables
def test_a_dropping_iptables_is_answered_with_its_own_backend(states, config, peer):
    run("iptables", "-P", "INPUT", "DROP")
    run("iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT")
    ret = states["o2cb.firewall"](name="interconnect", config=config)
    assert ret["result"] is False
    assert "set ocfs2:firewall:backend to iptables" in ret["comment"]
    config["firewall"] = {"backend": "iptables"}
    apply(states, config)
    assert peer("192.168.100.2")


# What the master is told of all that


@pytest.mark.parametrize("backend", ["nftables", "iptables", "none"])
def test_the_plan_sees_what_the_states_have_set_up(states, modules, config, backend):
    config["firewall"] = {"backend": backend}
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    desired = check.parse(config)

    def gaps():
        census = modules["ocfs2_node.census"]({}, firewall_part.arguments(desired))
        found = setup.differences(desired, MINION, census["setup"], census["host"])
        # The panic settings are those of the host the test runs on.
        return [gap.what for gap in found if gap.what not in panic.NAMES]

    missing = {units.UNIT_PATH, units.UNIT, units.NODE_KILLER_UNIT, str(DROP_IN)}
    assert missing <= set(gaps())
    for state in ("o2cb.boot", "o2cb.firewall", "ocfs2.services"):
        assert states[state](name="o2cb", config=config)["result"]
    assert gaps() == []
    if backend != "none":
        run("nft", "flush", "ruleset")
        assert gaps() == ["rules"]
    Path(units.STOP_PATH).unlink()
    assert units.STOP_PATH in gaps()
    desired = dataclasses.replace(desired, luns=())
    assert str(DROP_IN) in gaps()


@needs_nft
def test_the_plan_sees_a_chain_that_drops_the_port(modules, config):
    run("nft", "table inet other { chain in { type filter hook input priority 0; policy drop; }; }")
    concern = firewall_part.arguments(check.parse(config))
    assert modules["o2cb_firewall.facts"](**concern)["blocking"] == [["inet", "other", "in"]]
    # A cluster of this one node has nobody to keep out.
    alone = {**concern, "nodes": {MINION: "192.168.100.1"}}
    assert modules["o2cb_firewall.facts"](**alone)["blocking"] == []


# Taking the node out


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_absent_takes_back_everything(states, states_test, config, modules, backend):
    config["firewall"] = {"backend": backend}
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    for state in ("cluster_conf", "settings", "boot", "firewall"):
        assert states[f"o2cb.{state}"](name=str(CONF), config=config)["result"]
    assert states["ocfs2.services"](name="services", config=config)["result"]
    assert DROP_IN.exists()
    files.write(panic.PATH, "kernel.panic = 30\n")
    before = tree("/etc/ocfs2")
    dry = states_test["o2cb.absent"](name="o2cb")
    assert (dry["result"], tree("/etc/ocfs2")) == (None, before)
    wet = states["o2cb.absent"](name="o2cb")
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert list(Path("/etc/ocfs2").iterdir()) == []
    assert not SETTINGS.exists()
    assert not Path(panic.PATH).exists()
    assert list(Path("/etc/systemd/system").rglob("o*.service")) == []
    assert not DROP_IN.exists()
    assert "ocfs2" not in run("nft", "list", "ruleset").stdout.lower()
    assert modules["o2cb.debconf_get"]()["O2CB_ENABLED"] == "false"
    again = states["o2cb.absent"](name="o2cb")
    assert (again["result"], again["changes"]) == (True, {})
