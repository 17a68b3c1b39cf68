"""
The formula's own firewall rules in the kernel, and a look at those of others.

.. versionadded:: 1.0.0
"""

import json

import salt.utils.path
from salt.exceptions import CommandNotFoundError
from salt.exceptions import SaltInvocationError

import ocfs2_firewall

__virtualname__ = "o2cb_firewall"

_TOOLS = {"nftables": "nft", "iptables": "iptables"}
_JUMP = list(ocfs2_firewall.JUMP)


def __virtual__():
    if __grains__.get("kernel") != "Linux":
        return False, "OCFS2 is a filesystem of the Linux kernel."
    return __virtualname__


def rules(backend):
    """
    All rules in the kernel: nft's list of objects, or the lines of ``iptables-save -t filter``.

    backend
        ``nftables`` or ``iptables``.

    Returns a list; empty as well where the backend is not installed.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.rules nftables
    """
    if not _installed(backend):
        return []
    if backend == "nftables":
        return json.loads(__salt__["ocfs2_cmd.run"](["nft", "-j", "list", "ruleset"]))["nftables"]
    return __salt__["ocfs2_cmd.run"](["iptables-save", "-t", "filter"]).splitlines()


def load(backend):
    """
    Load the rules from their file, in place of what the formula loaded before.

    backend
        ``nftables`` or ``iptables``.

    Returns True. Raises ``CommandExecutionError``; the rules are then as they were.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.load nftables
    """
    if not _installed(backend):
        raise CommandNotFoundError(f"{_TOOLS[backend]} is not installed. Fix: install {backend}.")
    path = ocfs2_firewall.RULES[backend]
    if backend == "nftables":
        __salt__["ocfs2_cmd.run"](["nft", "-f", path])
        return True
    __salt__["ocfs2_cmd.run"](["iptables-restore", "--noflush", "--wait", "60", path])
    _remove_jumps()
    __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-I", *_JUMP])
    return True


def unload(backend):
    """
    Take the formula's rules out of the kernel; those of others stay.

    backend
        ``nftables`` or ``iptables``.

    Returns True. Raises ``CommandExecutionError`` with the reason.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.unload iptables
    """
    if not _installed(backend):
        return True
    if backend == "nftables":
        table = f"table {ocfs2_firewall.FAMILY} {ocfs2_firewall.TABLE}"
        __salt__["ocfs2_cmd.run"](["nft", "-f", "-"], stdin=f"{table}\ndelete {table}\n")
        return True
    _remove_jumps()
    if any(line.startswith(f":{ocfs2_firewall.CHAIN} ") for line in rules(backend)):
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-F", ocfs2_firewall.CHAIN])
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-X", ocfs2_firewall.CHAIN])
    return True


def _remove_jumps():
    for _ in range(rules("iptables").count(f"-A {' '.join(_JUMP)}")):
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-D", *_JUMP])


def _installed(backend):
    if backend not in _TOOLS:
        raise SaltInvocationError(f"{backend} is none of {', '.join(_TOOLS)}")
    return bool(salt.utils.path.which(_TOOLS[backend]))
