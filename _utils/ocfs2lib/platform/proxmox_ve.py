"""Proxmox VE 8 and 9: Debian with a kernel of its own.

Salt takes such a host for Debian; its kernel tells (Salt's grains of 3006 and 3008).
"""

import dataclasses

from ocfs2lib.platform import debian
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import PlatformKernel

#: The release of Proxmox VE on each release of Debian.
_RELEASES = {"Debian 12": "Proxmox VE 8", "Debian 13": "Proxmox VE 9"}


def release(grains):
    """Return the name of the release of a Proxmox VE host, None if it is none."""
    if not str(grains.get("kernelrelease", "")).endswith("-pve"):
        return None
    return _RELEASES.get(debian.release(grains))


PLATFORM = dataclasses.replace(
    debian.PLATFORM,
    name="Proxmox VE",
    releases=dict.fromkeys(_RELEASES.values(), NOT_RUN),
    kernel=PlatformKernel(
        package="proxmox-default-kernel",
        without="linux-image-cloud-amd64",
        description="the kernel of Proxmox VE (proxmox-default-kernel)",
        caution="not a cloud kernel of Debian",
        default=("proxmox-boot-tool", "kernel", "list"),
    ),
    # Rendered from it into files of each host (pve-devel, 2026-06); not in a release yet.
    multipath_owner="/etc/pve/multipath.cfg",
    # One for all its hosts, off until an administrator turns it on (pve-docs, pve-firewall).
    own_firewall=(
        "if pve-firewall status says enabled, write IN ACCEPT -source {addresses} -p tcp "
        "-dport {port} under [RULES] in /etc/pve/firewall/cluster.fw"
    ),
)
PLATFORMS = (PLATFORM,)
