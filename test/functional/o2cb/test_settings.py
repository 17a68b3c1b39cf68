"""The settings file of the package, and debconf, from which its upgrades write that file."""

from pathlib import Path

import pytest
from salt.exceptions import SaltInvocationError

from ocfs2lib.node import o2cb_settings
from ocfs2lib.pillar import check
from support.o2cb import SETTINGS
from support.o2cb import run


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
