"""
The few things the formula asks of systemd.

What a unit is set to is read from its links, without a process.
"""

import glob
import os

from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib.system import tools

_UNITS = "/etc/systemd/system"
_BOOTED = "/run/systemd/system"  # sd_booted(3)
# They are about files and work without a running systemd, in an image or a container.
_FILE_VERBS = ("enable", "reenable", "disable", "mask", "unmask")
_JOB_VERBS = ("start", "restart", "stop")
_AT_REST = ("inactive", "failed", "unknown")
# The longest start or stop of our units, with some air.
_TIMEOUT = 330


def enabled(unit):
    """
    Tell whether a target of /etc/systemd/system wants the unit at boot.

    unit
        Full name, such as ``o2cb.service``.
    """
    return bool(glob.glob(f"{_UNITS}/*.wants/{glob.escape(unit)}"))


def masked(unit):
    """
    Tell whether the administrator forbade the unit.

    unit
        Full name, such as ``ocfs2.service``.
    """
    path = f"{_UNITS}/{unit}"
    return os.path.islink(path) and os.readlink(path) == os.devnull


def active(unit):
    """
    Tell whether the unit runs, or is about to start or stop.

    unit
        Full name, such as ``libvirtd.service``; one that does not exist does not run.
    """
    if not booted():
        return False
    state = tools.attempt(["systemctl", "is-active", unit])["stdout"].strip()
    return state not in _AT_REST


def reload():
    """
    Tell systemd that unit files have changed. Where systemd does not run there is nobody to tell.

    Returns True. Raises ``CommandExecutionError`` with what systemctl said.
    """
    return _systemctl("daemon-reload") if booted() else True


def booted():
    """Tell whether systemd runs this host."""
    return os.path.isdir(_BOOTED)


def unit(verb, name):
    """
    Set or run a unit.

    What ``start``, ``restart`` and ``stop`` work with is always the unit's file of this moment. The
    other verbs change links alone: a running systemd takes notice with the next :func:`reload`, and
    the links of an init script of the same name stay as the package has set them.

    verb
        ``enable``, ``reenable``, ``disable``, ``mask``, ``unmask``, ``start``, ``restart`` or
        ``stop``.
    name
        Full name of the unit, such as ``o2cb.service``.

    Returns True. Raises ``CommandExecutionError`` with what systemctl said, and for a unit that
    failed with the end of its log.
    """
    if verb not in _FILE_VERBS + _JOB_VERBS:
        raise SaltInvocationError(f"{verb} is none of {', '.join(_FILE_VERBS + _JOB_VERBS)}")
    if verb in _JOB_VERBS and not booted():
        raise CommandExecutionError(
            f"{name} cannot {verb}: systemd does not run here ({_BOOTED} is missing). "
            "Fix: boot the host with systemd."
        )
    if verb in _FILE_VERBS:
        return _systemctl("--no-reload", verb, name)
    _reload_if_changed(name)
    try:
        return _systemctl(verb, name)
    except CommandExecutionError as err:
        raise CommandExecutionError(f"{err}\n{_log(name)}") from err


def _reload_if_changed(name):
    show = ["systemctl", "show", "--property", "NeedDaemonReload", "--value", name]
    if tools.run(show).strip() == "yes":
        reload()


def _log(name):
    argv = ["journalctl", "--unit", name, "--lines", "20", "--output", "cat", "--no-pager"]
    return tools.attempt(argv)["stdout"].strip()


def _systemctl(*arguments):
    # Without this, enable and disable run update-rc.d for the init script that a unit replaces.
    env = {"SYSTEMCTL_SKIP_SYSV": "1"}
    tools.run(["systemctl", *arguments], timeout=_TIMEOUT, env=env)
    return True
