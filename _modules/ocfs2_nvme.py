"""
NVMe over fabrics as far as the formula sets it up: which subsystems this node is connected to.

.. versionadded:: 1.0.0
"""

import re

from salt.exceptions import CommandExecutionError

from ocfs2lib.san import nvme_unit
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import waiting

_CONTROLLERS = "/sys/class/nvme"
_ADDRESS = re.compile(r"traddr=([^,]+),trsvcid=([0-9]+)")
#: Seconds for which connections are waited for.
_LIMIT = 60


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts(wanted=True):
    """
    Return the host NQN and the connections of this node, from files and sysfs alone.

    wanted
        Whether anybody asks; if not, nothing is looked at.

    Returns ``{"host", "controllers"}``: the host NQN or None, and ``[subsystem, ADDRESS:PORT,
    state, fast_io_fail_tmo]`` of each controller, all text; the last is ``off`` or seconds.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_nvme.facts
    """
    if not wanted:
        return {"host": None, "controllers": []}
    text = files.read(nvme_unit.HOST_NQN_PATH) or ""
    return {"host": text.strip() or None, "controllers": [each[1:] for each in _controllers()]}


def await_connected(pairs, fail_after):
    """
    Wait until this node is connected to subsystems, and have them fail I/O in time.

    pairs
        A list of ``[subsystem, ADDRESS:PORT]``.
    fail_after
        ``fast_io_fail_tmo`` of each, seconds.

    Returns True. Raises ``CommandExecutionError`` that names what is not connected after 60
    seconds; the unit goes on trying.

    CLI Example:

    .. code-block:: bash

        salt-call ocfs2_nvme.await_connected '[[nqn.2003-01.com.domain:a, "192.168.50.10:4420"]]' 38
    """
    missing = waiting.until_empty(lambda: _missing(pairs), _LIMIT)
    if missing:
        raise CommandExecutionError(
            f"not connected: {', '.join(missing)}. Fix: see why in journalctl -u "
            f"{nvme_unit.UNIT}, which goes on trying; the array has to show them to the host "
            f"NQN in {nvme_unit.HOST_NQN_PATH}."
        )
    for name, *pair, _, _ in _controllers():
        if pair in pairs:
            _set_fail_after(name, fail_after)
    return True


def _missing(pairs):
    known = [each[1:3] for each in _controllers()]
    return [" at ".join(pair) for pair in pairs if pair not in known]


def _controllers():
    """``[name, subsystem, portal, state, fast_io_fail_tmo]`` of each controller of a fabric."""
    found = []
    for name in files.names(_CONTROLLERS):
        values = {each: files.value(f"{_CONTROLLERS}/{name}/{each}") for each in _ATTRIBUTES}
        match = _ADDRESS.match(values["address"] or "")
        if match and values["subsysnqn"]:
            portal = f"{match[1]}:{match[2]}"
            state, tmo = values["state"] or "unknown", values["fast_io_fail_tmo"] or "unknown"
            found.append([name, values["subsysnqn"], portal, state, tmo])
    return found


_ATTRIBUTES = ("address", "subsysnqn", "state", "fast_io_fail_tmo")


def _set_fail_after(name, seconds):
    path = f"{_CONTROLLERS}/{name}/fast_io_fail_tmo"
    if files.value(path) == str(seconds):
        return
    files.set_value(path, seconds)
