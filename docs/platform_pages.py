"""
docs/platforms.rst, from what the formula knows of each platform: ``make docs`` runs this file.
"""

from pathlib import Path

from ocfs2lib.platform import oracle_linux
from ocfs2lib.platform import platforms
from ocfs2lib.platform import redhat_family
from ocfs2lib.platform.platform import NOT_RUN
from ocfs2lib.platform.platform import ON_GUESTS
from ocfs2lib.platform.platform import ON_STAND_INS

#: A kernel's release before 7.0, from which on Ubuntu has one package less.
_RELEASE = "6.8.0-88-generic"
TRIED = {
    ON_GUESTS: "on guests with its own kernel, its own packages and real Salt",
    ON_STAND_INS: "on guests of Debian 12 with the os-release, the package manager, and signed"
    " packages in the layout of the release, and Debian's kernel",
    NOT_RUN: "not run here: its facts were read, not seen",
}
#: What ``make test-platforms`` has shown: the nodes, and what was seen besides the main job.
RUNS = (
    ("three of Debian 11, with its own Python 3.9", "", "270"),
    ("three of Debian 13", "", "390"),
    ("three of Debian 14 (kernel 7.2, ocfs2-tools 1.8.9, Python 3.14)", "", "482"),
    (
        "three stand-ins for Oracle Linux 9",
        "tools upgraded and modules installed anew under a cluster at work; no restart into a"
        " kernel without modules",
        "442",
    ),
    ("stand-ins for Oracle Linux 9 and openSUSE Leap 15, and Debian 13", "", "383"),
    ("three stand-ins for Ubuntu 24.04", "", "272"),
    (
        "Debian 12 with firewalld 1.3, Debian 12 with ufw 0.36, Debian 13 with firewalld 2.3",
        "nodes alone connect, also after a reload, a restart, a flush of all rules and a boot",
        "1217",
    ),
)

_HEAD = """\
.. Generated from _utils/ocfs2lib/platform by "make docs".

=========
Platforms
=========

What the formula does on each distribution. One cluster can have hosts of several. A host of any
other release is refused by name before anything on it is touched.

Whatever the table says of a release, these two commands show on a host what holds there:

.. code-block:: console

   # modinfo -k "$(uname -r)" ocfs2 ocfs2_dlmfs ocfs2_stack_o2cb
   # salt-call --local ocfs2_reboot.kernels

The first finds the modules of the running kernel, the second names what the kernels of the next
boot lack. ``salt-run ocfs2.status`` looks at both on every node, and the state ``ocfs2.kernel``
fails where one of them has none.

Releases
========

"""
_TRIED = """
How a release was tried:

"""
_RUNS = """
What was seen
=============

``make test-platforms`` on 2026-12-01, on two cores without KVM. The main job is: from a blank LUN
to mounted on every node by one orchestration, a second run that changes nothing, and back after a
power cut without Salt.

"""
_REPOSITORIES = """
Repositories
============

Where a distribution has no package, the formula sets up the repository that has it, takes nothing
else from there, and no other command on the host needs it. A key counts by its fingerprint: a file
with any other key in it is refused before it is written. ``repositories`` in pillar
(`pillar.rst <pillar.rst>`__) puts a mirror in the place of any of them, or leaves it to you.

"""
_ON_A_CLONE = """
Oracle's kernel on a clone of RHEL
----------------------------------

The Unbreakable Enterprise Kernel instead of a module of ELRepo (*not run*): these lines of pillar
on an AlmaLinux 9, with the channel of the major release.

.. code-block:: yaml

   ocfs2:
     kernel:
       module:
         source: package
         packages: [kernel-uek]
     repositories:
       uek:
         provides: module
         releases: [AlmaLinux 9]
         url: {url}
         key: {key}
         fingerprints: [{fingerprints}]

The channels are {channels}. The kernel of RHEL stays the one of the next boot as long as
``grubby --set-default`` has not named the new one; until then the state ``ocfs2.kernel`` fails.

"""
_NOT_RUN = """
Not run here
============

What follows was read in source, packages or manuals, and no host here shows it. Each row has the
command by which you see whether it holds on yours.

"""
#: What no guest of the lab shows: the subject, what the formula takes for true, how to see it.
NOT_SEEN = (
    (
        "Unbreakable Enterprise Kernel",
        "up to UEK R7 the modules are in kernel-uek-core, from UEK 8 on in kernel-uek-modules-core;"
        " kernel-uek brings either",
        "``rpm -qf $(modinfo -n ocfs2)``",
    ),
    (
        "weak-modules (RHEL family)",
        "kmod-ocfs2 links its modules into each kernel that they fit; after a minor release there"
        " may be no link until ELRepo has built anew, and the node is refused a reboot into it",
        "``modinfo -k RELEASE -n ocfs2`` for each kernel that ``rpm -q kernel-core`` names",
    ),
    (
        "grubby",
        "the kernel of the next boot is what it prints; where it prints none, every kernel in /boot"
        " counts",
        "``grubby --default-kernel``",
    ),
    (
        "Secure Boot",
        "a module of ELRepo needs ELRepo's key enrolled; those of distributions do not. The state"
        " that starts the cluster names the signer",
        "``mokutil --sb-state; modinfo --field signer ocfs2``",
    ),
    (
        "SELinux",
        "labels are on the volume, and all nodes share them; ``ocfs2.status`` names a volume"
        " without. Once: ``semanage fcontext`` on every node, ``restorecon`` on one",
        "``getenforce; ls -dZ /san/primary``",
    ),
    (
        "dracut",
        "nothing of OCFS2 is in the initramfs, and nothing has to be",
        "``lsinitrd | grep ocfs2`` prints nothing",
    ),
    (
        "SLES",
        "ocfs2-kmp-default comes with the High Availability Extension",
        "``zypper search --provides ocfs2-kmp-default``",
    ),
    (
        "Salt on SUSE",
        "Leap and SLES 15 have Salt on Python 3.6, which is refused by name; venv-salt-minion and"
        " the packages of the Salt Project are newer",
        "``salt-call --local grains.get pythonversion``",
    ),
    (
        "Proxmox VE",
        "a host is known by its kernel, which has the modules. Its cluster firewall drops the port"
        " unless a rule in /etc/pve/firewall/cluster.fw opens it: yours to write",
        "``uname -r; pve-firewall status``",
    ),
    (
        "Ubuntu",
        "before kernel 7.0 the modules are in linux-modules-extra, and linux-image-virtual comes"
        " without; kernels of clouds have packages of their own",
        "``dpkg -S $(modinfo -n ocfs2)``",
    ),
)
_REFUSED = """
Refused
=======

"""


def page():
    """Return the whole document."""
    return "".join(
        [
            _HEAD,
            _table(("Releases", "Kernel", "Modules from", "Settings", "Firewalls"), _families()),
            _TRIED,
            *(f"- *{tried}*: {text}.\n" for tried, text in TRIED.items()),
            _RUNS,
            _table(("Nodes", "Besides the main job", "Seconds on guests that are up"), RUNS),
            _REPOSITORIES,
            _table(("Releases", "Brings", "URL", "Key, and its fingerprints"), _repositories()),
            _on_a_clone(),
            _NOT_RUN,
            _table(("What", "What the formula takes for true", "How to see it"), NOT_SEEN),
            _REFUSED,
            _table(("Release", "Reason; the way out"), sorted(platforms.REFUSED.items())),
        ]
    )


def _families():
    for platform in platforms.PLATFORMS:
        packages = ", ".join(platform.module.packages(_RELEASE)).replace(_RELEASE, "RELEASE")
        kernel = platform.kernel
        yield (
            _releases(platform),
            f"{kernel.description}; {kernel.caution}",
            f"``{packages}``" if packages else "the kernel's own package",
            f"``{platform.settings.path}``",
            ", ".join((*platform.firewalls, "none")),
        )


def _releases(platform):
    by_trial = {
        tried: ", ".join(name for name, how in platform.releases.items() if how == tried)
        for tried in TRIED
    }
    return "; ".join(f"{names} (*{tried}*)" for tried, names in by_trial.items() if names)


def _repositories():
    for platform in platforms.PLATFORMS:
        for each in platform.repositories.values():
            keys = "; ".join(f"{url}: {', '.join(prints)}" for url, prints in each.keys.items())
            yield ", ".join(platform.releases), ", ".join(each.packages), each.url, keys


def _on_a_clone():
    channels = oracle_linux.UEK_CHANNELS
    repository = redhat_family.oracle_repository("9", channels["9"], ("kernel-uek*",))
    ((key, fingerprints),) = repository.keys.items()
    return _ON_A_CLONE.format(
        url=repository.url,
        key=key,
        fingerprints=", ".join(fingerprints),
        channels=", ".join(f"{channel} ({major})" for major, channel in channels.items()),
    )


def _table(heads, rows):
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for first, *others in (heads, *rows):
        lines += [f"   * - {first}", *(f"     - {text}" for text in others)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("platforms.rst").write_text(page(), encoding="utf-8")
