"""
One thing that is wrong, as an operator needs it: where, what, why it matters, what to type.
"""

from dataclasses import dataclass

#: In a fix, stands for the nodes as salt takes them: one minion id, or a list of them.
NODES = "<nodes>"

#: How bad it is. ``unknown`` counts as broken: nobody can vouch for what was not seen.
NOTE, DEGRADED, UNKNOWN, BROKEN = "note", "degraded", "unknown", "broken"
SEVERITIES = (NOTE, DEGRADED, UNKNOWN, BROKEN)

#: kind: (severity, why it matters). Their names are part of what ``--out=json`` promises.
KINDS = {
    # Nodes
    "node-silent": (UNKNOWN, "nothing is known of it, and it takes part in no change"),
    "node-slow": (UNKNOWN, "it is there, but nothing is known of it until it has answered"),
    "node-odd-answer": (UNKNOWN, "what it says cannot be used, so nothing is known of it"),
    "formula-differs": (DEGRADED, "nodes with other code may see and do other things"),
    "host-unfit": (BROKEN, "this host cannot be the node that pillar describes"),
    "pillar-elsewhere": (
        DEGRADED,
        "whoever has the pillar knows addresses and LUNs of the cluster",
    ),
    "name-mismatch": (BROKEN, "the kernel would take no node for its own, and nothing mounts"),
    "module-missing": (BROKEN, "without the ocfs2 modules nothing can be mounted"),
    "module-missing-at-boot": (DEGRADED, "after the next restart this node mounts nothing"),
    "tools-missing": (BROKEN, "the tools of ocfs2 misbehave or fail without them"),
    "setup-differs": (DEGRADED, "boot, shutdown or a panic may not go as they should"),
    "san-differs": (DEGRADED, "a way to a LUN is missing, or waits otherwise than it should"),
    "initiator-shared": (BROKEN, "the target ends the session of one host for that of the other"),
    "boot-order": (DEGRADED, "at boot or shutdown the cluster may be up without its disks or net"),
    "clock-differs": (DEGRADED, "times in the logs of different nodes cannot be compared"),
    "kernel-unseen": (UNKNOWN, "nobody sees its heartbeat, its connections and its slots"),
    "held": (DEGRADED, "an orchestration has not ended, and what it holds stays down"),
    # The cluster's settings
    "cluster-offline": (BROKEN, "a node outside of the cluster can mount nothing"),
    "stack-other": (BROKEN, "volumes of the o2cb stack cannot be mounted under another"),
    "conf-differs": (DEGRADED, "a node whose node list is not that of the others is not let in"),
    "conf-stale": (
        DEGRADED,
        "a list with a node that left lets it come back, or blocks its number",
    ),
    "live-differs": (DEGRADED, "the kernel works with other values than the files say"),
    "timeouts-differ": (BROKEN, "nodes with different time-outs refuse to connect"),
    "renumbered": (BROKEN, "two hosts under one number destroy each other's heartbeat and data"),
    "threshold-low": (DEGRADED, "when all paths fail for a moment, the node fences itself"),
    "settings-differ": (DEGRADED, "the next start of the cluster uses other values than pillar"),
    # Connections
    "connection-missing": (BROKEN, "they share locks: both wait, until one of them fences itself"),
    "connection-quiet": (DEGRADED, "when it has been quiet for too long, one side fences itself"),
    "port-blocked": (BROKEN, "a node that restarts will not be let in again"),
    # Heartbeat
    "heartbeat-late": (DEGRADED, "a node that cannot write its heartbeat in time fences itself"),
    "evicted": (BROKEN, "the others have taken over what it still believes to own"),
    "recovering": (DEGRADED, "what the dead node had locked waits until its journal is replayed"),
    # LUNs
    "lun-missing": (BROKEN, "a node without the LUN cannot mount it"),
    "lun-other": (BROKEN, "under this name the node would write to another LUN"),
    "lun-unreadable": (BROKEN, "I/O to it fails or hangs, and the heartbeat with it"),
    "lun-size-differs": (DEGRADED, "a volume that is grown now could not be read by all nodes"),
    "lun-not-blank": (BROKEN, "a LUN that holds anything is never formatted"),
    "lun-in-use": (BROKEN, "somebody uses the LUN, so it is not formatted"),
    "lun-on-record": (BROKEN, "a LUN that was in use before is not formatted again"),
    "lun-read-only": (BROKEN, "a LUN that takes no writes can carry no heartbeat"),
    "drbd-fencing": (DEGRADED, "after a cut link both sides write, and one side's data is lost"),
    "format-not-allowed": (BROKEN, "without it there is nothing to mount"),
    "format-unknown": (BROKEN, "two formats of one LUN at once would destroy it"),
    "format-cut": (BROKEN, "a volume that is half made must not be mounted"),
    "format-pending": (DEGRADED, "until it is formatted there is nothing to mount"),
    "path-missing": (DEGRADED, "with one path less the next failure may be the last"),
    "paths-unknown": (DEGRADED, "nobody checks the paths: one that fails stays in use"),
    "no-multipath": (DEGRADED, "when the one path fails, the node loses the LUN and fences itself"),
    "clone": (BROKEN, "two volumes with one UUID share locks and heartbeat: never mount both"),
    # Volumes
    "volume-other": (BROKEN, "it is not the volume that pillar describes, so it is not mounted"),
    "not-mounted": (BROKEN, "its users find an empty directory that cannot be written"),
    "volume-failed": (BROKEN, "the kernel found an error in the volume and writes no more here"),
    "read-only": (DEGRADED, "nothing can be written here"),
    "volume-hangs": (BROKEN, "who uses it waits in the kernel and cannot be killed"),
    "slots-full": (DEGRADED, "a further node cannot mount the volume"),
    "slots-few": (NOTE, "raising the slots takes the volume down on every node"),
    "space-low": (DEGRADED, "disks of guests cannot grow, no further file can be made"),
    "volume-differs": (DEGRADED, "the volume is not as pillar describes it"),
    "files-under-mount": (DEGRADED, "they fill the host's own disk, and nobody sees them"),
    "selinux-unlabelled": (DEGRADED, "SELinux keeps confined services, such as libvirt, out of it"),
    "fstab-differs": (DEGRADED, "at the next boot it is mounted otherwise, or not at all"),
    "stray-volume": (DEGRADED, "pillar does not have it there: nobody watches or guards it"),
}


@dataclass(frozen=True)
class Finding:
    """
    ``kind`` is a key of :data:`KINDS`; ``nodes`` are the minion ids that are concerned, none for
    the whole cluster; ``lun`` is the key of a LUN or ``""``; ``what`` and ``fix`` are sentences.
    """

    kind: str
    what: str
    fix: str
    nodes: tuple = ()
    lun: str = ""
    severity: str = ""

    def __post_init__(self):
        if not self.severity:
            object.__setattr__(self, "severity", KINDS[self.kind][0])

    @property
    def why(self):
        """Why it matters."""
        return KINDS[self.kind][1]


def worst(findings):
    """Return the highest severity, or None if there is no finding."""
    return max((each.severity for each in findings), key=SEVERITIES.index, default=None)


def merged(findings):
    """Return the findings, worst first; what several nodes have in common is one finding."""
    nodes = {}
    for each in findings:
        key = (each.kind, each.what, each.fix, each.lun, each.severity)
        nodes.setdefault(key, {}).update(dict.fromkeys(each.nodes))
    found = [
        Finding(kind, what, fix.replace(NODES, salt_target(where)), tuple(where), lun, severity)
        for (kind, what, fix, lun, severity), where in nodes.items()
    ]
    return sorted(found, key=lambda each: -SEVERITIES.index(each.severity))


def salt_target(minions):
    """Return the minions as salt takes them on its command line: one id, or a list."""
    return ",".join(minions) if len(minions) < 2 else f"-L {','.join(minions)}"
