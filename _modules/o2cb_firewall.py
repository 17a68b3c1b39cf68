"""
The formula's own firewall rules in the kernel, and a look at those of others.

.. versionadded:: 1.0.0
"""

import json

import salt.utils.path
from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError
from salt.exceptions import SaltInvocationError

from ocfs2lib.firewall import interconnect
from ocfs2lib.firewall import nft_trace

__virtualname__ = "o2cb_firewall"

_TOOLS = {"nftables": "nft", "iptables": "iptables"}
_JUMP = list(interconnect.JUMP)


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


def facts(backend, port, nodes):
    """
    What of the rules in the kernel concerns the interconnect.

    backend
        ``nftables``, ``iptables`` or ``none``.
    port
        The TCP port of the interconnect, 1 to 65534.
    nodes
        ``{minion id: address}`` of every node; this one is left out.

    Returns ``{"rules", "blocking"}``: the formula's own rules, in the form of
    ``firewall.interconnect.ours``, and the chains of others, as [family, table, chain], that drop
    the port for a peer.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.facts nftables 7777 '{host2.domain.com: 192.168.100.2}'
    """
    if backend == interconnect.NONE:
        return {"rules": {}, "blocking": []}
    found = rules(backend)
    try:
        return {
            "rules": interconnect.ours(backend, found),
            "blocking": _blocking(backend, found, port, nodes),
        }
    except ValueError as err:
        raise CommandExecutionError(str(err)) from err


def _blocking(backend, found, port, nodes):
    if backend != "nftables":
        return []
    own = (interconnect.FAMILY, interconnect.TABLE)
    peers = [address for minion, address in nodes.items() if minion != __opts__["id"]]
    return [list(each) for each in nft_trace.blocking(found, port, peers, own)]


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
    path = interconnect.RULES[backend]
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
        table = f"table {interconnect.FAMILY} {interconnect.TABLE}"
        __salt__["ocfs2_cmd.run"](["nft", "-f", "-"], stdin=f"{table}\ndelete {table}\n")
        return True
    _remove_jumps()
    if any(line.startswith(f":{interconnect.CHAIN} ") for line in rules(backend)):
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-F", interconnect.CHAIN])
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-X", interconnect.CHAIN])
    return True


def _remove_jumps():
    for _ in range(rules("iptables").count(f"-A {' '.join(_JUMP)}")):
        __salt__["ocfs2_cmd.run"](["iptables", "--wait", "-D", *_JUMP])


def _installed(backend):
    if backend not in _TOOLS:
        raise SaltInvocationError(f"{backend} is none of {', '.join(_TOOLS)}")
    return bool(salt.utils.path.which(_TOOLS[backend]))
