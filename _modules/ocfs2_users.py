"""
The processes that use a mounted volume.

.. versionadded:: 1.0.0
"""

from ocfs2lib import text
from ocfs2lib.node import service_dropins
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import processes


def __virtual__():
    return operating_system.is_linux(__grains__)


def of(path, services=()):
    """
    List the processes with a file, a working directory or a root under a path.

    path
        The mount point.
    services
        Services of systemd whose processes are left out.

    Returns a list such as ``["qemu-system-x86 (pid 4711)"]``, at most five and a count.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_users.of /san/primary
    """
    pids = [pid for pid in processes.pids() if _uses(pid, path)]
    others = [pid for pid in pids if not service_dropins.belongs(_cgroups(pid), services)]
    return text.few(map(processes.name, others))


def busy(mounts):
    """
    List who works on mounted volumes, besides the services that end with them.

    mounts
        ``{mount point: [services]}``.

    Returns ``{mount point: [processes]}`` of those that are mounted and in use, each process as
    :func:`of` names it.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_users.busy '{/san/primary: [libvirtd.service]}'
    """
    found = {
        path: of(path, services)
        for path, services in mounts.items()
        if __salt__["ocfs2_mount.at"](path)
    }
    return {path: who for path, who in found.items() if who}


def _cgroups(pid):
    return files.value(f"/proc/{pid}/cgroup") or ""


def _uses(pid, path):
    return any(each == path or each.startswith(path + "/") for _, each in processes.links(pid))
