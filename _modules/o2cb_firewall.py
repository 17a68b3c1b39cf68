"""
Load the formula's own firewall rules, and read those of others.

.. versionadded:: 1.0.0
"""

import salt.utils.path
from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError
from salt.exceptions import SaltInvocationError

from ocfs2lib.errors import FormulaError
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import tools

#: The tables of iptables-legacy that this kernel has; absent until one is made.
_LEGACY_TABLES = "/proc/net/ip_tables_names"
#: The backend whose list has the rules of everybody else, too.
_NFTABLES = "nftables"


def __virtual__():
    return operating_system.is_linux(__grains__)


def rules(backend):
    """
    Return all rules in the kernel, a list: nft's objects, or lines of ``iptables-save -t filter``.

    backend
        ``nftables`` or ``iptables``.

    The list is empty as well where the backend is not installed.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.rules nftables
    """
    found = _firewall(backend)
    try:
        return found.rules(tools.run) if _installed(found) else []
    except FormulaError as err:
        raise CommandExecutionError(str(err)) from err


def facts(backend, port, nodes):
    """
    Return what of the rules in the kernel concerns the interconnect.

    backend
        ``nftables``, ``iptables`` or ``none``.
    port
        The TCP port of the interconnect, 1 to 65534.
    nodes
        ``{minion id: address}`` of every node; this one is left out.

    Returns ``{"rules", "blocking"}``: the formula's own rules, in the form of
    ``firewall.backend.Backend.ours``, and ``{way: chains}``, for each of
    ``firewall.nft_trace.WAYS`` the chains of others, as [family, table, chain], that drop it for a
    peer.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.facts nftables 7777 '{host2.domain.com: 192.168.100.2}'
    """
    found = BACKENDS.get(backend) or _firewall(backend)
    listed = rules(backend) if backend in FIREWALLS else []
    peers = [address for minion, address in nodes.items() if minion != __opts__["id"]]
    try:
        blocking = _blocking(found, listed, port, peers) if peers else others.nothing()
        return {"rules": found.ours(listed), "blocking": blocking}
    except FormulaError as err:
        raise CommandExecutionError(str(err)) from err


def _blocking(backend, listed, port, peers):
    """Return what drops the port, with this backend and what it lists."""
    in_nft = listed if backend.name == _NFTABLES else rules(_NFTABLES)
    everything = others.listed(in_nft, tools.run, bool(files.value(_LEGACY_TABLES)))
    return others.blocking(everything, port, peers, backend.opened(listed))


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
    found = _firewall(backend)
    if not _installed(found):
        raise CommandNotFoundError(f"{found.tool} is not installed. Fix: install {backend}.")
    found.load(tools.run)
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
    found = _firewall(backend)
    if _installed(found):
        found.unload(tools.run)
    return True


def _firewall(name):
    if name not in FIREWALLS:
        raise SaltInvocationError(f"{name} is none of {', '.join(FIREWALLS)}")
    return FIREWALLS[name]


def _installed(backend):
    return bool(salt.utils.path.which(backend.tool))
