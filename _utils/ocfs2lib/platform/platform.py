"""Everything that the formula has to know of a distribution."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PlatformKernel:
    """
    Which kernel runs OCFS2, and how the one of the next boot is found.

    ``package`` brings the kernel together with the ocfs2 modules, ``without`` brings one that lacks
    them. ``description`` names the right kernel in a sentence, ``caution`` the wrong one.
    ``links`` point to the kernel that was installed last; the newest in /boot may be started too.
    """

    package: str
    without: str
    description: str
    caution: str
    links: tuple[str, ...]

    def next_images(self, call):
        """Return the paths of the images that the next boot may start, besides the newest in /boot.

        call
            Calls a function of the host: its name, then its arguments
            (:func:`system.functions.call`).
        """
        return [image for image in (call("files.target", link) for link in self.links) if image]


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


@dataclass(frozen=True)
class Platform:
    """
    A family of distributions on which the formula works.

    ``releases`` are those that were tested, as :func:`platforms.release` names them.
    ``packages`` is what every node needs, the first of them the package of the tools;
    ``tool_packages`` says from which other package a tool comes. ``repository`` has the arguments
    of the state ``pkgrepo.managed`` where the distribution does not bring the packages itself, with
    the URL of the key. ``install_command`` is what an operator types before the name of a package.
    ``start_command`` brings the cluster up, ``environment`` are the lines of the unit that it
    needs. ``firewalls`` has a :class:`FirewallService` for each backend that works here.
    ``storage_services`` bring the LUNs. ``textfile_directory`` is where node_exporter, from
    ``exporter_package``, reads metrics.
    """

    name: str
    releases: tuple[str, ...]
    packages: tuple[str, ...]
    tool_packages: Mapping[str, str]
    repository: Mapping[str, str] | None
    install_command: str
    kernel: PlatformKernel
    settings: SettingsFile
    start_command: str
    environment: str
    firewalls: Mapping[str, FirewallService]
    storage_services: tuple[str, ...]
    textfile_directory: str
    exporter_package: str

    @property
    def services_before_mounts(self):
        """Return the services without which no volume is mounted: firewalls, and what brings the
        LUNs."""
        firewalls = tuple(each.service for each in self.firewalls.values())
        return (*firewalls, *self.storage_services)

    def install(self, package):
        """Return the command that installs ``package``."""
        return f"{self.install_command} {package}"

    def package_of(self, tool):
        """Return the package that a tool comes from."""
        return self.tool_packages.get(tool, self.packages[0])
