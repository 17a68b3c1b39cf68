"""A signed repository of RPMs on loopback, as dnf and zypper read it, made by the real tools."""

import functools
import http.server
import os
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

_SPEC = """\
Name: {name}
Version: {version}
Release: 1
Summary: a package of the test
License: MIT
BuildArch: noarch
AutoReqProv: no
%description
A package of the test.
%install
mkdir -p %{{buildroot}}/etc
echo {version} >%{{buildroot}}/etc/{name}.installed
%files
/etc/{name}.installed
"""
# Debian's macros point at /usr/bin/gpg2, which it does not have.
_SIGN = ("--define", "__gpg /usr/bin/gpg")


class SigningKey:
    """A key of its own in a directory; ``path`` is its public half, ``fingerprint`` its name."""

    def __init__(self, directory, name):
        self.home, self.name = Path(directory, name), name
        self.home.mkdir(mode=0o700)
        user = f"{name} <{name}@domain.com>"
        _run(*self._gpg(), "--passphrase", "", "--quick-gen-key", user, "rsa2048")
        self.path = self.home / "key.asc"
        self.path.write_text(_run(*self._gpg(), "--armor", "--export"))
        listed = _run(*self._gpg(), "--with-colons", "--list-keys").splitlines()
        self.fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def _gpg(self):
        return "gpg", "--homedir", str(self.home), "--batch", "--pinentry-mode", "loopback"

    def sign(self, rpm):
        """Sign a package."""
        names = ("--define", f"_gpg_name {self.fingerprint}", "--define", f"_gpg_path {self.home}")
        _run("rpmsign", *names, *_SIGN, "--addsign", str(rpm))

    def sign_beside(self, path):
        """Write the signature of a file beside it."""
        signature = path.with_name(f"{path.name}.asc")
        signature.unlink(missing_ok=True)
        _run(*self._gpg(), "--armor", "--detach-sign", "--output", str(signature), str(path))

    def sign_index(self, path):
        """Sign the index of a repository."""
        self.sign_beside(path)
        path.with_name(f"{path.name}.key").write_text(self.path.read_text())


def package(directory, name, version="1.0"):
    """Build a package with one file below /etc; return its path."""
    spec = Path(directory, f"{name}.spec")
    spec.write_text(_SPEC.format(name=name, version=version))
    quiet = ("debug_package %{nil}", "__spec_install_post %{nil}", f"_topdir {directory}/build")
    defines = [word for each in quiet for word in ("--define", each)]
    _run("rpmbuild", "-bb", "--quiet", *defines, str(spec))
    return next(Path(directory, "build/RPMS/noarch").glob(f"{name}-{version}-*.rpm"))


def index(directory, key):
    """Make a directory with packages a repository, signed as zypper wants it; dnf does not ask."""
    _run("createrepo_c", "--quiet", str(directory))
    key.sign_index(Path(directory, "repodata/repomd.xml"))


@contextmanager
def served(directory):
    """Serve a directory on loopback; yields the URL."""
    handler = functools.partial(_QuietHandler, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _run(*argv):
    done = subprocess.run(
        argv, check=True, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}
    )
    return done.stdout.decode()
