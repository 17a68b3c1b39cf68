"""
What connects a node to the subsystems of NVMe over TCP: a unit, and its script.

``nvmf-autoconnect.service`` of nvme-cli tries once at boot, and reads a file that others write too.
This unit tries until each subsystem is connected at each portal; from then on the kernel itself
comes back to one that it has lost.
"""

from ocfs2lib.san import timeout_budget

UNIT = "ocfs2-nvme.service"
UNIT_PATH = f"/etc/systemd/system/{UNIT}"
SCRIPT_PATH = "/etc/ocfs2/nvme-connect"
#: The name by which a host connects.
HOST_NQN_PATH = "/etc/nvme/hostnqn"

_UNIT_TEXT = f"""\
# Written by ocfs2-formula from the pillar; changes are overwritten.
[Unit]
Description=NVMe subsystems of the OCFS2 cluster
Wants=network-online.target remote-fs-pre.target
After=network-online.target
Before=remote-fs-pre.target
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh {SCRIPT_PATH}
RemainAfterExit=yes
# An array may come up later than its hosts.
Restart=on-failure
RestartSec=5

[Install]
WantedBy=remote-fs-pre.target multi-user.target
"""

_SCRIPT = """\
# Written by ocfs2-formula: ExecStart of ocfs2-nvme.service. It fails while a subsystem is missing.
#
# I/O without any connection fails after fast_io_fail_tmo, so that a node sees the error before it
# fences itself: {sum}.

controller() {{
    for each in /sys/class/nvme/nvme*; do
        [ "$(cat "$each/subsysnqn" 2>/dev/null)" = "$1" ] || continue
        case "$(cat "$each/address")," in *"traddr=$2,trsvcid=$3,"*) echo "$each" && return ;; esac
    done
    return 1
}}

connect() {{
    controller "$@" >/dev/null || nvme connect --transport=tcp --nqn="$1" --traddr="$2" \\
        --trsvcid="$3" --keep-alive-tmo={keep_alive} --ctrl-loss-tmo=-1
    # An option for it came after nvme-cli 2.3.
    found=$(controller "$@") && echo {fail} >"$found/fast_io_fail_tmo" || failed=1
}}

failed=0
modprobe nvme-tcp
{connects}
exit "$failed"
"""


def pairs(nvme):
    """Return ``[(subsystem, portal)]`` of :class:`pillar.sections.nvme_keys.Nvme`, or of None."""
    if not nvme:
        return []
    return [(nqn, portal) for nqn in nvme.subsystems for portal in nvme.portals]


def fail_after(threshold):
    """Return ``fast_io_fail_tmo`` in seconds."""
    return timeout_budget.waiting(timeout_budget.NVME, threshold)


def files(nvme, threshold):
    """
    Return ``{path: text}`` of the unit and its script.

    nvme
        As for :func:`pairs`.
    threshold
        ``heartbeat_threshold`` of pillar.
    """
    if not nvme:
        return {}
    fail = fail_after(threshold)
    connects = [f"connect '{nqn}' {portal.replace(':', ' ')}" for nqn, portal in pairs(nvme)]
    script = _SCRIPT.format(
        sum=timeout_budget.sum_text(f"{fail} s", timeout_budget.NVME, threshold),
        keep_alive=timeout_budget.KEEP_ALIVE,
        fail=fail,
        connects="\n".join(connects),
    )
    return {UNIT_PATH: _UNIT_TEXT, SCRIPT_PATH: script}
