"""
Load the formula's own firewall rules, and read those of others.

.. versionadded:: 1.0.0
"""

import salt.utils.path
from salt.exceptions import CommandExecutionError
from salt.exceptions import CommandNotFoundError
from salt.exceptions import SaltInvocationError

from ocfs2lib.errors import FormulaError
from ocfs2lib.firewall import managers as host_managers
from ocfs2lib.firewall import others
from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.firewall.backends import CHOICES
from ocfs2lib.firewall.backends import FIREWALLS
from ocfs2lib.platform import platforms
from ocfs2lib.system import files
from ocfs2lib.system import operating_system
from ocfs2lib.system import systemd
from ocfs2lib.system import tools

#: The tables of iptables-legacy that this kernel has; absent until one is made.
_LEGACY_TABLES = "/proc/net/ip_tables_names"
#: The backend whose list has the rules of everybody else, too.
_NFTABLES = "nftables"
_FIREWALLD_CONF = "/etc/firewalld/firewalld.conf"
_UFW_CONF = "/etc/ufw/ufw.conf"


def __virtual__():
    return operating_system.is_linux(__grains__)


def managers():
    """
    Return which firewalls this host runs by itself: ``{"firewalld": state, "ufw": state}``.

    A state is one of those in :mod:`firewall.managers`, such as ``absent``, ``running``, or
    ``lost`` for one that says it runs while its rules are not in the kernel.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.managers
    """
    states = {host_managers.FIREWALLD: _firewalld, host_managers.UFW: _ufw}
    return {
        name: state(name) if _installed(FIREWALLS[name]) else host_managers.ABSENT
        for name, state in states.items()
    }


def _firewalld(name):
    ended = tools.attempt(["firewall-cmd", "--state"])["retcode"]
    version = tools.attempt(["firewall-cmd", "--version"])["stdout"]
    return host_managers.firewalld_state(
        ended,
        version,
        files.read(_FIREWALLD_CONF),
        _rules_or_none(_NFTABLES),
        _starts(name),
    )


def _ufw(name):
    is_enabled, service = host_managers.is_enabled(files.read(_UFW_CONF)), _service(name)
    if not is_enabled:
        return host_managers.UNKNOWN if is_enabled is None else host_managers.STOPPED
    active = bool(service) and systemd.active(service)
    return host_managers.ufw_state(_rules_or_none("iptables"), _starts(name), active)


def _rules_or_none(backend):
    """Return what :func:`rules` does; None where nobody can list them."""
    found = FIREWALLS[backend]
    try:
        return found.rules(tools.run) if _installed(found) else None
    except (CommandExecutionError, FormulaError):
        return None


def _service(name):
    """Return the service of a firewall on this host; None on a platform that is not known."""
    platform = platforms.of_minion(__grains__)
    here = platform and platform.firewalls.get(name)
    return here and here.service


def _starts(name):
    service = _service(name)
    return bool(service) and systemd.enabled(service)


def rules(backend):
    """
    Return all rules in the kernel, a list: nft's objects, or lines of ``iptables-save -t filter``.

    backend
        ``nftables`` or ``iptables``; ``firewalld`` or ``ufw``, whose list begins or ends with what
        these say that they have.

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
        ``host``, ``nftables``, ``iptables``, ``firewalld``, ``ufw`` or ``none``.
    port
        The TCP port of the interconnect, 1 to 65534.
    nodes
        ``{minion id: address}`` of every node; this one is left out.

    Returns ``{"managers", "rules", "blocking"}``: what :func:`managers` does, the formula's own
    rules, in the form of ``firewall.backend.Backend.ours``, and ``{way: chains}``, for each of
    ``firewall.nft_trace.WAYS`` the chains of others, as [family, table, chain], that drop it for a
    peer.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.facts nftables 7777 '{host2.domain.com: 192.168.100.2}'
    """
    if backend not in CHOICES:
        raise SaltInvocationError(f"{backend} is none of {', '.join(CHOICES)}")
    states = managers()
    name = host_managers.backend(backend, states)
    found, peers, here = BACKENDS[name], _peers(nodes), nodes.get(__opts__["id"])
    # One that does not run cannot be asked; pillar that names it is refused.
    listed = rules(name) if name in FIREWALLS and _answers(name, states) else []
    try:
        blocking = _blocking(found, listed, port, peers, here) if peers else others.nothing()
        return {
            "managers": states,
            "rules": found.ours(listed, port, peers),
            "blocking": blocking,
        }
    except FormulaError as err:
        raise CommandExecutionError(str(err)) from err


def _answers(name, states):
    return states.get(name, host_managers.RUNNING) in host_managers.USABLE


def _peers(nodes):
    return [address for minion, address in nodes.items() if minion != __opts__["id"]]


def _blocking(backend, listed, port, peers, here):
    """Return what drops the port, with this backend and what it lists."""
    in_nft = listed if backend.name == _NFTABLES else rules(_NFTABLES)
    everything = others.listed(in_nft, tools.run, bool(files.value(_LEGACY_TABLES)))
    return others.blocking(everything, port, peers, backend.opened(listed, port, peers), here)


def load(backend, port, nodes):
    """
    Load the rules, in place of what the formula loaded before.

    backend
        ``nftables`` or ``iptables``, whose rules are in their file; ``firewalld`` or ``ufw``, which
        keep them.
    port, nodes
        As for :func:`facts`.

    Where firewalld or ufw says that it runs and its rules are not in the kernel, its service is
    started again first.

    Returns True. Raises ``CommandExecutionError``; the rules of nftables and iptables are then as
    they were.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.load nftables 7777 '{host2.domain.com: 192.168.100.2}'
    """
    found = _firewall(backend)
    if not _installed(found):
        raise CommandNotFoundError(f"{found.tool} is not installed. Fix: install {backend}.")
    _bring_back(backend)
    try:
        found.load(tools.run, port, _peers(nodes))
    except (CommandExecutionError, FormulaError) as err:
        # A reload that failed has every new connection dropped.
        _bring_back(backend)
        raise CommandExecutionError(str(err)) from err
    return True


def unload(backend):
    """
    Take the formula's rules out of the kernel; those of others stay.

    backend
        ``nftables``, ``iptables``, ``firewalld`` or ``ufw``.

    Returns True. Raises ``CommandExecutionError`` with the reason; a ufw that is to run and does
    not takes no rule away.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb_firewall.unload iptables
    """
    found = _firewall(backend)
    if not _installed(found):
        return True
    state = _bring_back(backend)
    if backend == host_managers.FIREWALLD and state not in host_managers.USABLE:
        # One that does not run has nothing in the kernel, and cannot be asked.
        return True
    if state == host_managers.WAITING:
        what, fix = host_managers.unusable(backend, state)
        raise CommandExecutionError(f"The rules of the formula stay: {what}. Fix: {fix}.")
    try:
        found.unload(tools.run)
    except FormulaError as err:
        raise CommandExecutionError(str(err)) from err
    return True


def _bring_back(backend):
    """Start a firewall of the host again whose rules are not in the kernel; return the state that
    it had."""
    state = managers().get(backend, host_managers.RUNNING)
    if state == host_managers.LOST:
        systemd.unit("restart", _service(backend))
    return state


def _firewall(name):
    if name not in FIREWALLS:
        raise SaltInvocationError(f"{name} is none of {', '.join(FIREWALLS)}")
    return FIREWALLS[name]


def _installed(backend):
    return bool(salt.utils.path.which(backend.tool))
