"""
This boot of the node, and the next one.

.. versionadded:: 1.0.0
"""

import os

import salt.utils.path
from salt.exceptions import CommandExecutionError

from ocfs2lib.kernel import MODULES
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import functions
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools


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

    They are what the platform's boot loader names, or what its links point to and the newest in
    ``/boot`` (:class:`platform.platform.PlatformKernel`); on a host without any of them, which is
    started from elsewhere, the one that runs.

    Returns ``{release: [missing modules]}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_reboot.kernels
    """
    platform = platforms.of_minion(__grains__)
    found = platform.kernel.next_releases(_call) if platform else set()
    found = found or {os.uname().release}
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


def _missing(release):
    """What of OCFS2 cannot be loaded by a kernel; modprobe looks where that kernel would."""
    if not salt.utils.path.which("modprobe"):
        return list(MODULES)
    argv = ["modprobe", "--set-version", release, "--dry-run", "--quiet", "--all"]
    attempt = tools.attempt
    if not attempt([*argv, *MODULES])["retcode"]:
        return []
    return [module for module in MODULES if attempt([*argv, module])["retcode"]]
