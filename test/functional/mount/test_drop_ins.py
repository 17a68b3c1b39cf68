"""Services that are bound to a mount; what systemd makes of it is in test_ocfs2_services.py."""

import shutil
from pathlib import Path

import pytest

from ocfs2lib.node import service_dropins
from ocfs2lib.pillar import check
from ocfs2lib.system import systemd
from support.mount_points import run

DROP_IN = Path(service_dropins.DROP_INS.replace("*", "libvirtd.service"))
STALE = Path(service_dropins.DROP_INS.replace("*", "gone.service"))


@pytest.fixture
def bound(config):
    """The pillar, with a service for the LUN."""
    config["luns"]["primary"]["mount"]["services"] = ["libvirtd.service"]
    yield config
    for path in (DROP_IN, STALE):
        shutil.rmtree(path.parent, ignore_errors=True)


def test_services_get_drop_ins_and_lose_them(states, states_test, bound):
    STALE.parent.mkdir(parents=True)
    STALE.write_text("# of a service that is no longer named")
    other = STALE.with_name("other.conf")
    other.touch()
    dry = states_test["ocfs2.services"](name="services", config=bound)
    assert (dry["result"], DROP_IN.exists(), STALE.exists()) == (None, False, True)
    wet = states["ocfs2.services"](name="services", config=bound)
    assert (wet["result"], wet["changes"]) == (True, dry["changes"])
    assert set(wet["changes"]) == {str(DROP_IN), str(STALE)}
    assert (
        DROP_IN.read_text()
        == service_dropins.files(check.parse(bound), "host1.domain.com")[str(DROP_IN)]
    )
    assert (STALE.exists(), other.exists()) == (False, True)
    again = states["ocfs2.services"](name="services", config=bound)
    assert (again["result"], again["changes"]) == (True, {})
    bound["luns"]["primary"]["mount"]["services"] = []
    assert states["ocfs2.services"](name="services", config=bound)["result"] is True
    assert not DROP_IN.exists()


def test_services_that_can_not_be_written_are_named(states, bound):
    DROP_IN.parent.parent.mkdir(parents=True, exist_ok=True)
    DROP_IN.parent.touch()
    ret = states["ocfs2.services"](name="services", config=bound)
    DROP_IN.parent.unlink()
    assert (ret["result"], ret["changes"]) == (False, {})
    assert str(DROP_IN) in ret["comment"]


def test_services_refuse_an_invalid_pillar(states, bound):
    bound["luns"]["primary"]["mount"]["services"] = ["libvirtd"]
    ret = states["ocfs2.services"](name="services", config=bound)
    assert ret["result"] is False
    assert "ocfs2:luns:primary:mount:services:0" in ret["comment"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_no_fault_with_a_drop_in(states, bound):
    bound["luns"]["primary"]["mount"]["path"] = "/san/a-b+c@d"
    unit = DROP_IN.parent.with_suffix("")
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    assert states["ocfs2.services"](name="services", config=bound)["result"] is True
    verdict = run("systemd-analyze", "--man=no", "verify", str(unit))
    # It has read the drop-in: the mount that the service now needs is in no fstab here.
    assert (verdict.returncode, verdict.stderr.count("\n")) == (1, 1), verdict.stderr
    assert r"Unit san-a\x2db\x2bc\x40d.mount not found" in verdict.stderr
    (unit.parent / r"san-a\x2db\x2bc\x40d.mount").write_text(
        "[Mount]\nWhat=/dev/mapper/primary\nWhere=/san/a-b+c@d\n"
    )
    verdict = run("systemd-analyze", "--man=no", "verify", str(unit))
    (unit.parent / r"san-a\x2db\x2bc\x40d.mount").unlink()
    unit.unlink()
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_nobody_is_started_where_systemd_does_not_run(modules):
    if systemd.booted():
        pytest.skip("systemd runs here")
    assert systemd.active("libvirtd.service") is False
    assert modules["ocfs2_mount.start"]({"libvirtd.service": ["/"]}) == []
