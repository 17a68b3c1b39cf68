"""
Parser for what drbdsetup prints about the resources of DRBD, of the kernel's DRBD 8.4 and 9 alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What the state of every device is asked with; of all resources, since it is asked by a minor.
STATES = ("drbdsetup", "events2", "--now", "all")
#: What the settings of all resources are asked with.
SETTINGS = ("drbdsetup", "show", "--show-defaults")
_PRIMARY, _CONNECTED, _UP_TO_DATE = "Primary", "Connected", "UpToDate"
_NUMBER = re.compile("[0-9]{1,7}")
_WANTED = {
    "protocol": "protocol",
    "allow-two-primaries": "allow_two_primaries",
    "fencing": "fencing",
}


@dataclass(frozen=True)
class DrbdVolume:
    """
    One volume of a resource, as this node knows it.

    ``resource`` and ``volume`` name it. ``troubles`` are the reasons why two nodes must not work
    on it now, as sentences; none if both sides are primary, connected and up to date.
    """

    resource: str
    volume: int
    troubles: tuple


def volumes(text):
    """
    Return ``{minor: DrbdVolume}``.

    text
        What :data:`STATES` prints.
    """
    lines = (line.split() for line in text.splitlines())
    objects = [_fields(words) for words in lines if len(words) > 1 and words[0] == "exists"]
    found = {}
    for kind, device in objects:
        minor, volume = device.get("minor", ""), device.get("volume", "")
        if kind == "device" and _NUMBER.fullmatch(minor) and _NUMBER.fullmatch(volume):
            name = device.get("name", "")
            of_resource = [each for each in objects if each[1].get("name") == name]
            troubles = tuple(_troubles(f"{name}/{volume}", device, of_resource))
            found[int(minor)] = DrbdVolume(name, int(volume), troubles)
    return found


def _fields(words):
    """Return the kind of an object, and its fields, of the words of one line."""
    _, kind, *words = words
    return kind, dict(word.split(":", 1) for word in words if ":" in word)


def _troubles(name, device, objects):
    """Yield why two nodes must not work on a volume."""
    resource = next((each for kind, each in objects if kind == "resource"), {})
    role, disk = resource.get("role", "unknown"), device.get("disk", "unknown")
    suspended = resource.get("suspended", "no")
    if role != _PRIMARY:
        yield f"DRBD {name} is {role} here"
    if disk != _UP_TO_DATE:
        yield f"the disk of DRBD {name} is {disk} here"
    if suspended != "no":
        yield f"DRBD {name} keeps I/O waiting here (suspended: {suspended})"
    peers = [each for kind, each in objects if kind == "connection"]
    if not peers:
        yield f"DRBD {name} has no connection to its peer"
    for peer in peers:
        yield from _peer_troubles(name, device, peer, objects)


def _peer_troubles(name, device, peer, objects):
    connection, role = peer.get("connection", "unknown"), peer.get("role", "unknown")
    who = "its peer" if peer.get("conn-name") in (None, "peer") else f"its peer {peer['conn-name']}"
    if connection == "StandAlone":
        yield (
            f"DRBD {name} is StandAlone, as after a split brain: both sides may have been written "
            "to without the other"
        )
        return
    if connection != _CONNECTED:
        yield f"DRBD {name} is not connected to {who} ({connection})"
        return
    if role != _PRIMARY:
        yield f"{who} of DRBD {name} is {role}"
    disks = [
        each
        for kind, each in objects
        if kind == "peer-device"
        and each.get("volume") == device.get("volume")
        and _peer_of(each) == _peer_of(peer)
    ]
    for disk in disks or [{}]:
        state = disk.get("peer-disk", "unknown")
        if state != _UP_TO_DATE:
            replication = disk.get("replication", "")
            how = f" ({replication})" if replication not in ("", "Established") else ""
            yield f"{who} of DRBD {name} is {state}{how}"


def _peer_of(fields):
    """Return what tells one peer from another; drbd-utils before 9.13 print its address alone."""
    return fields.get("peer-node-id") or fields.get("peer")


def settings(text):
    """
    Return ``{resource: {"protocol", "allow_two_primaries", "fencing"}}``, each a sorted list of
    the values that stand anywhere in the resource: of DRBD 8.4 a volume has its own fencing.

    text
        What :data:`SETTINGS` prints.
    """
    found, resource = {}, None
    for line in text.splitlines():
        start = re.match(r'resource\s+"?([^\s"{]+)"?\s*\{', line)
        if start:
            resource = found.setdefault(start[1], {name: set() for name in _WANTED.values()})
        value = re.match(r"\s*([a-z-]+)\s+([^\s;]+)\s*;", line)
        if resource is not None and value and value[1] in _WANTED:
            resource[_WANTED[value[1]]].add(value[2])
    return {
        name: {each: sorted(values) for each, values in wanted.items()}
        for name, wanted in found.items()
    }
