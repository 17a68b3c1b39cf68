"""kitchen.yml and kitchen.proxy.yml agree with the formula, and with the tools that read them."""

import re
from pathlib import Path

import pytest
import yaml

from lab import kitchen as kitchen_lab
from lab.demo import example
from ocfs2lib.lun.format_order import FormatOrder
from ocfs2lib.pillar import check
from support import kitchen
from support.kitchen_options import KINDS
from support.kitchen_options import OPTIONS

TARGET = kitchen_lab.KitchenTarget(40022, Path("/lab/key"))
CONFIGS = {
    "kitchen.yml": kitchen.read(kitchen.MAIN),
    "kitchen.proxy.yml": kitchen.proxied(TARGET.environment()),
}
SUITES = [(config, suite["name"]) for config, data in CONFIGS.items() for suite in data["suites"]]
GEMFILE = (kitchen.ROOT / "Gemfile").read_text()
PINS = dict(re.findall(r'^gem "([\w-]+)", "([\d.]+)"$', GEMFILE, re.M))


def of(config, suite, kind="provisioner"):
    return kitchen.settings(CONFIGS[config], suite, kind)


@pytest.fixture(params=SUITES, ids="-".join)
def tree(request, tmp_path):
    """What a suite sends to the host."""
    kitchen.make_tree(of(*request.param), tmp_path)
    return tmp_path


def targets(top):
    """All that a top file names."""
    return [name for each in yaml.safe_load(top.read_text())["base"].values() for name in each]


def test_each_file_has_its_suites():
    assert SUITES == [
        ("kitchen.yml", "node"),
        ("kitchen.proxy.yml", "node"),
        ("kitchen.proxy.yml", "volume"),
    ]


@pytest.mark.parametrize(("config", "suite"), SUITES)
@pytest.mark.parametrize("kind", OPTIONS)
def test_every_option_is_one_that_its_plugin_knows(config, suite, kind):
    found = of(config, suite, kind)
    # Test Kitchen reaches a host by ssh unless told otherwise.
    known = OPTIONS[kind][found.get("name", "ssh")]
    others = OPTIONS["driver"]["vagrant"] if found.get("name") == "proxy" else []
    assert sorted(found.keys() - {*known, *others}) == []


@pytest.mark.parametrize("config", CONFIGS)
def test_nothing_else_is_configured(config):
    data = CONFIGS[config]
    assert data.keys() <= {*KINDS, "platforms", "suites"}
    assert all(suite.keys() <= {*KINDS, "name"} for suite in data["suites"])
    assert all(platform.keys() == {"name"} for platform in data["platforms"])


def test_the_proxy_takes_what_the_target_command_prints():
    driver = of("kitchen.proxy.yml", "node", "driver")
    assert (driver["name"], driver["host"], driver["port"]) == ("proxy", "127.0.0.1", 40022)
    assert driver["username"] == kitchen_lab.USER
    assert of("kitchen.proxy.yml", "node", "transport") == {"ssh_key": "/lab/key"}
    printed = dict(re.findall(r"^export (\w+)=(.*)$", kitchen_lab.next_steps(TARGET), re.M))
    assert printed.items() >= TARGET.environment().items()
    assert (kitchen.ROOT / printed["KITCHEN_LOCAL_YAML"]) == kitchen.PROXY


@pytest.mark.parametrize("name", ["KITCHEN_HOSTNAME", "KITCHEN_USERNAME", "KITCHEN_SSH_KEY"])
def test_the_proxy_does_without_none_of_them(name):
    told = TARGET.environment()
    del told[name]
    with pytest.raises(KeyError, match=name):
        kitchen.proxied(told)


def test_port_22_is_the_default():
    told = TARGET.environment()
    del told["KITCHEN_PORT"]
    assert kitchen.proxied(told)["driver"]["port"] == 22


def test_the_proxy_needs_neither_vagrant_nor_an_installation_of_salt():
    assert of("kitchen.proxy.yml", "node")["salt_install"] == "none"
    assert {each["require_chef"] for each in (of(*suite) for suite in SUITES)} == {False}


def test_every_sls_of_a_suite_is_sent(tree):
    states = tree / "srv/salt"
    names = targets(states / "top.sls")
    assert names
    for name in names:
        path = states / name.replace(".", "/")
        assert path.with_suffix(".sls").is_file() or (path / "init.sls").is_file(), name


def test_the_pillar_of_a_suite_passes_the_check(tree):
    pillar = tree / "srv/pillar"
    (name,) = targets(pillar / "top.sls")
    section = yaml.safe_load((pillar / f"{name}.sls").read_text())["ocfs2"]
    assert check.check(section) == []


def test_the_code_of_the_formula_is_sent_without_what_python_left(tree):
    """No beacon and no outputter: kitchen-salt does not take these, and a node needs neither."""
    sent = {path.name for path in (tree / "srv/salt").iterdir()}
    assert sent == {"ocfs2", "top.sls", "_modules", "_runners", "_states", "_utils"}
    assert not list(tree.rglob("__pycache__"))
    names = {"_modules/o2cb.py", "_states/o2cb.py", "_utils/ocfs2lib/node/stack.py"}
    for name in names:
        assert (tree / "srv/salt" / name).read_bytes() == (kitchen.ROOT / name).read_bytes()


@pytest.mark.parametrize(("config", "suite"), SUITES)
def test_the_host_is_a_node_of_the_pillar(config, suite):
    minion = of(config, suite)["salt_minion_id"]
    node = example()["ocfs2"]["nodes"][minion]
    driver = CONFIGS["kitchen.yml"]["driver"]
    assert driver["vm_hostname"].split(".")[0] == node["name"]
    assert [options["ip"] for _, options in driver["network"]] == [node["address"]]


@pytest.mark.parametrize(("config", "suite"), SUITES)
def test_a_verifier_has_tests_to_run(config, suite):
    *pytest_words, path = of(config, suite, "verifier")["command"].split()
    assert pytest_words == ["python3", "-m", "pytest"]
    tests = kitchen.ROOT / path
    assert tests.is_file() if tests.suffix else list(tests.glob("test_*.py"))


def test_versions_are_pinned_and_those_of_the_documents():
    assert set(PINS) == {"test-kitchen", "kitchen-salt", "kitchen-vagrant"}
    text = (kitchen.ROOT / "docs" / "kitchen.rst").read_text()
    named = dict(re.findall(r"^``([\w-]+)``  +([\d.]+)  ", text, re.M))
    assert named == PINS


def test_the_volume_is_made_as_the_formula_would_make_it():
    (lun,) = check.parse(example()["ocfs2"]).luns
    order = FormatOrder(
        lun.device,
        lun.wwid,
        lun.size,
        "0" * 32,
        lun.label,
        lun.slots,
        check.parse(example()["ocfs2"]).cluster.name,
        lun.type,
        leader="host1.domain.com",
    )
    # The UUID is the orchestration's to choose and to keep on record.
    assert kitchen_lab.format_arguments(example()["ocfs2"]) == order.arguments()[2:]
