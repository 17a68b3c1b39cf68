"""Repositories that a distribution does not have: real keys, real packages, real dnf."""

import subprocess

import pytest

from lab import rpm
from ocfs2lib.node import package_repositories
from ocfs2lib.platform.package_manager import DNF

ON_DNF = pytest.mark.parametrize("host", ["dnf"], indirect=True)
KEY = package_repositories.KEY_PATHS["tools"]
FILE = DNF.repositories


@pytest.fixture
def mirror(config, repository, keys):
    """The pillar with that repository in place of Oracle's; the entry is there to be changed."""
    entry = {
        "provides": "tools",
        "url": repository.url,
        "key": keys.right.path.as_uri(),
        "fingerprints": [keys.right.fingerprint],
    }
    config["repositories"] = {"mirror": entry}
    return config


def set_up(host, config):
    return host.states["o2cb.part"]("repositories", config)


def install(host, config):
    """Install as ``ocfs2.package`` does it."""
    platform = host.modules["o2cb_setup.platform"](config)
    setopt = [f"{name}.skip_if_unavailable=0" for name in platform["repositories"]]
    done = host.modules["state.single"](
        "pkg.installed", "tools", pkgs=["ocfs2-tools"], setopt=setopt
    )
    return next(iter(done.values()))


@pytest.mark.parametrize(
    ("host", "release"),
    [("dnf", "Oracle Linux 9"), ("zypper", "openSUSE Leap 15")],
    indirect=["host"],
)
def test_the_package_comes_from_the_mirror_with_its_key(host, release, mirror, installed):
    mirror["repositories"]["mirror"]["releases"] = [release]
    planned = host.states_test["o2cb.part"]("repositories", mirror)
    assert planned["result"] is None
    files = planned["changes"].keys()
    assert len(files) == 2
    assert KEY in files
    done = set_up(host, mirror)
    assert done["result"] is True, done["comment"]
    assert done["changes"].keys() == files
    done = install(host, mirror)
    assert done["result"] is True, done["comment"]
    assert installed("ocfs2-tools")
    assert set_up(host, mirror)["changes"] == {}
    assert install(host, mirror)["changes"] == {}


@ON_DNF
def test_a_key_with_another_fingerprint_is_refused_and_not_kept(host, mirror, keys):
    mirror["repositories"]["mirror"]["key"] = keys.wrong.path.as_uri()
    done = set_up(host, mirror)
    assert done["result"] is False
    assert (
        f"has the fingerprint {keys.wrong.fingerprint}, not {keys.right.fingerprint}"
        in (done["comment"])
    )
    assert done["changes"] == {}
    assert host.modules["o2cb_setup.facts"]({})["package_keys"] == {"files": [], "trusted": []}
    assert host.modules["o2cb_setup.facts"]({})["files"][FILE] is None


@ON_DNF
def test_a_key_that_cannot_be_fetched_is_said(host, mirror):
    mirror["repositories"]["mirror"]["key"] = "file:///etc/no-such-key"
    done = set_up(host, mirror)
    assert done["result"] is False
    assert "the key file:///etc/no-such-key cannot be fetched" in done["comment"]


@ON_DNF
@pytest.mark.parametrize("signer", [None, "wrong"])
def test_a_package_with_another_signature_or_none_is_not_installed(
    host, mirror, repository, keys, installed, signer
):
    tools = rpm.package(repository.path, "ocfs2-tools", version="2.0")
    if signer:
        getattr(keys, signer).sign(tools)
    rpm.index(repository.path, keys.right)
    assert set_up(host, mirror)["result"] is True
    done = install(host, mirror)
    assert done["result"] is False
    assert "GPG" in done["comment"]
    assert not installed("ocfs2-tools")


@ON_DNF
def test_a_repository_that_is_down_is_named(host, mirror, installed):
    mirror["repositories"]["mirror"]["url"] = "http://127.0.0.1:1/"
    assert set_up(host, mirror)["result"] is True
    done = install(host, mirror)
    assert done["result"] is False
    assert "ocfs2-formula-tools" in done["comment"]
    assert not installed("ocfs2-tools")


@ON_DNF
def test_nothing_else_of_the_host_needs_it(host, mirror, home):
    mirror["repositories"]["mirror"]["url"] = "http://127.0.0.1:1/"
    assert set_up(host, mirror)["result"] is True
    assert subprocess.run(["dnf", "--quiet", "makecache"], check=False).returncode == 0


@ON_DNF
def test_a_host_with_a_repository_of_its_own_gets_none(host, mirror):
    assert set_up(host, mirror)["result"] is True
    mirror["repositories"] = {"ours": {"provides": "tools", "url": "none"}}
    done = set_up(host, mirror)
    assert done["result"] is True, done["comment"]
    assert host.modules["o2cb_setup.facts"]({})["files"][FILE] is None
    assert host.modules["o2cb_setup.platform"](mirror)["repositories"] == []


@ON_DNF
def test_what_was_set_up_is_taken_away(host, mirror):
    assert set_up(host, mirror)["result"] is True
    done = host.states["o2cb.absent"]("clean")
    assert done["result"] is True, done["comment"]
    assert done["changes"].keys() >= {KEY, FILE}
    assert host.modules["o2cb_setup.facts"]({})["files"][FILE] is None
