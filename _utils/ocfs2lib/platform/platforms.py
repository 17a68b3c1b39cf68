"""Every platform that there is, and which of them a host is."""

from ocfs2lib.errors import PlatformUnknown
from ocfs2lib.platform import debian

#: One row for each family.
PLATFORMS = (debian.PLATFORM,)
#: Every release on which the formula was built and tested.
RELEASES = tuple(release for platform in PLATFORMS for release in platform.releases)
#: Those services of all of them without which no volume is mounted.
SERVICES_BEFORE_MOUNTS = tuple(
    dict.fromkeys(service for platform in PLATFORMS for service in platform.services_before_mounts)
)


def release(grains):
    """Return the name of the release that a minion's grains describe, such as ``Debian 12``."""
    return f"{grains.get('os')} {grains.get('osmajorrelease')}"


def of(host):
    """Return the :class:`platform.Platform` of a host, None if it is none of those.

    host
        What ``ocfs2_node.host`` returned there; ``platform`` is its :func:`release`.
    """
    found = (platform for platform in PLATFORMS if host["platform"] in platform.releases)
    return next(found, None)


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
    return f"{host['platform']} is not supported yet, only {' and '.join(RELEASES)}"
