"""Rulesets of nftables with rules of any kind."""

RULESET = """
table inet ocfs2 {
  set peers { type ipv4_addr; elements = { 192.168.100.2, 192.168.100.3 } }
  chain input {
    type filter hook input priority -10; policy accept;
    tcp dport 7777 ip saddr @peers accept
    tcp dport 7777 iifname "lo" accept
    tcp dport 7777 drop
  }
}
table inet filter {
  set ports { type inet_service; flags interval; elements = { 22, 7000-8000 } }
  set hosts { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.100.0/24 } }
  map verdicts { type inet_service : verdict; elements = { 22 : accept, 7777 : jump peers } }
  chain peers { ip saddr @hosts accept; ip saddr 192.168.100.1-192.168.100.9 return; drop; }
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    ct state vmap { invalid : drop, untracked : accept }
    iifname "lo" accept
    ip protocol icmp accept
    tcp dport { 80, 443, 1000-2000 } ct state new limit rate 9/second accept
    tcp dport @ports counter jump peers
    tcp dport vmap @verdicts
    ip saddr . tcp dport { 192.168.100.2 . 7777 } accept
    meta l4proto tcp reject with tcp reset
  }
}
"""
#: What a rule may match, and what it may do.
MATCHES = (
    *("tcp dport 7777", "tcp dport != 22", "tcp dport 7000-8000", "tcp dport { 22, 7777 }"),
    *(
        "tcp dport { 1-100, 7777 }",
        "tcp dport @ports",
        "tcp dport != @ports",
        "tcp sport 1024-65535",
    ),
    *(
        "th dport 7777",
        "th dport >= 7000",
        "udp dport 53",
        "@th,16,16 7777",
        "@nh,96,32 0xc0a86402",
    ),
    *("ip saddr 192.168.100.2", "ip saddr 192.168.100.0/24", "ip saddr != { 10.0.0.0/8, 1.1.1.1 }"),
    *(
        "ip saddr 192.168.100.1-192.168.100.9",
        "ip saddr @hosts",
        "ip saddr & 255.255.0.0 == 10.1.0.0",
    ),
    *("ip daddr 10.0.0.1", "ip ttl 64", "ip length < 1500", "ip version 4", "ip dscp cs1"),
    *("ip protocol tcp", "ip protocol { tcp, udp }", "ip protocol != 6"),
    *("meta l4proto tcp", "meta l4proto 6", "meta l4proto { tcp, udp }"),
    *(
        "meta nfproto ipv4",
        "meta nfproto ipv6",
        "meta protocol ip",
        "meta mark 0x1",
        "meta skuid 0",
    ),
    *("meta pkttype host", "meta length 60", "meta hour 9:00-17:00", "meta day 1-5", "meta cpu 0"),
    *(
        "iifname lo",
        "iifname eth0",
        'iifname "eth*"',
        "iifname { lo, eth1 }",
        "iif lo",
        "iif != lo",
    ),
    *(
        "ct state new",
        "ct state established,related",
        "ct state { new, invalid }",
        "ct state != new",
    ),
    *("ct status dnat", "ct mark 1", "ct direction original", "ct count over 9", "ct l3proto ipv4"),
    *(
        "tcp flags syn",
        "tcp flags & (fin|syn) == syn",
        "tcp flags syn / syn,ack",
        "tcp option maxseg size 1",
    ),
    *(
        "ip6 saddr ::1",
        "ip6 nexthdr tcp",
        "icmp type echo-request",
        "icmpv6 type nd-neighbor-solicit",
    ),
    *("ip saddr . tcp dport { 192.168.100.2 . 7777 }", "ip saddr . tcp dport @pairs"),
    *(
        "ip saddr . ip daddr { 10.0.0.0/8 . 192.168.100.1-192.168.100.9 }",
        "ether saddr 0:0:0:0:0:1",
    ),
    *(
        "fib saddr type local",
        "fib saddr . iif oif missing",
        "numgen random mod 2 0",
        "rt classid 1",
    ),
    *("limit rate 9/second", "limit rate over 1 kbytes/second", "quota over 1 mbytes", "vlan id 3"),
    *(
        "socket transparent 1",
        "meta iifkind vlan",
        'meta time "2030-01-01"',
        "ip frag-off & 0x1fff != 0",
    ),
    *(
        "meta l4proto . th dport { tcp . 7777 }",
        "ct original ip saddr 10.0.0.1",
        "jhash ip saddr mod 2 1",
    ),
)
VERDICTS = (
    *("accept", "drop", "reject", "reject with tcp reset", "return", "continue", "jump other"),
    *(
        "goto other",
        "queue",
        "queue num 1-3 bypass",
        "counter",
        'log prefix "x" accept',
        "counter drop",
    ),
    *("mark set 1", "ct mark set 2", "notrack", "add @seen { ip saddr timeout 1m }", "log group 1"),
    *(
        "tcp dport vmap { 22 : accept, 7777 : drop }",
        "tcp dport vmap @verdicts",
        'drop comment "x"',
    ),
    *(
        "ip saddr vmap { 192.168.100.2 : jump other, 10.0.0.0/8 : drop }",
        "update @seen { ip saddr }",
    ),
    *(
        "ip saddr . tcp dport vmap { 192.168.100.2 . 7777 : accept }",
        "ct state vmap { new : drop }",
    ),
    *(
        "iifname vmap { lo : accept, eth0 : drop }",
        "meta l4proto vmap { tcp : drop, udp : accept }",
    ),
    *(
        "tcp dport vmap { 7000-8000 : drop, * : accept }",
        "ct count over 3 drop",
        "meter m { ip saddr }",
    ),
    *(
        "quota 1 mbytes drop",
        "tproxy to :1",
        "dup to 10.0.0.1",
        "ip ttl set 3",
        "meta nftrace set 1",
    ),
    *("synproxy mss 1460 wscale 7", 'counter name "c"', "jump last", 'limit name "l" accept'),
)
OBJECTS = """
  counter c { }
  limit l { rate 400/minute }
  set ports { type inet_service; flags interval; elements = { 22, 7000-8000 } }
  set hosts { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 1.1.1.1 } }
  set pairs { type ipv4_addr . inet_service; elements = { 192.168.100.2 . 7777 comment "x" } }
  set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
  map verdicts { type inet_service : verdict; elements = { 22 : accept, 7777 : jump last } }
  chain last { ip saddr @hosts return; }
"""
NEWLINE = "\n"


def some_table(dice):
    """A table with rules of any kind, of which nft takes most."""
    rules = []
    for _ in range(dice.randint(1, 4)):
        matches = dice.sample(MATCHES, dice.choice((0, 1, 1, 2)))
        rules.append(" ".join([*matches, dice.choice(VERDICTS)]))
    hook = dice.choice(("input", "input", "input", "forward", "prerouting"))
    policy = dice.choice(("accept", "drop"))
    base = f"type filter hook {hook} priority {dice.randint(-300, 300)}; policy {policy};"
    other, main = rules[: len(rules) // 2], rules[len(rules) // 2 :]
    other = [rule for rule in other if "other" not in rule]
    chains = {"other": other, "main": [base, *main]}
    text = "".join(f"chain {name} {{\n{NEWLINE.join(each)}\n}}\n" for name, each in chains.items())
    return f"table {dice.choice(('ip', 'inet', 'inet', 'ip6'))} t {{{OBJECTS}{text}}}"
