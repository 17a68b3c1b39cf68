"""What a lab consists of. Pure: no I/O.

A lab is ``LabSpec``: its nodes, its LUNs and where they are seen. Addresses, MAC addresses and
WWNs follow from numbers, so that a node or LUN is the same one after every boot.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass

from lab.errors import LabError
from lab.stand_ins import STAND_INS

#: Those that are built unless another is asked for.
DISTROS = ("bookworm", "trixie")
#: And those of which a campaign makes use.
ALL_DISTROS = (*DISTROS, "bullseye", "forky", *STAND_INS)
# Most nodes a lab is meant for, and what every guest's hosts file lists.
MAX_NODES = 32
MASTER_ADDRESS = "10.77.0.1"
# Paths over which every LUN is presented.
PATHS = (0, 1)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
_LUN_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
_SIZE = re.compile(r"(\d+)([MGT])(?:i?B)?")
_UNITS = {"M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True)
class LabNode:
    """One guest. ``number`` counts from 1 and never changes."""

    number: int
    minion_id: str
    hostname: str
    distro: str

    @property
    def management(self) -> str:
        """Address on the management network, where the Salt master and the packages are."""
        return f"10.77.0.{100 + self.number}"

    @property
    def interconnect(self) -> str:
        """Address on the cluster's own network."""
        return f"192.168.100.{self.number}"

    def fabric(self, number: int) -> str:
        """Address on the storage network ``number``, 0 or 1."""
        return f"10.{_FABRIC_NET + number}.0.{100 + self.number}"

    def address(self, network: str) -> str:
        """Address on ``network``, one of :data:`ALL_NETWORKS`."""
        if network in FABRICS:
            return self.fabric(FABRICS.index(network))
        return self.management if network == "management" else self.interconnect

    def mac(self, network: str) -> str:
        """MAC address on ``network``, one of :data:`ALL_NETWORKS`."""
        return f"52:54:00:00:{ALL_NETWORKS.index(network):02x}:{self.number:02x}"

    def tap(self, network: str) -> str:
        """Name of the tap device, in the lab's namespace, that ends in this guest."""
        return f"{network[:5]}{self.number}"


NETWORKS = ("management", "interconnect")
#: Networks of a lab whose SAN is one.
FABRICS = ("san-a", "san-b")
ALL_NETWORKS = (*NETWORKS, *FABRICS)
_FABRIC_NET = 78
#: Bytes of the longest frame that a network passes.
MTU = {network: 9000 if network in FABRICS else 1500 for network in ALL_NETWORKS}
#: Addresses of the lab's own target, one on each storage network.
PORTALS = tuple(f"10.{_FABRIC_NET + number}.0.1" for number, _ in enumerate(FABRICS))
#: What this host has on a network, inside the lab's namespace.
HOST_ADDRESSES = {"management": MASTER_ADDRESS, **dict(zip(FABRICS, PORTALS))}
#: Of every iSCSI target of a lab, up to the colon.
IQN = "iqn.2026-01.com.domain.lab"
#: What carries the LUNs: disks of QEMU, the lab's iSCSI target, or what guests do for each other.
SANS = ("scsi", "iscsi", "guests")


@dataclass(frozen=True)
class LabLun:
    """One shared LUN.

    ``number`` counts from 1; ``size`` is in bytes; ``alias`` is the name multipath gives it
    (``/dev/mapper/ALIAS``); ``nodes`` are the numbers of the nodes that see it, None for all;
    ``target`` is the number of the iSCSI target that exports it, 0 if it is a disk of QEMU.
    """

    number: int
    name: str
    size: int
    alias: str
    nodes: tuple[int, ...] | None = None
    target: int = 0

    @property
    def wwn(self) -> str:
        """World wide name: as QEMU takes it (NAA 5, 64 bits), or as tgt makes it (NAA 6)."""
        if self.target:
            return f"0x60000000000000000e000000{self.target:04x}{self.number:04x}"
        return f"0x5000c5000000{self.number:04x}"

    @property
    def iqn(self) -> str:
        """Name of the iSCSI target that exports it."""
        nodes = "all" if self.nodes is None else "-".join(map(str, self.nodes))
        return f"{IQN}:{nodes}"

    @property
    def wwid(self) -> str:
        """What multipath and scsi_id call the LUN: ``3`` (NAA) and the WWN."""
        return "3" + self.wwn.removeprefix("0x")

    @property
    def serial(self) -> str:
        """SCSI serial number."""
        return f"LAB{self.number:05d}"

    def seen_by(self, node: LabNode) -> bool:
        """Whether the LUN is presented to ``node``."""
        return self.nodes is None or node.number in self.nodes

    def device(self, path: int) -> str:
        """QEMU's name of this LUN on ``path``."""
        return f"{self.name}.{path}"


@dataclass(frozen=True)
class LabSpec:
    """A whole lab. ``memory`` is in MiB per guest, ``root`` the formula's directory.

    ``distro`` has the distributions of the nodes in their order, with commas between them; nodes
    after the last one named are like it.
    """

    name: str
    distro: str
    root: str
    memory: int = 768
    cpus: int = 1
    minion_id: str = "host{}.domain.com"
    hostname: str = "host{}.domain.com"
    san: str = "scsi"
    nodes: tuple[LabNode, ...] = ()
    luns: tuple[LabLun, ...] = ()

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that every guest has a card on."""
        return NETWORKS if self.san == "scsi" else ALL_NETWORKS

    @property
    def distros(self) -> tuple[str, ...]:
        """Every distribution that a node of the lab has or may have."""
        return tuple(dict.fromkeys(self.distro.split(",")))

    def node(self, key: str | int) -> LabNode:
        """The node called ``key``: its number, minion id, host name or short host name."""
        for node in self.nodes:
            names = (str(node.number), node.minion_id, node.hostname)
            if str(key) in (*names, *(name.split(".")[0] for name in names)):
                return node
        known = ", ".join(node.minion_id for node in self.nodes)
        raise LabError(f"There is no node {key!r} in lab {self.name}. Take one of: {known}.")

    def lun(self, name: str) -> LabLun:
        """The LUN called ``name``."""
        for lun in self.luns:
            if lun.name == name:
                return lun
        known = ", ".join(lun.name for lun in self.luns) or "none"
        raise LabError(f"There is no LUN {name!r} in lab {self.name}. There are: {known}.")

    def luns_of(self, node: LabNode) -> list[LabLun]:
        """The LUNs presented to ``node``."""
        return [lun for lun in self.luns if lun.seen_by(node)]

    def disks_of(self, node: LabNode) -> list[LabLun]:
        """The LUNs that QEMU presents to ``node`` as disks."""
        return self.luns_of(node) if self.san == "scsi" else []

    def with_node(self, hostname: str | None = None) -> LabSpec:
        """The same lab with one more node, ``nodes[-1]``."""
        number = len(self.nodes) + 1
        if number > MAX_NODES:
            raise LabError(f"A lab has at most {MAX_NODES} nodes, and {self.name} has them.")
        node = self.node_to_be(number)
        if hostname:
            node = dataclasses.replace(node, hostname=hostname)
        return dataclasses.replace(self, nodes=(*self.nodes, node))

    def node_to_be(self, number: int) -> LabNode:
        """The node ``number`` as it is if nobody says otherwise."""
        distro = self.distro.split(",")[:number][-1]
        return LabNode(number, self.minion_id.format(number), self.hostname.format(number), distro)

    def with_lun(self, text: str) -> LabSpec:
        """The same lab with one more LUN, ``luns[-1]``, described as for :func:`parse_lun`."""
        lun = parse_lun(text, len(self.luns) + 1)
        if self.san == "guests":
            raise LabError("A lab whose guests are the SAN has no LUNs of its own. Give none.")
        if self.san == "iscsi":
            targets = {other.nodes: other.target for other in self.luns}
            target = targets.get(lun.nodes, len(targets) + 1)
            lun = dataclasses.replace(lun, target=target)
        if any(other.name == lun.name for other in self.luns):
            raise LabError(f"LUN {lun.name} is there already. Give the new one another name.")
        for other in self.luns:
            if other.alias == lun.alias and any(
                lun.seen_by(node) and other.seen_by(node) for node in self.nodes
            ):
                raise LabError(
                    f"LUNs {other.name} and {lun.name} cannot both be {lun.alias} on one node."
                    " Give one another alias, or other nodes."
                )
        return dataclasses.replace(self, luns=(*self.luns, lun))

    def with_size(self, name: str, size: int) -> LabSpec:
        """The same lab with the LUN ``name`` grown to ``size`` bytes."""
        lun = self.lun(name)
        if size <= lun.size:
            raise LabError(
                f"LUN {name} has {lun.size} bytes already: {size} would not grow it."
                " Give a larger size."
            )
        luns = tuple(dataclasses.replace(x, size=size) if x is lun else x for x in self.luns)
        return dataclasses.replace(self, luns=luns)

    def to_json(self) -> str:
        """The lab as text, for :meth:`from_json`."""
        return json.dumps(dataclasses.asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> LabSpec:
        """Read back what :meth:`to_json` wrote."""
        data = json.loads(text)
        data["nodes"] = tuple(LabNode(**node) for node in data["nodes"])
        data["luns"] = tuple(
            LabLun(**{**lun, "nodes": lun["nodes"] and tuple(lun["nodes"])}) for lun in data["luns"]
        )
        return cls(**data)


def make_spec(name: str, nodes: int, luns: list[str], **settings) -> LabSpec:
    """A lab called ``name`` of ``nodes`` nodes and ``luns`` (see :func:`parse_lun`).

    ``settings`` are the other fields of :class:`LabSpec`. Raises LabError.
    """
    if not _NAME.fullmatch(name):
        raise LabError(
            f"{name!r} cannot name a lab: use at most 20 lower case letters, digits and dashes."
        )
    spec = LabSpec(name=name, **settings)
    for distro in spec.distros:
        if distro not in ALL_DISTROS:
            known = ", ".join(ALL_DISTROS)
            raise LabError(f"There is no image of {distro!r}. Take one of: {known}.")
    if spec.san not in SANS:
        raise LabError(f"There is no SAN of the kind {spec.san!r}. Take one of: {', '.join(SANS)}.")
    if not 1 <= nodes <= MAX_NODES:
        raise LabError(f"A lab has 1 to {MAX_NODES} nodes, not {nodes}.")
    for _ in range(nodes):
        spec = spec.with_node()
    for text in luns:
        spec = spec.with_lun(text)
    return spec


def parse_size(text: str) -> int:
    """Bytes of a size such as ``512M``, ``3G`` or ``1TiB`` (powers of 1024)."""
    match = _SIZE.fullmatch(text)
    if not match or int(match[1]) == 0:
        raise LabError(f"{text!r} is not a size. Write a number and M, G or T, for example 3G.")
    return int(match[1]) * _UNITS[match[2]]


def parse_lun(text: str, number: int) -> LabLun:
    """The LUN described by ``NAME:SIZE[:alias=ALIAS][:nodes=1+2]``.

    ``alias`` defaults to the name and ``nodes`` to all. Two LUNs with one alias, each for other
    nodes, are a SAN that shows different LUNs under the same name. Raises LabError.
    """
    name, _, rest = text.partition(":")
    size, *options = rest.split(":")
    fields = dict(option.partition("=")[::2] for option in options)
    unknown = sorted(set(fields) - {"alias", "nodes"})
    if unknown or not _LUN_NAME.fullmatch(name):
        raise LabError(
            f"{text!r} does not describe a LUN. Write NAME:SIZE[:alias=ALIAS][:nodes=1+2],"
            " for example primary:3G."
        )
    nodes = fields.get("nodes")
    if nodes is not None and not re.fullmatch(r"\d+(\+\d+)*", nodes):
        raise LabError(f"{text!r}: nodes={nodes} is not a list of node numbers such as 1+2.")
    return LabLun(
        number=number,
        name=name,
        size=parse_size(size),
        alias=fields.get("alias", name),
        nodes=tuple(int(x) for x in nodes.split("+")) if nodes else None,
    )
