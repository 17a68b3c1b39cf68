"""Signed repositories of RPMs as dnf and zypper read them, made by the real tools."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from lab.errors import LabError

_SPEC = """\
Name: {name}
Version: {version}
Release: 1
Summary: {name} of a test
License: GPLv2
AutoReqProv: no
{tags}
%description
{name} of a test.
%install
[ -z "{tree}" ] || cp -a "{tree}/." %{{buildroot}}/
{scriptlets}
%files
{files}
"""


class SigningKey:
    """A key in a directory of its own, made if it is not there.

    ``public`` is its public half as text, ``path`` that in a file, ``fingerprint`` what it is
    known by.
    """

    def __init__(self, directory: Path):
        self._gpg = ("gpg", "--homedir", directory, "--batch", "--pinentry-mode", "loopback")
        if not directory.exists():
            directory.mkdir(mode=0o700)
            call(
                *self._gpg,
                "--passphrase",
                "",
                "--quick-gen-key",
                "test <root@localhost>",
                "rsa2048",
            )
        self._directory = directory
        self.public = call(*self._gpg, "--armor", "--export")
        self.path = directory / "key.asc"
        self.path.write_text(self.public)
        listed = call(*self._gpg, "--with-colons", "--list-keys").splitlines()
        self.fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def sign(self, rpm: Path) -> None:
        """Sign a package."""
        name, path = f"_gpg_name {self.fingerprint}", f"_gpg_path {self._directory}"
        # Debian's macros point at /usr/bin/gpg2, which it does not have.
        self._use("rpmsign", *_defines(name, path, "__gpg /usr/bin/gpg"), "--addsign", rpm)

    def sign_beside(self, path: Path) -> None:
        """Write the signature of a file beside it."""
        signature = path.with_name(f"{path.name}.asc")
        signature.unlink(missing_ok=True)
        self._use(*self._gpg, "--armor", "--detach-sign", "--output", signature, path)

    def _use(self, *argv: object) -> None:
        """Run what needs the secret half; the agent that it starts ends with it."""
        try:
            call(*argv)
        finally:
            call("gpgconf", "--homedir", self._directory, "--kill", "all")


def package(
    target: Path,
    name: str,
    version: str = "1.0",
    tree: Path | str = "",
    files: str = "",
    tags: str = "",
    scriptlets: str = "",
) -> Path:
    """Build a package into ``target``, with ``files`` of ``tree``; return its path."""
    target.mkdir(exist_ok=True)
    spec, build = target / f"{name}.spec", target / "build"
    fields = {"tree": tree, "files": files, "tags": tags, "scriptlets": scriptlets}
    spec.write_text(_SPEC.format(name=name, version=version, **fields))
    # What is inside stays as it is: kernel modules are signed and compressed.
    kept = _defines("debug_package %{nil}", "__spec_install_post %{nil}", f"_topdir {build}")
    call("rpmbuild", "-bb", "--quiet", *kept, spec)
    (built,) = (build / "RPMS").rglob("*.rpm")
    found = built.rename(target / built.name)
    shutil.rmtree(build)
    spec.unlink()
    return found


def index(directory: Path, key: SigningKey) -> None:
    """Make a directory with packages a repository, signed as zypper wants it; dnf does not ask."""
    call("createrepo_c", "--quiet", directory)
    path = directory / "repodata" / "repomd.xml"
    key.sign_beside(path)
    path.with_name(f"{path.name}.key").write_text(key.public)


def call(*argv: object) -> str:
    """Run a tool and return what it printed. Raises LabError with what it said."""
    command = list(map(str, argv))
    try:
        return subprocess.run(
            command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
        ).stdout
    except FileNotFoundError as err:
        raise LabError(f"{argv[0]} is not installed: run make .venv/stamps/packages.") from err
    except subprocess.CalledProcessError as err:
        raise LabError(f"{err.stderr}\n{argv[0]} ended with {err.returncode} (above).") from err


def _defines(*macros: str) -> list[str]:
    return [word for macro in macros for word in ("--define", macro)]
