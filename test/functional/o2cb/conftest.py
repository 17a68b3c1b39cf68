"""The cluster stack against the real tools.

The kernel under the test has no OCFS2, so /sys/fs/ocfs2 and configfs are directories here that
hold what a running node shows; the tools themselves see that there is no configfs and say so.
"""

import shutil
from pathlib import Path

import pytest

from ocfs2lib.node import o2cb_settings
from ocfs2lib.platform import debian
from support.o2cb import DROP_IN
from support.o2cb import REGION
from support.o2cb import SETTINGS
from support.o2cb import run

DEBCONF = Path("/var/cache/debconf/config.dat")


@pytest.fixture(scope="module")
def debconf(sandbox, tmp_path_factory):
    """debconf's answers as they were before the first test."""
    if not shutil.which("o2cb"):
        pytest.skip("ocfs2-tools are not installed")
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
