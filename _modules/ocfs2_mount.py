"""
Mounting OCFS2 volumes, now and at each boot. Nothing in here can format.

.. versionadded:: 1.0.0
"""

import os

from salt.exceptions import CommandExecutionError

import ocfs2_fstab
import ocfs2_parse

__virtualname__ = "ocfs2_mount"

_UMOUNT_TIMEOUT = 120
#: A reader needs to recognise a process, not to see all of them.
_NAMED_USERS = 5


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def mounts(fstype=None):
    """
    Everything that is mounted here.

    fstype
        Only filesystems of this type, such as ``ocfs2``.

    Returns a list of ``{"device", "path", "fstype", "source", "options"}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.mounts ocfs2
    """
    found = ocfs2_parse.mountinfo(__salt__["ocfs2_file.value"]("/proc/self/mountinfo") or "")
    return [each for each in found if fstype in (None, each["fstype"])]


def at(path):
    """
    The mount on a path, whatever its type, or None. The topmost, if several lie on it.

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
    The lines of /etc/fstab, as ``{mount point: {"device", "fstype", "options"}}``.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.fstabs
    """
    try:
        entries = __salt__["mount.fstab"]()
    except UnicodeDecodeError as err:
        raise CommandExecutionError(f"/etc/fstab is not UTF-8 text: {err}") from err
    return {
        path: {"device": entry["device"], "fstype": entry["fstype"], "options": entry["opts"]}
        for path, entry in entries.items()
    }


def fstab(path):
    """
    The line of /etc/fstab for a mount point, as ``{"device", "fstype", "options"}``, or None.

    path
        The mount point.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.fstab /san/primary
    """
    return fstabs().get(path)


def set_fstab(path, device, options):
    """
    Write the line of /etc/fstab that mounts a volume at each boot, and tell systemd.

    path, device
        The mount point and the LUN's stable name.
    options
        A list, as :func:`ocfs2_fstab.line` has it.

    Returns True. Raises ``CommandExecutionError`` if the line does not read back.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.set_fstab /san/primary /dev/mapper/primary '[_netdev]'
    """
    __salt__["mount.set_fstab"](
        path, device, "ocfs2", opts=list(options), dump=0, pass_num=0, match_on="name"
    )
    __salt__["ocfs2_systemd.reload"]()
    want = {"device": device, "fstype": "ocfs2", "options": list(options)}
    if fstab(path) != want:
        raise CommandExecutionError(f"/etc/fstab does not mount {device} on {path} after the write")
    return True


def rm_fstab(path):
    """
    Take the line for a mount point out of /etc/fstab.

    path
        The mount point.

    Returns True.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.rm_fstab /san/primary
    """
    line = fstab(path)
    if line:
        __salt__["mount.rm_fstab"](path, line["device"])
        __salt__["ocfs2_systemd.reload"]()
    return True


def mount(path):
    """
    Mount what /etc/fstab says for a path.

    path
        The mount point; it is made if it is missing. A first mount takes several seconds: the
        heartbeat must beat and the lock manager must let the node join.

    Returns True. Raises ``CommandExecutionError`` with what the mount said; its exit code alone is
    not believed.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.mount /san/primary
    """
    try:
        os.makedirs(path, mode=0o755, exist_ok=True)
    except OSError as err:
        raise CommandExecutionError(f"{path} can not be made: {err.strerror}") from err
    result = __salt__["ocfs2_cmd.attempt"](["mount", path], ocfs2_fstab.MOUNT_TIMEOUT)
    found = at(path)
    if not found or found["fstype"] != "ocfs2":
        raise CommandExecutionError(
            f"{path} is not mounted (exit code {result['retcode']}): "
            f"{result['stderr'].strip() or 'the mount said nothing'}"
        )
    return True


def unmount(path):
    """
    Unmount a path, if nobody uses it.

    path
        The mount point.

    Returns True. Raises ``CommandExecutionError`` that names the processes which hold it.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.unmount /san/primary
    """
    result = __salt__["ocfs2_cmd.attempt"](["umount", path], _UMOUNT_TIMEOUT)
    if at(path):
        holders = ", ".join(users(path)) or result["stderr"].strip()
        raise CommandExecutionError(f"{path} is still mounted, used by {holders}")
    return True


def users(path):
    """
    The processes with a file, a working directory or a root under a path.

    path
        The mount point.

    Returns a list such as ``["qemu-system-x86 (pid 4711)"]``, at most five and a count.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_mount.users /san/primary
    """
    found = [_named(pid) for pid in filter(str.isdigit, os.listdir("/proc")) if _uses(pid, path)]
    more = len(found) - _NAMED_USERS
    return found[:_NAMED_USERS] + ([f"{more} more"] if more > 0 else [])


def _uses(pid, path):
    return any(each == path or each.startswith(path + "/") for each in _links(f"/proc/{pid}"))


def _links(proc):
    try:
        names = [f"{proc}/cwd", f"{proc}/root"]
        names += [f"{proc}/fd/{number}" for number in os.listdir(f"{proc}/fd")]
    except OSError:
        return
    for name in names:
        try:
            yield os.readlink(name)
        except OSError:
            continue


def _named(pid):
    name = __salt__["ocfs2_file.value"](f"/proc/{pid}/comm")
    return f"{name} (pid {pid})" if name else f"pid {pid}"
