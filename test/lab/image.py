"""Builds and caches the root image of a distribution, and the apt repository that goes with it.

An image is a directory in the cache, named after the distribution and a hash of all that went
into it::

    root.img  vmlinuz  initrd  packages/*.deb  packages/Packages  recipe.json

A stand-in (``lab.stand_in``) has RPMs there instead, and ``signing`` with the key that signed them.

``root.img`` is a stock Debian with kernel, multipath-tools and a Salt minion, without
ocfs2-tools. ``packages`` holds ocfs2-tools and what else the formula may install.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

from lab import stand_in
from lab.errors import LabError
from lab.recipe import GLIBC
from lab.recipe import HERE
from lab.recipe import PYTHON
from lab.recipe import WITHOUT_SECURITY
from lab.recipe import recipe
from lab.stand_ins import STAND_INS

Say = Callable[[str], None]


def cache_directory() -> Path:
    """Where images are kept: ``$OCFS2_LAB_CACHE``, else ``~/.cache/ocfs2-formula-lab``."""
    default = Path.home() / ".cache" / "ocfs2-formula-lab"
    return Path(os.environ.get("OCFS2_LAB_CACHE") or default)


def ensure_image(distro: str, say: Say) -> Path:
    """The directory of the image of ``distro``, built if the cache has none.

    A build takes about two minutes and a network. ``say`` is told of progress. An interrupted
    build leaves nothing behind. Raises LabError.
    """
    ingredients = recipe(distro)
    text = json.dumps(ingredients, indent=1, sort_keys=True)
    cache = cache_directory()
    image = cache / f"{distro}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if image.is_dir():
        return image
    if os.geteuid() != 0:
        raise LabError(f"Building the image of {distro} needs root: it is not in {cache} yet.")
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache, say):
        if image.is_dir():
            return image
        say(f"building the image of {distro} (about two minutes, once)")
        # Left by a build that was killed outright: the lock says nobody is at work in it.
        for remains in cache.glob("*.building"):
            shutil.rmtree(remains)
        work = cache / f"{image.name}.building"
        try:
            _build(work, ingredients, say)
            (work / "recipe.json").write_text(text)
            work.rename(image)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return image


@contextmanager
def _locked(directory: Path, say: Say) -> Iterator[None]:
    """Hold ``directory`` for one builder at a time."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build to finish")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(work: Path, ingredients: dict, say: Say) -> None:
    distro, wheels = ingredients["base"], work / "wheels"
    pretended = STAND_INS.get(ingredients["distro"])
    (work / "tmp").mkdir(parents=True)
    say(f"fetching wheels of {_salt(ingredients)} for Python {PYTHON[distro]}")
    _fetch_wheels(work, wheels, ingredients["salt"], distro)
    say("installing Debian packages, Salt, and writing the image")
    _run(
        work,
        [
            *("mmdebstrap", "--variant=minbase", "--format=null"),
            f"--include={','.join(ingredients['image'])}",
            *(f"--dpkgopt=path-exclude={pattern}" for pattern in ingredients["exclude"]),
            f"--essential-hook=sync-in {HERE / 'rootfs'} /",
            f"--customize-hook={HERE / 'customize.sh'}",
            *(distro, "-"),
            *_sources(distro),
        ],
        LAB_OUT=str(work),
        LAB_WHEELS=str(wheels),
        LAB_PACKAGES=" ".join(ingredients["repository"]),
        LAB_MASK=" ".join(ingredients["mask"]),
        LAB_SIZE=ingredients["size"],
        LAB_STAND_IN=str(stand_in.prepare(work, pretended)) if pretended else "",
    )
    if pretended:
        say("building its packages")
        stand_in.build(work, pretended)
        shutil.rmtree(work / "stand-in")
    if not (work / "packages" / "repodata").exists():
        _write_index(work / "packages")
    shutil.rmtree(wheels)
    shutil.rmtree(work / "tmp")


def _salt(ingredients: dict) -> str:
    return next(pin for pin in ingredients["salt"] if pin.split("==")[0] == "salt")


def _fetch_wheels(work: Path, target: Path, pins: list[str], distro: str) -> None:
    """Put a wheel for every one of ``pins``, and pip's own, into ``target``."""
    python = PYTHON[distro]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    salt = [pin for pin in pins if pin.split("==")[0] == "salt"]
    # Salt itself is published as source; its wheel is the same for every Python.
    _run(work, [*pip, "wheel", "--no-deps", f"--wheel-dir={target}", *salt])
    platforms = [f"manylinux_2_{minor}_x86_64" for minor in range(5, GLIBC[distro] + 1)]
    platforms += ["manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64"]
    _run(
        work,
        [
            *(*pip, "download", "--no-deps", "--only-binary=:all:", f"--dest={target}"),
            *("--implementation=cp", f"--python-version={python}.2"),
            *("--abi=cp" + python.replace(".", ""), "--abi=abi3", "--abi=none"),
            *(f"--platform={platform}" for platform in [*platforms, "any"]),
            *("pip", *(pin for pin in pins if pin not in salt)),
        ],
    )


def _sources(distro: str) -> list[str]:
    """Lines of sources.list for ``distro``, from the mirrors this host itself uses."""
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"]
    try:
        answer = subprocess.run(
            [*command, "Created-By: Packages"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as err:
        raise LabError(f"apt does not say which mirror this host uses: {err}.") from err
    mirrors = {}
    for line in answer.splitlines():
        origin, label, uri = line.split("|")
        if origin == "Debian":
            mirrors.setdefault(label, uri)
    if "Debian" not in mirrors:
        raise LabError(
            "apt on this host knows no Debian mirror (apt-get indextargets)."
            " Configure one and run apt-get update."
        )
    # A mirror may be a copy of weeks ago, and the lists of testing are valid for a week.
    archive = f"deb [check-valid-until=no] {mirrors['Debian']}"
    lines = [f"{archive} {suite} main" for suite in (distro, f"{distro}-updates")]
    # Of releases that have ended the mirror has lists, but not all that is in them.
    if "Debian-Security" in mirrors and distro not in WITHOUT_SECURITY:
        lines.append(f"deb {mirrors['Debian-Security']} {distro}-security main")
    return lines


def _write_index(packages: Path) -> None:
    """Write ``Packages`` and ``Release``, which make a directory an apt repository."""
    paragraphs = []
    for package in sorted(packages.glob("*.deb")):
        control = subprocess.run(
            ["dpkg-deb", "--field", package], capture_output=True, text=True, check=True
        ).stdout
        paragraphs.append(
            f"{control.strip()}\nFilename: ./{package.name}\nSize: {package.stat().st_size}\n"
            f"SHA256: {hashlib.sha256(package.read_bytes()).hexdigest()}\n"
        )
    index = "\n".join(paragraphs).encode()
    (packages / "Packages").write_bytes(index)
    (packages / "Release").write_text(
        f"Date: {formatdate(usegmt=True)}\n"
        f"SHA256:\n {hashlib.sha256(index).hexdigest()} {len(index)} Packages\n"
    )


def _run(work: Path, argv: list[str], **environment: str) -> None:
    """Run one step of a build in ``work``. Raises LabError with the end of what it printed.

    The step has a process and mount namespace of its own, which ends with this process.
    """
    log = work / "build.log"
    with log.open("a") as output:
        output.write(f"$ {' '.join(argv)}\n")
        output.flush()
        step = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL"),
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
                *argv,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "TMPDIR": str(work / "tmp"), **environment},
        )
        try:
            code = step.wait()
        except BaseException:
            step.kill()
            step.wait()
            raise
    if code:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise LabError(f"{tail}\nBuilding the image failed: {argv[0]} ended with {code} (above).")
