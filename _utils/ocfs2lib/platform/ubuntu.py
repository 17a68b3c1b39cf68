"""Ubuntu 22.04, 24.04 and 26.04, with the kernels of its own archive."""

import dataclasses

from ocfs2lib.platform import debian
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import ON_STAND_INS
from ocfs2lib.platform.platform import KernelModule
from ocfs2lib.platform.platform import PlatformKernel
from ocfs2lib.platform.platform import version

# From this kernel on there is no linux-modules-extra any more (packages.ubuntu.com, 26.04).
_ONE_PACKAGE = version("7.0")


def release(grains):
    """Return the name of the release of an Ubuntu host, None if it is none."""
    return f"Ubuntu {grains.get('osrelease')}" if grains.get("os") == "Ubuntu" else None


def module_packages(kernel):
    """Return the packages that bring the modules of a kernel's release, such as
    ``6.8.0-88-generic``."""
    return () if version(kernel) >= _ONE_PACKAGE else (f"linux-modules-extra-{kernel}",)


PLATFORM = dataclasses.replace(
    debian.PLATFORM,
    name="Ubuntu",
    releases={
        "Ubuntu 22.04": NOT_RUN,
        "Ubuntu 24.04": ON_STAND_INS,
        "Ubuntu 26.04": NOT_RUN,
    },
    kernel=PlatformKernel(
        package="linux-image-generic",
        without="linux-image-virtual",
        description="the generic kernel with its extra modules (linux-image-generic)",
        caution="not linux-image-virtual, which comes without linux-modules-extra",
        links=("/boot/vmlinuz",),
    ),
    module=KernelModule(packages=module_packages),
)
PLATFORMS = (PLATFORM,)
