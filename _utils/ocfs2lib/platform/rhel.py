"""RHEL 8, 9 and 10, and what is made of the same sources: AlmaLinux, Rocky Linux, CentOS Stream.

None of them has the module: on 9 and 10 it is ELRepo's kmod-ocfs2, which needs the kernel of a
recent minor release, on 8 ELRepo's long term kernel. The tools are Oracle's.
"""

from ocfs2lib.platform import redhat_family
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import KernelModule
from ocfs2lib.platform.platform import Repository

#: What Salt's grain ``os`` says -> the name in sentences.
_NAMES = {
    "RedHat": "RHEL",
    "AlmaLinux": "AlmaLinux",
    "Rocky": "Rocky Linux",
    "CentOS Stream": "CentOS Stream",
}
# As the package elrepo-release brings them: the key of 2009, and the one that follows it.
_OLD_KEY = {
    "https://www.elrepo.org/RPM-GPG-KEY-elrepo.org": ("96C0104F631547311E0BB1AE309BC305BAADAE52",)
}
_NEW_KEY = {
    "https://www.elrepo.org/RPM-GPG-KEY-v2-elrepo.org": (
        "B8A755874DA240C9DAC4E71551600989EAA31D4A",
    )
}
_ELREPO_KEYS = {"8": {**_OLD_KEY, **_NEW_KEY}, "9": {**_OLD_KEY, **_NEW_KEY}, "10": _NEW_KEY}


def release(grains):
    """Return the name of the release of such a host, None if it is none."""
    name = _NAMES.get(grains.get("os"))
    return name and f"{name} {grains.get('osmajorrelease')}"


def _of(major, channel, package, without, description):
    """The platform of a major release whose modules ELRepo has in this channel and package."""
    module = Repository(
        url=f"https://elrepo.org/linux/{channel}/el{major}/$basearch/",
        keys=_ELREPO_KEYS[major],
        packages=(f"{package}*",),
    )
    return redhat_family.platform(
        major,
        name="the RHEL family",
        releases={f"{name} {major}": NOT_RUN for name in _NAMES.values()},
        repositories={"module": module},
        package=package,
        without=without,
        description=description,
        module=KernelModule(packages=lambda release: (package,), repository="module"),
    )


_KMOD = (
    "elrepo",
    "kmod-ocfs2",
    "a kernel older than kmod-ocfs2",
    "a kernel for which ELRepo's kmod-ocfs2 is built",
)
PLATFORMS = (
    _of(
        "8",
        "kernel",
        "kernel-lt",
        "the kernel of RHEL (RHCK, kernel-core)",
        "ELRepo's long term kernel (kernel-lt)",
    ),
    _of("9", *_KMOD),
    _of("10", *_KMOD),
)
