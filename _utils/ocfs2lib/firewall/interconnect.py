"""Firewall of the interconnect: the TCP port is open to the other nodes and closed to the rest.

There is no UDP rule because the kernel opens no UDP socket (fs/ocfs2/cluster/tcp.c).  What the
formula owns is a table (nftables) or a chain and one jump to it (iptables), a file with the
rules, and a unit that loads the file.  Rules of others are read, never written.
"""

import re

from ocfs2lib.firewall import nft_trace

UNIT = "ocfs2-firewall.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
NONE = "none"
RULES = {"nftables": "/etc/ocfs2/firewall.nft", "iptables": "/etc/ocfs2/firewall.iptables"}

FAMILY, TABLE = "inet", "ocfs2"
CHAIN = "OCFS2"
# No port in it, so it never changes.
JUMP = ("INPUT", "-p", "tcp", "-j", CHAIN)

_HEADER = "# Written by ocfs2-formula, loaded by ocfs2-firewall.service.\n"

# The first two lines make the replacement one transaction, whether the table exists or not.
_NFTABLES = """\
table inet ocfs2
delete table inet ocfs2
table inet ocfs2 {{
	set peers {{
		type ipv4_addr
{elements}	}}

	chain input {{
		type filter hook input priority -10; policy accept;
		tcp dport {port} ip saddr @peers accept
		tcp dport {port} iifname "lo" accept
		tcp dport {port} drop
	}}
}}
"""

_UNIT = """\
# Written by ocfs2-formula.
[Unit]
Description=OCFS2 interconnect firewall ({backend})
# A restart or reload of the service behind it flushes every rule: follow it.
After={service}
PartOf={service}
ReloadPropagatedFrom={service}
Before=o2cb.service

[Service]
Type=oneshot
RemainAfterExit=yes
{commands}

[Install]
WantedBy=multi-user.target {service}
"""
_SERVICES = {"nftables": "nftables.service", "iptables": "netfilter-persistent.service"}
_JUMP = " ".join(JUMP)
_COMMANDS = {
    "nftables": (f"/usr/sbin/nft -f {RULES['nftables']}",),
    "iptables": (
        f"/usr/sbin/iptables-restore --noflush --wait 60 {RULES['iptables']}",
        f"/bin/sh -c 'iptables --wait -C {_JUMP} 2>/dev/null || iptables --wait -I {_JUMP}'",
    ),
}


def concern(desired):
    """Return what a node has to know to look at its firewall: the arguments of
    ``o2cb_firewall.facts``."""
    return {
        "backend": desired.firewall.backend,
        "port": desired.cluster.port,
        "nodes": {node.minion: node.address for node in desired.nodes},
    }


def files(desired, minion):
    """Return {path: text} for the backend pillar asks for; empty for ``none``.

    desired
        Pillar as ``pillar.desired.Desired``.

    minion
        Minion id of the node the files are for.
    """
    backend = desired.firewall.backend
    if backend == NONE:
        return {}
    text = {"nftables": nftables, "iptables": iptables}[backend](desired, minion)
    return {RULES[backend]: text, UNIT_PATH: unit(backend)}


def nftables(desired, minion):
    """Return the nft script that replaces our table."""
    addresses = ", ".join(_addresses(desired, minion))
    elements = f"\t\telements = {{ {addresses} }}\n" if addresses else ""
    return _HEADER + _NFTABLES.format(elements=elements, port=desired.cluster.port)


def iptables(desired, minion):
    """Return the iptables-restore input that replaces our chain and leaves the others alone."""
    rules = "".join(f"{rule}\n" for rule in iptables_rules(desired, minion))
    return f"{_HEADER}*filter\n:{CHAIN} - [0:0]\n{rules}COMMIT\n"


def iptables_rules(desired, minion):
    """Return the rules of our chain, spelled as iptables-save spells them."""
    match = f"-p tcp -m tcp --dport {desired.cluster.port}"
    return [
        *(
            f"-A {CHAIN} -s {address}/32 {match} -j ACCEPT"
            for address in _addresses(desired, minion)
        ),
        f"-A {CHAIN} -i lo {match} -j ACCEPT",
        f"-A {CHAIN} {match} -j DROP",
    ]


def unit(backend):
    """Return the unit that loads the rules at boot and after every flush."""
    first, *more = _COMMANDS[backend]
    commands = [f"ExecStart={command}" for command in (first, *more)]
    commands += [f"ExecReload={command}" for command in (first, *more)]
    return _UNIT.format(backend=backend, service=_SERVICES[backend], commands="\n".join(commands))


def ours(backend, rules):
    """Return what of the rules in the kernel is ours, in the form of :func:`expected`.

    rules
        For ``nftables`` the list under ``nftables`` in the output of ``nft -j list ruleset``, for
        ``iptables`` the lines of ``iptables-save -t filter``.

    Raises ValueError for a list that nft would not print.
    """
    try:
        return {"nftables": _ours_of_nftables, "iptables": _ours_of_iptables}[backend](rules)
    except nft_trace.SHAPE_ERRORS as err:
        raise ValueError(f"{backend} lists rules in a shape that is not understood") from err


def expected(desired, minion):
    """Return what :func:`ours` finds in the kernel if the rules that pillar describes are
    loaded."""
    backend, port = desired.firewall.backend, desired.cluster.port
    if backend == "iptables":
        return {"rules": iptables_rules(desired, minion), "input": [f"-A {_JUMP}"]}
    chain = {"name": "input", "type": "filter", "hook": "input", "prio": -10, "policy": "accept"}
    return {
        "chains": [chain],
        "sets": [["peers", *sorted(_addresses(desired, minion))]],
        "rules": _expressions(port),
        "others": 0,
    }


def _ours_of_nftables(ruleset):
    found = {"chains": [], "sets": [], "rules": [], "others": 0}
    for entry in ruleset:
        for kind, item in entry.items():
            if kind == "table" or (item.get("family"), item.get("table")) != (FAMILY, TABLE):
                continue
            if kind == "chain":
                names = ("name", "type", "hook", "prio", "policy")
                found["chains"].append({name: item.get(name) for name in names})
            elif kind == "set":
                found["sets"].append([item["name"], *sorted(map(str, item.get("elem", [])))])
            elif kind == "rule":
                found["rules"].append(item["expr"])
            else:
                found["others"] += 1
    return found


def _ours_of_iptables(lines):
    """The rules of our chain, and of INPUT the jumps to it and what drops before the first."""
    jump = f"-A {_JUMP}"
    before = [line for line in lines if line.startswith("-A INPUT ")]
    jumps = [line for line in before if line == jump]
    if jumps:
        before = before[: before.index(jump)]
    return {
        "rules": [line for line in lines if line.startswith(f"-A {CHAIN} ")],
        "input": [line for line in before if re.search(r" -j (DROP|REJECT)\b", line)] + jumps,
    }


def _addresses(desired, minion):
    return [node.address for node in desired.peers(minion)]


def _expressions(port):
    def match(left, right):
        return {"match": {"op": "==", "left": left, "right": right}}

    dport = match({"payload": {"protocol": "tcp", "field": "dport"}}, port)
    peers = match({"payload": {"protocol": "ip", "field": "saddr"}}, "@peers")
    loopback = match({"meta": {"key": "iifname"}}, "lo")
    return [
        [dport, peers, {"accept": None}],
        [dport, loopback, {"accept": None}],
        [dport, {"drop": None}],
    ]
