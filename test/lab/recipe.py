"""What an image is made of: packages, services, and the wheels of Salt."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

from lab import stand_in
from lab.stand_ins import STAND_INS

HERE = Path(__file__).resolve().parent

# Raise it when the builder changes in a way the recipe does not show.
BUILDER = 1

PYTHON = {"bullseye": "3.9", "bookworm": "3.11", "trixie": "3.13", "forky": "3.14"}
#: Releases that get no security updates: any more, or yet.
WITHOUT_SECURITY = {"bullseye", "forky"}
# The newest C library that a wheel may ask for, as 2.MINOR.
GLIBC = {"bullseye": 31, "bookworm": 36, "trixie": 36, "forky": 36}
# Too old for the Salt that is installed here: the LTS beside it, with the newest that it takes of
# everything else.
_LTS = {"3.9"}
_LTS_PACKAGES = HERE.parents[1] / ".venv-3006" / "lib" / "python3.11" / "site-packages"
# Salt does without timelib, which has no wheel for Python 3.13.
NOT_NEEDED = {"timelib"}
# Without a wheel; the first is part of Python, the second came after what runs on 3.9.
_LTS_NOT_NEEDED = {"contextvars", "lazy-importer"}

IN_IMAGE = [
    "systemd-sysv",
    "udev",
    "dbus",
    "kmod",
    "iproute2",
    "iputils-ping",
    "procps",
    "psmisc",
    "linux-image-amd64",
    "initramfs-tools",
    "python3",
    "multipath-tools",
    "nftables",
    "iptables",
    "debconf",
    "qemu-guest-agent",
    "parted",
    "less",
]
# What has another name in each. ocfs2-tools needs libxml2; its Unicode tables, 9 MB of xz, are slow
# to unpack in a guest.
IN_IMAGE_OF = {
    "bullseye": ["libxml2", "python3-distutils"],
    "bookworm": ["libxml2"],
    "trixie": ["libxml2"],
    "forky": ["libxml2-16"],
}
# ext4, LVM and LUKS tools make the contents that must never be formatted over.
IN_REPOSITORY = [
    "ocfs2-tools",
    "debconf-utils",
    "iptables-persistent",
    "netfilter-persistent",
    "lvm2",
    "tcpdump",
    "fio",
    "openssh-server",
    "sudo",
    "firewalld",
    "ufw",
    # What stands between a host and its LUNs (the first again, to be upgraded), and what makes a
    # guest a target of others.
    "multipath-tools",
    "open-iscsi",
    "nvme-cli",
    "fcoe-utils",
    "lldpad",
    "drbd-utils",
    "sg3-utils",
    "targetcli-fb",
]

MASK = [
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "man-db.timer",
    "systemd-tmpfiles-clean.timer",
    "getty.target",
    "getty@.service",
    "serial-getty@.service",
    "console-getty.service",
    "systemd-logind.service",
    "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-hwdb-update.service",
    "systemd-pstore.service",
    "apparmor.service",
    "systemd-random-seed.service",
    "systemd-sysusers.service",
    "systemd-network-generator.service",
    "systemd-initctl.socket",
    "systemd-rfkill.socket",
    "systemd-ask-password-wall.path",
    "systemd-ask-password-console.path",
    "sys-kernel-tracing.mount",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-fs-fuse-connections.mount",
    "modprobe@fuse.service",
    "modprobe@loop.service",
    "modprobe@drm.service",
    "modprobe@efi_pstore.service",
]

# Never used on these guests, and most of the kernel package's size.
_DRIVERS = [
    "gpu",
    "media",
    "net/wireless",
    "net/ethernet",
    "infiniband",
    "staging",
    "iio",
    "isdn",
    "usb/serial",
]
EXCLUDE = [
    "/usr/share/man/*",
    "/usr/share/doc/*",
    "/usr/share/locale/*",
    *(f"{usr}/lib/modules/*/kernel/drivers/{x}/*" for usr in ("", "/usr") for x in _DRIVERS),
    *(f"{usr}/lib/modules/*/kernel/sound/*" for usr in ("", "/usr")),
]
SIZE = "6G"


def base(distro: str) -> str:
    """The Debian beneath a distribution: itself, unless it is a stand-in."""
    found = STAND_INS.get(distro)
    return found.base if found else distro


def recipe(distro: str) -> dict:
    """All that decides what the image of ``distro`` is like."""
    found = STAND_INS.get(distro)
    rootfs = sorted(path for path in (HERE / "rootfs").rglob("*") if path.is_file())
    return {
        "builder": BUILDER,
        "distro": distro,
        "base": base(distro),
        "stand_in": stand_in.ingredients(distro),
        "image": [
            *IN_IMAGE,
            *IN_IMAGE_OF[base(distro)],
            *(stand_in.packages(found) if found else []),
        ],
        "repository": ["ocfs2-tools"] if found and found.manager != "apt" else IN_REPOSITORY,
        "mask": MASK,
        "exclude": EXCLUDE,
        "size": SIZE,
        "salt": requirements(PYTHON[base(distro)]),
        "files": {str(path.relative_to(HERE)): path.read_text() for path in rootfs},
        "customize": (HERE / "customize.sh").read_text(),
    }


def requirements(python: str) -> list[str]:
    """Salt and all it needs under ``python`` (such as ``3.13``), pinned as installed here."""
    # Comes with Salt; commands that build nothing run without it.
    from packaging.markers import default_environment
    from packaging.requirements import Requirement

    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": python + ".2",
        "extra": "",
    }
    path = [str(_LTS_PACKAGES)] if python in _LTS else sys.path
    pinned: dict[str, str] = {}
    names = ["salt"]
    while names:
        name = names.pop().lower().replace("_", "-").replace(".", "-")
        if name in pinned or name in NOT_NEEDED:
            continue
        distribution = next(iter(importlib.metadata.distributions(name=name, path=path)), None)
        if distribution is None:
            pinned[name] = name
            continue
        pinned[name] = f"{name}=={distribution.version}"
        for text in distribution.requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                names.append(requirement.name)
    if python in _LTS:
        names = pinned.keys() - {"salt", *_LTS_NOT_NEEDED}
        return sorted([pinned["salt"], *names])
    return sorted(pinned.values())
