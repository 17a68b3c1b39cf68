"""What is known of one packet of the interconnect, and whether it meets a match of nft.

The answer to a match is True, False, or None: that it depends on what is not known here, such as a
mark or the name of an interface.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from dataclasses import field

_UNKNOWN = object()
_NO_HEADER = object()  # the packet has no such header, so no match on it is met
_SOME_PORT = object()  # that whoever connects takes: none of the first 1024, and not the port
_OUTSIDE = object()  # an interface whose name is not known, but which is not the loopback
_HEADERS = ("ether", "vlan", "ip", "tcp", "th")  # a packet of ours has no others
_TCP = 6  # IPPROTO_TCP
_LEAST_PORT = 1024  # PROT_SOCK; the kernel takes one of net.ipv4.ip_local_port_range
#: The bits of ``ip frag-off`` that are zero in a packet which is no fragment.
_FRAGMENT = 0x3FFF
_TCP_FLAGS = frozenset(("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"))
_STATES = frozenset(("invalid", "established", "related", "new", "untracked"))
_STATUS = frozenset(("expected", "seen-reply", "assured", "confirmed", "snat", "dnat", "dying"))


@dataclass(frozen=True)
class _Flags:
    """Bits with names: those that are set, and all of which that is known."""

    on: frozenset
    names: frozenset
    complete: bool = True


@dataclass(frozen=True)
class Packet:
    """The first packet of a connection between a peer and this host, or the first answer to it.

    port
        TCP port that the connection is made to.
    peer
        IPv4 address of the other end.
    here
        IPv4 address of this host on the interconnect; None if it is not known.
    outgoing
        Whether it leaves this host, and the peer is where it goes to.
    answer
        Whether it answers, and so comes from the port.
    tracked
        Whether the connection tracking has seen it: False before that, None if rules may keep it
        from that.
    rewritten
        Whether rules may have sent it to another port or address before.
    """

    port: int
    peer: str
    here: str | None = None
    outgoing: bool = False
    answer: bool = False
    tracked: bool = True
    rewritten: bool = False
    _known: dict = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "_known", self._fields())

    def _fields(self):
        flags = ("syn", "ack") if self.answer else ("syn",)
        known = {
            ("ip", "version"): 4,
            ("ip", "protocol"): "tcp",
            ("tcp", "flags"): _Flags(frozenset(flags), _TCP_FLAGS),
            ("meta", "l4proto"): "tcp",
            ("meta", "nfproto"): "ipv4",
            ("meta", "protocol"): "ip",
            **(self._way_out() if self.outgoing else self._way_in()),
        }
        if not self.rewritten:
            if self.here:
                known["ip", "saddr" if self.outgoing else "daddr"] = self.here
            ours, other = ("sport", "dport") if self.answer else ("dport", "sport")
            for protocol in ("tcp", "th"):
                known.update({(protocol, ours): self.port, (protocol, other): _SOME_PORT})
        return {**known, **self._connection()}

    def _way_in(self):
        return {
            ("ip", "saddr"): self.peer,
            ("meta", "pkttype"): "host",
            ("meta", "iifname"): _OUTSIDE,
            ("meta", "iif"): _OUTSIDE,
            ("fib", "daddr"): "local",
            ("fib", "saddr"): "unicast",
        }

    def _way_out(self):
        return {
            ("ip", "daddr"): self.peer,
            ("meta", "oifname"): _OUTSIDE,
            ("meta", "oif"): _OUTSIDE,
            ("fib", "daddr"): "unicast",
            ("fib", "saddr"): "local",
        }

    def _connection(self):
        if self.tracked is None:
            return {}
        # Without a connection nft_ct_get_eval of the kernel calls the state invalid, and ends the
        # rule for whatever else is asked.
        seen = "established" if self.answer else "new"
        state = seen if self.tracked else "invalid"
        known = {("ct", "state"): _Flags(frozenset((state,)), _STATES)}
        if not self.tracked:
            return known
        direction = {("ct", "direction"): "reply" if self.answer else "original"}
        if self.answer:
            return {**known, **direction}
        status = _Flags(frozenset(), _STATUS)
        if self.rewritten:
            status = _Flags(frozenset(), _STATUS - {"dnat", "snat"}, complete=False)
        return {**known, **direction, ("ct", "status"): status}

    def meets(self, match, sets):
        """Return whether the packet meets a match.

        match
            nft's object: ``op``, ``left`` and ``right``.
        sets
            ``{"@name": elements}`` of the named sets of the table.
        """
        value = self._value(match["left"])
        if value is _NO_HEADER:
            return False
        if match["op"] == "!=":
            return _not(self._compare(value, "==", match["right"], sets))
        return self._compare(value, match["op"], match["right"], sets)

    def found(self, left, key, sets):
        """Return whether a lookup of ``left`` finds ``key``, an element of a set or a map."""
        value = self._value(left)
        return False if value is _NO_HEADER else self._is(value, key, sets)

    def _value(self, left):
        """Return what the packet has where the left side of a match looks."""
        if not isinstance(left, dict):
            return _UNKNOWN
        kind, item = next(iter(left.items()))
        if kind == "concat":
            parts = tuple(map(self._value, item))
            return _NO_HEADER if _NO_HEADER in parts else parts
        if kind == "&":
            return self._masked(*item)
        if not isinstance(item, dict):
            return _UNKNOWN
        if kind == "payload":
            return self._payload(item)
        if kind == "fib":
            return self._route(item)
        default = _NO_HEADER if kind == "ct" and self.tracked is False else _UNKNOWN
        return self._known.get((kind, item.get("key")), default)

    def _payload(self, item):
        protocol, name = item.get("protocol"), item.get("field")
        if protocol is None:
            raw = (item.get("base"), item.get("offset"), item.get("len"))
            protocol, name = ("th", "dport") if raw == ("th", 16, 16) else ("th", None)
        default = _UNKNOWN if protocol in _HEADERS else _NO_HEADER
        return self._known.get((protocol, name), default)

    def _route(self, item):
        flags = item.get("flags")
        flags = flags if isinstance(flags, list) else [flags]
        ends = [flag for flag in flags if flag in ("saddr", "daddr")]
        if item.get("result") != "type" or len(ends) != 1:
            return _UNKNOWN
        return self._known.get(("fib", ends[0]), _UNKNOWN)

    def _masked(self, left, mask):
        value = self._value(left)
        if isinstance(value, _Flags):
            names = _names(mask)
            return _Flags(value.on & names, names) if names and names <= value.names else _UNKNOWN
        no_fragment = left == {"payload": {"protocol": "ip", "field": "frag-off"}}
        if no_fragment and isinstance(mask, int) and not mask & ~_FRAGMENT:
            return 0
        return _NO_HEADER if value is _NO_HEADER else _UNKNOWN

    def _compare(self, value, op, right, sets):
        if value is _UNKNOWN:
            return None
        if isinstance(value, _Flags) and not isinstance(_alternatives(right, sets), tuple):
            return _flags(value, op, right)
        if op in ("==", "in"):
            return self._is(value, right, sets)
        if type(value) is not int or type(right) is not int:
            return None
        orders = {"<": value < right, ">": value > right}
        orders |= {"<=": not orders[">"], ">=": not orders["<"]}
        return orders.get(op)

    def _is(self, value, right, sets):
        """Return whether ``value`` is what the right side of a match names."""
        right = _alternatives(right, sets)
        if isinstance(right, tuple):
            return _any(self._is(value, each, sets) for each in right)
        if right == "*":
            return True
        if value is _UNKNOWN:
            return None
        if isinstance(value, _Flags):
            return _flags(value, "==", right)
        if value is _OUTSIDE:
            return False if right == "lo" else None
        if value is _SOME_PORT:
            return False if self._is_no_port_to_take(right) else None
        if isinstance(value, tuple):
            return self._are(value, right, sets)
        if value == "tcp" and isinstance(right, int):
            return right == _TCP
        return value == right if not isinstance(right, dict) else self._within(value, right)

    def _is_no_port_to_take(self, right):
        if isinstance(right, dict) and "range" in right:
            right = right["range"][1]
            return type(right) is int and right < _LEAST_PORT
        return type(right) is int and (right < _LEAST_PORT or right == self.port)

    def _are(self, values, right, sets):
        parts = right.get("concat") if isinstance(right, dict) else None
        if not isinstance(parts, list) or len(parts) != len(values):
            return None
        return _all(self._is(value, each, sets) for value, each in zip(values, parts))

    def _within(self, value, right):
        if "prefix" in right and isinstance(value, str):
            prefix = right["prefix"]
            network = ipaddress.ip_network(f"{prefix['addr']}/{prefix['len']}", strict=False)
            return ipaddress.ip_address(value) in network
        if "range" not in right:
            return None
        ends = right["range"]
        if isinstance(value, str) and value in (self.peer, self.here):
            low, value, high = map(ipaddress.ip_address, (ends[0], value, ends[1]))
            return low <= value <= high
        numbers = [value, *ends]
        known = all(type(each) is int for each in numbers)  # not names
        return ends[0] <= value <= ends[1] if known else None


def _flags(value, op, right):
    """Return whether bits with names are as a match says."""
    names = _names(right)
    if names is None or not names <= value.names:
        return None
    if op == "==":
        return value.on == names if value.complete else None
    some = bool(value.on & names)
    return {"in": some, "!": not some}.get(op)


def _names(right):
    """Return the names of the bits in an expression, or None if it has another form."""
    if right == 0:
        return frozenset()
    if isinstance(right, dict) and "|" in right:
        right = right["|"]
    right = [right] if isinstance(right, str) else right
    if not isinstance(right, list) or not all(isinstance(each, str) for each in right):
        return None
    return frozenset(right)


def _alternatives(right, sets):
    """Return the elements of a set, named or not, as a tuple; anything else as it is."""
    if isinstance(right, str) and right.startswith("@"):
        right = {"set": sets.get(right, [])}
    if isinstance(right, dict) and "elem" in right:
        right = right["elem"]["val"]
    if isinstance(right, dict) and "set" in right:
        right = tuple(right["set"])
    return right


def _not(answer):
    return answer if answer is None else not answer


def _any(answers):
    answers = list(answers)
    return True if True in answers else None if None in answers else False


def _all(answers):
    answers = list(answers)
    return False if False in answers else None if None in answers else True
