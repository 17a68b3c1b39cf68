"""Oracle Linux 8, 9 and 10 with the Unbreakable Enterprise Kernel.

The modules are in kernel-uek-core up to UEK R7 and in kernel-uek-modules-core from UEK 8 on; the
package kernel-uek brings either. The kernel of RHEL, which Oracle Linux has too, comes without.
"""

from ocfs2lib.platform import redhat_family
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import ON_STAND_INS
from ocfs2lib.platform.platform import KernelModule

#: The newest channel with the Unbreakable Enterprise Kernel of each major release.
UEK_CHANNELS = {"8": "UEKR7", "9": "UEKR8", "10": "UEKR8"}


def release(grains):
    """Return the name of the release of an Oracle Linux host, None if it is none."""
    # Salt's grain is OEL on every release.
    return f"Oracle Linux {grains.get('osmajorrelease')}" if grains.get("os") == "OEL" else None


def _of(major):
    return redhat_family.platform(
        major,
        name="Oracle Linux",
        releases={f"Oracle Linux {major}": ON_STAND_INS if major == "9" else NOT_RUN},
        # The channel with kernel-uek is on in every installation.
        repositories={},
        package="kernel-uek",
        without="the kernel of RHEL (RHCK, kernel-core)",
        description="the Unbreakable Enterprise Kernel (kernel-uek)",
        module=KernelModule(packages=lambda release: ("kernel-uek",)),
    )


PLATFORMS = tuple(map(_of, UEK_CHANNELS))
