"""Rule sets of iptables with rules of any kind, as iptables-save writes them."""

MATCHES = (
    *("-s 192.168.100.2/32", "-s 192.168.100.0/24", "! -s 10.0.0.0/8", "-d 192.168.100.1/32"),
    *("-i lo", "! -i lo", "-i v0", "-i v+", "-i eth+", "! -i eth0", "-p tcp", "-p udp", "! -p tcp"),
    *("-p 6", "-p icmp", "-f", "! -f", "-p all"),
    *("-p tcp -m tcp --dport 7777", "-p tcp -m tcp ! --dport 7777", "-p tcp -m tcp --dport 22"),
    *(
        "-p tcp -m tcp --dport 7000:8000",
        "-p tcp -m tcp --sport 1:1023",
        "-p tcp -m tcp --dport :9",
    ),
    *("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "-p tcp -m tcp ! --tcp-flags SYN SYN"),
    *("-p tcp -m tcp --tcp-flags ALL NONE", "-p tcp -m tcp --tcp-option 5"),
    *("-p tcp -m multiport --dports 22,7777", "-p tcp -m multiport ! --dports 1:7000,9999"),
    *("-p tcp -m multiport --ports 7777", "-p tcp -m multiport --sports 1:9"),
    *("-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack --ctstate NEW"),
    *("-m conntrack ! --ctstate INVALID", "-m conntrack --ctstate INVALID,UNTRACKED"),
    *("-m conntrack --ctstate NEW,DNAT", "-m conntrack --ctdir ORIGINAL", "-m state --state NEW"),
    *("-m state ! --state RELATED,ESTABLISHED", '-m comment --comment "-j is no target"'),
    *("-m addrtype --dst-type LOCAL", "-m addrtype ! --dst-type LOCAL,BROADCAST"),
    *("-m addrtype --src-type UNICAST", "-m addrtype --dst-type MULTICAST"),
    *("-m addrtype --dst-type LOCAL --limit-iface-in", "-m pkttype --pkt-type unicast"),
    *("-m pkttype ! --pkt-type broadcast", "-m iprange --src-range 192.168.100.1-192.168.100.9"),
    *("-m iprange ! --src-range 10.0.0.1-10.0.0.9", "-m iprange --dst-range 10.0.0.1-10.0.0.9"),
    *(
        "-m limit --limit 9/sec",
        "-m mark --mark 0x1",
        "-m mark ! --mark 0x1",
        "-m length --length 60",
    ),
    *("-m mac --mac-source 00:11:22:33:44:55", "-m connlimit --connlimit-above 9"),
    *("-m u32 --u32 0x0=0x0", "-m ttl --ttl-eq 64", "-m recent --name x --set"),
    *("-m statistic --mode random --probability 0.5", "-m length --length 60"),
)
TARGETS = (
    *("ACCEPT", "ACCEPT", "DROP", "DROP", "RETURN", "REJECT", "REJECT --reject-with tcp-reset"),
    *("other", "last", 'LOG --log-prefix "-j DROP"', "MARK --set-mark 1", "NFQUEUE --queue-num 9"),
    *("CONNMARK --save-mark", "TCPMSS --set-mss 99", "TRACE"),
)
#: Where a rule may go to without an end.
GOTOS = ("-g other", "-g last")


def some_table(dice):
    """The table ``filter``, ``raw`` or ``mangle``, of which iptables takes most."""
    table, base = dice.choice(
        (("filter", "INPUT"),) * 3
        + (("raw", "PREROUTING"), ("mangle", "PREROUTING"), ("mangle", "INPUT"))
    )
    policy = dice.choice(("ACCEPT", "DROP"))
    lines = [f"*{table}", f":{base} {policy} [0:0]", ":other - [0:0]", ":last - [0:0]"]
    for _ in range(dice.randint(1, 5)):
        chain = dice.choice((base, base, "other", "last"))
        matches = " ".join(dice.sample(MATCHES, dice.choice((0, 1, 1, 2))))
        target = dice.choice([*(f"-j {each}" for each in TARGETS), *GOTOS])
        # A chain that comes back to itself is refused.
        loops = {"other": ("other",), "last": ("other", "last")}.get(chain, ())
        if target[3:] not in loops:
            lines.append(f"-A {chain} {matches} {target}")
    return "\n".join([*lines, "COMMIT", ""])
