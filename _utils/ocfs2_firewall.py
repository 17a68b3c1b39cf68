"""Firewall of the interconnect: the TCP port is open to the other nodes and closed to the rest.

There is no UDP rule because the kernel opens no UDP socket (fs/ocfs2/cluster/tcp.c).  What the
formula owns is a table (nftables) or a chain and one jump to it (iptables), a file with the
rules, and a unit that loads the file.  Rules of others are read, never written.
"""

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


def files(desired, minion):
    """Return {path: text} for the backend pillar asks for; empty for ``none``.

    desired
        Pillar as ``ocfs2_model.Desired``.

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


def nftables_agrees(ruleset, desired, minion):
    """Return whether our table in ``ruleset`` is what :func:`nftables` describes.

    ruleset
        The list under ``nftables`` in the output of ``nft -j list ruleset``.
    """
    ours = [
        (kind, item)
        for entry in ruleset
        for kind, item in entry.items()
        if kind != "table" and (item.get("family"), item.get("table")) == (FAMILY, TABLE)
    ]
    chains = [item for kind, item in ours if kind == "chain"]
    sets = [item for kind, item in ours if kind == "set"]
    rules = [item["expr"] for kind, item in ours if kind == "rule"]
    chain = {"name": "input", "type": "filter", "hook": "input", "prio": -10, "policy": "accept"}
    return (
        len(ours) == len(chains) + len(sets) + len(rules)
        and [{key: item.get(key) for key in chain} for item in chains] == [chain]
        and [item["name"] for item in sets] == ["peers"]
        and sorted(sets[0].get("elem", [])) == sorted(_addresses(desired, minion))
        and rules == _expressions(desired.cluster.port)
    )


def iptables_agrees(saved, desired, minion):
    """Return whether our chain and the jump to it in ``saved``, the lines of ``iptables-save -t
    filter``, are as :func:`iptables` describes: one jump, before any rule that drops."""
    rules = [line for line in saved if line.startswith(f"-A {CHAIN} ")]
    before = [line for line in saved if line.startswith("-A INPUT ")]
    jump = f"-A {_JUMP}"
    if rules != iptables_rules(desired, minion) or before.count(jump) != 1:
        return False
    return not any(line.endswith(("-j DROP", "REJECT")) for line in before[: before.index(jump)])


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
