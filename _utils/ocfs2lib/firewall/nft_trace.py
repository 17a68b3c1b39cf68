"""Whether other people's nftables rules let the nodes reach the port.

An accept in one table does not overrule a drop in another: every base chain on the way of a packet
has its say. :func:`blocking` follows a new connection from and to each peer, and the answer to it,
through all of them. Where a
rule depends on what cannot be known here (an interface, a mark, a rate), the packet may go either
way, so a chain has several possible ends. A chain blocks the port if drop is the only one.
"""

import dataclasses

from ocfs2lib.errors import FileInvalid
from ocfs2lib.firewall import xtables
from ocfs2lib.firewall.packet import Packet

#: What looking into a list raises that has another shape than nft's.
SHAPE_ERRORS = (AttributeError, LookupError, RuntimeError, StopIteration, TypeError, ValueError)

#: The possible ends of a packet: accepted; dropped; left to a program or to a target that is not
#: known; sent to another port or address.
ACCEPT, DROP, ELSEWHERE, REWRITTEN = "accept", "drop", "elsewhere", "rewritten"
# Within a chain also: it leaves the chain; the next rule has its say.
_LEAVE, _NEXT = "leave", "next"
_VERDICTS = {
    "accept": ACCEPT,
    "drop": DROP,
    "reject": DROP,
    "return": _LEAVE,
    "continue": _NEXT,
    "queue": ELSEWHERE,
    "synproxy": ELSEWHERE,
    "dnat": REWRITTEN,
    "redirect": REWRITTEN,
    "tproxy": REWRITTEN,
    "masquerade": REWRITTEN,
    "snat": REWRITTEN,
}
#: Targets of iptables which nft shows by their names alone.
_TARGETS = {"ACCEPT": ACCEPT, "DROP": DROP, "REJECT": DROP}
_TARGETS |= dict.fromkeys(("DNAT", "REDIRECT", "TPROXY", "SNAT", "MASQUERADE"), REWRITTEN)
#: Those that let the packet go on to the next rule.
_PASSING = frozenset(
    (
        *("AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK", "CONNSECMARK", "CT", "DSCP", "HL", "LED"),
        *("IDLETIMER", "LOG", "MARK", "NFLOG", "NOTRACK", "RATEEST", "SECMARK", "SET", "TCPMSS"),
        *("TCPOPTSTRIP", "TEE", "TOS", "TRACE", "TTL", "ULOG"),
    )
)
#: Statements of nft that do so too.
_STATEMENTS = frozenset(
    (
        *("counter", "log", "last", "mangle", "notrack", "dup", "flow", "secmark"),
        *("ct helper", "ct timeout", "ct expectation"),
    )
)
_WAY_IN, _WAY_OUT = ("prerouting", "input"), ("output", "postrouting")
#: The packets that have to get through: ``{name: (hooks, of the packet)}``.
FROM, TO, ANSWER_FROM, ANSWER_TO = WAYS = ("from", "to", "answer from", "answer to")
#: Those that see a packet of IPv4; the last is that of the kernel's other tables of iptables.
_FAMILIES = ("ip", "inet", xtables.LEGACY)
_CONNTRACK = -200  # NF_IP_PRI_CONNTRACK


def blocking(ruleset, port, peers, own, here=None):
    """Return [(family, table, chain, way)] of the base chains that drop the port for some peer.

    ruleset
        The list under ``nftables`` in the output of ``nft -j list ruleset``.

    port
        TCP port the peers connect to.

    peers
        Their IPv4 addresses.

    own
        (family, table) to leave out.

    here
        IPv4 address of this host on the interconnect; None if it is not known.

    The way is one of :data:`WAYS`: which packet they drop. Raises FileInvalid for a list that nft
    would not print.
    """
    try:
        found = _blocking(ruleset, port, peers, own, here)
    except SHAPE_ERRORS as err:
        raise FileInvalid("nft lists rules in a shape that is not understood") from err
    if not all(isinstance(name, str) for chain in found for name in chain):
        raise FileInvalid("nft lists a chain without a name")
    return found


def possible_ends(ruleset, port, peer, own, way=FROM, here=None):
    """Return ``{(family, table, chain): ends}`` of the base chains that a packet meets.

    ruleset, port, own, here
        As for :func:`blocking`.

    peer
        The IPv4 address of the other end.

    way
        One of :data:`WAYS`.

    The ends of a chain are a set of :data:`ACCEPT`, :data:`DROP`, :data:`ELSEWHERE` and
    :data:`REWRITTEN`.
    """
    rules = _Ruleset(ruleset, own)
    packet = Packet(
        port,
        peer,
        here,
        outgoing=way in (TO, ANSWER_TO),
        answer=way in (ANSWER_FROM, ANSWER_TO),
        tracked=None if rules.has_untracked() else True,
    )
    hooks = _WAY_OUT if packet.outgoing else _WAY_IN
    # The first packet alone goes through the chains of nat.
    nat = () if packet.answer else rules.base_chains("nat", hooks)
    if packet.answer and rules.has_nat():
        packet = dataclasses.replace(packet, rewritten=True)
    if any(REWRITTEN in rules.ends(each, packet) for each in nat):
        packet = dataclasses.replace(packet, rewritten=True)
    return {chain: rules.ends(chain, packet) for chain in rules.base_chains("filter", hooks)}


def _blocking(ruleset, port, peers, own, here):
    found = [
        (*chain, way)
        for way in WAYS
        for peer in peers
        for chain, ends in possible_ends(ruleset, port, peer, own, way, here).items()
        if ends == {DROP}
    ]
    return list(dict.fromkeys(found))


class _Ruleset:
    """The chains, rules and sets of every table that sees a packet of IPv4, but for one's own."""

    def __init__(self, listed, own):
        self._chains, self._rules, self._sets = {}, {}, {}
        for entry in listed:
            for kind, item in entry.items():
                table = (item.get("family"), item.get("table"))
                if kind == "metainfo" or table == own or table[0] not in _FAMILIES:
                    continue
                if kind == "chain":
                    self._chains[(*table, item["name"])] = item
                elif kind == "rule":
                    self._rules.setdefault((*table, item["chain"]), []).append(item["expr"])
                elif kind in ("set", "map"):
                    self._sets.setdefault(table, {})[f"@{item['name']}"] = item

    def base_chains(self, kind, hooks):
        """Return the (family, table, chain) of the base chains of a type at some hooks."""
        return [
            name
            for name, chain in self._chains.items()
            if chain.get("type") == kind and chain.get("hook") in hooks
        ]

    def has_nat(self):
        """Tell whether some rule may send a connection elsewhere."""
        return bool(self.base_chains("nat", (*_WAY_IN, *_WAY_OUT)))

    def has_untracked(self):
        """Tell whether some rule takes packets out of the connection tracking."""
        return any(
            "notrack" in item or _xt(item).get("name") in ("CT", "NOTRACK")
            for expressions in self._rules.values()
            for rule in expressions
            for item in rule
        )

    def ends(self, chain, packet):
        """Return the possible ends of a packet in a base chain: its policy is the last word."""
        base = self._chains[chain]
        policy = _VERDICTS[base["policy"]]
        if base["hook"] in ("prerouting", "output") and base.get("prio", 0) < _CONNTRACK:
            packet = dataclasses.replace(packet, tracked=False)
        walk = _Walk(chain[:2], self._rules, self._sets.get(chain[:2], {}), packet)
        return {policy if end == _LEAVE else end for end in walk.chain(chain[2])}


class _Walk:
    """One packet on its way through the chains of one table."""

    def __init__(self, table, rules, sets, packet):
        self._table, self._rules, self._packet = table, rules, packet
        self._sets = {name: item.get("elem", []) for name, item in sets.items()}
        self._full = {
            name
            for name, item in sets.items()
            if len(self._sets[name]) >= item.get("size", 1 << 32)
        }
        self._known = {}

    def chain(self, name):
        """Return the possible ends of the packet in a chain."""
        if name not in self._known:
            self._known[name] = self._chain(self._rules.get((*self._table, name), ()))
        return self._known[name]

    def _chain(self, rules):
        ends = set()
        for expressions in rules:
            found = self._rule(expressions)
            ends |= found - {_NEXT}
            if _NEXT not in found:
                return ends
        return ends | {_LEAVE}

    def _rule(self, expressions):
        """Return the possible ends of the packet in a rule."""
        if self._for_established(expressions):
            return {_NEXT}
        ends = set()
        for item in expressions:
            final = self._final(item)
            if final:
                return ends | final
            met = self._condition(item)
            if met is False:
                return ends | {_NEXT}
            if met is None:
                ends.add(_NEXT)
            if item.get("xt", item) is None:
                # It may be a target.
                ends.add(ELSEWHERE)
        return ends | {_NEXT}

    def _for_established(self, expressions):
        """Tell whether a rule is most likely the one for connections that are there already.

        Without iptables-nft-save its states are not known. Alone, ``-m conntrack`` is that rule.
        """
        if self._packet.answer:
            return False
        opaque = [_xt(item).get("name") for item in expressions if _xt(item).get("type") == "match"]
        others = [item["match"] for item in expressions if "match" in item]
        return opaque in (["conntrack"], ["state"]) and True not in [
            self._packet.meets(match, self._sets) for match in others
        ]

    def _final(self, item):
        """Return the possible ends in an expression that ends its rule; None for another."""
        kind, value = next(iter(item.items()))
        if kind in _VERDICTS:
            return {_VERDICTS[kind]}
        if kind == "jump":
            return {_NEXT if end == _LEAVE else end for end in self.chain(value["target"])}
        if kind == "goto":
            return self.chain(value["target"])
        if kind == "vmap":
            return self._mapped(value)
        if _xt(item).get("type") == "target" and _xt(item).get("name") not in _PASSING:
            return {_TARGETS[value["name"]]} if value["name"] in _TARGETS else {ELSEWHERE, _NEXT}
        return None

    def _mapped(self, vmap):
        data = vmap["data"]
        elements = self._sets.get(data, []) if isinstance(data, str) else data["set"]
        ends = set()
        # What stands for everything else comes last.
        for key, verdict in sorted(elements, key=lambda element: element[0] == "*"):
            found = self._packet.found(vmap["key"], key, self._sets)
            if found is not False:
                ends |= self._rule([verdict])
            if found:
                return ends
        return ends | {_NEXT}

    def _condition(self, item):
        """Return whether the packet meets an expression and goes on in its rule; None: it
        depends."""
        kind, value = next(iter(item.items()))
        if kind == "match":
            return self._packet.meets(value, self._sets)
        if kind == "xt":
            return self._opaque(_xt(item))
        if kind in ("set", "map"):
            # The rule ends where a set takes no more.
            return None if value.get("stmt") or value["set"] in self._full else True
        return True if kind in _STATEMENTS else None

    @staticmethod
    def _opaque(xt):
        if xt.get("type") == "target" or xt.get("name") == "comment":
            return True
        return None


def _xt(item):
    """Return what nft tells about an expression of iptables that it cannot translate."""
    return item.get("xt") or {}
