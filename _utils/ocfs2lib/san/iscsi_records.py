"""
The records of open-iscsi: one for each target at each portal, with how to log in and how long to
wait.

A record is a text of lines ``name = value``, in a file of its own: ``NODES/TARGET/ADDRESS,PORT``,
or, where it comes from a discovery, ``NODES/TARGET/ADDRESS,PORT,GROUP/IFACE`` (open-iscsi
usr/idbm.c; both seen with 2.1.8). Each login reads it anew.
"""

import re

from ocfs2lib.san import timeout_budget

#: Where they are: newer builds of open-iscsi, and older ones.
NODES = ("/var/lib/iscsi/nodes", "/etc/iscsi/nodes")
#: The name by which a node logs in, one line ``InitiatorName=...``.
INITIATOR_PATH = "/etc/iscsi/initiatorname.iscsi"
#: Which records the formula has made, one line ``TARGET ADDRESS:PORT`` each.
MADE_PATH = "/etc/ocfs2/iscsi-records"

TIMEOUT = "node.session.timeo.replacement_timeout"
_AUTH = "node.session.auth."
METHOD, USER, USER_IN = f"{_AUTH}authmethod", f"{_AUTH}username", f"{_AUTH}username_in"
#: Shown by nothing, and compared where they are.
PASSWORD, PASSWORD_IN = f"{_AUTH}password", f"{_AUTH}password_in"
SECRETS = (PASSWORD, PASSWORD_IN)
_END = "# END RECORD"
_PORTAL_NAME = re.compile(r"([0-9.]+),([0-9]+)(?:,[0-9]+)?")


def settings(iscsi, threshold):
    """
    Return ``{name: value}`` of what pillar says of each record, without the secrets; None is a
    name that has no line.

    iscsi
        :class:`pillar.sections.iscsi_keys.Iscsi`.
    threshold
        ``heartbeat_threshold`` of pillar.
    """
    chap = iscsi.chap
    return {
        "node.startup": "automatic",
        "node.conn[0].startup": "automatic",
        # Below multipath, multipathd writes a shorter one over it.
        TIMEOUT: str(timeout_budget.waiting(timeout_budget.ISCSI, threshold)),
        "node.conn[0].timeo.noop_out_interval": str(timeout_budget.NOOP_INTERVAL),
        "node.conn[0].timeo.noop_out_timeout": str(timeout_budget.NOOP_TIMEOUT),
        METHOD: "CHAP" if chap else "None",
        USER: chap.username if chap else None,
        USER_IN: chap.username_in if chap else None,
    }


def secrets(chap):
    """
    Return ``{name: value}`` of the secrets, None for a name that has no line.

    chap
        :class:`pillar.sections.iscsi_keys.Chap`, or None.
    """
    return {
        PASSWORD: chap.password if chap else None,
        PASSWORD_IN: chap.password_in if chap else None,
    }


def parse(text):
    """Return ``{name: value}`` of a record."""
    lines = [line.partition(" = ") for line in text.splitlines() if not line.startswith("#")]
    return {name.strip(): value.strip() for name, separator, value in lines if separator}


def with_values(text, values):
    """Return a record with these values: ``{name: value}``, without a line for those of None."""
    kept = [
        line
        for line in text.splitlines()
        if line.partition(" = ")[0].strip() not in values and line != _END
    ]
    new = [f"{name} = {value}" for name, value in values.items() if value is not None]
    return "\n".join([*kept, *new, _END]) + "\n"


def portal_of(name):
    """Return ``ADDRESS:PORT`` of the name of a record's file or directory, None if it is none."""
    match = _PORTAL_NAME.fullmatch(name)
    return f"{match[1]}:{match[2]}" if match else None


def initiator_name(text):
    """Return the name in the text of :data:`INITIATOR_PATH`, None if there is none."""
    match = re.search(r"^InitiatorName=(\S+)", text or "", re.MULTILINE)
    return match[1] if match else None


def offered(printed):
    """Return ``{(target, portal)}`` that a discovery printed: ``ADDRESS:PORT,GROUP TARGET``."""
    return {
        (match[2], match[1])
        for match in re.finditer(r"^([0-9.]+:[0-9]+),\d+ (\S+)$", printed, re.MULTILINE)
    }


def lines_of(pairs):
    """Return the text of :data:`MADE_PATH` for ``(target, portal)`` pairs."""
    return "".join(f"{target} {portal}\n" for target, portal in sorted(pairs))


def pairs_of(text):
    """Return the set of ``(target, portal)`` in the text of :data:`MADE_PATH`, or None."""
    words = [line.split() for line in (text or "").splitlines()]
    return {(each[0], each[1]) for each in words if len(each) == 2}
