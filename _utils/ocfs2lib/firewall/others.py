"""What everybody's rules on a host, whoever made them, do to the port between the nodes."""

from ocfs2lib import commands
from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall import nft_trace
from ocfs2lib.firewall import nftables
from ocfs2lib.firewall import xtables

_INPUT = ("filter", "INPUT", nft_trace.FROM)
#: The packet that is dropped, in words, and in those of nft and iptables.
_WORDS = {
    nft_trace.FROM: "TCP port {port} from the other nodes",
    nft_trace.TO: "TCP port {port} to the other nodes",
    nft_trace.ANSWER_FROM: "what TCP port {port} of the other nodes answers",
    nft_trace.ANSWER_TO: "what TCP port {port} answers to the other nodes",
}
_MATCHES = {
    nft_trace.FROM: ("saddr", "dport"),
    nft_trace.TO: ("daddr", "dport"),
    nft_trace.ANSWER_FROM: ("saddr", "sport"),
    nft_trace.ANSWER_TO: ("daddr", "sport"),
}
#: The tables of those firewalls that a host may run by itself.
_TABLES = {"firewalld": "firewalld", "ufw": "filter"}
#: What to do where the formula's rules are theirs, and another of their rules comes before.
_AMONG = {
    "firewalld": (
        "firewall-cmd --direct --get-all-rules and firewall-cmd --list-all-policies show what "
        "firewalld drops of {end} {port} before; take that away"
    ),
    "ufw": (
        "ufw show added, and before.rules and after.rules in /etc/ufw, show what ufw drops of "
        "{end} {port}; take that away, or open it there"
    ),
}


def listed(rules, run, has_legacy):
    """
    Return all rules that a packet of IPv4 meets here, as ``nft -j list ruleset`` lists them.

    rules
        What it lists itself, by :meth:`firewall.nftables.Nftables.rules`.
    run
        As for :class:`firewall.backend.Backend`.
    has_legacy
        Whether the kernel has tables of iptables-legacy, which nft does not show.

    Raises FileInvalid for a list that nft would not print.
    """
    saved = run(["iptables-legacy-save"], optional=True) if has_legacy else None
    legacy = xtables.entries(saved, xtables.LEGACY) if saved else []
    try:
        return (_understood(rules, run) if xtables.is_hidden(rules) else rules) + legacy
    except nft_trace.SHAPE_ERRORS as err:
        raise FileInvalid("nftables lists rules in a shape that is not understood") from err


def blocking(rules, port, peers, opened=(), here=None):
    """
    Return ``{way: [[family, table, chain]]}``, for each of :data:`nft_trace.WAYS` the base chains
    that drop it for some peer.

    rules
        As :func:`listed` returns them.
    port, peers
        As for :class:`firewall.backend.Backend`.
    opened
        What the formula's own rules open once they are loaded, as (family, table, chain, way).
    here
        IPv4 address of this host on the interconnect; None if it is not known.
    """
    own = (nftables.FAMILY, nftables.TABLE)
    found = nft_trace.blocking(rules, port, peers, own, here)
    return {
        way: [list(each[:3]) for each in found if each[3] == way and each not in opened]
        for way in nft_trace.WAYS
    }


def nothing():
    """Return what :func:`blocking` does where no chain is in the way."""
    return {way: [] for way in nft_trace.WAYS}


def opened_by_iptables(saved):
    """
    Return what the jump of our iptables backend opens: INPUT, in the tables that it is made in.

    saved
        The lines that iptables-save printed; nf_tables is named in the first of its own kind.
    """
    is_nft = any("(nf_tables)" in line for line in saved[:1])
    return [("ip" if is_nft else xtables.LEGACY, *_INPUT)]


def words(way, port):
    """Return what is dropped on one of :data:`nft_trace.WAYS`, as text."""
    return _WORDS[way].format(port=port)


def remedy(chain, way, port, peers, manager="", is_used=False):
    """
    Return what an operator does to let the peers through a chain of :func:`blocking`, which has a
    family and a name at least.

    way, port, peers
        As for :func:`blocking`.
    manager
        The firewall that the host runs by itself, ``""`` if it runs none.
    is_used
        Whether that has the rules of the formula, too.
    """
    if manager and _is_of(manager, chain):
        if is_used:
            return _AMONG[manager].format(port=port, end=_MATCHES[way][1])
        return f"it belongs to {manager}: write host under ocfs2:firewall:backend"
    family, table, name = chain[0], " ".join(chain[1:-1]), chain[-1]
    address, end = _MATCHES[way]
    if family == xtables.LEGACY or (family == "ip" and name.isupper()):
        if (table, name, way) == _INPUT:
            return "it belongs to iptables: set ocfs2:firewall:backend to iptables"
        tool = "iptables-legacy" if family == xtables.LEGACY else "iptables"
        rule = f"-{address[0]} {','.join(peers)} -p tcp --{end} {port} -j ACCEPT"
        typed = f"{tool} -t {commands.word(table)} -I {commands.word(name)} {rule}"
    else:
        rule = f"ip {address} '{{ {', '.join(peers)} }}' tcp {end} {port} accept"
        typed = f"nft insert rule {' '.join(map(commands.word, chain))} {rule}"
    return f"{typed}, and the same rule in the file that loads the chain at boot"


def _is_of(manager, chain):
    """Return whether a chain is one that a firewall of the host has made."""
    family, table = chain[0], " ".join(chain[1:-1])
    if table.startswith(_TABLES["firewalld"]):
        return manager == "firewalld"
    return manager == "ufw" and family in ("ip", xtables.LEGACY) and table == _TABLES["ufw"]


def _understood(rules, run):
    """Return the list with the rules of iptables in the words of nft, where the host can tell."""
    saved = run(["iptables-nft-save"], optional=True)
    return rules if saved is None else xtables.replaced(rules, saved)
