"""What separates a host from pillar besides the cluster itself: packages, the way to the LUNs,
boot, services, firewall, panics.

The states close these gaps one by one; plan and status show all of them.
"""

from ocfs2lib.errors import ArgumentInvalid
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import boot
from ocfs2lib.node.parts import fcoe
from ocfs2lib.node.parts import firewall
from ocfs2lib.node.parts import iscsi
from ocfs2lib.node.parts import kernel_module
from ocfs2lib.node.parts import multipath
from ocfs2lib.node.parts import nvme
from ocfs2lib.node.parts import packages
from ocfs2lib.node.parts import panic
from ocfs2lib.node.parts import repositories
from ocfs2lib.node.parts import services
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.parts.setup_part import MAYBE_TEXT
from ocfs2lib.platform import platforms

#: Every part, in the order in which their differences are shown.
PARTS = (
    repositories.PART,
    kernel_module.PART,
    packages.PART,
    iscsi.PART,
    nvme.PART,
    fcoe.PART,
    multipath.PART,
    panic.PART,
    boot.PART,
    services.PART,
    firewall.PART,
)
#: Every file that is looked at.
FILES = tuple(path for part in PARTS for path in part.files)
#: Every unit of which it is asked whether it is enabled or masked.
UNITS = tuple(unit for part in PARTS for unit in part.units)
#: Every command of which it is asked whether it is installed.
TOOLS = tuple(tool for part in PARTS for tool in part.tools)
#: The shape of the facts, as ``answers.shape`` takes it.
SHAPE = {
    "files": dict.fromkeys(FILES, MAYBE_TEXT),
    "enabled": (list,),
    "masked": (list,),
    "missing": (list,),
    **{name: shape for part in PARTS for name, shape in part.shape.items()},
}
#: The paths to what holds texts alone, and to lists of such lists.
TEXTS = (("enabled",), ("masked",), ("missing",), *(path for part in PARTS for path in part.texts))
TEXT_LISTS = tuple(path for part in PARTS for path in part.text_lists)


def part(name):
    """Return the part of that name; raise ArgumentInvalid if there is none."""
    for each in PARTS:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in PARTS)
    raise ArgumentInvalid(f"The formula sets up no {name}. Fix: name one of {names}.")


def parts_at(step, desired, platform, call):
    """Return the names of the parts that are set up at a step, such as BEFORE_CLUSTER, on a host
    where there may be something to do for them.

    desired
        Pillar as ``pillar.desired.Desired``.
    platform
        The ``platform.platform.Platform`` of the host.
    call
        As for :func:`facts`.
    """
    return [
        each.name
        for each in PARTS
        if each.step == step and each.concerns(desired, platform)
        if each.is_described(desired) or each.leftovers(call)
    ]


def part_packages(desired, platform, lacking=None):
    """Return ``{part: packages}`` that this pillar needs besides those of every node.

    lacking
        Release of the running kernel if it lacks the ocfs2 modules.
    """
    found = {each.name: list(each.packages(desired, platform, lacking)) for each in PARTS}
    return {name: packages for name, packages in found.items() if packages}


def fitness(call):
    """Return those facts that :func:`unsupported` goes by; ``call`` as for :func:`facts`."""
    return {name: fact for each in PARTS for name, fact in each.fitness(call).items()}


def unsupported(desired, host, facts):
    """Return each :class:`node.reasons.Reason` why a host cannot have what pillar describes.

    desired, host
        As for :func:`differences`.
    facts
        What :func:`fitness` returned there, or :func:`facts`.
    """
    platform = platforms.of(host)
    if platform is None:
        return []
    return [reason for each in PARTS for reason in each.unsupported(desired, platform, facts)]


def arguments_for(desired):
    """Return ``{part: what a node has to know of pillar}``, for :func:`facts`."""
    found = {each.name: each.arguments(desired) for each in PARTS}
    return {name: each for name, each in found.items() if each is not None}


def facts(call, arguments, parts=PARTS):
    """Return everything that :func:`differences` compares with pillar.

    call
        Calls an execution function: its name, then its arguments.
    arguments
        What :func:`arguments_for` returned; ``{}`` on a node whose pillar is not known.
    parts
        The parts whose facts to return besides those that several of them share.
    """
    found = {
        "files": {path: call("files.read", path) for path in FILES},
        "enabled": [unit for unit in UNITS if call("systemd.enabled", unit)],
        "masked": [unit for unit in UNITS if call("systemd.masked", unit)],
        "missing": [tool for tool in TOOLS if not call("cmd.which", tool)],
    }
    for each in parts:
        found.update(each.facts(call, arguments.get(each.name)))
    return found


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
    platform, found = platforms.of(host), []
    for each in PARTS:
        found += _missing_tools(each.needed_tools(desired), facts)
        found += each.differences(desired, minion, facts, platform)
    return found


def conflicts(desired, facts):
    """Return ``{minion id: [Blocked]}`` of what only one node may have and several do.

    desired
        As for :func:`differences`.
    facts
        ``{minion id: what o2cb_setup.facts returned there}``.
    """
    found = {}
    for each in PARTS:
        for minion, reasons in each.conflicts(desired, facts).items():
            found.setdefault(minion, []).extend(reasons)
    return found


def blocked(desired, minion, facts, host):
    """Return every :class:`node.reasons.Blocked` of one host; arguments as :func:`differences`."""
    platform = platforms.of(host)
    return [reason for each in PARTS for reason in each.blocked(desired, minion, facts, platform)]


def is_nameless(desired, facts):
    """Return whether a host has no name yet by which an array is to know it; arguments as
    :func:`differences`."""
    return any(each.is_nameless(desired, facts) for each in PARTS)


def brings_luns(desired, minion, facts, host):
    """Return whether something that brings LUNs is not as pillar says; arguments as
    :func:`differences`."""
    platform = platforms.of(host)
    return any(
        each.step == setup_part.BRING_LUNS
        and (
            _missing_tools(each.needed_tools(desired), facts)
            or each.differences(desired, minion, facts, platform)
        )
        for each in PARTS
    )


def _missing_tools(needed, facts):
    absent = [tool for tool in needed if tool in facts["missing"]]
    return [Difference(Part.TOOL, tool, None, "installed") for tool in absent]
