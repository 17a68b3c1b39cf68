"""The rules of ufw as ``ufw show added`` prints them: each is the command that makes it."""

import ipaddress
import re
import shlex
from dataclasses import dataclass

from ocfs2lib.errors import FileInvalid

ALLOW, DENY = "allow", "deny"
_ACTIONS = (ALLOW, DENY, "reject", "limit")
_PORTS = re.compile(r"[\d,:]+(/\w+)?")
_ANY = "any"


@dataclass(frozen=True)
class UfwRule:
    """
    One rule.

    ``words`` make it again, without its comment, and ``action`` is the first word of what it does.
    ``source`` is an IPv4 network, None for everybody; ``ports`` is text as ufw writes it, None for
    every port. ``proto`` is None for every protocol. ``narrow`` tells whether it asks for more: an
    interface, an application, another port or an address of this host. ``incoming`` tells whether a
    packet of IPv4 to this host may meet it, ``version`` whether IPv4 has it at all.
    """

    words: tuple[str, ...]
    comment: str = ""
    action: str = ""
    source: ipaddress.IPv4Network = None
    ports: str = None
    proto: str = None
    narrow: bool = False
    incoming: bool = True
    version: int = 4

    def __str__(self):
        return shlex.join(("ufw", *self.words))

    def concerns(self, port):
        """Return whether a packet to the port may meet it."""
        return self.incoming and self.proto in (None, "tcp") and _has(self.ports, port)

    def is_for(self, port):
        """Return whether it is about this one port of TCP and nothing else."""
        return self.incoming and not self.narrow and (self.proto, self.ports) == ("tcp", str(port))

    def reaches(self, addresses):
        """Return whether it is about some of these addresses."""
        return self.source is None or any(
            ipaddress.ip_address(each) in self.source for each in addresses
        )


def parsed(text):
    """Return the :class:`UfwRule` of each line of ``ufw show added``, in order; raise FileInvalid
    for what is none."""
    lines = [line for line in text.splitlines() if line.startswith("ufw ")]
    try:
        return [_rule(shlex.split(line)[1:]) for line in lines]
    except (IndexError, ValueError) as err:
        raise FileInvalid("ufw lists rules in a form that is not understood") from err


def _rule(words):
    comment = ""
    if words[-2:-1] == ["comment"]:
        *words, _, comment = words
    whole, words = tuple(words), list(words)
    if words[0] == "route":
        return UfwRule(whole, comment, incoming=False)
    action = words.pop(0)
    if action not in _ACTIONS:
        raise ValueError(action)
    known, incoming = {}, words[:1] != ["out"]
    if words[:1] in (["in"], ["out"]):
        words.pop(0)
    if words[:1] == ["on"]:
        known["narrow"] = True
        del words[:2]
    if words[:1] in (["log"], ["log-all"]):
        words.pop(0)
    known |= _short(words[0]) if len(words) == 1 else _full(words)
    known["incoming"] = incoming and known.get("version", 4) == 4
    return UfwRule(whole, comment, action, **known)


def _short(word):
    """Return what ``7777/tcp`` says, or the name of an application."""
    if not _PORTS.fullmatch(word):
        return {"narrow": True}
    ports, _, proto = word.partition("/")
    return {"ports": ports, "proto": proto or None}


def _full(words):
    found, end = {}, ""
    if len(words) % 2:
        raise ValueError("a word of the rule has no value")
    for name, value in zip(words[::2], words[1::2]):
        if name in ("from", "to"):
            end = name
        if name == "proto":
            found["proto"] = value
        elif name == "port" and end == "to":
            found["ports"] = value
        elif name in ("from", "to") and value != _ANY:
            network = ipaddress.ip_network(value, strict=False)
            found["version"] = network.version
            found |= {"source": network} if name == "from" else {"narrow": True}
        elif value != _ANY:
            found["narrow"] = True
    return found


def _has(ports, port):
    """Return whether a list of ports and ranges, as ufw writes it, has the port."""
    if ports is None:
        return True
    ends = [each.partition(":") for each in ports.split(",")]
    return any(int(low) <= port <= int(high or low) for low, _, high in ends)
