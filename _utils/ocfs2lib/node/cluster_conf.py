"""cluster.conf: what the tools read, what this formula writes.

The grammar is that of ocfs2-tools' o2cb_ctl/jconfig.c and o2cb_config.c (1.8.7, unchanged in
1.8.9): a stanza header in column 0, attributes indented by at least one blank or tab, a blank
line ends a stanza.  :func:`parse` accepts and refuses what the real loader accepts and refuses;
:func:`doubts` names what the loader swallows although the kernel or ``o2cb register-cluster``
will choke on it later.
"""

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass

from ocfs2lib.errors import FileInvalid

PATH = "/etc/ocfs2/cluster.conf"

_STANZA = re.compile(r"(\w+):[ \t]*", re.ASCII)
_ATTRIBUTE = re.compile(r"[ \t]+(\w+)[ \t]*=[ \t]*(.*)", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)", re.ASCII)
_BLANKS = " \t\n\r\f"  # what g_strchomp() takes off the end of a value
_DIGITS = 20  # of the largest that strtoul(3) does not cut
_ULONG = 2**64

MAX_NODES = 255  # O2NM_MAX_NODES


class ConfError(FileInvalid):
    """The real loader refuses this file; the text says in which line or stanza and why."""


@dataclass(frozen=True)
class ConfCluster:
    name: str
    heartbeat_mode: str
    node_count: int
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConfNode:
    cluster: str
    number: int
    port: int
    address: str
    name: str


@dataclass(frozen=True)
class Conf:
    """A loaded cluster.conf.

    ``stray`` are the nodes the loader drops without a word: their ``cluster`` is missing or
    names none of the file.
    """

    clusters: tuple[ConfCluster, ...] = ()
    nodes: tuple[ConfNode, ...] = ()
    stray: tuple[str, ...] = ()


def parse(text):
    """Return the :class:`Conf` the tools load from ``text``.

    text
        The content of cluster.conf; empty means no cluster, which is valid.

    Raises :class:`ConfError` where the loader refuses the file.
    """
    stanzas = _stanzas(text)
    nodes = [attributes for kind, attributes in stanzas if kind == "node"]
    regions = [attributes for kind, attributes in stanzas if kind == "heartbeat"]
    clusters, members = [], []
    for attributes in (attributes for kind, attributes in stanzas if kind == "cluster"):
        if "name" not in attributes:
            raise ConfError("a cluster stanza has no name")
        name = attributes["name"]
        if name in (cluster.name for cluster in clusters):
            raise ConfError(f"cluster {name!r} stands twice")
        own = [_node(node) for node in nodes if node.get("cluster") == name]
        _unique((node.name for node in own), f"node name of cluster {name!r}")
        members.extend(own)
        clusters.append(_cluster(attributes, regions))
    names = {cluster.name for cluster in clusters}
    stray = tuple(node.get("name", "") for node in nodes if node.get("cluster") not in names)
    return Conf(tuple(clusters), tuple(members), stray)


def render(conf):
    """Return the text for ``conf``, stanza for stanza in the layout ``o2cb`` itself writes."""
    lines = []
    for cluster in conf.clusters:
        lines += [
            "cluster:",
            f"\tname = {cluster.name}",
            f"\theartbeat_mode = {cluster.heartbeat_mode}",
            f"\tnode_count = {cluster.node_count}",
            "",
        ]
    for cluster in conf.clusters:
        for region in cluster.regions:
            lines += ["heartbeat:", f"\tcluster = {cluster.name}", f"\tregion = {region}", ""]
    for node in conf.nodes:
        lines += [
            "node:",
            f"\tcluster = {node.cluster}",
            f"\tnumber = {node.number}",
            f"\tip_port = {node.port}",
            f"\tip_address = {node.address}",
            f"\tname = {node.name}",
            "",
        ]
    return "".join(f"{line}\n" for line in lines)


def from_desired(desired):
    """Return the :class:`Conf` that pillar (an ``pillar.desired.Desired``) describes."""
    cluster = desired.cluster
    return Conf(
        (ConfCluster(cluster.name, cluster.heartbeat_mode, len(desired.nodes)),),
        tuple(
            ConfNode(cluster.name, node.number, cluster.port, node.address, node.name)
            for node in desired.nodes
        ),
    )


def doubts(conf):
    """Return one line for everything in ``conf`` that loads but cannot work."""
    found = [f"node {name!r} belongs to no cluster of the file" for name in conf.stray]
    for cluster in conf.clusters:
        nodes = [node for node in conf.nodes if node.cluster == cluster.name]
        if not re.fullmatch("[A-Za-z0-9]{1,16}", cluster.name):
            found.append(f"cluster name {cluster.name!r} is not 1 to 16 letters and digits")
        if cluster.node_count != len(nodes):
            found.append(
                f"cluster {cluster.name!r} says node_count {cluster.node_count}"
                f" and has {len(nodes)}"
            )
        for node in nodes:
            if node.number >= MAX_NODES:
                found.append(f"node {node.name!r} has number {node.number}, above 254")
            if not 1 <= node.port <= 65534:
                found.append(f"node {node.name!r} has port {node.port}, outside 1 to 65534")
        for what in ("number", "address"):
            counted = Counter(getattr(node, what) for node in nodes)
            found += [
                f"{what} {value} stands {times} times in cluster {cluster.name!r}"
                for value, times in counted.items()
                if times > 1
            ]
    return found


def _stanzas(text):
    """Return [(kind, {attribute: value})] in file order."""
    stanzas = []
    current = None
    if "\0" in text:  # the loader takes it for a blank here and for an end there
        raise ConfError("the file holds a NUL byte")
    lines = text.split("\n")
    position = 0
    while position < len(lines):
        line = lines[position]
        number = position + 1
        position += 1
        if not line.strip(" \t"):
            current = None
        elif line[0] == "#":
            continue
        elif line[0] not in " \t":
            header = _STANZA.fullmatch(line)
            if not header:
                raise ConfError(f"line {number}: {line!r} is neither 'stanza:' nor indented")
            current = {}
            stanzas.append((header[1], current))
        else:
            attribute = _ATTRIBUTE.fullmatch(line)
            if not attribute:
                raise ConfError(f"line {number}: {line.strip()!r} is not 'name = value'")
            if current is None:
                raise ConfError(f"line {number}: {line.strip()!r} stands outside any stanza")
            value = attribute[2]
            while value.endswith("\\"):  # a continuation line keeps its newline
                value = value[:-1]
                if position < len(lines):
                    value += "\n" + lines[position]
                    position += 1
            current[attribute[1]] = value.rstrip(_BLANKS)
    return stanzas


def _node(attributes):
    name = _required(attributes, "name", "a node")
    owner = f"node {name!r}"
    number = _unsigned(attributes, "number", owner)
    if number >= 2**31 - 1:
        raise ConfError(f"{owner}: number {number} is out of range")
    address = _required(attributes, "ip_address", owner)
    try:
        ipaddress.IPv4Address(address)
    except ValueError as err:
        raise ConfError(f"{owner}: ip_address {address!r} is not an IPv4 address") from err
    port = _unsigned(attributes, "ip_port", owner)
    return ConfNode(attributes["cluster"], number, port, address, name)


def _cluster(attributes, regions):
    name = attributes["name"]
    owner = f"cluster {name!r}"
    mode = attributes.get("heartbeat_mode", "local").lower()
    if mode not in ("local", "global"):
        raise ConfError(f"{owner}: heartbeat_mode {mode!r} is neither local nor global")
    own = [_required(r, "region", "a heartbeat") for r in regions if r.get("cluster") == name]
    _unique(own, f"heartbeat region of {owner}")
    return ConfCluster(name, mode, _unsigned(attributes, "node_count", owner), tuple(own))


def _required(attributes, key, owner):
    value = attributes.get(key)
    if not value:
        raise ConfError(f"{owner} has no {key}")
    return value


def _unsigned(attributes, key, owner):
    """Return the number as C's strtoul(3) reads it, which wraps what is negative."""
    text = _required(attributes, key, owner)
    match = _NUMBER.fullmatch(text)
    if not match:
        raise ConfError(f"{owner}: {key} {text!r} is not a number")
    digits = match[2].lstrip("0") or "0"
    if len(digits) > _DIGITS:
        raise ConfError(f"{owner}: {key} is out of range")
    value = int(digits)
    if match[1] == "-" and value < _ULONG:
        value = -value % _ULONG
    if value >= 2**32:
        raise ConfError(f"{owner}: {key} {text} is out of range")
    return value


def _unique(values, what):
    for value, times in Counter(values).items():
        if times > 1:
            raise ConfError(f"{what} {value!r} stands twice")
