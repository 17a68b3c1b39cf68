"""Which platform a host is, from its os-release by way of Salt's own grains."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ocfs2lib.platform import platforms

_HERE = Path(__file__).parent
#: File with the text of os-release -> the release, None for one that is refused.
CHOSEN = {
    **{f"alma-{major}": f"AlmaLinux {major}" for major in (8, 9, 10)},
    **{f"centos-stream-{major}": f"CentOS Stream {major}" for major in (8, 9, 10)},
    **{f"debian-{major}": f"Debian {major}" for major in (11, 12, 13)},
    "debian-forky": "Debian 14",
    "fedora-43": None,
    "leap-15.6": "openSUSE Leap 15",
    "leap-16.0": None,
    **{f"oracle-{major}": f"Oracle Linux {major}" for major in (8, 9, 10)},
    **{f"rhel-{major}": f"RHEL {major}" for major in (8, 9, 10)},
    **{f"rocky-{major}": f"Rocky Linux {major}" for major in (8, 9, 10)},
    "sles-15.6": "SLES 15",
    "sles-16.0": None,
    "tumbleweed": "openSUSE Tumbleweed",
    **{f"ubuntu-{version}": f"Ubuntu {version}" for version in ("22.04", "24.04", "26.04")},
}


@pytest.fixture(scope="module")
def grains(tmp_path_factory):
    """``{file: grains}``, made by Salt where that file is the host's."""
    script, texts = _HERE / "grains_of.py", _HERE.parents[1] / "os_releases"
    argv = ["unshare", "--mount", sys.executable, script, texts, tmp_path_factory.mktemp("etc")]
    return json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)


def test_each_file_has_its_release(grains):
    assert grains.keys() == CHOSEN.keys()


@pytest.mark.parametrize(("name", "release"), CHOSEN.items())
def test_a_host_is_taken_for_what_it_is(grains, name, release):
    platform = platforms.of_minion(grains[name])
    if release is None:
        assert platform is None
    else:
        assert platforms.release(grains[name]) == release
        assert release in platform.releases


@pytest.mark.parametrize(
    ("name", "release"), [("debian-12", "Proxmox VE 8"), ("debian-13", "Proxmox VE 9")]
)
def test_a_kernel_of_proxmox_tells(grains, name, release):
    on_it = {**grains[name], "kernelrelease": "6.8.12-15-pve"}
    assert platforms.release(on_it) == release
