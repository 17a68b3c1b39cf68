"""The package with the ocfs2 modules from a file: real RPMs and debs, real signatures."""

import os
import subprocess
from pathlib import Path

import pytest

from lab import rpm
from ocfs2lib.node.parts.kernel_module import RECORD
from ocfs2lib.system import package_files

NAME = "ocfs2-modules"
_CONTROL = f"""\
Package: {NAME}
Version: 1.0
Architecture: all
Maintainer: nobody <nobody@domain.com>
Description: a package of the test
"""


def made(directory):
    """An RPM that nobody signed, with the one file."""
    tree = directory / "rpm"
    (tree / "etc").mkdir(parents=True)
    (tree / f"etc/{NAME}.installed").touch()
    return rpm.package(directory / "rpms", NAME, tree=tree, files=f"/etc/{NAME}.installed")


@pytest.fixture
def signed(tmp_path, keys):
    """A signed RPM."""
    found = made(tmp_path)
    keys.right.sign(found)
    return found


@pytest.fixture
def deb(tmp_path, keys):
    """A deb with its signature beside it; what dpkg knows of this host is a copy."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(_CONTROL)
    (tree / "etc").mkdir()
    (tree / f"etc/{NAME}.installed").touch()
    found = tmp_path / "modules.deb"
    subprocess.run(["dpkg-deb", "--build", "-Znone", tree, found], check=True)
    keys.right.sign_beside(found)
    known = Path("/var/lib/dpkg")
    subprocess.run(["cp", "-a", known, tmp_path / "dpkg"], check=True)
    subprocess.run(["mount", "--bind", tmp_path / "dpkg", known], check=True)
    yield found
    subprocess.run(["umount", known], check=True)


@pytest.fixture
def from_file(config, keys):
    """Makes a pillar whose modules come from a file."""

    def from_file(path, **changes):
        module = {
            "source": path.suffix[1:],
            "url": path.as_uri(),
            "sha256": package_files.sha256(path),
            "key": keys.right.path.as_uri(),
            "fingerprints": [keys.right.fingerprint],
        }
        config["kernel"] = {"module": {**module, **changes}}
        return config

    return from_file


def set_up(host, config):
    return host.states["o2cb.part"]("module", config)


@pytest.mark.parametrize(("host", "file"), [("dnf", "signed"), ("apt", "deb")], indirect=["host"])
def test_the_package_is_installed_once(host, request, from_file, file):
    config = from_file(request.getfixturevalue(file))
    planned = host.states_test["o2cb.part"]("module", config)
    assert planned["result"] is None
    assert not os.path.exists(f"/etc/{NAME}.installed")
    done = set_up(host, config)
    assert done["result"] is True, done["comment"]
    assert done["changes"].keys() == {"package with the ocfs2 modules"}
    assert os.path.exists(f"/etc/{NAME}.installed")
    assert set_up(host, config)["changes"] == {}
    assert host.states["o2cb.absent"]("clean")["changes"].keys() >= {RECORD}
    os.unlink(f"/etc/{NAME}.installed")


ON_DNF = pytest.mark.parametrize("host", ["dnf"], indirect=True)
ON_APT = pytest.mark.parametrize("host", ["apt"], indirect=True)


def refused(done, why):
    """That a state was refused for that reason, and nothing was installed."""
    assert done["result"] is False
    assert why in done["comment"]
    assert done["changes"] == {}
    assert not os.path.exists(f"/etc/{NAME}.installed")
    assert not os.path.exists(RECORD)


@ON_DNF
def test_another_checksum_is_refused(host, signed, from_file):
    refused(
        set_up(host, from_file(signed, sha256="0" * 64)), f"not {'0' * 64}; it was not installed"
    )


@ON_DNF
def test_an_unsigned_package_is_refused(host, tmp_path, from_file):
    unsigned = made(tmp_path)
    refused(set_up(host, from_file(unsigned)), "rpmkeys")


@ON_DNF
def test_a_package_of_a_stranger_is_refused_though_the_host_trusts_him(
    host, tmp_path, keys, from_file
):
    other = made(tmp_path)
    keys.wrong.sign(other)
    subprocess.run(["rpm", "--import", keys.wrong.path], check=True)
    refused(set_up(host, from_file(other)), "rpmkeys")


@ON_APT
def test_a_deb_whose_signature_is_of_another_file_is_refused(host, deb, keys, from_file):
    with deb.open("ab") as handle:
        handle.write(b"more")
    refused(set_up(host, from_file(deb)), "gpg")


@ON_APT
def test_a_deb_without_its_signature_is_refused(host, deb, from_file):
    Path(f"{deb}.asc").unlink()
    refused(set_up(host, from_file(deb)), f"{deb.as_uri()}.asc cannot be fetched")


@ON_DNF
def test_a_key_with_another_fingerprint_is_refused(host, signed, keys, from_file):
    config = from_file(signed, key=keys.wrong.path.as_uri())
    refused(set_up(host, config), f"has the fingerprint {keys.wrong.fingerprint}")


@ON_DNF
def test_a_file_that_is_not_there_is_said(host, signed, from_file):
    config = from_file(signed, url="file:///etc/no-such.rpm")
    refused(set_up(host, config), "file:///etc/no-such.rpm cannot be fetched")
