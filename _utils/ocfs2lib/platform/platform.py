"""Everything that the formula has to know of a distribution."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from ocfs2lib.platform.package_manager import PackageManager

#: How a release was tried: on guests with its own kernel, on stand-ins, or not at all.
ON_GUESTS, ON_STAND_INS, NOT_RUN = "on guests", "on stand-ins", "not run"

_IMAGE = re.compile(r"vmlinu[xz]-(?!0-rescue-)(.+)")


@dataclass(frozen=True)
class PlatformKernel:
    """
    Which kernel runs OCFS2, and how the one of the next boot is found.

    ``package`` brings the kernel together with the ocfs2 modules, ``without`` brings one that lacks
    them. ``description`` names the right kernel in a sentence, ``caution`` the wrong one.
    ``links`` point to the kernel that was installed last. ``default`` is the command that prints
    the image or release which the boot loader starts, empty where there is none. ``newest`` says
    that the newest kernel in /boot may be started besides.
    """

    package: str
    without: str
    description: str
    caution: str
    links: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    newest: bool = True

    def next_releases(self, call):
        """Return the releases that the next boot may start, a set; empty if nothing tells.

        call
            Calls a function of the host: its name, then its arguments
            (:func:`system.functions.call`).
        """
        installed = set(filter(None, map(release_of, call("files.names", "/boot"))))
        images = [call("files.target", link) for link in self.links]
        found = {release_of(image) for image in images if image} - {None}
        if self.default:
            printed = call("tools.output", list(self.default)) or ""
            told = {release_of(word) or word for word in printed.split()} & installed
            # A boot loader that does not tell may start any of them.
            found |= told or installed
        if self.newest and installed:
            found.add(max(installed, key=version))
        return found


@dataclass(frozen=True)
class KernelModule:
    """
    Where the modules come from if the pillar does not say it.

    ``packages`` returns, for a kernel's release, the packages that bring its modules; none where
    the kernel's own package has them. ``repository`` is the key of the one that has them in
    ``Platform.repositories``, None where the distribution brings them.
    """

    packages: Callable[[str], tuple[str, ...]]
    repository: str | None = None


@dataclass(frozen=True)
class Repository:
    """
    Where packages come from that the distribution itself does not have.

    ``url`` is what dnf or zypper reads, ``keys`` are ``{url of a key: fingerprints in that
    file}``. ``packages`` are patterns of the only packages that are taken from there.
    """

    url: str
    keys: Mapping[str, tuple[str, ...]]
    packages: tuple[str, ...]


@dataclass(frozen=True)
class SettingsFile:
    """
    The file with the o2cb settings.

    ``path`` is the file of the package. ``header`` and ``comments`` (``{setting: text}``) are its
    text. ``questions`` are those of debconf (``{setting: question}``), from whose answers the
    package writes the file again; empty where there is no debconf.
    """

    path: str
    header: str
    comments: Mapping[str, str]
    questions: Mapping[str, str]


@dataclass(frozen=True)
class FirewallService:
    """What a firewall backend is here: its packages, and the service that loads its rules."""

    packages: tuple[str, ...]
    service: str


#: Those that a host may run by itself. They need not their own packages, which would close the host
#: when they are installed; nft reads their rules.
FIREWALLS_OF_HOSTS = {
    "firewalld": FirewallService(packages=("nftables",), service="firewalld.service"),
    "ufw": FirewallService(packages=("nftables",), service="ufw.service"),
}


@dataclass(frozen=True)
class Transport:
    """What brings LUNs in one way: its packages, and the units that do it now and at each boot; of
    iSCSI, the last one logs in."""

    packages: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True)
class Platform:
    """
    A family of distributions on which the formula works.

    ``releases`` are ``{release: how it was tried}``, the releases as :func:`platforms.release`
    names them. ``packages`` is what every node needs, the first of them the package of the tools;
    ``tool_packages`` says from which other package a tool comes. ``repositories`` are those that
    the distribution does not have, by a short name; ``manager`` installs packages.
    ``start_command`` brings the cluster up, empty where a script of the formula does;
    ``environment`` are the lines of the unit that it needs. ``firewalls`` has a
    :class:`FirewallService` for each backend that works here. ``own_firewall`` says how an operator
    opens the ``{port}`` to the ``{addresses}`` where the platform has one that the formula leaves
    alone. ``storage_services`` bring the LUNs; ``transports`` has a :class:`Transport` for
    ``multipath``, ``iscsi``, ``fcoe``, ``dcb`` and ``nvme``. ``multipath_owner`` is the file by
    which the platform itself configures multipath on a host that has it, empty where it does not.
    ``textfile_directory`` is where node_exporter, from ``exporter_package``, reads metrics.
    ``release`` is the one of the host for which the platform was asked, empty without a host.
    """

    name: str
    releases: Mapping[str, str]
    packages: tuple[str, ...]
    tool_packages: Mapping[str, str]
    repositories: Mapping[str, Repository]
    manager: PackageManager
    kernel: PlatformKernel
    module: KernelModule
    settings: SettingsFile
    start_command: str
    environment: str
    firewalls: Mapping[str, FirewallService]
    storage_services: tuple[str, ...]
    transports: Mapping[str, Transport]
    multipath_owner: str
    textfile_directory: str
    exporter_package: str
    own_firewall: str
    release: str = ""

    @property
    def services_before_mounts(self):
        """Return the services without which no volume is mounted: firewalls, and what brings the
        LUNs."""
        firewalls = tuple(each.service for each in self.firewalls.values())
        return (*firewalls, *self.storage_services)

    def install(self, package):
        """Return the command that installs ``package``."""
        return f"{self.manager.install} {package}"

    def package_of(self, tool):
        """Return the package that a tool comes from."""
        return self.tool_packages.get(tool, self.packages[0])


def release_of(image):
    """Return the release of a kernel's image, None if the name is not that of one.

    image
        A path or a name, such as ``/boot/vmlinuz-6.1.0-57-amd64``. A rescue image is none.
    """
    match = _IMAGE.fullmatch(image.rpartition("/")[2])
    return match[1] if match else None


def version(release):
    """Return a release as what sorts like it: 6.1.0-9 comes before 6.1.0-18."""
    return [
        (int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", release)
    ]
