"""How a node comes up and goes down: the systemd unit o2cb.service.

The package brings an init script (Debian 12), or also a unit whose start and stop rewrite the
settings file (Debian 13, the RPMs).  A unit of the same name under /etc/systemd/system replaces
both, so every node behaves alike, and the package's maintainer scripts leave a running cluster
alone (invoke-rc.d skips a native unit, the scriptlets of the RPMs start nothing).
``ocfs2.service``, which SIGKILLs the users of every mount when it stops, is masked by the state.
"""

import re

from ocfs2lib import heartbeat
from ocfs2lib import kernel
from ocfs2lib.firewall import backend
from ocfs2lib.node import holds
from ocfs2lib.node import o2cb_settings
from ocfs2lib.san import nvme_unit

UNIT = "o2cb.service"
#: What ocfs2-tools brings. It kills the users of every mount when it stops, so it is masked.
PACKAGE_UNIT = "ocfs2.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
START_PATH = "/etc/ocfs2/o2cb-start"
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

# What "start" of the package's script does, in its order, for a platform whose script needs what
# is not there, such as /lib/lsb/init-functions on SUSE (ocfs2-tools vendor/common/o2cb.init.sh).
_START = """\
# Written by ocfs2-formula: ExecStart of o2cb.service.  It brings cluster {name} up as the settings
# file says, without the script of the package.
set -e
. {settings}
[ "$O2CB_ENABLED" = true ] || exit 0

there() {{
    mountpoint -q "$2" && return
    mkdir -p "$2"
    mount -t "$1" "$1" "$2"
}}

[ -d /sys/kernel/config ] || modprobe configfs
there configfs /sys/kernel/config
there debugfs {debug}
modprobe -a ocfs2_stackglue {modules}
there ocfs2_dlmfs /dlm
[ "$(cat {stack})" = o2cb ] || echo o2cb >{stack}

[ -d {cluster}/node ] || /sbin/o2cb register-cluster {name}
{values}
# It writes to the log when a heartbeat is late.
o2hbmonitor 2>/dev/null || true
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
        nvme_unit.UNIT,
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
        start=platform.start_command or f"/bin/sh {START_PATH}",
        timeout=_STOP_TIMEOUT,
    )
    found = {UNIT_PATH: unit, STOP_PATH: STOP}
    if not platform.start_command:
        found[START_PATH] = _start_script(desired.cluster.name, platform.settings.path)
    return found


def _start_script(name, settings):
    cluster = f"{kernel.CLUSTERS}/{name}"
    files = {value: f"{cluster}/{value}" for value in o2cb_settings.VALUES}
    files["heartbeat_threshold"] = f"{cluster}/heartbeat/dead_threshold"
    return _START.format(
        name=name,
        settings=settings,
        debug=kernel.DEBUG,
        modules=" ".join(kernel.MODULES),
        stack=kernel.STACK_FILE,
        cluster=cluster,
        values="\n".join(
            f'[ -z "${setting}" ] || echo "${setting}" >{files[value]}'
            for value, setting in o2cb_settings.VALUES.items()
        ),
    )
