"""The firewalls that a host may run by itself, and which backend follows from that.

Such a firewall closes what it was not told to open, and no table or chain of another can open
that.  So where one runs, the formula gives its rules to it.
"""

import re

from ocfs2lib.firewall.backends import BACKENDS
from ocfs2lib.firewall.backends import DEFAULT
from ocfs2lib.firewall.backends import HOST
from ocfs2lib.firewall.backends import NONE
from ocfs2lib.firewall.firewalld import Firewalld
from ocfs2lib.firewall.ufw import Ufw

FIREWALLD, UFW = MANAGERS = (Firewalld.name, Ufw.name)

#: Not installed; neither runs nor starts at boot; starts at boot and does not run now; runs.
ABSENT, STOPPED, WAITING, RUNNING = "absent", "stopped", "waiting", "running"
#: It says that it runs, and its rules are not in the kernel.
LOST = "lost"
#: It runs, and the formula cannot use it: its configuration is not loaded; it has no policies; its
#: rules are those of iptables; no packet gets to its rules; what it is was not to be found out.
FAILED, OLD, IPTABLES, DETACHED = "failed", "old", "iptables", "detached"
UNKNOWN = "unknown"
#: With these it takes rules, and tells which it has.
USABLE = (RUNNING, LOST)

_LEAST = (0, 9, 0)  # the first with policies between zones and the host
_NOT_RUNNING, _RUNNING_BUT_FAILED = 252, 251  # of firewall-cmd(1)
_OFF = {FIREWALLD: "systemctl disable --now firewalld", UFW: "ufw disable"}
_ON = {FIREWALLD: "systemctl enable --now firewalld", UFW: "ufw enable"}
_REFUSED = {
    ABSENT: ("it has no {name}", "install it and type {on}, or write host under firewall:backend"),
    STOPPED: ("its {name} does not run", "type {on}, or write host under firewall:backend"),
    WAITING: (
        "its {name} starts at boot, but does not run now",
        "type systemctl start {name}, or, to be without it, {off}",
    ),
    FAILED: (
        "its {name} could not load its configuration",
        "firewall-cmd --check-config says why; then systemctl restart {name}",
    ),
    OLD: ("its {name} is older than 0.9.0 and knows no policies", "update it, or type {off}"),
    IPTABLES: (
        "its {name} makes its rules with iptables",
        "write FirewallBackend=nftables in /etc/firewalld/firewalld.conf, then type "
        "systemctl restart {name}",
    ),
    DETACHED: (
        "no packet gets to the rules of its {name}, whose jumps in chain INPUT are gone",
        "type /lib/ufw/ufw-init flush-all, which empties every table of iptables, then "
        "systemctl restart {name}",
    ),
}
_UNKNOWN = (
    "it has {name}, and whether that runs cannot be found out",
    "see what {name} says on the host, or take it off",
)


def backend(asked, states):
    """
    Return the name of the backend that a node has: the one place that decides it.

    asked
        What pillar has under ``firewall:backend``, one of ``backends.CHOICES``.
    states
        ``{manager: state}`` of the node, for each of :data:`MANAGERS`.
    """
    if asked != HOST:
        return asked
    return in_use(states) or DEFAULT


def candidates(asked):
    """Return the names of the backends that :func:`backend` may find on some host."""
    return (DEFAULT, *MANAGERS) if asked == HOST else (asked,)


def in_use(states):
    """Return the name of the first manager that closes ports of the host, ``""`` if none does."""
    return next((name for name in MANAGERS if _is_used(states[name])), "")


def refusals(asked, states):
    """
    Return ``[(what, fix)]``: why a host cannot have the firewall that pillar asks for.

    asked, states
        As for :func:`backend`.
    """
    name = backend(asked, states)
    if name == NONE:
        return []
    found = []
    if name in MANAGERS and states[name] not in USABLE:
        found.append(unusable(name, states[name]))
    for other in MANAGERS:
        if other != name and _is_used(states[other]):
            what = f"it has {other}, and {name} cannot open what that closes"
            instead = (
                "" if name in MANAGERS else f"write host or {other} under firewall:backend, or "
            )
            found.append((what, f"{instead}type {_OFF[other]}"))
    return found


def unusable(name, state):
    """
    Return (what, fix): why a manager cannot be given rules.

    name, state
        One of :data:`MANAGERS`, and a state of it that is not in :data:`USABLE`.
    """
    words = _REFUSED.get(state, _UNKNOWN)
    return tuple(each.format(name=name, on=_ON[name], off=_OFF[name]) for each in words)


def firewalld_state(ended, version, conf, rules, starts):
    """
    Return the state of a firewalld that is installed.

    ended
        The exit code of ``firewall-cmd --state``.
    version
        What ``firewall-cmd --version`` printed.
    conf
        The text of firewalld.conf, None if there is none.
    rules
        As :meth:`firewall.nftables.Nftables.rules` lists them; None if nobody can list them.
    starts
        Whether it starts at boot.
    """
    if ended == _NOT_RUNNING:
        return WAITING if starts else STOPPED
    numbers = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    if ended not in (0, _RUNNING_BUT_FAILED) or not numbers:
        return UNKNOWN
    if tuple(int(number or 0) for number in numbers.groups()) < _LEAST:
        return OLD
    if re.search(r"^\s*FirewallBackend\s*=\s*iptables\b", conf or "", re.MULTILINE):
        return IPTABLES
    if rules is not None and not BACKENDS[FIREWALLD].is_in_kernel(rules):
        return LOST
    return FAILED if ended else RUNNING


def is_enabled(conf):
    """Return whether ufw is to run, by the text of its ufw.conf; None for no text."""
    found = re.search(r"^\s*ENABLED\s*=\s*[\"']?yes\b", conf or "", re.MULTILINE | re.IGNORECASE)
    return None if conf is None else bool(found)


def ufw_state(saved, starts, active):
    """
    Return the state of a ufw that is installed and enabled.

    saved
        The lines of ``iptables-save -t filter``; None if nobody can list them.
    starts, active
        Whether its service starts at boot, and whether that has been started.
    """
    if saved is None:
        return UNKNOWN
    if BACKENDS[UFW].is_in_kernel(saved):
        return RUNNING if BACKENDS[UFW].is_reached(saved) else DETACHED
    if active:
        return LOST
    return WAITING if starts else STOPPED


def _is_used(state):
    return state not in (ABSENT, STOPPED)
