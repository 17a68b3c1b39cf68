"""Builds what makes an image a stand-in (``lab.stand_ins``): its files, and its RPMs."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

from lab import rpm
from lab.stand_ins import STAND_INS
from lab.stand_ins import StandIn

HERE = Path(__file__).resolve().parent
OS_RELEASES = HERE.parent / "os_releases"
#: The file in the repository with the key that signs all of it.
KEY = "RPM-GPG-KEY-stand-in"
#: The directory below it, with a newer version of the tools.
NEWER = "newer"
#: The directory of an image with that key's private half.
SIGNING = "signing"

_CONTROL = """\
Package: {name}
Version: 1.0
Architecture: amd64
Replaces: linux-image-{release}
Maintainer: lab <root@localhost>
Description: modules of a stand-in
"""
# EL's; Debian's would skip a repository that it cannot reach.
_DNF_CONF = """\
[main]
gpgcheck=1
installonly_limit=3
clean_requirements_on_remove=True
best=True
skip_if_unavailable=False
"""
# Debian's rpm keeps its database in the home directory of its user.
_MACROS = "%_dbpath /var/lib/rpm\n"
_UNIT = """\
[Unit]
Description={description}
Requires=network.service
After=network.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={script} {start}
ExecStop={script} {stop}

[Install]
WantedBy=multi-user.target
"""
#: What the tools need of Debian; their RPM says nothing of it.
LIBRARIES = ["libaio1", "libcmap4", "libcom-err2", "libdlm3", "libglib2.0-0", "libuuid1", "psmisc"]


def ingredients(distro: str) -> dict | None:
    """What the image of a stand-in is made of besides its base, None for a distribution itself."""
    found = STAND_INS.get(distro)
    if not found:
        return None
    return {**asdict(found), "text": (OS_RELEASES / found.os_release).read_text(), "maker": 3}


def packages(found: StandIn) -> list[str]:
    """The packages of Debian that its image needs besides."""
    return [] if found.manager == "apt" else [found.manager, "rpm", "gpg", *LIBRARIES]


def prepare(work: Path, found: StandIn) -> Path:
    """Write what the image gets; return the directory: ``root`` to be copied, ``*.rpm``."""
    directory = work / "stand-in"
    root = directory / "root"
    texts = {"usr/lib/os-release": (OS_RELEASES / found.os_release).read_text()}
    if found.manager != "apt":
        texts["usr/lib/rpm/macros.d/macros.lab"] = _MACROS
    if found.manager == "dnf":
        texts |= {
            "etc/dnf/dnf.conf": _DNF_CONF,
            "etc/redhat-release": "a stand-in\n",
            "etc/yum.repos.d/README": "The formula's are the only ones.\n",
        }
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    if found.manager == "apt":
        return directory
    provides = "Provides: /bin/sh /sbin/depmod systemd system-release(releasever) = 9"
    rpm.package(directory, "stand-in-release", tags=provides)
    for name in found.there:
        rpm.package(directory, name)
    return directory


def build(work: Path, found: StandIn) -> None:
    """Make the repository: ``packages`` of an image, which so far holds Debian's, becomes that."""
    debs = work / "packages"
    if found.manager == "apt":
        _module_deb(work, debs, found)
        shutil.rmtree(work / "modules")
        return
    tools = next(debs.glob("ocfs2-tools_*.deb"))
    rpms, newer = work / "rpms", work / "newer-rpms"
    tree = _tools_tree(work, tools)
    _tools(rpms, found, tree, "1.0")
    _tools(newer, found, tree, "1.1")
    _module(work, rpms, found)
    shutil.rmtree(debs)
    rpms.rename(debs)
    key = rpm.SigningKey(work / SIGNING)
    (debs / KEY).write_text(key.public)
    for directory in (debs, newer):
        for path in directory.glob("*.rpm"):
            key.sign(path)
        rpm.index(directory, key)
    newer.rename(debs / NEWER)
    for scratch in ("modules", "kmod", "tools"):
        shutil.rmtree(work / scratch)


def _tools_tree(work: Path, deb: Path) -> Path:
    """The tools, in the layout of ocfs2-tools vendor/common/ocfs2-tools.spec-generic.in."""
    tree = work / "tools"
    rpm.call("dpkg-deb", "--extract", deb, tree)
    for name in ("o2cb", "ocfs2"):
        script = f"/sbin/{name}.init"
        (tree / f"etc/init.d/{name}").rename(tree / script[1:])
        unit = tree / f"usr/lib/systemd/system/{name}.service"
        unit.parent.mkdir(parents=True, exist_ok=True)
        start, stop = ("enable", "disable") if name == "o2cb" else ("start", "stop")
        unit.write_text(_UNIT.format(description=name, script=script, start=start, stop=stop))
    shutil.rmtree(tree / "etc/init.d")
    shutil.rmtree(tree / "usr/share")
    settings = tree / "etc/sysconfig/o2cb"
    settings.parent.mkdir()
    settings.write_text("O2CB_ENABLED=false\nO2CB_BOOTCLUSTER=ocfs2\n")
    (tree / "etc/ocfs2").mkdir(exist_ok=True)
    return tree


def _tools(rpms: Path, found: StandIn, tree: Path, version: str) -> None:
    """Their packages, without scriptlets, as those of that file for EL 7 and newer."""
    settings = tree / "etc/sysconfig/o2cb"
    first, *others = found.tools
    files = "\n".join(
        f"/{path.relative_to(tree)}"
        for path in sorted(tree.rglob("*"))
        if not path.is_dir() and path != settings
    )
    files += "\n%config(noreplace) /etc/sysconfig/o2cb\n%dir /etc/ocfs2"
    rpm.package(rpms, first, version, tree=tree, files=files, tags="Requires: kmod")
    for name in others:
        rpm.package(rpms, name, version, tags=f"Requires: {first}")


def _module(work: Path, rpms: Path, found: StandIn) -> None:
    """The modules that the hook took out of the image's kernel, where kmods are."""
    tree = work / "kmod"
    release = _take_modules(work, tree, "extra")
    depmod = f"%post\n/sbin/depmod -a {release}\n%postun\n/sbin/depmod -a {release}"
    files = f"/lib/modules/{release}/extra/ocfs2"
    rpm.package(rpms, found.module, tree=tree, files=files, scriptlets=depmod)


def _module_deb(work: Path, debs: Path, found: StandIn) -> None:
    """The same as a package of Ubuntu has them."""
    tree = work / "extra"
    release = _take_modules(work, tree, "kernel/fs")
    control = tree / "DEBIAN"
    control.mkdir()
    name = found.module.format(release=release)
    (control / "control").write_text(_CONTROL.format(name=name, release=release))
    script = control / "postinst"
    script.write_text(f"#!/bin/sh\ndepmod -a {release}\n")
    script.chmod(0o755)
    rpm.call("dpkg-deb", "--root-owner-group", "--build", tree, debs / f"{name}_1.0_amd64.deb")
    shutil.rmtree(tree)


def _take_modules(work: Path, tree: Path, where: str) -> str:
    """Copy what the hook took out of the image's kernel; return the kernel's release."""
    (release,) = (path.name for path in (work / "modules").iterdir())
    shutil.copytree(work / "modules" / release, tree / f"lib/modules/{release}/{where}/ocfs2")
    return release
