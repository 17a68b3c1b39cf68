"""The repositories that the formula sets up where a distribution lacks a package: their file, and
the keys with which their packages are signed.

A key is taken for what its fingerprint says, wherever it came from, and nothing is written before.
"""

from ocfs2lib.platform.package_manager import MANAGERS
from ocfs2lib.platform.platform import Repository

#: What the keys of a repository are kept in.
_KEYS = "/etc/pki/rpm-gpg/RPM-GPG-KEY-ocfs2-formula-{purpose}"
#: What a repository may bring.
PURPOSES = ("tools", "module")
KEY_PATHS = {purpose: _KEYS.format(purpose=purpose) for purpose in PURPOSES}
#: The file with the repositories, wherever a package manager has it.
PATHS = tuple(each.repositories for each in MANAGERS if each.repositories)
_HEADER = "# Written by ocfs2-formula. Only the packages that are named here come from these.\n"


def wanted(desired, platform):
    """Return ``{purpose: platform.platform.Repository}`` of what a host needs.

    desired
        Pillar as ``pillar.desired.Desired``: a repository there replaces that of the platform, one
        for named releases is set up on them in any case and goes before one for all, and one with
        the URL ``none`` says that the host has the packages already.
    platform
        The ``platform.platform.Platform`` of the host.
    """
    found = dict(platform.repositories)
    for each in sorted(desired.repositories or (), key=lambda each: bool(each.releases)):
        for_all = each.provides in found and not each.releases
        if for_all or platform.release in each.releases:
            found[each.provides] = Repository(
                url=each.url,
                keys={each.key: each.fingerprints},
                packages=_packages(desired, platform, each.provides),
            )
    return {purpose: each for purpose, each in found.items() if each.url != "none"}


def _packages(desired, platform, purpose):
    module, there = desired.kernel.module, platform.repositories.get(purpose)
    if purpose == "module" and module and module.packages:
        return tuple(f"{package}*" for package in module.packages)
    if there:
        return there.packages
    return platform.packages if purpose == "tools" else (f"{platform.kernel.package}*",)


def render(repositories):
    """Return the text of the file, the same for dnf and zypper.

    repositories
        As :func:`wanted` returns them.
    """
    sections = (_section(purpose, each) for purpose, each in sorted(repositories.items()))
    return _HEADER + "".join(sections)


def _section(purpose, repository):
    name = section_name(purpose)
    return f"""
[{name}]
name={name}
baseurl={repository.url}
enabled=1
# An installation by the formula needs it; nothing else on the host does.
skip_if_unavailable=1
gpgcheck=1
gpgkey=file://{KEY_PATHS[purpose]}
includepkgs={",".join(repository.packages)}
"""


def section_name(purpose):
    """Return the name by which dnf and zypper know the repository."""
    return f"ocfs2-formula-{purpose}"


def allowed(repository):
    """Return the fingerprints that the keys of a repository may have, a set."""
    return {each for fingerprints in repository.keys.values() for each in fingerprints}


def untrusted(fingerprints, trusted):
    """Return those of the fingerprints that rpm does not trust.

    trusted
        What ``system.signing_keys.trusted`` returned.
    """
    return [each for each in fingerprints if not each.lower().endswith(tuple(trusted))]
