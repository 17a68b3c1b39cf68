"""What separates a host from pillar besides the cluster itself: packages, boot, services, firewall,
panics.

The states close these gaps one by one; plan and status show all of them.
"""

from ocfs2lib.node.parts import boot
from ocfs2lib.node.parts import firewall
from ocfs2lib.node.parts import packages
from ocfs2lib.node.parts import panic
from ocfs2lib.node.parts import services
from ocfs2lib.node.parts.setup_part import MAYBE_TEXT
from ocfs2lib.platform import platforms

#: Every part, in the order in which their differences are shown.
PARTS = (packages.PART, panic.PART, boot.PART, services.PART, firewall.PART)
#: Every file that is looked at.
FILES = tuple(path for part in PARTS for path in part.files)
#: Every unit of which it is asked whether it is enabled or masked.
UNITS = tuple(unit for part in PARTS for unit in part.units)
#: The shape of the facts, as ``answers.shape`` takes it.
SHAPE = {
    "files": dict.fromkeys(FILES, MAYBE_TEXT),
    "enabled": (list,),
    "masked": (list,),
    **{name: shape for part in PARTS for name, shape in part.shape.items()},
}
#: The paths to what holds texts alone, and to lists of such lists.
TEXTS = (("enabled",), ("masked",), *(path for part in PARTS for path in part.texts))
TEXT_LISTS = tuple(path for part in PARTS for path in part.text_lists)


def facts(call, firewall_arguments):
    """Return everything that :func:`differences` compares with pillar.

    call
        Calls an execution function: its name, then its arguments.
    firewall_arguments
        What :func:`node.parts.firewall.arguments` returned.
    """
    found = common_facts(call)
    for part in PARTS:
        found.update(part.facts(call, firewall_arguments))
    return found


def common_facts(call):
    """Return the facts that several parts share: files, and what systemd does with units."""
    return {
        "files": {path: call("files.read", path) for path in FILES},
        "enabled": [unit for unit in UNITS if call("systemd.enabled", unit)],
        "masked": [unit for unit in UNITS if call("systemd.masked", unit)],
    }


def differences(desired, minion, facts, host):
    """Return every :class:`node.difference.Difference` of one host.

    desired
        Pillar as ``pillar.desired.Desired``.
    minion
        Minion id of the node.
    facts
        What ``o2cb_setup.facts`` returned there.
    host
        What ``ocfs2_node.host`` returned there.
    """
    platform = platforms.of(host)
    return [gap for part in PARTS for gap in part.differences(desired, minion, facts, platform)]
