"""Stand-ins for other distributions, where nothing but Debian's packages is to be had.

A stand-in is a Debian with the os-release of another distribution. Its packages come by real dnf
or zypper from a signed repository: the tools as an RPM in the layout of the upstream spec, and the
modules of its kernel, which has none left, as another. For Ubuntu, these come as a deb. What it
does not show: weak-modules, grubby, SELinux, dracut, and the other distribution's kernel.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StandIn:
    """
    One of them: ``base`` is the Debian beneath, ``manager`` ``apt``, ``dnf`` or ``zypper``,
    ``os_release`` a file of test/os_releases. ``module`` is the package that brings the modules,
    where ``{release}`` stands for that of the kernel, ``tools`` those of the tools, ``there`` what
    its rpm takes for installed.
    """

    base: str
    manager: str
    os_release: str
    module: str
    tools: tuple[str, ...]
    there: tuple[str, ...]


STAND_INS = {
    "oracle-9-stand-in": StandIn(
        "bookworm", "dnf", "oracle-9", "kernel-uek", ("ocfs2-tools",), ("kmod", "nftables")
    ),
    "ubuntu-24-stand-in": StandIn(
        "bookworm", "apt", "ubuntu-24.04", "linux-modules-extra-{release}", ("ocfs2-tools",), ()
    ),
    "leap-15-stand-in": StandIn(
        "bookworm",
        "zypper",
        "leap-15.6",
        "ocfs2-kmp-default",
        ("ocfs2-tools", "ocfs2-tools-o2cb"),
        ("kmod", "nftables"),
    ),
}
