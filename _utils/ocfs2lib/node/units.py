"""How a node comes up and goes down: the systemd unit o2cb.service.

The package brings an init script (Debian 12), or also a unit whose start and stop rewrite the
settings file (Debian 13).  A unit of the same name under /etc/systemd/system replaces both, so
every node behaves alike, and the package's maintainer scripts leave a running cluster alone
(invoke-rc.d skips a native unit).  ``ocfs2.service``, which SIGKILLs the users of every mount when
it stops, is masked by the state.
"""

import re

from ocfs2lib import heartbeat
from ocfs2lib import kernel
from ocfs2lib.firewall import backend
from ocfs2lib.node import holds

UNIT = "o2cb.service"
#: What ocfs2-tools brings. It kills the users of every mount when it stops, so it is masked.
PACKAGE_UNIT = "ocfs2.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
STOP_PATH = "/etc/ocfs2/o2cb-stop"

# Services get 90 s to end unless they ask for more; virtual machines often do.
_USERS_TIMEOUT = 240  # seconds
_STOP_TIMEOUT = 270  # seconds, above that and one umount

_UNIT = """\
# Written by ocfs2-formula, replaces the unit or init script of the package.
[Unit]
Description=OCFS2 cluster {name} (o2cb)
Documentation=man:o2cb(7)
# The node listens on its own address, which has to be configured by then.
Wants=network-online.target remote-fs-pre.target
After={after}
# Every network filesystem is mounted after this and unmounted before it stops, also an OCFS2
# that somebody mounted by hand.
Before=remote-fs-pre.target
# Set while an orchestration changes what the nodes have agreed on. Failed, unlike skipped, it keeps
# the mounts that require this unit from being tried.
AssertPathExists=!{hold}

[Service]
Type=oneshot
RemainAfterExit=yes
{environment}# "start" obeys the settings file and, unlike "enable", does not rewrite it.
ExecStart={start}
# It ends with 0 also when it brought nothing up.
ExecStartPost=/sbin/o2cb cluster-status {name}
# No tool keeps this across a boot.
ExecStartPost=/bin/sh -c 'echo {fence_method} >{clusters}/{name}/fence_method'
ExecStop=/bin/sh {stop}
TimeoutStartSec=120
TimeoutStopSec={timeout}

[Install]
WantedBy=multi-user.target
"""

STOP = f"""\
# Written by ocfs2-formula: ExecStop of o2cb.service.  It never kills anybody.
#
# A mount that is still busy when the system goes down belongs to a service that ends later than
# its mount.  The network goes away after this unit, and an OCFS2 without its network hangs in
# umount, so wait here until the last user has ended.  Outside of a shutdown nobody is ending:
# a cluster in use stays up.

in_use() {{
    {heartbeat.in_use_command()}
}}

if [ "$(systemctl is-system-running)" = stopping ]; then
    patience={_USERS_TIMEOUT}
    while in_use && [ "$patience" -gt 0 ]; do
        umount -a -t ocfs2 2>/dev/null || sleep 1
        patience=$((patience - 1))
    done
fi

if in_use; then
    mounts=$(awk '$3 == "ocfs2" {{ print $2 }}' /proc/mounts)
    echo "o2cb stays up, a heartbeat is active; OCFS2 is mounted on:" $mounts >&2
    [ -z "$mounts" ] || fuser -vm $mounts >&2
    exit 1
fi

for cluster in {kernel.CLUSTERS}/*/; do
    [ -d "$cluster" ] || continue
    /sbin/o2cb unregister-cluster "$(basename "$cluster")"
    [ ! -d "$cluster" ] || exit 1
done
"""

_FENCE = re.compile(r"^ExecStartPost=.*echo (\w+) >\S+/fence_method", re.MULTILINE)


def fence_method(unit):
    """Return the fence method that the text of a unit gives the kernel; None if it gives none."""
    found = _FENCE.search(unit)
    return found.group(1) if found else None


def after(platform):
    """Return the units that have to be there before the cluster, and to stay until it is gone.

    platform
        The ``platform.platform.Platform`` of the node.
    """
    return (
        "network-online.target",
        *(firewall.service for firewall in platform.firewalls.values()),
        backend.UNIT,
        *platform.storage_services,
    )


def files(desired, platform):
    """Return {path: text} of what systemd needs.

    desired
        Pillar as ``pillar.desired.Desired``.
    platform
        The ``platform.platform.Platform`` of the node.
    """
    unit = _UNIT.format(
        name=desired.cluster.name,
        fence_method=desired.cluster.fence_method,
        clusters=kernel.CLUSTERS,
        stop=STOP_PATH,
        hold=holds.CLUSTER,
        after=" ".join(after(platform)),
        environment=platform.environment,
        start=platform.start_command,
        timeout=_STOP_TIMEOUT,
    )
    return {UNIT_PATH: unit, STOP_PATH: STOP}
