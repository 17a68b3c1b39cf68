"""Every platform that there is, and which of them a host is."""

import dataclasses

from ocfs2lib.errors import PlatformUnknown
from ocfs2lib.platform import debian
from ocfs2lib.platform import oracle_linux
from ocfs2lib.platform import proxmox_ve
from ocfs2lib.platform import rhel
from ocfs2lib.platform import suse
from ocfs2lib.platform import ubuntu

#: One row for each family. Each has its ``PLATFORMS``, and its ``release(grains)``, the name of the
#: release of a host or None. Proxmox VE comes before Debian, for which Salt takes it.
FAMILIES = (proxmox_ve, debian, ubuntu, oracle_linux, rhel, suse)
PLATFORMS = tuple(platform for family in FAMILIES for platform in family.PLATFORMS)
#: Every release for which there is a platform.
RELEASES = tuple(release for platform in PLATFORMS for release in platform.releases)
#: Those services of all of them without which no volume is mounted.
SERVICES_BEFORE_MOUNTS = tuple(
    dict.fromkeys(service for platform in PLATFORMS for service in platform.services_before_mounts)
)
#: The files by which platforms configure multipath themselves.
MULTIPATH_OWNERS = tuple(
    dict.fromkeys(each.multipath_owner for each in PLATFORMS if each.multipath_owner)
)

_NO_MODULE = "SUSE has no ocfs2 module for it; stay with release 15, or take another distribution"
_NO_MINION = "no Salt minion that the formula needs runs on it; take release 8 or newer"
#: Releases that cannot work, and why; any other is one of which nothing is known.
REFUSED = {
    **dict.fromkeys(("SLES 16", "openSUSE Leap 16"), _NO_MODULE),
    **dict.fromkeys((f"{name} 6" for name in ("Oracle Linux", "RHEL", "CentOS")), _NO_MINION),
}


def transport_units(name):
    """Return the units that any platform has for a transport, a key of ``Platform.transports``."""
    found = [unit for platform in PLATFORMS for unit in platform.transports[name].units]
    return tuple(dict.fromkeys(found))


def release(grains):
    """Return the name of the release that a minion's grains describe, such as ``Debian 12``."""
    names = (family.release(grains) for family in FAMILIES)
    return next(filter(None, names), f"{grains.get('os')} {grains.get('osmajorrelease')}")


def of(host):
    """Return the :class:`platform.Platform` of a host, None if it is none of those.

    host
        What ``ocfs2_node.host`` returned there; ``platform`` is its :func:`release`.
    """
    name = host["platform"]
    found = next((platform for platform in PLATFORMS if name in platform.releases), None)
    return found and dataclasses.replace(found, release=name)


def of_minion(grains):
    """Return the :class:`platform.Platform` of the minion with these grains, None if it is none."""
    return of({"platform": release(grains)})


def required(grains):
    """Return what :func:`of_minion` does; raise PlatformUnknown instead of None."""
    platform = of_minion(grains)
    if platform is None:
        raise PlatformUnknown(unsupported({"platform": release(grains)}) + ".")
    return platform


def unsupported(host):
    """Return the sentence that refuses a host of no platform."""
    name = host["platform"]
    if name in REFUSED:
        return f"{name} cannot be a node: {REFUSED[name]}"
    families = ", ".join(dict.fromkeys(platform.name for platform in PLATFORMS))
    return f"{name} is not supported, only the releases of {families} in docs/platforms.rst"
