"""How packages come onto a host: apt, dnf, zypper."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PackageManager:
    """
    One of them.

    ``install`` is what an operator types before the name of a package. ``kind`` is the ending of a
    package's file, ``install_file`` the command that installs one with what it depends on, before
    its path. ``repositories`` is the file with those of the formula, None where it sets up none.
    ``name_of`` is the command that prints a package's name and version, before the path of its
    file; ``has`` prints the same, before the name, of one that is installed.
    """

    install: str
    kind: str
    install_file: tuple[str, ...]
    repositories: str | None
    name_of: tuple[str, ...]
    has: tuple[str, ...]

    def name_in(self, call, path):
        """Return the name and version of the package in a file.

        call
            Calls a function of the host (:func:`system.functions.call`).
        """
        return call("tools.run", [*self.name_of, path]).strip()

    def is_installed(self, call, named):
        """Return whether the package with what :meth:`name_in` returned is installed."""
        package, _, _ = named.partition("=")
        return call("tools.output", [*self.has, package]) == f"ii {named}"

    def install_from(self, call, path):
        """Install a package from its file."""
        # As long as a slow mirror takes for what it depends on.
        call("tools.run", [*self.install_file, path], 900)


_RPM_NAME = "%{NAME}=%{VERSION}-%{RELEASE}.%{ARCH}"
_RPM = {
    "kind": "rpm",
    "name_of": ("rpm", "-qp", "--nosignature", "--qf", _RPM_NAME),
    "has": ("rpm", "-q", "--qf", f"ii {_RPM_NAME}"),
}

APT = PackageManager(
    install="apt install",
    kind="deb",
    install_file=("apt-get", "--assume-yes", "install"),
    repositories=None,
    name_of=("dpkg-deb", "--show", "--showformat", "${Package}=${Version}"),
    # "ii" is one that is installed as it should be.
    has=("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}${Package}=${Version}"),
)
DNF = PackageManager(
    install="dnf install",
    install_file=("dnf", "--assumeyes", "install"),
    repositories="/etc/yum.repos.d/ocfs2-formula.repo",
    **_RPM,
)
ZYPPER = PackageManager(
    install="zypper install",
    install_file=("zypper", "--non-interactive", "install"),
    repositories="/etc/zypp/repos.d/ocfs2-formula.repo",
    **_RPM,
)
MANAGERS = (APT, DNF, ZYPPER)
