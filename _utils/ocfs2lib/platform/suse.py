"""SLES 15 with its High Availability Extension, openSUSE Leap 15 and Tumbleweed."""

from ocfs2lib.platform import package_manager
from ocfs2lib.platform import redhat_family
from ocfs2lib.platform.platform import FIREWALLS_OF_HOSTS
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import ON_STAND_INS
from ocfs2lib.platform.platform import FirewallService
from ocfs2lib.platform.platform import KernelModule
from ocfs2lib.platform.platform import Platform
from ocfs2lib.platform.platform import PlatformKernel
from ocfs2lib.platform.platform import Transport

#: What Salt's grain ``osfullname`` says -> the name in sentences.
_NAMES = {"SLES": "SLES", "Leap": "openSUSE Leap", "openSUSE Tumbleweed": "openSUSE Tumbleweed"}
_KMP = "ocfs2-kmp-default"


def release(grains):
    """Return the name of the release of a host of SUSE, None if it is none."""
    if grains.get("os") != "SUSE":
        return None
    name = _NAMES.get(grains.get("osfullname"), grains.get("osfullname"))
    # The number of Tumbleweed is the date of its last update.
    return name if "Tumbleweed" in str(name) else f"{name} {grains.get('osmajorrelease')}"


PLATFORM = Platform(
    name="SUSE",
    releases={
        "SLES 15": NOT_RUN,
        "openSUSE Leap 15": ON_STAND_INS,
        "openSUSE Tumbleweed": NOT_RUN,
    },
    packages=("ocfs2-tools", "ocfs2-tools-o2cb", "kmod"),
    tool_packages={"modprobe": "kmod", "o2cb": "ocfs2-tools-o2cb"},
    repositories={},
    manager=package_manager.ZYPPER,
    kernel=PlatformKernel(
        package=_KMP,
        without="kernel-default-base",
        description=f"kernel-default with its module package ({_KMP})",
        caution="not kernel-default-base; on SLES it comes with the High Availability Extension",
        links=("/boot/vmlinuz",),
        newest=False,
    ),
    module=KernelModule(packages=lambda release: (_KMP,)),
    settings=redhat_family.SETTINGS,
    start_command="",
    environment="",
    firewalls={
        "nftables": FirewallService(packages=("nftables",), service="nftables.service"),
        "iptables": FirewallService(packages=("iptables",), service="iptables.service"),
        **FIREWALLS_OF_HOSTS,
    },
    storage_services=redhat_family.STORAGE_SERVICES,
    transports={
        "multipath": Transport(("multipath-tools",), ("multipathd.service",)),
        "iscsi": Transport(("open-iscsi",), ("iscsid.socket", "iscsi.service")),
        **redhat_family.FABRICS,
    },
    multipath_owner="",
    textfile_directory="/var/lib/node_exporter/textfile_collector",
    exporter_package="golang-github-prometheus-node_exporter",
    own_firewall="",
)
PLATFORMS = (PLATFORM,)
