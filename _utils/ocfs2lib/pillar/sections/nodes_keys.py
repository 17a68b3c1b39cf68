"""The section ``nodes``: the hosts of the cluster."""

import ipaddress
import re
from dataclasses import dataclass

from ocfs2lib.pillar import duplicates
from ocfs2lib.pillar.key import INTEGER
from ocfs2lib.pillar.key import TABLE
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import Problem
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.pillar.problem import in_path
from ocfs2lib.pillar.problem import typed
from ocfs2lib.pillar.section import Section
from ocfs2lib.text import SHOWN
from ocfs2lib.text import shown

MAX_NODES = 255  # O2NM_MAX_NODES, and mkfs.ocfs2 -N ends there
NAME_BYTES = 64  # O2NM_MAX_NAME_LEN, and the longest host name Linux knows

_HOST_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

_NO_HOSTS = {
    ipaddress.IPv4Network("0.0.0.0/8"): "an unspecified",
    ipaddress.IPv4Network("127.0.0.0/8"): "a loopback",
    ipaddress.IPv4Network("224.0.0.0/4"): "a multicast",
    ipaddress.IPv4Network("255.255.255.255/32"): "the broadcast",
    ipaddress.IPv4Network("240.0.0.0/4"): "a reserved",
}


def check_address(text):
    """Refuse what is not the unicast IPv4 address of one host."""
    fix = "type an IPv4 address of the node like 192.168.100.1"
    if ":" in text:
        raise WrongValue(
            f"{shown(text)} is not IPv4, and the kernel's o2net knows nothing else", fix
        )
    if re.fullmatch(r"[0-9.]+/[0-9]+", text):
        raise WrongValue(f"{shown(text)} is a network", f"type '{text.partition('/')[0][:SHOWN]}'")
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
        raise WrongValue(f"{shown(text)} is not an IPv4 address", fix)
    plain = ".".join(str(int(part)) for part in parts)
    if plain != text:
        raise WrongValue(
            f"{shown(text)} has leading zeros, which the tools refuse", f"type '{plain}'"
        )
    if max(map(int, parts)) > 255:
        raise WrongValue(f"{shown(text)} has a part above 255", fix)
    for network, what in _NO_HOSTS.items():
        if ipaddress.IPv4Address(text) in network:
            raise WrongValue(f"{shown(text)} is {what} address, not that of a host", fix)


_MINION = Key(
    "minion id",
    TEXT,
    "The id of the minion as ``salt-key -L`` shows it.",
    example="host1.domain.com",
    pattern=r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._@+-]{0,254}",
    rule="a minion id of up to 255 letters, digits and ._@+- without '..'",
)

_NAME = Key(
    "name",
    TEXT,
    "Node name in cluster.conf. It must be the host name of the node, or the host name"
    " up to one of its dots.",
    default=None,
    derived="the minion id up to its first dot",
    example="host1",
    pattern=rf"(?=.{{1,{NAME_BYTES}}}$){_HOST_LABEL}(?:\.{_HOST_LABEL})*",
    rule="a host name: letters, digits and inner hyphens, in labels parted by single dots,"
    f" {NAME_BYTES} characters at most",
)

_KEYS = (
    Key(
        "number",
        INTEGER,
        "Node number. It is for ever: never renumber, never give the number of a removed"
        " node to another host.",
        minimum=0,
        maximum=MAX_NODES - 1,
        example="0",
    ),
    Key(
        "address",
        TEXT,
        "IPv4 address of the node on the interconnect. Peers are told apart by it: no NAT.",
        example="192.168.100.1",
        pattern=r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        rule="an IPv4 address like 192.168.100.1",
        check=check_address,
    ),
    _NAME,
)


@dataclass(frozen=True)
class Node:
    """One host: ``minion`` is its minion id, ``name`` its node name."""

    minion: str
    number: int
    address: str
    name: str


def default_name(minion):
    """Return the node name that the minion id ``minion`` stands for."""
    return minion.partition(".")[0]


def _derive(good, found):
    """Fill the name of each node in, unless its minion id gives none."""
    for minion, node in good.get("nodes", {}).items():
        if "name" in node and node["name"] is None:
            _derive_name(minion, node, found)


def _derive_name(minion, node, found):
    node["name"] = default_name(minion)
    if not _NAME.matches(node["name"]):
        path = f"ocfs2:nodes:{in_path(minion)}:{_NAME.name}"
        reason = f"{shown(node['name'])}, from the minion id, is not {_NAME.rule}"
        found.append(Problem(path, reason, f"add the host name of the node as {typed(_NAME)}"))
        del node["name"]


def _node_values(good):
    """No two nodes share a number, an address or a name; capitals make no difference."""

    def free():
        used = {node.get("number") for node in good["nodes"].values()}
        for number in range(MAX_NODES):
            if number not in used:
                return f"type a number that no host ever had, like {number}"
        return "remove one of the two: every number is in use"

    yield from duplicates.problems(good, "nodes", lambda node: node.get("number"), "number", free)
    fix = "type the node's own address on the interconnect"
    yield from duplicates.problems(good, "nodes", lambda node: node.get("address"), "address", fix)
    fix = "type the full host name of each of the two nodes as its 'name'"
    yield from duplicates.problems(good, "nodes", _lower_name, "name", fix)


def _lower_name(node):
    return node["name"].lower() if "name" in node else None


def _node_prefixes(good):
    """No node name is that of another node up to a dot, since one host would take both
    for its own: ``host1`` and ``host1.domain.com``."""
    minions = {_lower_name(node): minion for minion, node in good.get("nodes", {}).items()}
    for minion, node in good.get("nodes", {}).items():
        labels = (_lower_name(node) or "").split(".")
        for count in range(1, len(labels)):
            other = minions.get(".".join(labels[:count]))
            if other is not None:
                yield Problem(
                    f"ocfs2:nodes:{other}:name",
                    f"{shown('.'.join(labels[:count]))} also matches the host"
                    f" {shown(node['name'])} of ocfs2:nodes:{minion}",
                    "type the full host name of each of the two nodes as its 'name'",
                )


def _build(nodes):
    """Return the nodes by number."""
    found = (Node(minion=minion, **node) for minion, node in nodes.items())
    return tuple(sorted(found, key=lambda node: node.number))


NODES = Section(
    Key(
        "nodes",
        TABLE,
        "The hosts of the cluster by minion id.",
        minimum=1,
        maximum=MAX_NODES,
        keys=_KEYS,
        entry=_MINION,
    ),
    derive=_derive,
    rules=(_node_values, _node_prefixes),
    build=_build,
)
