"""The rules of iptables in the words of nft.

``nft -j list ruleset`` shows of a table of iptables-nft only what nft itself knows: of
``-m conntrack --ctstate NEW`` it says that there is a match called conntrack. iptables-nft-save
says all of it. What is not understood here either stays as nft shows it: a match or a target of
which no more than the name is known.
"""

import ipaddress
import shlex

_HOOKS = {
    "PREROUTING": "prerouting",
    "INPUT": "input",
    "FORWARD": "forward",
    "OUTPUT": "output",
    "POSTROUTING": "postrouting",
}
#: Of their chains (include/uapi/linux/netfilter_ipv4.h); that of nat is of no consequence here.
_PRIORITIES = {"raw": -300, "mangle": -150, "security": 50}
#: The family of the tables that iptables-legacy makes, which nft does not show.
LEGACY = "iptables-legacy"
_VERDICTS = {
    "ACCEPT": "accept",
    "DROP": "drop",
    "NFQUEUE": "queue",
    "QUEUE": "queue",
    "REJECT": "reject",
    "RETURN": "return",
}
_PACKET_TYPES = {"unicast": "host"}
_ALL_FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg"]


def is_hidden(listed):
    """Tell whether nft does not show all of some rule: it is one of iptables."""
    return any("xt" in item for entry in listed for item in entry.get("rule", {}).get("expr", ()))


def replaced(listed, saved):
    """Return nft's list with the tables of iptables-nft as iptables-nft-save has them.

    listed
        The list under ``nftables`` in the output of ``nft -j list ruleset``.
    saved
        What iptables-nft-save printed.
    """
    known = entries(saved)
    tables = {("ip", item["table"]) for entry in known for item in entry.values()}
    kept = [
        entry
        for entry in listed
        if not {"chain", "rule"}.intersection(entry)
        or not {(item["family"], item["table"]) for item in entry.values()} & tables
    ]
    return kept + known


def entries(saved, family="ip"):
    """Return chains and rules as ``nft -j list ruleset`` lists them.

    saved
        What iptables-nft-save printed, or iptables-legacy-save.
    family
        The family of their tables, :data:`LEGACY` for the latter.
    """
    found, table, own_chains = [], "", set()
    for line in saved.splitlines():
        if line.startswith("*"):
            table, own_chains = line[1:].strip(), set()
        elif line.startswith(":"):
            name, policy = line[1:].split()[:2]
            own_chains.add(name)
            found.append({"chain": {"family": family, **_chain(table, name, policy)}})
        elif line.startswith("-A "):
            _, chain, *words = shlex.split(line)
            rule = {"family": family, "table": table, "chain": chain}
            found.append({"rule": {**rule, "expr": _expressions(words, own_chains)}})
    return found


def _chain(table, name, policy):
    chain = {"table": table, "name": name}
    if name not in _HOOKS or policy == "-":
        return chain
    kind = "nat" if table == "nat" else "filter"
    hook = {"hook": _HOOKS[name], "prio": _PRIORITIES.get(table, 0)}
    return {**chain, "type": kind, **hook, "policy": policy.lower()}


def _expressions(words, chains):
    found, module = [], ""
    for negated, option, values in _options(words):
        if option == "-m":
            module = values[0]
            found += [] if module in _MATCHES else [_opaque("match", module)]
        elif option == "-g":
            return [*found, {"goto": {"target": values[0]}}]
        elif option == "-j":
            return [*found, _target(values[0], chains)]
        else:
            read = _BASIC.get(option) or _MATCHES.get(module, {}).get(option)
            known = read(*values) if read else _opaque("match", module)
            found += [_negated(known) if negated else known] if known else []
    return found


def _options(words):
    """Yield ``(negated, option, values)`` of a rule; the options of a target come with it."""
    words, negated = list(words), False
    while words:
        option = words.pop(0)
        if option == "!":
            negated = True
            continue
        count = next((n for n, word in enumerate(words) if word[:1] in ("-", "!")), len(words))
        # A text may begin like an option.
        count = max(count, 1) if option == "--comment" else count
        yield negated, option, words[:count]
        del words[:count]
        negated = False


def _target(name, chains):
    if name in chains:
        return {"jump": {"target": name}}
    return {_VERDICTS[name]: None} if name in _VERDICTS else _opaque("target", name)


def _opaque(kind, name):
    return {"xt": {"type": kind, "name": name}}


def _negated(expression):
    if "match" not in expression:
        return expression
    match = expression["match"]
    # "in" asks whether one of some bits is set, "!" whether none is.
    return {"match": {**match, "op": "!" if match["op"] == "in" else "!="}}


def _match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def _payload(protocol, field):
    return {"payload": {"protocol": protocol, "field": field}}


def _address(field):
    def read(text):
        address = ipaddress.ip_interface(text)
        prefix = {"addr": str(address.ip), "len": address.network.prefixlen}
        return _match(_payload("ip", field), {"prefix": prefix})

    return read


def _addresses(field):
    return lambda text: _match(_payload("ip", field), {"range": text.split("-")})


def _interface(key):
    def read(name):
        return _match({"meta": {"key": key}}, name[:-1] + "*" if name.endswith("+") else name)

    return read


def _protocol(name):
    if name == "all":
        return None
    return _match({"meta": {"key": "l4proto"}}, int(name) if name.isdecimal() else name)


def _port(text):
    low, colon, high = text.partition(":")
    return {"range": [int(low or 0), int(high or 65535)]} if colon else int(low)


def _ports(protocol, field):
    def read(text):
        return _match(_payload(protocol, field), {"set": [_port(each) for each in text.split(",")]})

    return read


def _flags(mask, wanted):
    left = {"&": [_payload("tcp", "flags"), _flag_names(mask)]}
    return _match(left, _flag_names(wanted) or 0)


def _flag_names(text):
    if text == "ALL":
        return _ALL_FLAGS
    return [] if text == "NONE" else text.lower().split(",")


def _states(text):
    return _match({"ct": {"key": "state"}}, text.lower().split(","), "in")


def _address_type(field):
    def read(text):
        left = {"fib": {"result": "type", "flags": [field]}}
        return _match(left, {"set": text.lower().split(",")})

    return read


def _packet_type(name):
    return _match({"meta": {"key": "pkttype"}}, _PACKET_TYPES.get(name, name))


def _fragment():
    return _match({"&": [_payload("ip", "frag-off"), 0x1FFF]}, 0, "!=")


def _nothing(*_):
    return None


_BASIC = {
    "-s": _address("saddr"),
    "-d": _address("daddr"),
    "-i": _interface("iifname"),
    "-o": _interface("oifname"),
    "-p": _protocol,
    "-f": _fragment,
}
_MATCHES = {
    "addrtype": {
        "--src-type": _address_type("saddr"),
        "--dst-type": _address_type("daddr"),
    },
    "comment": {"--comment": _nothing},
    "conntrack": {"--ctstate": _states},
    "iprange": {"--src-range": _addresses("saddr"), "--dst-range": _addresses("daddr")},
    "multiport": {"--sports": _ports("th", "sport"), "--dports": _ports("th", "dport")},
    "pkttype": {"--pkt-type": _packet_type},
    "state": {"--state": _states},
    "tcp": {
        "--sport": _ports("tcp", "sport"),
        "--dport": _ports("tcp", "dport"),
        "--tcp-flags": _flags,
    },
    "udp": {"--sport": _ports("udp", "sport"), "--dport": _ports("udp", "dport")},
}
