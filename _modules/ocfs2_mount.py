"""
Mount OCFS2 volumes and unmount them, now and at each boot. Nothing in here can format.

.. versionadded:: 1.0.0
"""

import re

from salt.exceptions import CommandExecutionError

from ocfs2lib import commands
from ocfs2lib.adoption import fstab_lines
from ocfs2lib.node.fstab import MOUNT_TIMEOUT
from ocfs2lib.parsers import fstab_file
from ocfs2lib.system import files
from ocfs2lib.system import mount_table
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system import tools

_UMOUNT_TIMEOUT = 120
_FSTAB = "/etc/fstab"
#: Types that a line for a LUN may have before it is the formula's.
_MAY_BE_OURS = ("ocfs2", "auto")


def __virtual__():
    return operating_system.is_linux(__grains__)


def mounts(fstype=None):
    """
    List everything that is mounted here.

    fstype
        Only filesystems of this type, such as ``ocfs2``.

    Returns a list of ``{"id", "device", "path", "fstype", "source", "options"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.mounts ocfs2
    """
    return mount_table.table(fstype)


def at(path):
    """
    Return the mount on a path, whatever its type, or None. The topmost, if several lie on it.

    path
        The mount point.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.at /san/primary
    """
    found = [each for each in mounts() if each["path"] == path]
    return found[-1] if found else None


def fstabs():
    """
    Return what /etc/fstab mounts, as ``{mount point: {"device", "fstype", "options"}}``.

    Of several lines for a mount point it is the first, as systemd takes it, with ``repeated``: how
    many more there are.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.fstabs
    """
    return fstab_file.entries(files.decoded(_fstab_text()))


def fstab(path):
    """
    Return what /etc/fstab mounts on a path as :func:`fstabs` has it, or None.

    path
        The mount point.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.fstab /san/primary
    """
    return fstabs().get(path)


def set_fstab(path, device, options):
    """
    Write the one line of /etc/fstab that mounts a volume at each boot, and tell systemd.

    All other lines stay as they are, to the byte.

    path, device
        The mount point and the LUN's stable name.
    options
        A list, as :func:`node.fstab.line` has it.

    Returns True. Raises ``CommandExecutionError``, and then nothing was written, if a line mounts
    another kind of filesystem there, or if there is no space for the file; and if the line does not
    read back.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.set_fstab /san/primary /dev/mapper/primary '[_netdev]'
    """
    text = _fstab_text()
    for line in fstab_file.lines(text):
        ours = line.fstype in _MAY_BE_OURS or fstab_lines.lacks_type(line.fields())
        if line.path == path and not ours:
            raise CommandExecutionError(
                f"/etc/fstab mounts {line.source} ({line.fstype}) on {path}. Fix: take that line"
                " out, or give the LUN another mount:path"
            )
    files.update(_FSTAB, fstab_file.with_entry(text, path, device, "ocfs2", options))
    systemd.reload()
    want = {"device": device, "fstype": "ocfs2", "options": list(options)}
    if fstab(path) != want:
        raise CommandExecutionError(f"/etc/fstab does not mount {device} on {path} after the write")
    return True


def rm_fstab(path):
    """
    Take the lines that mount an OCFS2 on a path out of /etc/fstab.

    path
        The mount point.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.rm_fstab /san/primary
    """
    text = _fstab_text()
    new = fstab_file.without(text, path, "ocfs2")
    if new != text:
        files.update(_FSTAB, new)
        systemd.reload()
    return True


def _fstab_text():
    return files.read_exactly(_FSTAB) or ""


def mount(path):
    """
    Mount what /etc/fstab says for a path.

    path
        The mount point; it is made if it is missing, and protected first (see
        ``ocfs2_mountpoint.protect``). A first mount takes several seconds: the others must see
        the heartbeat, and the lock manager must let the node join.

    Returns True, at once if an OCFS2 is mounted there. Raises ``CommandExecutionError`` with what
    the mount said; its exit code alone is not trusted.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.mount /san/primary
    """
    found = at(path)
    if found and found["fstype"] == "ocfs2":
        return True
    __salt__["ocfs2_mountpoint.protect"](path)
    result = tools.attempt(["mount", path], MOUNT_TIMEOUT)
    found = at(path)
    if not found or found["fstype"] != "ocfs2":
        raise CommandExecutionError(
            f"{path} is not mounted (exit code {result['retcode']}): "
            f"{result['stderr'].strip() or 'the mount said nothing'}{_hint(result['stderr'])}"
        )
    return True


def _hint(said):
    """Return what to do if the peers of a node do not take it (o2cb_cluster_check)."""
    if not re.search(r"error (22|107)\b", said):
        return ""
    return (
        ". The other nodes do not know this one, know it otherwise, or cannot be reached. Fix: "
        f"{commands.ORCHESTRATE}, which makes it known to all of them first"
    )


def unmount(path):
    """
    Unmount a path, if nobody uses it, and leave the directory protected (see
    ``ocfs2_mountpoint.protect``).

    path
        The mount point.

    Returns True. Raises ``CommandExecutionError`` that names the processes which hold it, or, after
    the unmount, what keeps the directory from being protected.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.unmount /san/primary
    """
    failure, holders = _umount(path)
    if "busy" in failure and not holders:
        # Whoever was about to look at it, such as the beacon, has let go by now.
        failure, holders = _umount(path)
    if failure:
        raise CommandExecutionError(
            f"{path} is still mounted, used by {', '.join(holders) or failure}"
        )
    if __salt__["ocfs2_mountpoint.protected"](path) is False:
        try:
            __salt__["ocfs2_mountpoint.protect"](path)
        except CommandExecutionError as err:
            raise CommandExecutionError(f"{path} was unmounted. {err}") from err
    return True


def _umount(path):
    """Unmount; return why the path is still mounted and who uses it, ``("", [])`` if it is not."""
    result = tools.attempt(["umount", path], _UMOUNT_TIMEOUT)
    if not at(path):
        return "", []
    return result["stderr"].strip() or "umount says nothing", __salt__["ocfs2_users.of"](path)


def release(path, services=()):
    """
    Stop the services that run only while a path is mounted, and unmount it.

    path
        The mount point.
    services
        Their full names, in the order of their start; they are stopped in the reverse order.

    Returns True. Raises ``CommandExecutionError`` that names the processes which hold the mount and
    belong to none of the services: then nothing is stopped. If the unmount fails all the same, the
    services that were stopped are started again, and those that do not start are named too.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.release /san/primary '[libvirtd.service, cloudstack-agent.service]'
    """
    others = __salt__["ocfs2_users.of"](path, services) if at(path) else []
    if others:
        raise CommandExecutionError(f"{path} is in use by {', '.join(others)}; stop them first.")
    running = [service for service in services if systemd.active(service)]
    try:
        for service in reversed(running):
            systemd.unit("stop", service)
        return unmount(path)
    except CommandExecutionError as err:
        failures = _started_again(running) if at(path) else []
        raise CommandExecutionError(" ".join([str(err), *failures])) from err


def _started_again(services):
    """Start what was stopped for nothing; return a sentence on each that does not start."""
    failures = []
    for service in services:
        try:
            systemd.unit("start", service)
        except CommandExecutionError as err:
            failures.append(f"{service} was stopped and does not start again: {err}")
    return failures


def ready(services, mounted=()):
    """
    List the services that :func:`start` would start.

    services
        ``{service: [mount points]}``: what each runs only while it is mounted.
    mounted
        Mount points that count as mounted.

    Returns a list of those that are enabled, do not run, and have all their mounts.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.ready '{libvirtd.service: [/san/primary]}'
    """
    if not systemd.booted():
        return []
    here = {each["path"] for each in mounts()}.union(mounted)
    return [
        service
        for service, paths in services.items()
        if here.issuperset(paths) and systemd.enabled(service) and not systemd.active(service)
    ]


def start(services):
    """
    Start the services that have been waiting for their mounts, in the order given.

    services
        As for :func:`ready`.

    Returns the list of those that were started. Raises ``CommandExecutionError`` with what
    systemctl said and the end of the service's log.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.start '{libvirtd.service: [/san/primary]}'
    """
    found = ready(services)
    for service in found:
        systemd.unit("start", service)
    return found
