"""The key ``portals`` of a transport: the addresses of the array."""

import re

from ocfs2lib.pillar.key import NAMES
from ocfs2lib.pillar.key import TEXT
from ocfs2lib.pillar.key import Key
from ocfs2lib.pillar.problem import WrongValue
from ocfs2lib.pillar.sections import nodes_keys
from ocfs2lib.text import shown


def portals(port):
    """Return the key of the portals; ``port`` is the one that is meant where none is written."""

    def check(text):
        address, colon, number = text.partition(":")
        try:
            nodes_keys.check_address(address)
        except WrongValue as wrong:
            raise WrongValue(wrong.args[0], f"type it like '192.168.50.10:{port}'") from None
        if colon and not (re.fullmatch(r"[1-9][0-9]{0,4}", number) and int(number) < 65536):
            raise WrongValue(
                f"{shown(text)} has no port from 1 to 65535 behind its colon",
                f"type '{address}:{port}'",
            )

    portal = Key(
        "portal",
        TEXT,
        "An address of the array.",
        example=f"192.168.50.10:{port}",
        pattern=r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?",
        rule=f"an IPv4 address, with a port behind a colon if it is not {port}",
        check=check,
    )
    return Key(
        "portals",
        NAMES,
        "The addresses of the array, each one a path to every LUN: with a port behind a colon"
        f" where it is not {port}.",
        entry=portal,
    )


def with_port(portal, port):
    """Return a portal as ``address:port``."""
    return portal if ":" in portal else f"{portal}:{port}"
