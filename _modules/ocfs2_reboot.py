"""
This boot of the node, and the next one.

.. versionadded:: 1.0.0
"""

import os
import re

import salt.utils.path
from salt.exceptions import CommandExecutionError

from ocfs2lib.kernel import MODULES
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import functions
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools

_KERNEL = re.compile(r"vmlinuz-(.+)")


def __virtual__():
    return operating_system.is_linux(__grains__)


def boot_id():
    """
    The id of this boot: another one after every restart.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_reboot.boot_id
    """
    return files.value("/proc/sys/kernel/random/boot_id")


def kernels():
    """
    The kernels that the next boot may start, each with what of OCFS2 it lacks.

    They are those that the links of the platform point to (Debian: ``/vmlinuz`` and
    ``/boot/vmlinuz``) and the newest in ``/boot``; on a host without any of them, which is started
    from elsewhere, the one that runs.

    Returns ``{release: [missing modules]}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_reboot.kernels
    """
    platform = platforms.of_minion(__grains__)
    images = platform.kernel.next_images(_call) if platform else []
    releases = set(map(_release, images))
    installed = [_release(name) for name in files.names("/boot")]
    releases.add(max(filter(None, installed), key=_version, default=None))
    found = {release for release in releases if release} or {os.uname().release}
    return {release: _missing(release) for release in sorted(found)}


def now(boot):
    """
    Restart this node in order, if it still is at the boot that is meant.

    boot
        The id of that boot (:func:`boot_id`); a job that comes late restarts nothing twice.

    Returns True, right before it happens.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_reboot.now "$(cat /proc/sys/kernel/random/boot_id)"
    """
    if boot != boot_id():
        raise CommandExecutionError(f"this node has restarted since boot {boot}")
    tools.run(["systemctl", "--no-wall", "reboot"])
    return True


def _call(function, *arguments):
    return functions.call(__salt__, function, *arguments)


def _release(path):
    match = _KERNEL.fullmatch(os.path.basename(path))
    return match[1] if match else None


def _version(release):
    """A release as what sorts like it: 6.1.0-9 comes before 6.1.0-18."""
    return [
        (int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", release)
    ]


def _missing(release):
    """What of OCFS2 cannot be loaded by a kernel; modprobe looks where that kernel would."""
    if not salt.utils.path.which("modprobe"):
        return list(MODULES)
    argv = ["modprobe", "--set-version", release, "--dry-run", "--quiet"]
    attempt = tools.attempt
    return [module for module in MODULES if attempt([*argv, module])["retcode"]]
