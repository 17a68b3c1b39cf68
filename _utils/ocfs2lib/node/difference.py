"""
One thing in which a node or volume differs from pillar, and what it takes to close the gap.

A gap in a file is always closed by writing the file.  A gap in the running kernel or a volume is
of one of these kinds:

``online``      applied while everything goes on: bring the cluster up, add a node, grow a volume
``node``        the cluster must go down on this node, where nothing uses it now
``outage``      what differs must be unmounted on every node first: the nodes compare the value
                when they connect (fs/ocfs2/cluster/tcp.c, fs/ocfs2/dlm/dlmdomain.c), the kernel
                ignores a write while a heartbeat region is active, or the tool needs the volume
                for itself
``impossible``  nothing does it: pillar has to be put right
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ocfs2lib import commands

ONLINE = "online"
NODE = "node"
OUTAGE = "outage"
IMPOSSIBLE = "impossible"


class Part(enum.Enum):
    """What of a node or a volume differs."""

    CONF = "cluster.conf as a whole"
    CONF_CLUSTER = "cluster in cluster.conf"
    CONF_NODE = "node of a cluster in cluster.conf"
    CONF_STRAY = "node of no cluster in cluster.conf"
    SETTING = "setting for the next start of the cluster"
    DEBCONF = "answer from which the package writes a setting"
    STACK = "cluster stack of the kernel"
    LIVE_CLUSTER = "cluster in the kernel"
    LIVE_LOCAL = "node that the kernel takes for itself"
    LIVE_VALUE = "value of the cluster in the kernel"
    LIVE_NODE = "node of the cluster in the kernel"
    REGISTERED = "any cluster that the kernel has"
    TOOL = "installed tool"
    MODULE = "modules of the running kernel"
    MODULE_PACKAGE = "package with the modules that comes from a file"
    PANIC = "kernel setting for panics"
    UNIT = "systemd unit"
    FILE = "file of the formula"
    FIREWALL_RULES = "rules of the firewall in the kernel"
    MULTIPATH_MAP = "multipath map of a LUN"
    ISCSI_RECORD = "record of an iSCSI target at a portal"
    ISCSI_SETTING = "setting in a record of iSCSI"
    ISCSI_SESSION = "session with an iSCSI target at a portal"
    NVME_CONTROLLER = "connection to an NVMe subsystem at a portal"
    MOUNT = "mount of an OCFS2"
    SIZE = "size of a volume"
    SIZE_SEEN = "size of a LUN as one node sees it"
    SLOTS = "slots of a volume"
    BLOCK_SIZE = "block size of a volume"
    CLUSTER_SIZE = "cluster size of a volume"
    JOURNAL_SIZE = "size of the journals of a volume"
    FEATURE = "feature of a volume"


# Where a part is, "" if its name says that, and what it is called there.
_TEXTS = {
    Part.CONF: ("", "conf"),
    Part.CONF_CLUSTER: ("conf", "{subject}"),
    Part.CONF_NODE: ("conf", "{cluster}:{subject}"),
    Part.CONF_STRAY: ("conf", "{subject}"),
    Part.SETTING: ("settings", "{subject}"),
    Part.DEBCONF: ("debconf", "{subject}"),
    Part.STACK: ("", "stack"),
    Part.LIVE_CLUSTER: ("live", "cluster"),
    Part.LIVE_LOCAL: ("live", "local"),
    Part.LIVE_VALUE: ("live", "{subject}"),
    Part.LIVE_NODE: ("live", "node:{subject}"),
    Part.FIREWALL_RULES: ("", "rules"),
    Part.MODULE: ("", "ocfs2 modules of {subject}"),
    Part.MODULE_PACKAGE: ("", "package with the ocfs2 modules"),
    Part.MULTIPATH_MAP: ("multipath", "{subject}"),
    Part.ISCSI_RECORD: ("iscsi", "{subject}"),
    Part.ISCSI_SETTING: ("iscsi", "{subject}"),
    Part.ISCSI_SESSION: ("iscsi session", "{subject}"),
    Part.NVME_CONTROLLER: ("nvme", "{subject}"),
    Part.MOUNT: ("mount", "{subject}"),
    Part.SIZE: ("", "size"),
    Part.SIZE_SEEN: ("", "size on {subject}"),
    Part.SLOTS: ("", "slots"),
    Part.BLOCK_SIZE: ("", "block size"),
    Part.CLUSTER_SIZE: ("", "cluster size"),
    Part.JOURNAL_SIZE: ("", "journal size"),
    Part.FEATURE: ("", "feature {subject}"),
}
_USUAL_TEXT = ("", "{subject}")

#: cluster.conf and all in it.
CONF_PARTS = frozenset((Part.CONF, Part.CONF_CLUSTER, Part.CONF_NODE, Part.CONF_STRAY))
#: The files of the cluster, which all nodes have to agree on.
CLUSTER_FILES = CONF_PARTS | {Part.SETTING}

#: What brings the LUNs.
SAN_PARTS = frozenset(
    (
        Part.MULTIPATH_MAP,
        Part.ISCSI_RECORD,
        Part.ISCSI_SETTING,
        Part.ISCSI_SESSION,
        Part.NVME_CONTROLLER,
    )
)

# The kind of the finding that tells a part; see also Difference.finding.
_FINDINGS = {
    **dict.fromkeys(CONF_PARTS, "conf-differs"),
    **dict.fromkeys((Part.SETTING, Part.DEBCONF), "settings-differ"),
    **dict.fromkeys((Part.STACK, Part.LIVE_CLUSTER, Part.REGISTERED), "cluster-offline"),
    **dict.fromkeys((Part.LIVE_LOCAL, Part.LIVE_VALUE, Part.LIVE_NODE), "live-differs"),
    Part.TOOL: "tools-missing",
    **dict.fromkeys((Part.MODULE, Part.MODULE_PACKAGE), "module-missing"),
    **dict.fromkeys((Part.PANIC, Part.UNIT, Part.FILE, Part.FIREWALL_RULES), "setup-differs"),
    **dict.fromkeys(SAN_PARTS, "san-differs"),
    Part.MOUNT: "stray-volume",
    **dict.fromkeys((Part.SIZE, Part.SIZE_SEEN, Part.SLOTS), "volume-differs"),
    **dict.fromkeys((Part.BLOCK_SIZE, Part.CLUSTER_SIZE), "volume-differs"),
    **dict.fromkeys((Part.JOURNAL_SIZE, Part.FEATURE), "volume-differs"),
}


@dataclass(frozen=True)
class Difference:
    """
    A thing is ``old`` and pillar says ``new``; None means absent.

    ``part`` and ``subject`` are the thing: a :class:`Part` and which of its kind, such as a node
    name, a setting, a unit or a path; None if there is only one. ``cluster`` is the cluster of a
    node in cluster.conf. ``kind`` is what it takes to close the gap. ``verb`` names the
    orchestration that alone may close it, ``""`` if a highstate may. ``why`` is the reason, and for
    what is impossible also the fix.
    """

    part: Part
    subject: str | None
    old: object
    new: object
    kind: str = ONLINE
    verb: str = ""
    why: str = ""
    cluster: str = ""

    def __str__(self):
        old, new = ("absent" if value is None else value for value in (self.old, self.new))
        return f"{self.what}: {old} -> {new}" + (f" ({self.why})" if self.why else "")

    @property
    def thing(self):
        """Return what differs, to find the same difference again with other values."""
        return self.part, self.cluster, self.subject

    @property
    def name(self):
        """Return what the thing is called where it is, as text."""
        _, name = _TEXTS.get(self.part, _USUAL_TEXT)
        return name.format(subject=self.subject, cluster=self.cluster)

    @property
    def what(self):
        """Return the thing, as text."""
        place, _ = _TEXTS.get(self.part, _USUAL_TEXT)
        return f"{place}:{self.name}" if place else self.name

    @property
    def refused(self):
        """Return whether a highstate leaves it alone."""
        return bool(self.verb) or self.kind in (OUTAGE, IMPOSSIBLE)

    @property
    def finding(self):
        """Return the kind of the finding that tells it (a key of ``findings.kinds.KINDS``)."""
        in_conf = self.part in CONF_PARTS
        if self.kind == IMPOSSIBLE and (in_conf or self.part is Part.LIVE_NODE):
            return "renumbered"
        if self.verb == commands.REMOVE_NODE or (in_conf and self.new is None):
            return "conf-stale"
        if self.part is Part.STACK and self.kind == IMPOSSIBLE:
            return "stack-other"
        return _FINDINGS[self.part]


def changed(have, want):
    """Return ``[(key, old, new)]`` of each key in which two dicts differ; absent is None."""
    return [
        (key, have.get(key), want.get(key))
        for key in dict.fromkeys([*want, *have])
        if have.get(key) != want.get(key)
    ]


def compare(part, have, want):
    """Return the :class:`Difference` of each subject of a :class:`Part` in which two dicts differ.

    have, want
        ``{subject: value}``
    """
    return [Difference(part, *each) for each in changed(have, want)]


def subjects(gaps, *parts):
    """Return the set of what differs in ``parts``: node names, settings, units, or paths."""
    return {gap.subject for gap in gaps if gap.part in parts}


def refusals(gaps):
    """Return why a highstate must not touch a node that has ``gaps``, as sentences with the fix."""
    found = []
    for kind, verb in dict.fromkeys((gap.kind, gap.verb) for gap in gaps if gap.refused):
        named = "; ".join(str(gap) for gap in gaps if (gap.kind, gap.verb) == (kind, verb))
        if kind == IMPOSSIBLE:
            found.append(f"{named}. Impossible in a cluster that exists. Fix: set pillar back")
        else:
            cost = "needs the whole cluster down" if kind == OUTAGE else "concerns every node"
            command = commands.orchestrate(verb)
            found.append(f"{named} {cost}. Fix: run {command}, or set pillar back")
    return found
