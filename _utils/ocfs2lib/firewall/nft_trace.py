"""Whether other people's nftables rules let the nodes reach the port.

An accept in one table does not overrule a drop in another: every base chain on the input hook
has its say.  :func:`blocking` follows a new connection of each peer through all of them.  Where
a rule depends on what cannot be known here (an interface, a mark), the peer gets the benefit of
the doubt; only a certain drop is reported.
"""

import ipaddress

from ocfs2lib.errors import FileInvalid

#: What looking into a list raises that has another shape than nft's.
SHAPE_ERRORS = (AttributeError, LookupError, RuntimeError, StopIteration, TypeError, ValueError)
_ACCEPT, _DROP, _MAYBE = "accept", "drop", "maybe"
_VERDICTS = {"accept": _ACCEPT, "drop": _DROP, "reject": _DROP}
_UNKNOWN = object()
_OUTSIDE = object()  # an interface whose name is not known, but which is not the loopback
_HEADERS = ("ether", "vlan", "ip", "tcp", "th")  # a packet of ours has no others


def blocking(ruleset, port, peers, own):
    """Return [(family, table, chain)] of the base chains that drop the port for some peer.

    ruleset
        The list under ``nftables`` in the output of ``nft -j list ruleset``.

    port
        TCP port the peers connect to.

    peers
        Their IPv4 addresses.

    own
        (family, table) to leave out.

    Raises FileInvalid for a list that nft would not print.
    """
    try:
        found = _blocking(ruleset, port, peers, own)
    except SHAPE_ERRORS as err:
        raise FileInvalid("nft lists rules in a shape that is not understood") from err
    if not all(isinstance(name, str) for chain in found for name in chain):
        raise FileInvalid("nft lists a chain without a name")
    return found


def _blocking(ruleset, port, peers, own):
    chains, rules, sets = {}, {}, {}
    for entry in ruleset:
        for kind, item in entry.items():
            key = (item.get("family"), item.get("table"))
            if kind == "chain":
                chains[(*key, item["name"])] = item
            elif kind == "rule":
                rules.setdefault((*key, item["chain"]), []).append(item["expr"])
            elif kind in ("set", "map"):
                sets[(*key, f"@{item['name']}")] = item.get("elem", [])
    found = []
    for name, chain in chains.items():
        if name[:2] == own or name[0] not in ("ip", "inet"):
            continue
        if (chain.get("type"), chain.get("hook")) != ("filter", "input"):
            continue
        walks = (_Walk(name[:2], rules, sets, _packet(port, peer)) for peer in peers)
        if any((walk.chain(name[2]) or chain["policy"]) == _DROP for walk in walks):
            found.append(name)
    return found


def remedy(chain, port, peers):
    """Return what an operator does to let the peers through the (family, table, chain) given."""
    if chain == ("ip", "filter", "INPUT"):
        return "it belongs to iptables: set ocfs2:firewall:backend to iptables"
    return (
        f"nft insert rule {' '.join(chain)} ip saddr '{{ {', '.join(peers)} }}'"
        f" tcp dport {port} accept, and the same rule in the file that loads the chain at boot"
    )


def _packet(port, peer):
    """What is known about the first packet of a connection, by nft's names."""
    return {
        ("tcp", "dport"): port,
        ("th", "dport"): port,
        ("ip", "saddr"): peer,
        ("ip", "protocol"): "tcp",
        ("meta", "l4proto"): "tcp",
        ("meta", "nfproto"): "ipv4",
        ("meta", "iifname"): _OUTSIDE,
        ("meta", "iif"): _OUTSIDE,
        ("ct", "state"): "new",
    }


def _xt(item):
    """Return what nft tells about an expression of iptables that it cannot translate."""
    return item.get("xt") or {}


class _Walk:
    """One packet on its way through the chains of one table."""

    def __init__(self, table, rules, sets, packet):
        self.table, self.rules, self.sets, self.packet = table, rules, sets, packet

    def chain(self, name):
        """Return accept, drop, maybe, or None if the packet leaves the chain at its end."""
        doubt = None
        for expressions in self.rules.get((*self.table, name), ()):
            hit = self.hit(expressions)
            verdict = self.verdict(expressions)
            if hit is False or verdict is None:
                continue
            if verdict == _MAYBE or hit is None:
                doubt = doubt if verdict == _DROP else _MAYBE
            elif verdict == "return":
                break
            else:
                return _MAYBE if doubt and verdict == _DROP else verdict
        return doubt

    def hit(self, expressions):
        """Return whether the packet meets every condition; None: it depends."""
        known = [self.condition(item) for item in expressions]
        if False in known:
            return False
        if None not in known:
            return True
        # "-m conntrack" is opaque in nft's output; alone it is the rule for established
        # connections, which a new one does not meet.
        opaque = [_xt(item).get("name") for item in expressions if "xt" in item]
        return False if opaque in (["conntrack"], ["state"]) and True not in known else None

    def condition(self, item):
        """Return whether the packet meets one expression; an action counts as neither."""
        if "xt" in item:
            return "action" if _xt(item).get("type") == "target" else None
        if "match" not in item:
            return "action"
        match = item["match"]
        negated = match["op"] == "!="
        if match["op"] not in ("==", "in", "!="):
            return None
        value = self.value(match["left"])
        if value is None or value is _UNKNOWN:
            return False if value is None else None
        inside = self.inside(value, match["right"])
        return inside if inside is None else inside != negated

    def value(self, left):
        """Return what the packet has where the left side of a match looks; None: no such header."""
        kind, item = next(iter(left.items())) if isinstance(left, dict) else ("", None)
        if not isinstance(item, dict):
            return _UNKNOWN
        if kind == "payload":
            protocol = item.get("protocol")
            default = _UNKNOWN if protocol in _HEADERS else None
            return self.packet.get((protocol, item.get("field")), default)
        return self.packet.get((kind, item.get("key")), _UNKNOWN)

    def inside(self, value, right):
        """Return whether ``value`` is what the right side of a match names; None: unknown."""
        if value is _OUTSIDE:
            return False if right == "lo" else None
        if isinstance(right, str) and right.startswith("@"):
            right = {"set": self.sets.get((*self.table, right), [])}
        if isinstance(right, dict) and "set" in right:
            right = right["set"]
        if isinstance(right, list):
            answers = [self.inside(value, each) for each in right]
            return True if True in answers else None if None in answers else False
        if not isinstance(right, dict):
            return value == right
        if "elem" in right:
            return self.inside(value, right["elem"]["val"])
        if "prefix" in right and isinstance(value, str):
            prefix = right["prefix"]
            network = ipaddress.ip_network(f"{prefix['addr']}/{prefix['len']}", strict=False)
            return ipaddress.ip_address(value) in network
        if "range" in right:
            low, high = right["range"]
            if isinstance(value, str) and value != self.packet[("ip", "saddr")]:
                return None  # a name in a range of numbers
            if isinstance(value, str):
                low, value, high = map(ipaddress.ip_address, (low, value, high))
            return low <= value <= high
        return None

    def verdict(self, expressions):
        """Return what the rule does to a packet that meets it; None: nothing final."""
        for item in expressions:
            kind = next(iter(item))
            if kind in _VERDICTS:
                return _VERDICTS[kind]
            if kind == "return":
                return "return"
            if kind == "jump":
                return self.chain(item["jump"]["target"])
            if kind == "vmap":
                return self.mapped(item["vmap"])
            # goto leaves the base chain for good, queue and foreign targets decide elsewhere
            if kind in ("goto", "queue") or _xt(item).get("type") == "target":
                return _MAYBE
        return None

    def mapped(self, vmap):
        value = self.value(vmap["key"])
        data = vmap["data"]
        if isinstance(data, str):
            data = {"set": self.sets.get((*self.table, data), [])}
        answers = []
        for key, verdict in data.get("set", ()) if isinstance(data, dict) else ():
            inside = None if value is _UNKNOWN else self.inside(value, key)
            if inside is None:
                answers.append(_MAYBE)
            elif inside:
                return self.verdict([verdict])
        return _MAYBE if answers else None
