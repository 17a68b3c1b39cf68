"""A host that dnf or zypper rules: this one, in namespaces, with real rpm and real signed packages.

A stand-in: the distribution is Debian, and only Salt's grains say otherwise.
"""

import os
import subprocess
from types import SimpleNamespace

import pytest
import salt.loader

from lab import rpm
from ocfs2lib.node import package_repositories
from support.served_directory import served

GRAINS = {
    "apt": {},
    "dnf": {
        "os": "OEL",
        "os_family": "RedHat",
        "osfullname": "Oracle Linux Server",
        "osrelease": "9.6",
        "osmajorrelease": 9,
        "osarch": "x86_64",
    },
    "zypper": {
        "os": "SUSE",
        "os_family": "Suse",
        "osfullname": "Leap",
        "osrelease": "15.6",
        "osmajorrelease": 15,
        "osarch": "x86_64",
    },
}
# As EL has it; Debian's skips what it cannot reach.
_DNF = """\
[main]
gpgcheck=1
best=True
skip_if_unavailable=False
cachedir={home}/cache
persistdir={home}/lib
logdir={home}/log
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """The key that signs the packages, and a stranger's."""
    home = tmp_path_factory.mktemp("keys")
    return SimpleNamespace(
        right=rpm.SigningKey(home / "right"),
        wrong=rpm.SigningKey(home / "wrong"),
    )


@pytest.fixture
def repository(tmp_path, keys):
    """A repository with a signed ocfs2-tools, on loopback: ``url``, ``path``."""
    path = tmp_path / "repository"
    keys.right.sign(rpm.package(path, "ocfs2-tools"))
    rpm.index(path, keys.right)
    with served(path) as url:
        yield SimpleNamespace(url=url, path=path)


@pytest.fixture
def home(sandbox, tmp_path, monkeypatch):
    """Where rpm and dnf keep what they know, empty."""
    found = tmp_path / "home"
    found.mkdir()
    monkeypatch.setenv("HOME", str(found))
    # Debian's rpm has its database below HOME, where zypper does not look.
    (found / ".rpmmacros").write_text("%_dbpath /var/lib/rpm\n")
    for path in ("/var/lib/rpm", "/var/cache/zypp"):
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    os.makedirs("/etc/dnf", exist_ok=True)
    with open("/etc/dnf/dnf.conf", "w", encoding="utf-8") as handle:
        handle.write(_DNF.format(home=found))
    for path in (*package_repositories.PATHS, *package_repositories.KEY_PATHS.values()):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
    yield found
    for path in ("/var/cache/zypp", "/var/lib/rpm"):
        subprocess.run(["umount", "--lazy", path], check=True)


@pytest.fixture
def host(home, minion, request):
    """Salt's functions and states on the stand-in: ``modules``, ``states``, ``states_test``."""
    opts = {**minion.opts, "grains": {**minion.opts["grains"], **GRAINS[request.param]}}
    utils = salt.loader.utils(opts)
    modules = salt.loader.minion_mods(opts, utils=utils)
    serializers = salt.loader.serializers(opts)
    return SimpleNamespace(
        modules=modules,
        states=salt.loader.states(opts, modules, utils, serializers),
        states_test=salt.loader.states({**opts, "test": True}, modules, utils, serializers),
    )


@pytest.fixture
def installed(home):
    """Whether rpm says that a package is installed."""

    def installed(name):
        return not subprocess.run(["rpm", "-q", name], stdout=subprocess.DEVNULL).returncode

    return installed
